"""Warnings about policies that contradict each other or the world."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import MATERIAL, description
from oracles.drawn import solved
from oracles.world_strategies import Description
from tests.check.cases import Case, given, halt, holds
from tests.check.test_policies import ONLY_CHINA, cap, floor, under
from tests.check.test_tables import PROJECT


def shares(caps: dict[str, float], floors: dict[str, float], **changes: Any) -> Description:
    policies = {
        "share_caps": [{"group": [group], "max": value} for group, value in caps.items()],
        "share_floors": [{"group": [group], "min": value} for group, value in floors.items()],
    }
    return under(policies, **changes)


def country_cap(most: float, **changes: Any) -> Description:
    return under({"country_cap": {"max": most}}, **changes)


def concentration(most: float, **changes: Any) -> Description:
    return under({"concentration": {"max": most}}, **changes)


def reserve(days: float, **material: Any) -> Description:
    """100 t a year is 0.274 t a day; 150 t can arrive in a year."""
    return description(material=material, suppliers=[{"capacity_t": 150}], policies={"reserve_days": days})


def survive(opening: float, **material: Any) -> Description:
    """All is lost for a year that begins in 2026 or 2027; 100 t are used in it."""
    policies = {"survive": {"crises": ["halt"]}}
    return description(
        material={"opening_stock_t": opening, **material}, policies=policies, crises=halt(recovery=0), periods=3
    )


UNLIMITED = [{"capacity_t": 1e9}, {"supplier": "t", "country": "AUS", "capacity_t": 100}]
FEW_AUSTRALIAN = [{}, {"supplier": "t", "country": "AUS", "capacity_t": 20}]
AUSTRALIA = [{"supplier": "s"}, {"supplier": "t", "country": "AUS", "capacity_t": 40}]

CASES = [
    Case(  # nobody sells from Canada
        "W203",
        floor(0.2, "CAN"),
        floor(0.2, "AUS"),
        "m",
        ("in 2026 to 2027", "policies.share_floors[0] (CAN) of at least 0.2", "none can be imported"),
    ),
    Case(  # a floor on one group above its cap
        "W203",
        shares({"CHN": 0.5}, {"CHN": 0.6}),
        shares({"CHN": 0.6}, {"CHN": 0.6}),
        "m",
        ("policies.share_caps[0] (CHN) of at most 0.5 and policies.share_floors[0] (CHN) of at least 0.6",),
    ),
    Case("W203", shares({}, {"CHN": 0.6, "AUS": 0.5}), shares({}, {"CHN": 0.6, "AUS": 0.4}), "m"),
    Case("W203", country_cap(0.4), country_cap(0.5), "m", ("policies.country_cap of at most 0.4",)),
    Case("W203", cap(0.9, suppliers=ONLY_CHINA), cap(0.9), "m", ("policies.share_caps[0]",)),
    Case(
        "W203",
        cap(0.9, suppliers=[{"lead_periods": 1, "in_transit_t": 50}]),
        cap(0.9, suppliers=[{"lead_periods": 1}, {"supplier": "t", "country": "AUS"}]),
        "m",
        ("arrives in 2026 all the same, so there is no plan",),
    ),
    Case(  # whoever sells without limit, a tonne from Australia allows one from China at a cap of a half
        "W203",
        shares({"CHN": 0.5}, {"CHN": 0.6}, suppliers=UNLIMITED),
        shares({"CHN": 0.5}, {}, suppliers=UNLIMITED),
        "m",
    ),
    Case(  # a refinery that takes both years to build sells nothing
        "W203",
        floor(0.2, "CAN", tables={"projects": [PROJECT | {"country": "CAN", "max_build_t": 30, "build_periods": 2}]}),
        floor(0.2, "CAN", tables={"projects": [PROJECT | {"country": "CAN", "existing_t": 30}]}),
        "m",
    ),
    Case(  # 40 t from Australia allow 40 t from China at a cap of a half
        "W204",
        cap(0.5, suppliers=AUSTRALIA),
        cap(0.6, suppliers=AUSTRALIA),
        "m",
        ("in 2026 at most 80 t can arrive under policies.share_caps[0] (CHN) of at most 0.5", "demand is 100 t"),
    ),
    Case(  # 20 t from Australia allow 20 t from China, and 60 t of the demand would have to be in stock
        "W204",
        cap(0.5, suppliers=FEW_AUSTRALIAN, periods=1, material={"opening_stock_t": 30}),
        cap(0.5, suppliers=FEW_AUSTRALIAN, periods=1, material={"opening_stock_t": 60}),
        "m",
        ("at most 40 t can arrive", "demand is 100 t and the opening stock 30 t; the rest comes from"),
    ),
    Case(
        "W205",
        concentration(0.4),
        concentration(0.5),
        "m",
        ("from 2 countries in 2026", "0.5 at least", "kept only by buying none"),
    ),
    Case(  # 50 t of China's arrive in 2026 and make an index of 1
        "W205",
        concentration(0.9, suppliers=[{"lead_periods": 1, "in_transit_t": 50}]),
        concentration(1, suppliers=[{"lead_periods": 1, "in_transit_t": 50}]),
        "m",
        (
            "from 1 country in 2026",
            "buying none; what is under way at the start arrives in 2026 all the same, so there",
        ),
    ),
    # 1100 days are 301 t: at most 150 t by the end of 2026
    Case("W206", reserve(1100), reserve(500), "m", ("301.37 t in 2026-01", "150 t at most", "there is no plan")),
    Case(
        "W206",
        reserve(200, opening_stock_t=100, storage_limit_t=50),
        reserve(180, opening_stock_t=100, storage_limit_t=50),
        "m",
        ("storage holds no more",),
    ),
    # with all demand met 50 t are left at the end of 2026, which are 182.5 days
    Case("W207", reserve(183), reserve(182), "m", ("50.137 t in 2026-01", "50 t at most")),
    # a crisis in 2026 finds the opening stock and nothing else
    Case("W208", survive(99), survive(100), "m", ("if halt begins in 2026-01, at least 1 t are short",)),
    Case(  # 100 t in store, but 0.27 t a day come out of it: 98.55 t a year
        "W208",
        survive(200, release_rate_t_per_day=0.27),
        survive(200, release_rate_t_per_day=0.28),
        "m",
        ("at least 1.45 t are short",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)


def test_a_limit_on_concentration_has_no_plan_where_goods_under_way_break_it() -> None:
    in_transit = {"lead_periods": 1, "in_transit_t": 50}
    assert solved(concentration(0.9, suppliers=[in_transit])) is None
    # bought by nobody in 2026, and from two countries in 2027
    (item,) = given(concentration(0.4, suppliers=[{"lead_periods": 1}, {"supplier": "t", "country": "AUS"}]), "W205")
    assert item.message.endswith("kept only by buying none")


def test_a_soft_limit_contradicts_nothing() -> None:
    soft = under({"share_floors": [{"group": ["CAN"], "min": 0.2, "soft": 5}]})
    assert given(soft, "W203") == []


def test_only_the_limits_that_are_in_conflict_are_named() -> None:
    # what Australia must sell is out of question with China's cap alone
    limits = shares({"CHN": 0.1, "AUS": 0.2}, {"AUS": 0.05})
    (item,) = given(limits, "W203")
    assert "(CHN) of at most 0.1" in item.message
    assert "(AUS) of at most 0.2" in item.message
    assert "at least" not in item.message


def test_a_material_that_cannot_be_limited_is_no_matter() -> None:
    ore = MATERIAL | {"material": "ore"}
    assert given(floor(0.2, "AUS", tables={"materials": [MATERIAL, ore]}), "W203") == []
