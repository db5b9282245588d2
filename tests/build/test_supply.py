"""Ramps, upkeep, life, commitments, indexed prices and tranches of shortage; the world is that of `oracles.by_hand`."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import MATERIAL, branch, cost, halt, line, plan, solve

RECYCLER = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling"}
CHINA_STOPS = {"effects": [{"countries": ["CHN"], "loss": 1.0}]}
STOP = {"stop": {"from": "2026-01", "to": "2027-12", "effects": [{"all": True, "loss": 1}]}}
IN_TRANCHES = {key: value for key, value in MATERIAL.items() if key != "shortage_cost"}
NO_STORE = {"storage_limit_t": 0}


def built(**row: Any) -> dict[str, Any]:
    """A recycler of up to 100 t a year that may be built."""
    return {"projects": [RECYCLER | {"max_build_t": 100, "fixed_cost": 0} | row]}


def test_a_plant_pays_only_with_what_is_left_of_its_life() -> None:
    # a tonne made saves 10 - 4 a year: 12 in two years, less than its 15; half of its four years are left, worth 7.5
    plant = {"capex": 15, "running_cost": 4}
    assert cost(tables=built(**plant)) == pytest.approx(2000)
    solved = solve(tables=built(**plant, life_years=4))
    assert solved.outcome.solution.objective == pytest.approx(2 * 100 * 4 + 100 * 15 - 100 * 7.5)
    assert line(solved, "remainder") == pytest.approx(-750)
    assert line(solved, "remainder", year=2027) == pytest.approx(-750)


def test_the_state_does_not_get_its_part_of_the_remainder_back() -> None:
    # 15 less a third is 10, of which half is left
    plant = {"capex": 15, "running_cost": 1, "subsidy_rate": 1 / 3, "life_years": 4}
    assert line(solve(tables=built(**plant)), "remainder") == pytest.approx(-500)


def test_a_plant_ends_with_its_life() -> None:
    # built in 2026, usable in 2027 alone
    solved = solve(3, tables=built(capex=1, running_cost=1, build_periods=1, life_years=1))
    assert plan(solved, solved.outcome.shipped["p"]) == pytest.approx([0, 100, 0])
    assert line(solved, "remainder") == 0


def test_upkeep_makes_a_plant_that_stands_by_not_worth_it() -> None:
    # a halt in 2026 of p = 0.1; a tonne made then saves 100 - 20, so being ready is worth 8, and costs 5
    ready: dict[str, Any] = {"crises": halt(1, 0.1, **CHINA_STOPS)}
    plant = {"capex": 5, "running_cost": 20}
    idle = 0.9 * 2000 + 0.1 * (100 * 100 + 1000)
    standing = 0.9 * 2000 + 0.1 * (100 * 20 + 1000) + 500
    assert cost(**ready, tables=built(**plant)) == pytest.approx(standing)
    # 2 a year on top make 9
    assert cost(**ready, tables=built(**plant, fixed_cost=2)) == pytest.approx(idle)
    assert cost(**ready, tables=built(**plant, fixed_cost=1)) == pytest.approx(standing + 200)


def test_upkeep_of_what_exists_is_paid_running_or_idle() -> None:
    idle = {"projects": [RECYCLER | {"existing_t": 30, "running_cost": 50, "fixed_cost": 2}]}
    assert line(solve(tables=idle), "fixed") == pytest.approx(2 * 30 * 2)


@pytest.mark.parametrize(
    ("under_way", "short"),
    [(0, 50), (30, 20), ("", 0)],  # nothing said of what came before limits nothing
)
def test_a_ramp_leaves_the_first_period_of_a_crisis_short(under_way: Any, short: float) -> None:
    # in a halt in 2026 another seller comes in by 1000 / 20 = 50 t a year, from what it shipped before
    other = {"supplier": "t", "country": "AUS", "price": 20, "ramp_periods": 20, "in_transit_t": under_way}
    solved = solve(suppliers=[{}, other], crises=halt(1, 0.1, **CHINA_STOPS))
    assert branch(solved, solved.outcome.short["m"])[0] == pytest.approx(short)
    in_halt = (100 - short) * 20 + short * 100 + 1000
    assert solved.outcome.solution.objective == pytest.approx(0.9 * 2000 + 0.1 * in_halt)


def test_a_plant_that_stands_by_does_not_run_in_full_at_once() -> None:
    # it runs in full before 2026 and idles then, as it is dear; in the halt of 2027 it comes back by half.
    # To run a tonne in 2026 would cost 10 more and spare 0.1 · 80
    plant = {"projects": [RECYCLER | {"existing_t": 100, "running_cost": 20, "ramp_periods": 2}]}
    solved = solve(material=NO_STORE, tables=plant, crises=halt(2, 0.1, **CHINA_STOPS))
    assert branch(solved, solved.outcome.shipped["p"]) == pytest.approx([50])
    assert solved.outcome.solution.objective == pytest.approx(1000 + 0.9 * 1000 + 0.1 * (50 * 20 + 50 * 100))


def test_a_commitment_is_refused_in_a_slump() -> None:
    # nothing is used in 2027: its 100 t are paid and not taken, without the freight
    contract = {"kind": "contract", "capacity_t": 100, "price": 8, "freight": 1, "minimum_t": 100}
    slump = {"slump": {"from": "2027-01", "to": "2027-12", "effects": [{"all": True, "demand_factor": 0}]}}
    solved = solve(material=NO_STORE, suppliers=[contract], events=slump)
    assert plan(solved, solved.outcome.arrived["s"]) == pytest.approx([100, 0])
    assert line(solved, "refused") == pytest.approx(800)
    assert line(solved, "freight") == pytest.approx(100)
    assert solved.outcome.solution.objective == pytest.approx(800 + 100 + 800)


def test_a_commitment_takes_what_is_cheaper_elsewhere() -> None:
    # 60 t at 12 a year that spot would sell at 10
    contract = {"supplier": "c", "kind": "contract", "capacity_t": 80, "price": 12, "minimum_t": 60}
    solved = solve(suppliers=[{}, contract])
    assert plan(solved, solved.outcome.arrived["c"]) == pytest.approx([60, 60])
    assert solved.outcome.solution.objective == pytest.approx(2 * (60 * 12 + 40 * 10))


@pytest.mark.parametrize(("index", "price"), [(0, 8), (0.5, 16), (1, 24)])
def test_a_contract_follows_its_countrys_spot_price_by_its_index(index: float, price: float) -> None:
    # spot prices in China triple; of that a contract at 8 takes its share
    contract = {"kind": "contract", "capacity_t": 100, "price": 8, "index": index}
    spike = {"spike": {"from": "2026-01", "to": "2026-12", "effects": [{"countries": ["CHN"], "price_factor": 3}]}}
    assert cost(1, suppliers=[contract], events=spike) == pytest.approx(100 * price)


def test_another_countrys_spike_leaves_an_indexed_contract_alone() -> None:
    contract = {"kind": "contract", "capacity_t": 100, "price": 8, "index": 1}
    spike = {"spike": {"from": "2026-01", "to": "2026-12", "effects": [{"countries": ["AUS"], "price_factor": 3}]}}
    assert cost(1, suppliers=[contract], events=spike) == pytest.approx(800)


def test_tranches_spread_a_shortage_over_the_years() -> None:
    # 100 t in store for 200: the first half of a year's demand is missed at 100, the second at 300
    tables = {
        "materials": [IN_TRANCHES | {"opening_stock_t": 100}],
        "shortage": [{"material": "m", "up_to": 0.5, "cost": 100}, {"material": "m", "up_to": 1, "cost": 300}],
    }
    solved = solve(events=STOP, tables=tables)
    assert plan(solved, solved.outcome.short["m"]) == pytest.approx([50, 50])
    assert line(solved, "shortage") == pytest.approx(100 * 100)


def test_one_tranche_is_the_shortage_cost() -> None:
    tables = {
        "materials": [IN_TRANCHES],
        "shortage": [{"material": "m", "up_to": 1, "cost": 100}],
    }
    assert cost(events=STOP, tables=tables) == pytest.approx(cost(events=STOP)) == pytest.approx(20_000)
