"""Warnings about crises and events."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import ALL_HALT, MATERIAL, SPOT, Row, description
from oracles.world_strategies import Description
from tests.check.cases import Case, halt, holds
from tests.check.test_tables import REFINERY

ORE = MATERIAL | {"material": "ore"}
LOSS = {"countries": ["CHN"], "loss": 1.0}
TWO_CHAINS = {"materials": [MATERIAL, ORE], "suppliers": [SPOT, SPOT | {"supplier": "t", "material": "ore"}]}
FED_FROM_CONGO = {"origins": [{"supplier": "s", "country": "COD", "share": 0.5}]}


def hit_by(*effects: dict[str, Any], **changes: Any) -> Description:
    return description(crises=halt(effects=list(effects)), tables={"materials": [MATERIAL, ORE]}, **changes)


def event(**effect: Any) -> Description:
    return description(events={"strike": {"from": "2026-01", "to": "2026-06", "effects": [effect]}})


def dated(first: float, second: float, **effect: Any) -> Row:
    """A crisis that begins in the first or the second period and goes on to the end."""
    onsets = [{"period": 1, "probability": first}, {"period": 2, "probability": second}]
    effects = [{**effect, "loss": 1.0}] if effect else [ALL_HALT]
    return halt(annual_probability=None, onset_every=None, onsets=onsets, recovery="to-end", effects=effects)


def lasting(duration: Any, start: int = 0, own: int | None = None, periods: int = 4) -> Description:
    """A crisis of some lengths that may begin in the first period, with an effect that starts and ends by itself."""
    effect = LOSS | {"start": start} | ({"duration": own} if own else {})
    once = {"annual_probability": None, "onset_every": None, "onsets": [{"period": 1, "probability": 0.1}]}
    return description(periods, crises=halt(duration=duration, effects=[effect], recovery="to-end", **once))


def shipped_and_made(recovery: int, periods: int = 4) -> Description:
    """Ore that is a year at sea, and m that is made of it and is another year at sea; ore stops in the first year."""
    project = REFINERY | {"lead_periods": 1, "input_per_output": 1}
    once = {"annual_probability": None, "onset_every": None, "onsets": [{"period": 1, "probability": 0.1}]}
    return description(
        periods,
        suppliers=[{"material": "ore", "lead_periods": 1, "in_transit_t": 100}],
        tables={"materials": [MATERIAL, ORE], "projects": [project]},
        crises=halt(recovery=recovery, effects=[{"suppliers": ["s"], "loss": 1.0}], **once),
    )


NOTHING = "crises.halt"
ONLY_ORE = [{"material": "ore"}]

CASES = [
    Case(
        "W308",
        hit_by({"countries": ["CHN", "MNG"], "loss": 1.0}),
        hit_by(LOSS),
        "crises.halt.effects[0]",
        ("countries names MNG, of which it hits nothing",),
    ),
    Case(  # nobody sells ore, so nothing of it is lost in China
        "W308",
        hit_by(LOSS | {"materials": ["m", "ore"]}),
        hit_by(LOSS | {"materials": ["m"]}),
        "crises.halt.effects[0]",
        ("materials names ore, of which it hits nothing",),
    ),
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
        lasting({1: 0.5, 2: 0.5}, start=2),
        lasting({1: 0.5, 2: 0.5}, start=1),
        NOTHING,
        ("starts 2 periods after the onset, and the crisis goes on for 2 at most",),
    ),
    Case(  # of three periods one is left at the horizon
        "W302",
        lasting(3, start=1, periods=1),
        lasting(3, start=1, periods=2),
        NOTHING,
        ("goes on for 1 at most",),
    ),
    Case(  # a price factor with countries moves the prices of suppliers in them alone
        "W302",
        description(crises=halt(effects=[{"countries": ["COD"], "price_factor": 2}]), tables=FED_FROM_CONGO),
        description(crises=halt(effects=[{"countries": ["CHN"], "price_factor": 2}]), tables=FED_FROM_CONGO),
        NOTHING,
        ("moves no spot price",),
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
        "m",
        ("in 2027-01 its plan has a weight of 40%", "halt (60%)"),
    ),
    Case(  # a chain of its own is not touched
        "W305",
        description(crises=dated(0.3, 0.3, materials=["m"]), tables=TWO_CHAINS),
        description(crises=dated(0.3, 0.2, materials=["m"]), tables=TWO_CHAINS),
        "m",
    ),
    Case(  # a year at sea for ore, and one for what is made of it: two, of which the branch has one
        "W306",
        shipped_and_made(recovery=1),
        shipped_and_made(recovery=2),
        "halt",
        ("its recovery of 1 is shorter than the 2 periods", "the chain of m"),
    ),
    Case(  # what comes back step by step is through later
        "W306",
        description(4, suppliers=[{"ramp_periods": 2}], crises=halt(recovery=1)),
        description(4, suppliers=[{"ramp_periods": 1}], crises=halt(recovery=1)),
        "halt",
        ("shorter than the 2 periods",),
    ),
    Case("W306", shipped_and_made(recovery=1), shipped_and_made(recovery=1, periods=2), "halt"),  # cut at the horizon
    Case(
        "W307",
        lasting(2, start=1, own=2),
        lasting(2, start=1, own=1),
        "crises.halt.effects[0]",
        ("its own duration of 2 periods would end 3 after the onset, and the crisis ends after 2",),
    ),
    Case("W307", lasting({1: 0.5, 2: 0.5}, own=3), lasting({1: 0.5, 2: 0.5}, own=2), "crises.halt.effects[0]"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)
