"""The warning about a model of the first edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bichiku.checking import advice_by_strategy
from bichiku.checking.facts import Facts
from bichiku.checking.format_2 import _USED, changed_keys
from oracles.by_hand import MATERIAL, SPOT, Row, description, read
from oracles.world_strategies import Description
from tests.check.cases import Case, halt, holds
from tests.check.test_tables import ORE, REFINERY

ONCE: Row = {"annual_probability": None, "onset_every": None, "onsets": [{"period": 1, "probability": 0.1}]}
CHINA: Row = {"countries": ["CHN"]}
FED = [{"supplier": "s", "country": "COD", "share": 0.3}, {"supplier": "s", "country": "ZMB", "share": 0.3}]


def old(periods: int = 2, **changes: Any) -> Description:
    return description(periods, format=None, **changes)


def once(*effects: Row, periods: int = 2, tables: Any = None, **crisis: Any) -> Description:
    """A crisis that can begin in the first period alone and goes on to the end."""
    settings = {**ONCE, "recovery": "to-end", "effects": list(effects), **crisis}
    return old(periods, tables=tables, crises=halt(**settings))


def strikes(*months: tuple[str, str]) -> Description:
    events = {
        f"strike-{i}": {"from": first, "to": last, "effects": [CHINA | {"loss": 1.0}]}
        for i, (first, last) in enumerate(months)
    }
    return old(events=events)


def reserve(of: str) -> Description:
    """Ore that is feed of m."""
    return old(tables={"materials": [MATERIAL, ORE], "projects": [REFINERY]}, policies={"reserve_days": {of: 1}})


def delayed(periods: int) -> Description:
    tranche = {"material": "m", "tranche": "thrift", "max_share": 0.1, "cost": 50, "delay_periods": periods}
    return once(CHINA | {"loss": 1.0}, tables={"substitution": [tranche]})


def demand(second: float, **changes: Any) -> Description:
    rows = [{"material": "m", "year": year, "tonnes": tonnes} for year, tonnes in ((2026, 100), (2027, second))]
    return old(1, tables={"demand": rows}, **changes)


STOP = CHINA | {"loss": 1.0}
EVENTS = "events (within one period)"
USED: list[tuple[str, Description, Description]] = [  # key, a model that uses it, one that narrowly does not
    ("annual_probability", old(crises=halt()), old(1, crises=halt())),
    (
        "onset_every (a window is cut at the horizon)",
        old(3, crises=halt(onset_every=2)),
        old(4, crises=halt(onset_every=2)),
    ),
    (
        "crises (each chain of materials has branches of its own)",
        once(STOP, tables={"materials": [MATERIAL, ORE]}),
        once(STOP),
    ),
    ("recovery (hand-back)", once(STOP), once(CHINA | {"loss": 0.0})),
    (
        "crises (a reserve is kept in those that do not concern it)",
        once(CHINA | {"price_factor": 2}),
        once(CHINA | {"price_factor": 2, "loss": 1.0}),
    ),
    ("start and duration of effects", once(STOP | {"duration": 2}), once(STOP | {"duration": 1})),
    ("start and duration of effects", once(STOP, STOP | {"start": 1}), once(STOP, STOP | {"start": 1}, duration=2)),
    ("loss (what is left is rationed)", once(CHINA | {"loss": 0.9}), once(STOP)),
    (
        "loss (of different countries of one feed)",
        once({"countries": ["COD"], "loss": 0.5}, {"countries": ["ZMB"], "loss": 0.5}, tables={"origins": FED}),
        once({"countries": ["COD", "ZMB"], "loss": 0.5}, tables={"origins": FED}),
    ),
    (EVENTS, strikes(("2026-01", "2026-06"), ("2026-07", "2026-12")), strikes(("2026-01", "2026-06"))),
    (EVENTS, strikes(("2026-01", "2026-06"), ("2026-01", "2026-11")), strikes(("2026-01", "2026-12"))),
    (
        "price_factor",
        once({"countries": ["COD"], "price_factor": 2.0}, tables={"origins": FED}),
        once({"countries": ["CHN"], "price_factor": 2.0}, tables={"origins": FED}),
    ),
    (
        "price_factor",
        once(CHINA | {"price_factor": 2.0}, tables={"suppliers": [SPOT, SPOT | {"supplier": "t", "country": "AUS"}]}),
        once(
            CHINA | {"price_factor": 2.0, "market": True},
            tables={"suppliers": [SPOT, SPOT | {"supplier": "t", "country": "AUS"}]},
        ),
    ),
    (
        "demand_factor",
        once({"countries": ["COD"], "demand_factor": 2.0}, tables={"origins": FED}),
        once({"countries": ["CHN"], "demand_factor": 2.0}, tables={"origins": FED}),
    ),
    ("reserve_days (of feed)", reserve("ore"), reserve("m")),
    (
        "budget.reserve_per_year",
        old(resolution="quarter", policies={"budget": {"reserve_per_year": 1}}),
        old(policies={"budget": {"reserve_per_year": 1}}),
    ),
    ("risk", old(policies={"risk": {"level": 0.5, "limit": 1}}), old()),
    ("delay_periods of substitution.csv", delayed(1), delayed(0)),
    ("demand.csv (a period in two years)", demand(110, start="2026-02"), demand(110)),
]

CASES = [
    Case(
        "W110",
        old(crises=halt(effects=[STOP])),
        description(crises=halt(effects=[STOP])),
        "format",
        ("mean something else than before: annual_probability, recovery (hand-back); read docs/format-2.md",),
    ),
    Case("W110", old(crises=halt()), old(), "format"),  # nothing that means something else
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize(("key", "uses", "spares"), USED, ids=[key for key, *_ in USED])
def test_a_key_is_named_where_the_model_uses_it_and_only_there(
    key: str, uses: Description, spares: Description
) -> None:
    assert key in changed_keys(Facts(read(uses)))
    assert key not in changed_keys(Facts(read(spares)))


def test_every_key_has_a_model_that_uses_it_and_a_row_in_the_docs() -> None:
    assert {key for key, *_ in USED} == set(_USED)
    text = (Path(__file__).parents[2] / "docs" / "format-2.md").read_text(encoding="utf-8")
    for key in _USED:
        name, _, about = key.partition(" (")
        assert f"`{name}`" in text or f"`{name.split(' ')[0]}`" in text, key
        assert not about or about.rstrip(")") in text, key


def test_strategies_have_one_warning_together() -> None:
    worlds = {"first": read(old()), "second": read(reserve("ore"))}
    found = {item for items in advice_by_strategy(worlds).values() for item in items if item.code == "W110"}
    (item,) = found
    assert "reserve_days (of feed)" in item.message
