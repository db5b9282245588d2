"""A ceiling on the plan's stock; the world is that of `oracles.by_hand`.

Prices triple in 2027, so that without a ceiling its 100 t are bought the year before.
"""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.result.pipeline import run_strategy
from oracles.by_hand import duals, plan, small_world, solve

SPIKE: dict[str, Any] = {"spike": {"from": "2027-01", "to": "2027-12", "effects": [{"all": True, "price_factor": 3}]}}


def stocks(periods: int = 2, **changes: Any) -> list[float]:
    """The plan's stock at the end of each year."""
    solved = solve(periods, **changes)
    return plan(solved, solved.outcome.stock["m"])


def test_no_more_is_stored_than_the_ceiling() -> None:
    assert stocks(events=SPIKE) == pytest.approx([100, 0])
    # 73 days of 100 t a year: 20 t, the other 80 are bought at 30
    solved = solve(events=SPIKE, policies={"reserve_ceiling": 73})
    assert plan(solved, solved.outcome.stock["m"]) == pytest.approx([20, 0])
    assert solved.outcome.solution.objective == pytest.approx(120 * 10 + 80 * 30)
    assert duals(solved, "reserve_ceiling")["dual"].tolist() == pytest.approx([-20, 0])


def test_a_ceiling_of_the_target_holds_just_the_reserve() -> None:
    asked = {"reserve_days": 36.5, "reserve_ceiling": "target"}
    assert stocks(events=SPIKE, policies=asked) == pytest.approx([10, 10])


def test_a_ceiling_of_the_target_without_a_target_is_none() -> None:
    assert stocks(events=SPIKE, policies={"reserve_ceiling": "target"}) == pytest.approx([0, 0])


def test_a_ceiling_by_material_leaves_the_others_alone() -> None:
    asked = {"reserve_days": {"default": 0}, "reserve_ceiling": {"other": 0}}
    other = {"material": "other", "reference_price": 1}
    tables = {"materials": [{"material": "m", "reference_price": 10, "shortage_cost": 100, "haircut": 1}, other]}
    assert stocks(events=SPIKE, policies=asked, tables=tables) == pytest.approx([100, 0])


def test_what_is_there_before_may_be_used_up() -> None:
    # of 250 t 150 are left after 2026 and 50 after 2027
    assert stocks(3, material={"opening_stock_t": 250}, policies={"reserve_ceiling": 0}) == pytest.approx([150, 50, 0])


def test_what_is_there_before_is_no_room_to_buy() -> None:
    # 50 t are left after 2026, more than the 20 of the ceiling: nothing is added to them for the spike
    assert stocks(events=SPIKE, material={"opening_stock_t": 150}, policies={"reserve_ceiling": 73})[
        0
    ] == pytest.approx(50)


def test_goods_under_way_cannot_be_turned_back() -> None:
    # 130 t arrive in 2026, 30 more than are used
    supplier = {"lead_periods": 1, "in_transit_t": 130}
    assert stocks(suppliers=[supplier], policies={"reserve_ceiling": 0}) == pytest.approx([30, 0])


def test_a_commitment_may_be_taken() -> None:
    contract = {"kind": "contract", "capacity_t": 200, "price": 8, "minimum_t": 120}
    assert stocks(suppliers=[contract], policies={"reserve_ceiling": 0})[0] <= 20 + 1e-9


def test_a_reserve_is_not_sold_when_demand_falls() -> None:
    # a year of 100 t is held at the end of 2026; of 2027's 10 t a year would be 10, and 90 are left
    demand = [
        {"material": "m", "year": year, "tonnes": tonnes} for year, tonnes in ((2026, 100), (2027, 10), (2028, 10))
    ]
    asked = {"reserve_days": 365, "reserve_ceiling": "target"}
    assert stocks(2, tables={"demand": demand}, policies=asked) == pytest.approx([100, 90])


def test_a_release_rate_keeps_some_in_store() -> None:
    # 0.1 t a day are 36.5 a year, so that 100 - 36.5 are left
    material = {"opening_stock_t": 100, "release_rate_t_per_day": 0.1}
    assert stocks(1, material=material, policies={"reserve_ceiling": 0}) == pytest.approx([63.5])


def test_feed_that_runs_raises_the_ceiling() -> None:
    # metal is made of two tonnes of ore each: 73 days of 200 t of feed are 40 t, bought before ore triples
    ore = {"material": "ore", "reference_price": 10}
    plant = {"project": "p", "material": "m", "country": "JPN", "kind": "refinery", "existing_t": 100}
    plant |= {"input_material": "ore", "input_per_output": 2}
    solved = solve(
        events=SPIKE,
        suppliers=[{"material": "ore"}],
        tables={
            "materials": [{"material": "m", "reference_price": 10, "shortage_cost": 1000, "haircut": 1}, ore],
            "projects": [plant],
        },
        policies={"reserve_ceiling": {"ore": 73, "m": 0}},
    )
    assert plan(solved, solved.outcome.stock["ore"])[0] == pytest.approx(40)


def test_what_plants_can_take_of_a_commitment_is_no_room_to_store() -> None:
    # 120 t of ore are committed and the plants that stand take 200 t at full running, so that all of it can leave: with
    # a ceiling in days of feed, and nothing fed, as metal at 12 is cheaper than a plant at 100, none is kept
    ore = {"material": "ore", "reference_price": 10}
    plant = {"project": "p", "material": "m", "country": "JPN", "kind": "refinery", "existing_t": 100}
    plant |= {"input_material": "ore", "input_per_output": 2, "running_cost": 100}
    contract = {"supplier": "c", "material": "ore", "kind": "contract", "capacity_t": 300, "price": 8}
    found = []
    for minimum in (120, 220):
        solved = solve(
            suppliers=[{"price": 12}, contract | {"minimum_t": minimum}],
            tables={
                "materials": [{"material": "m", "reference_price": 10, "shortage_cost": 1000, "haircut": 1}, ore],
                "projects": [plant],
            },
            policies={"reserve_ceiling": {"ore": 73}},
        )
        found.append(plan(solved, solved.outcome.stock["ore"])[0])
    # of a commitment of 220 t at most the 20 that no plant could take may stay
    assert found[0] == pytest.approx(0)
    assert 0 <= found[1] <= 20 + 1e-9


def test_a_ceiling_below_the_reserve_is_a_fault() -> None:
    asked = {"reserve_days": {"2026-12": 60, "2027-12": 180}, "reserve_ceiling": 100}
    with pytest.raises(Exception, match="100 days in 2027-01 are below the 180 days that the reserve of m asks for"):
        small_world(policies=asked)


def test_a_day_of_a_target_that_is_a_ceiling_too_moves_both() -> None:
    # a day is 100/365 t: bought at 10 in 2026 it spares one of 30 in 2027; of 2027 it is bought at 30 and lost
    world = small_world(events=SPIKE, policies={"reserve_days": 36.5, "reserve_ceiling": "target"})
    prices = run_strategy(world).tables["prices"].set_index(["policy", "year"])["price"]
    day = 100 / 365
    assert prices["reserve_days", 2026] == pytest.approx((10 - 30) * day)
    assert prices["reserve_days", 2027] == pytest.approx(30 * day)
    assert "reserve_ceiling" not in prices.index.get_level_values("policy")
