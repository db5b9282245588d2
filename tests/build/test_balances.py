"""How tonnes move: balances, capacities, lead times, projects and the return to the plan.

For the world see `oracles.by_hand`. ``DEAR`` storage costs 20 a tonne and year, so that nothing is bought ahead.
"""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.result.pipeline import NoSolution
from bichiku.result.run import Run
from bichiku.solving import Status
from oracles.by_hand import ALL_HALT, MATERIAL, SPOT, branch, cost, halt, line, plan, solve

DEAR = {"storage_cost_rate": 2}
DEAREST = {"supplier": "dearest", "capacity_t": 0, "price": 30}  # sells nothing, but prices the gap
RECYCLER = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling"}
SCRAP = MATERIAL | {"material": "scrap", "reference_price": 2, "shortage_cost": 0}
SCRAP_TRADE = SPOT | {"supplier": "t", "material": "scrap", "price": 2}


def objective(solved: Run) -> float:
    return solved.outcome.solution.objective


def arrived(solved: Run, source: str) -> list[float]:
    return plan(solved, solved.outcome.arrived[source])


def stock(solved: Run, material: str = "m") -> list[float]:
    return plan(solved, solved.outcome.stock[material])


def only_from(*projects: dict[str, Any]) -> dict[str, Any]:
    """Tables in which ``m`` comes from these projects and scrap can be bought at 2."""
    return {"materials": [MATERIAL, SCRAP], "suppliers": [SCRAP_TRADE], "projects": list(projects)}


def all_halt_in(first: str, last: str) -> dict[str, Any]:
    return {"halt": {"from": first, "to": last, "effects": [ALL_HALT]}}


# Stock


def test_a_stock_keeps_its_share_of_the_year_in_each_period() -> None:
    # 59.04 % are lost in a year: (1 - 0.5904)^(1/4) = 0.8 stay in each quarter.
    solved = solve(3, resolution="quarter", demand=0, material={"opening_stock_t": 100, "loss_rate": 0.5904})
    assert stock(solved) == pytest.approx([80, 64, 51.2])


def test_a_branch_opens_with_what_the_plan_left() -> None:
    # 250 in store: 150 after year 1, 50 after year 2 on the plan; in the crisis demand halves: 100.
    crises = halt(2, 0.5, effects=[{"all": True, "loss": 1.0, "demand_factor": 0.5}])
    solved = solve(material={"opening_stock_t": 250}, crises=crises)
    assert stock(solved) == pytest.approx([150, 50])
    assert branch(solved, solved.outcome.stock["m"]) == pytest.approx([100])


def test_no_more_is_released_than_the_rate_allows() -> None:
    # 100 in store and nothing to buy; 0.1 t a day are 36.5 t in a year.
    solved = solve(suppliers=[{"capacity_t": 0}], material={"opening_stock_t": 100, "release_rate_t_per_day": 0.1})
    assert stock(solved) == pytest.approx([63.5, 27])
    assert plan(solved, solved.outcome.short["m"]) == pytest.approx([63.5, 63.5])


def test_what_spoils_is_no_release() -> None:
    # Half of 100 t spoils, 36.5 of the 50 left are released: 13.5 stay.
    material = {"opening_stock_t": 100, "release_rate_t_per_day": 0.1, "loss_rate": 0.5}
    assert stock(solve(1, suppliers=[{"capacity_t": 0}], material=material)) == pytest.approx([13.5])


def test_no_more_is_stored_than_the_limit() -> None:
    # Prices double in 2027, storage is free: all that fits is bought ahead.
    rise = {"rise": {"from": "2027-01", "to": "2027-12", "effects": [{"all": True, "price_factor": 2.0}]}}
    assert stock(solve(material={"storage_limit_t": 30}, events=rise)) == pytest.approx([30, 0], abs=1e-6)


def test_nothing_is_thrown_away_to_keep_a_storage_limit() -> None:
    with pytest.raises(NoSolution) as failure:
        solve(demand=0, material={"opening_stock_t": 50, "storage_limit_t": 40})
    assert failure.value.status is Status.INFEASIBLE


# Suppliers


def test_capacity_is_a_share_of_the_year_in_each_period() -> None:
    # 120 t a year are 10 t a month, under an export quota of 30 %: 3 t. Demand is 20 t a month.
    quota = {"quota": {"from": "2026-02", "to": "2026-02", "effects": [{"countries": ["CHN"], "loss": 0.7}]}}
    solved = solve(2, resolution="month", demand=240, suppliers=[{"capacity_t": 120}], events=quota)
    assert arrived(solved, "s") == pytest.approx([10, 3])


def test_goods_arrive_after_their_lead_time() -> None:
    # 30 t arrive in each of the first two years from before the start; 20 are in store. Storage costs
    # something, so what there is is used at once.
    supplier = {"lead_periods": 2, "in_transit_t": 30}
    solved = solve(4, material=DEAR | {"opening_stock_t": 20}, suppliers=[supplier])
    assert plan(solved, solved.outcome.short["m"]) == pytest.approx([50, 70, 0, 0], abs=1e-6)
    assert plan(solved, solved.outcome.shipped["s"]) == pytest.approx([100, 100, 0, 0], abs=1e-6)


def test_goods_under_way_are_lost_on_a_closed_route_and_not_paid() -> None:
    # All of year 1 is short; the 30 t under way arrive by half when the route is half open: 70 and 85 t short.
    def closed(loss: float) -> Run:
        event = {"from": "2026-01", "to": "2026-12", "effects": [{"routes": ["strait"], "loss": loss}]}
        supplier = {"lead_periods": 1, "in_transit_t": 30, "route": "strait", "freight": 1, "tariff_rate": 0.1}
        return solve(1, suppliers=[supplier], events={"closed": event})

    assert objective(closed(1.0)) == pytest.approx(10000)
    # 15 t at 10 + 1 + 1
    assert objective(closed(0.5)) == pytest.approx(8500 + 180)


def test_goods_sent_to_a_port_before_it_shuts_arrive() -> None:
    # The halt of year 2 stops shipping, not what was shipped in year 1; year 3 is short of what year 2 did not send.
    solved = solve(3, suppliers=[{"lead_periods": 1, "in_transit_t": 100}], events=all_halt_in("2027-01", "2027-12"))
    # free storage: year 1 sends for years 2 and 3
    assert arrived(solved, "s") == pytest.approx([100, 200, 0], abs=1e-6)
    solved = solve(
        3,
        material=DEAR | {"storage_limit_t": 0},
        suppliers=[{"lead_periods": 1, "in_transit_t": 100}],
        events=all_halt_in("2027-01", "2027-12"),
    )
    assert arrived(solved, "s") == pytest.approx([100, 100, 0], abs=1e-6)


def test_a_contract_is_paid_as_delivered_and_keeps_its_price() -> None:
    # Half of all exports stop and spot prices double through 2026. The contract of 60 t at 10 delivers 30 and 60, the
    # spot market at 12 fills up: 300 + 70 * 24 and 600 + 40 * 12.
    contract = {"supplier": "c", "kind": "contract", "country": "AUS", "capacity_t": 60}
    quota = {"from": "2026-01", "to": "2026-12", "effects": [{"all": True, "loss": 0.5, "price_factor": 2.0}]}
    solved = solve(suppliers=[{"price": 12}, contract], events={"quota": quota})
    assert arrived(solved, "c") == pytest.approx([30, 60])
    assert objective(solved) == pytest.approx(3060)


def test_a_halted_contract_is_not_paid() -> None:
    # 100 t at 8: 800 + 0.9 * 800, and in the halt 0.1 * 100 t short.
    solved = solve(material=DEAR, suppliers=[{"kind": "contract", "price": 8}], crises=halt(2, 0.1))
    assert line(solved, "purchase") == pytest.approx(1520)
    assert objective(solved) == pytest.approx(2520)


@pytest.mark.parametrize(("probability", "contracted", "expected"), [(0.1, [100, 100], 1610), (0.3, [100, 0], 1500)])
def test_a_contract_is_the_same_in_every_branch(probability: float, contracted: list[float], expected: float) -> None:
    # In the crisis nobody needs anything in year 2. A contract at 8 is taken and paid all the same, the spot market at
    # 10 is not: 8 and half a year's storage of 2 with the crisis's probability, 8.1 against 9 and 8.3 against 7.
    crises = halt(2, probability, effects=[{"materials": ["m"], "demand_factor": 0.0}])
    contract = {"supplier": "c", "kind": "contract", "price": 8}
    solved = solve(material={"storage_cost_rate": 0.2}, suppliers=[{}, contract], crises=crises)
    assert solved.outcome.values("contract", "c") == pytest.approx(contracted, abs=1e-6)
    assert objective(solved) == pytest.approx(expected)


def test_a_contract_of_a_year_delivers_to_its_periods_evenly() -> None:
    # Three quarters from July 2026: two of them in 2026, one in 2027; 100 t each.
    solved = solve(3, start="2026-07", resolution="quarter", demand=400, suppliers=[{"kind": "contract"}])
    assert solved.outcome.values("contract", "s") == pytest.approx([400, 400])
    assert arrived(solved, "s") == pytest.approx([100, 100, 100])


# Demand


def tranche(**changes: Any) -> dict[str, Any]:
    return {"substitution": [{"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30, **changes}]}


def test_a_tranche_with_a_delay_waits_in_a_branch() -> None:
    # A certain halt in both years: 100 short, then 60 short and 40 saved.
    solved = solve(tables=tranche(delay_periods=1), crises=halt(1, 1.0, duration=2))
    assert branch(solved, solved.outcome.values("saved", "m", "x")) == pytest.approx([0, 40], abs=1e-6)
    assert objective(solved) == pytest.approx(10000 + 6000 + 1200)


def test_on_the_plan_a_tranche_does_not_wait() -> None:
    # Saving at 5 is cheaper than buying at 10: 40 * 5 + 60 * 10 in each of two years.
    assert cost(tables=tranche(cost=5, delay_periods=2)) == pytest.approx(1600)


def test_no_more_is_saved_than_is_used() -> None:
    both = [{"material": "m", "tranche": name, "max_share": 0.8, "cost": price} for name, price in (("x", 1), ("y", 2))]
    # 80 t at 1 and 20 at 2, none of the other 60
    assert cost(1, tables={"substitution": both}) == pytest.approx(120)


# Projects


def test_a_project_is_usable_when_its_building_time_is_over() -> None:
    # 10 t exist; 90 more can be run from year 3 on.
    project = RECYCLER | {
        "existing_t": 10,
        "max_build_t": 500,
        "fixed_cost": 0,
        "capex": 1,
        "running_cost": 1,
        "build_periods": 2,
    }
    solved = solve(4, material={"haircut": 1}, tables=only_from(project))
    assert arrived(solved, "p") == pytest.approx([10, 10, 100, 100])
    assert solved.outcome.values("build", "p") == pytest.approx([90])


def test_no_more_is_built_than_the_limit() -> None:
    project = RECYCLER | {"max_build_t": 70, "capex": 1, "fixed_cost": 0}
    assert arrived(solve(1, tables=only_from(project)), "p") == pytest.approx([70])


def test_a_project_uses_its_input_where_it_runs() -> None:
    # 1 t of m takes 2 of scrap. 50 t of scrap are in store and 100 t a year can be bought: 75 and 50 t of m.
    project = RECYCLER | {"existing_t": 1000, "input_material": "scrap", "input_per_output": 2}
    tables = only_from(project)
    tables["materials"] = [MATERIAL, SCRAP | {"opening_stock_t": 50}]
    tables["suppliers"] = [SCRAP_TRADE | {"capacity_t": 100}]
    solved = solve(tables=tables)
    assert sum(arrived(solved, "p")) == pytest.approx(125)
    assert stock(solved, "scrap")[-1] == pytest.approx(0, abs=1e-6)
    # 125 t from 200 t of scrap at 2, 75 short
    assert objective(solved) == pytest.approx(400 + 7500)


def test_an_input_with_demand_of_its_own_is_shared() -> None:
    # 100 t of scrap: each tonne short of it costs 60, each tonne of m (from 2 t) 100. So demand for scrap comes first.
    project = RECYCLER | {"existing_t": 1000, "input_material": "scrap", "input_per_output": 2}
    tables = only_from(project)
    tables["materials"] = [MATERIAL, SCRAP | {"shortage_cost": 60}]
    tables["suppliers"] = [SCRAP_TRADE | {"capacity_t": 100}]
    tables["demand"] = [{"material": name, "year": 2026, "tonnes": t} for name, t in (("m", 100), ("scrap", 40))]
    solved = solve(1, tables=tables)
    assert arrived(solved, "p") == pytest.approx([30])
    assert objective(solved) == pytest.approx(200 + 7000)


def test_what_a_project_makes_far_away_arrives_after_its_lead_time() -> None:
    # Run for year 2 in year 1; running in year 2 would be in vain, and scrap is not used up for it.
    project = RECYCLER | {"existing_t": 1000, "running_cost": 1, "lead_periods": 1}
    project |= {"input_material": "scrap", "input_per_output": 2}
    solved = solve(tables=only_from(project), discount_rate=0.25)
    assert arrived(solved, "p") == pytest.approx([0, 100], abs=1e-6)
    # 100 short; scrap 200 * 2 and running 100, both in year 1
    assert objective(solved) == pytest.approx(10000 + 400 + 100)


def test_a_crisis_in_its_country_or_on_its_route_stops_a_project() -> None:
    project = RECYCLER | {"country": "AUS", "kind": "mine-stake", "existing_t": 1000, "route": "strait"}
    for hit in ({"countries": ["AUS"]}, {"routes": ["strait"]}, {"suppliers": ["p"]}):
        crises = halt(1, 1.0, effects=[{**hit, "loss": 0.25}])
        # 750 of 1000 t are left; demand is 800
        solved = solve(1, demand=800, tables=only_from(project), crises=crises)
        assert branch(solved, solved.outcome.short["m"]) == pytest.approx([50])
