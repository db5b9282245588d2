"""Warnings that need a result."""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.checking import Advice
from bichiku.checking.results import advice_on_comparison, advice_on_result
from bichiku.result.pipeline import run_strategy
from oracles.by_hand import description, read
from oracles.world_strategies import Description
from tests.check.cases import Case, halt
from tests.check.test_tables import PROJECT


def rising(first: float, **effect: Any) -> Description:
    """50 t in store and a target of 50 t from 2028 on, when prices rise; in 2028 a crisis makes them rise more.

    The supplier has what is used and no more, so stock that is used cannot be bought back and the plan holds 50 t
    throughout. In the branch a tonne costs 60 in 2028, and one that is missing at the horizon is worth nothing.
    """
    spike = {"all": True, "price_factor": 5.0, **effect}
    once = {"annual_probability": None, "onset_every": None, "onsets": [{"period": 3, "probability": 0.1}]}
    rise = {"from": "2028-01", "to": "2029-12", "effects": [{"all": True, "price_factor": 1.2}]}
    return description(
        4,
        material={"opening_stock_t": 50},
        suppliers=[{"capacity_t": 100}],
        policies={"reserve_days": {"2026-12": first, "2027-12": first, "2028-12": 182.5, "2029-12": 182.5}},
        events={"rise": rise},
        crises=halt(effects=[spike], **once),
    )


def standby(running_cost: float, existing: float = 0) -> Description:
    """A plant at home beside China's supplier, who asks 10 and stops in a crisis; a tonne short costs 100."""
    plant = PROJECT | {"max_build_t": 100, "existing_t": existing, "running_cost": running_cost}
    return description(
        tables={"projects": [plant]},
        crises=halt(effects=[{"countries": ["CHN"], "loss": 1.0}], annual_probability=0.3),
    )


def capped(most: object, australian: float, periods: int = 2, opening: float = 0, loss: float = 0) -> Description:
    """China has all that is wanted at 10, and at most a share; Australia so much at 20; 100 t are used a year."""
    return description(
        periods,
        material={"storage_cost_rate": 0.1, "opening_stock_t": opening, "loss_rate": loss},
        suppliers=[{}, {"supplier": "a", "country": "AUS", "price": 20, "capacity_t": australian}],
        policies={"share_caps": [{"group": ["CHN"], "max": most}]},
    )


CASES = [
    # storing costs 1 at most and Australia asks 10 more, so all of 2027 is bought from China in 2026, when no cap binds
    Case(
        "W604",
        capped({2026: 1.0, 2027: 0.5}, 40),
        capped(0.5, 60),
        "m",
        ("at most 80 t can arrive in 2027, and 100 t are used", "keeps it with 100 t out of the store"),
    ),
    Case("W604", capped({2026: 1.0, 2027: 0.5}, 60), capped(0.5, 60), "m", ("policies.share_caps binds in 2027",)),
    # of 125 t in store a fifth is lost
    Case(
        "W604",
        capped({2026: 1.0, 2027: 0.5}, 40, loss=0.2),
        capped(0.5, 60, loss=0.2),
        "m",
        ("keeps it with 100 t out of the store",),
    ),
    Case(  # what is in store at the start is all that is used in 2026, and nothing need be bought for the cap's sake
        "W604",
        capped({2026: 1.0, 2027: 0.5}, 60),
        capped(0.9, 60, 1, opening=100),
        "m",
    ),
    # with nothing bought before, the 20 t are a fifth of 365 days
    Case("W604", capped(0.5, 40, 1), capped(0.5, 60, 1), "m", ("73 days short, which policies.no_shortage forbids",)),
    Case(
        "W601",
        rising(0),
        rising(182.5),  # a target that does not rise keeps the stock where it is
        "m",
        ("if halt begins in 2028-01", "falls in 2028-01 by 50 t more than the plan's"),
    ),
    Case("W601", rising(0), rising(0, loss=0.01), "m"),  # an emergency, in which the stock may be used
    Case("W602", standby(10.5), standby(9.5), "p", ("stands by on the plan and never runs",)),
    Case("W602", standby(10.5, existing=20), standby(9.5, existing=20), "p", ("what is built stands by on the plan:",)),
]


def told(given: Description, code: str) -> list[Advice]:
    outcome = run_strategy(read(given), prices=False).outcome
    return [item for item in advice_on_result(outcome) if item.code == code]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    (item,) = told(case.triggers, case.code)
    assert item.subject == case.subject
    for words in case.says:
        assert words in item.message
    assert told(case.spares, case.code) == []


def test_strategies_with_one_plan_are_told() -> None:
    asked: dict[str, dict[str, Any]] = {
        "free": {},
        "none": {"reserve_days": 0},
        "little": {"reserve_days": 1e-4},  # 3e-5 t in store beside purchases of 100 t, yet all of the stock
        "thirty": {"reserve_days": 30},
        "month": {"reserve_days": {"m": 30.00001}},
    }
    tables = {
        name: run_strategy(read(description(policies=policies)), prices=False).tables
        for name, policies in asked.items()
    }
    found = advice_on_comparison(tables)
    assert [(item.code, item.subject) for item in found] == [("W603", "free, none"), ("W603", "thirty, month")]
    assert "a difference of label" in found[0].message
