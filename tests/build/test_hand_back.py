"""What a branch gives back to the plan at its end. For the world see `oracles.by_hand`.

``DEAR`` storage costs 20 a tonne and year, so that nothing is bought ahead.
"""

from __future__ import annotations

import math

import pytest

from oracles.by_hand import ALL_HALT, MATERIAL, SPOT, branch, halt, line, plan, solve

DEAR = {"storage_cost_rate": 2}
DEAREST = {"supplier": "dearest", "capacity_t": 0, "price": 30}  # sells nothing, but prices the gap
MAKER = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "existing_t": 120, "running_cost": 1}


def test_a_branch_may_be_prepared_for_on_the_plan() -> None:
    # Half of exports stop in year 2 and the branch ends with it; the plan holds 73 days = 20 t. With x put by in year 1
    # the plan ships 100 + x, and in the branch half of that is had: x + (100 + x) / 2 - 100 = 20 go back for x = 46
    # and 2/3, at no cost as storage is free. 1466 2/3, then 73 1/3 t in the branch and 120 - 46 2/3 on the plan, then
    # 100 in year 3: 1466 2/3 + 733 1/3 + 1000. To buy the 20 would cost 30 each.
    crises = halt(2, 0.5, recovery=0, effects=[{"all": True, "loss": 0.5}])
    solved = solve(3, suppliers=[{"capacity_t": 150}, DEAREST], policies={"reserve_days": 73}, crises=crises)
    assert solved.outcome.solution.objective == pytest.approx(3200)
    assert plan(solved, solved.outcome.stock["m"])[0] == pytest.approx(46 + 2 / 3)
    assert solved.outcome.values("gap", "m") == pytest.approx([0], abs=1e-6)


def test_a_branch_buys_the_stock_it_does_not_hand_back() -> None:
    # With 120 t a year nothing can be put by in year 1 beyond the 20. The branch has half of the 120 t that the plan
    # shipped and releases 20, 20 are short and the gap of 20, which is spared in year 3, is bought at 10.
    # 1200 + (1000 + 600 + 2000 + 200) / 2 + 1000.
    crises = halt(2, 0.5, recovery=0, effects=[{"all": True, "loss": 0.5}])
    solved = solve(3, suppliers=[{"capacity_t": 120}], policies={"reserve_days": 73}, crises=crises)
    assert solved.outcome.solution.objective == pytest.approx(4100)
    assert solved.outcome.values("gap", "m") == pytest.approx([20])


@pytest.mark.parametrize(
    ("kind", "event", "price"),
    # The dearest delivered price, of a supplier that need not have any capacity, each at its own price factor at the
    # branch's last node. The crisis trebles spot prices and leaves contracts: 20 * 3 * 1.1 + 3, or a contract's 25 and
    # the other's 10 * 3. A known doubling makes it six times: 20 * 6 * 1.1 + 3, or 25 and 10 * 6.
    [("spot", False, 69), ("contract", False, 30), ("spot", True, 135), ("contract", True, 60)],
)
def test_the_gap_is_bought_at_the_dearest_delivered_price(kind: str, event: bool, price: float) -> None:
    second = {"supplier": "a", "kind": kind, "country": "AUS", "capacity_t": 0, "price": 20}
    second |= {"tariff_rate": 0.1, "freight": 3}
    rise = {"rise": {"from": "2027-01", "to": "2027-12", "effects": [{"all": True, "price_factor": 2.0}]}}
    crises = halt(2, 0.01, recovery=0, effects=[ALL_HALT, {"all": True, "price_factor": 3.0}])
    solved = solve(
        3,
        material=DEAR | {"shortage_cost": 200},
        suppliers=[{}, second],
        discount_rate=0.25,
        policies={"reserve_days": 73},
        crises=crises,
        events=rise if event else {},
    )
    assert solved.outcome.values("gap", "m") == pytest.approx([20])
    # paid in year 2: discounted by 1 / 1.25
    assert line(solved, "gap") == pytest.approx(0.01 * 20 * price * 0.8)


@pytest.mark.parametrize(
    ("capacity", "refill_periods", "spare", "scarce"),
    # 105 t a year spare 5 beside the 100 used: in one year, in two, in four (past the horizon of year 4 as in its last)
    [(130, None, 20, 0), (120, None, 20, 0), (105, None, 5, 15), (105, 2, 10, 10), (105, 4, 20, 0)],
)
def test_what_nobody_can_spare_is_bought_at_the_price_of_scarcity(
    capacity: float, refill_periods: int | None, spare: float, scarce: float
) -> None:
    # The plan fills its own 20 t in the opening stock.
    solved = solve(
        4,
        material=DEAR | {"opening_stock_t": 20},
        suppliers=[{"capacity_t": capacity}],
        crises=halt(2, 0.1, recovery=0),
        policies={"reserve_days": 73},
        **({} if refill_periods is None else {"refill_periods": refill_periods}),
    )
    years = refill_periods or 1
    price = 10 + 100 * (1 - math.exp(-0.1 / 4 * years))
    assert solved.outcome.values("gap", "m") == pytest.approx([spare], abs=1e-6)
    assert solved.outcome.values("gap_scarce", "m") == pytest.approx([scarce], abs=1e-6)
    assert line(solved, "gap") == pytest.approx(0.1 * (spare * 10 + scarce * price))


def test_scarce_refill_is_never_dearer_than_to_be_short() -> None:
    # A crisis that comes twice a year, or nearly: 1 - exp(-4.6) of 100 more than 10 would be 109, to be short is 100.
    crises = {"halt": {"annual_probability": 0.99, "onset_every": 4, "first_onset": 2, "duration": 1, "recovery": 0}}
    crises["halt"]["effects"] = [ALL_HALT]
    solved = solve(
        4,
        resolution="quarter",
        demand=400,
        material={"storage_cost_rate": 8, "opening_stock_t": 20},
        suppliers=[{"capacity_t": 400}],
        crises=crises,
        policies={"reserve_days": 18.25},
    )
    # 0.99 of 20 t, of which none can be spared
    assert solved.outcome.values("gap_scarce", "m") == pytest.approx([20])
    assert line(solved, "gap") == pytest.approx(0.99 * 20 * 100)


def test_the_gap_of_a_material_that_nobody_sells_costs_its_reference_price() -> None:
    materials = [MATERIAL | DEAR, MATERIAL | {"material": "other"}]
    solved = solve(
        3,
        tables={"projects": [MAKER], "suppliers": [SPOT | {"material": "other"}], "materials": materials},
        policies={"reserve_days": 73},
        crises=halt(2, 0.01, recovery=0),
    )
    assert solved.outcome.values("gap", "m") == pytest.approx([20])
    assert line(solved, "gap") == pytest.approx(0.01 * 20 * 10)


def test_a_recovery_gives_time_to_fill_up_again() -> None:
    # In the year after the halt 120 t can be bought: the branch ends with the plan's 20 t and no gap.
    crises = halt(2, 0.01, recovery=1)
    solved = solve(4, material=DEAR, suppliers=[{}, DEAREST], policies={"reserve_days": 73}, crises=crises)
    assert branch(solved, solved.outcome.arrived["s"]) == pytest.approx([0, 120], abs=1e-6)
    assert solved.outcome.values("gap", "m") == pytest.approx([0], abs=1e-6)


def test_a_branch_that_reaches_the_horizon_lacks_what_the_plan_is_credited() -> None:
    # The plan's 20 t at the end of year 2 are credited with 10 less half, discounted by 0.64. A branch without them
    # pays (1 - 0.5) * (30 * 0.8 - 10 * 0.64) = 8.8 for each, as they would be bought at 30 in year 2.
    changes = {"suppliers": [{}, DEAREST], "policies": {"reserve_days": 73}, "discount_rate": 0.25}
    solved = solve(2, material=DEAR | {"haircut": 0.5}, crises=halt(2, 0.01, recovery=0), **changes)
    assert branch(solved, solved.outcome.stock["m"]) == pytest.approx([0], abs=1e-6)
    assert line(solved, "gap") == pytest.approx(0.01 * 20 * 8.8)
    # what is worth nothing in the end need not be bought back
    assert line(solve(2, material=DEAR, crises=halt(2, 0.01, recovery=0), **changes), "gap") == 0


def test_futures_that_end_at_one_node_hand_back_together() -> None:
    # Lengths of two and nine years from year 2 share their path to the horizon of year 3; that of one ends in year 2.
    crises = halt(2, 0.1, duration={1: 0.5, 2: 0.3, 9: 0.2}, recovery=0)
    solved = solve(
        3, material=DEAR | {"haircut": 0}, suppliers=[{}, DEAREST], policies={"reserve_days": 73}, crises=crises
    )
    (chain,) = solved.outcome.chains
    assert chain.tree.end_weight == pytest.approx([0.05, 0.05])
    # 20 t are missing at either: bought at 30 in year 2, and worth 30 - 10 less at the horizon
    assert solved.outcome.values("gap", "m") == pytest.approx([20, 20])
    assert line(solved, "gap") == pytest.approx(0.05 * 20 * 30 + 0.05 * 20 * 20)
