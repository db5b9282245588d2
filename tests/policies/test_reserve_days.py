"""Reserve days: on the plan, a stock of at least so many days of demand. For the world see `oracles.by_hand`."""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.result.pipeline import NoSolution
from bichiku.solving import Status
from oracles.by_hand import MATERIAL, SPOT, branch, cost, duals, halt, plan, solve


def stock(*args: Any, of: str = "m", **changes: Any) -> list[float]:
    solved = solve(*args, **changes)
    return plan(solved, solved.outcome.stock[of])


def test_a_number_of_days_holds_in_every_period() -> None:
    # 73 days of 100 t a year are 20 t; bought once at 10 and worth nothing in the end: 2000 + 200.
    assert cost(policies={"reserve_days": 73}) == pytest.approx(2200)
    assert stock(material={"storage_cost_rate": 0.1}, policies={"reserve_days": 73}) == pytest.approx([20, 20])


def test_a_dated_path_is_read_at_the_last_month_of_each_quarter() -> None:
    # Linear from 30 days in March to 120 in December: 30, 60, 90, 120 at the ends of the quarters, flat after that.
    # Demand is 100 t in a quarter of 91.25 days. Storage costs something, so that no more is held than must be.
    found = stock(
        6,
        resolution="quarter",
        demand=400,
        material={"storage_cost_rate": 0.1},
        policies={"reserve_days": {"2026-03": 30, "2026-12": 120}},
    )
    assert found == pytest.approx([days * 100 / 91.25 for days in (30, 60, 90, 120, 120, 120)])


def test_a_dated_path_is_read_at_december_of_each_year() -> None:
    # 73 days at the end of 2026, 219 at the end of 2028, half way between them at the end of 2027; 20 t for 73 days.
    dear = {"storage_cost_rate": 0.1}
    found = stock(4, material=dear, policies={"reserve_days": {"2026-12": 73, "2028-12": 219}})
    assert found == pytest.approx([20, 40, 60, 60])


def test_a_dated_path_is_read_in_each_month() -> None:
    # 0 days in January to 60 in March: 30 in February. Demand is 10 t in a month of 365/12 days.
    path = {"2026-01": 0, "2026-03": 60}
    dear = {"storage_cost_rate": 0.1}
    found = stock(3, resolution="month", demand=120, material=dear, policies={"reserve_days": path})
    assert found == pytest.approx([0, 30 * 120 / 365, 60 * 120 / 365])


def test_materials_may_have_targets_of_their_own_or_none() -> None:
    tables = {
        "materials": [MATERIAL | {"material": name} for name in ("m", "n", "o")],
        "demand": [{"material": name, "year": 2026, "tonnes": 100} for name in ("m", "n", "o")],
        "suppliers": [SPOT | {"supplier": f"s-{name}", "material": name} for name in ("m", "n", "o")],
    }
    named = solve(1, tables=tables, policies={"reserve_days": {"m": 73, "n": {"2026-01": 146}}})
    assert [named.outcome.stock[name][0] for name in "mno"] == pytest.approx([20, 40, 0], abs=1e-6)
    rest = solve(1, tables=tables, policies={"reserve_days": {"default": 36.5, "n": 146}})
    assert [rest.outcome.stock[name][0] for name in "mno"] == pytest.approx([10, 40, 10])


def test_a_material_without_demand_needs_no_stock() -> None:
    tables = {"materials": [MATERIAL, MATERIAL | {"material": "n"}]}
    assert stock(1, tables=tables, of="n", policies={"reserve_days": 73}) == [0]


def test_a_crisis_may_use_the_reserve() -> None:
    # All of the 20 t go in the halted year: 80 of 100 are short. Storage is too dear for more.
    solved = solve(material={"storage_cost_rate": 0.5}, policies={"reserve_days": 73}, crises=halt(2, 0.01))
    assert branch(solved, solved.outcome.stock["m"]) == pytest.approx([0], abs=1e-6)
    assert branch(solved, solved.outcome.short["m"]) == pytest.approx([80])


def test_the_target_follows_demand_under_an_event() -> None:
    # Demand doubles in 2027, and with it what 73 days of it are.
    boom = {"from": "2027-01", "to": "2027-12", "effects": [{"materials": ["m"], "demand_factor": 2.0}]}
    found = stock(material={"storage_cost_rate": 0.1}, policies={"reserve_days": 73}, events={"boom": boom})
    assert found == pytest.approx([20, 40])


def test_the_dual_is_what_one_more_tonne_costs_to_carry() -> None:
    # Interest 25 %, v = 0.8; storage 20 % of 10. Year 1: bought at 10, spares 0.8 * 10 in year 2, stored half of each
    # year: 10 - 8 + 1 + 0.8 = 3.8. Year 2: bought at 8, worth nothing, stored half a year: 8 + 0.8 = 8.8.
    solved = solve(material={"storage_cost_rate": 0.2}, discount_rate=0.25, policies={"reserve_days": 73})
    table = duals(solved, "reserve_days")
    assert table["dual"].tolist() == pytest.approx([3.8, 8.8])
    assert table["value"].tolist() == pytest.approx([20, 20])
    assert table["unit"].tolist() == ["USD of expected discounted cost per t more on the limit"] * 2
    assert table["month"].tolist() == ["2026-01", "2027-01"]


def test_the_dual_foretells_the_cost_of_a_higher_target() -> None:
    # One day is 100/365 t in each of two years.
    found = [
        cost(material={"storage_cost_rate": 0.2}, discount_rate=0.25, policies={"reserve_days": days})
        for days in (73, 74)
    ]
    assert found[1] - found[0] == pytest.approx(100 / 365 * (3.8 + 8.8))


def test_a_target_beyond_the_storage_limit_has_no_solution() -> None:
    with pytest.raises(NoSolution) as failure:
        solve(material={"storage_limit_t": 19}, policies={"reserve_days": 73})
    assert failure.value.status is Status.INFEASIBLE
    assert solve(material={"storage_limit_t": 20}, policies={"reserve_days": 73})
