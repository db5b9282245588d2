"""Warnings about crises and events."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import MATERIAL, Row, description
from oracles.world_strategies import Description
from tests.check.cases import Case, halt, holds

ORE = MATERIAL | {"material": "ore"}


def hit_by(*effects: dict[str, Any], **changes: Any) -> Description:
    return description(crises=halt(effects=list(effects)), tables={"materials": [MATERIAL, ORE]}, **changes)


def event(**effect: Any) -> Description:
    return description(events={"strike": {"from": "2026-01", "to": "2026-06", "effects": [effect]}})


def dated(first: float, second: float) -> Row:
    """A crisis that begins in the first or the second period and goes on to the end."""
    onsets = [{"period": 1, "probability": first}, {"period": 2, "probability": second}]
    return halt(annual_probability=None, onset_every=None, onsets=onsets, recovery="to-end")


LOSS = {"countries": ["CHN"], "loss": 1.0}
NOTHING = "crises.halt"
ONLY_ORE = [{"material": "ore"}]

CASES = [
    Case(
        "W301",
        description(crises=halt(first_onset=3)),
        description(crises=halt(first_onset=2)),
        "halt",
        ("after the last period, 2",),
    ),
    Case("W302", hit_by({"countries": ["COD"], "loss": 1.0}), hit_by(LOSS), NOTHING, ("what it selects",)),
    Case(
        "W302", hit_by(LOSS | {"loss": 0}), hit_by(LOSS | {"loss": 0, "price_factor": 2}), NOTHING, ("its loss is 0",)
    ),
    Case(
        "W302",
        hit_by({"all": True, "price_factor": 1, "demand_factor": 1}),
        hit_by({"all": True, "price_factor": 1, "demand_factor": 1.1}),
        NOTHING,
        ("its demand_factor is 1 and its price_factor is 1",),
    ),
    Case("W302", hit_by(LOSS, suppliers=[{"capacity_t": 0}]), hit_by(LOSS), NOTHING, ("can ship nothing",)),
    Case(
        "W302",
        hit_by({"materials": ["ore"], "demand_factor": 2}),
        hit_by({"materials": ["m"], "demand_factor": 2}),
        NOTHING,
        ("have no demand",),
    ),
    Case(  # nobody sells m, of which 100 t are used all the same
        "W302",
        hit_by({"materials": ["m"], "loss": 1.0}, suppliers=ONLY_ORE),
        hit_by({"materials": ["m"], "loss": 1.0, "demand_factor": 2}, suppliers=ONLY_ORE),
        NOTHING,
        ("no supplier or project",),
    ),
    Case(
        "W302",
        hit_by({"materials": ["m"], "loss": 1.0, "demand_factor": 1}, suppliers=ONLY_ORE),
        hit_by({"materials": ["m"], "loss": 1.0, "demand_factor": 0.5}, suppliers=ONLY_ORE),
        NOTHING,
        ("no supplier or project is what it selects and its demand_factor is 1",),
    ),
    Case(
        "W302",
        hit_by({"all": True, "price_factor": 2}, suppliers=[{"kind": "contract"}]),
        hit_by({"all": True, "price_factor": 2}),
        NOTHING,
        ("no spot price",),
    ),
    Case(
        "W302",
        hit_by(LOSS | {"start": 2}),
        hit_by(LOSS | {"start": 1}),  # the branch of 2026 has two periods
        NOTHING,
        ("starts 2 periods after the onset, and the branch has 2",),
    ),
    Case("W302", event(countries=["COD"], loss=1.0), event(countries=["CHN"], loss=1.0), "events.strike"),
    Case(
        "W303",
        hit_by(LOSS, {"countries": ["COD"], "loss": 1.0}),
        hit_by(LOSS, {"countries": ["CHN"], "loss": 0.5}),
        "crises.halt.effects[1]",
        ("no supplier or project",),
    ),
    Case(
        "W304",
        description(crises=halt(annual_probability=0)),
        description(crises=halt(annual_probability=0), policies={"survive": {"crises": ["halt"]}}),
        "halt",
    ),
    Case(  # two branches of 0.3 each go on to the end
        "W305",
        description(crises=dated(0.3, 0.3)),
        description(crises=dated(0.3, 0.2)),
        "2027-01",
        ("a weight of 40%", "halt (60%)"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)
