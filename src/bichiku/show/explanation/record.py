"""An explanation as plain data, for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bichiku.explaining.changes import Change
from bichiku.explaining.explanation import Conflict, Explanation
from bichiku.explaining.rules import Rule
from bichiku.explaining.sacrifice import Sacrifice
from bichiku.model.world import World
from bichiku.show.explanation.change_words import change_words
from bichiku.show.explanation.remark_words import (
    NO_CHANGE,
    doubt_words,
    given_names,
    given_words,
    remark_words,
    sacrifice_words,
)
from bichiku.show.explanation.rule_words import rule_words


def as_record(explanation: Explanation) -> dict[str, Any]:
    """The explanation in lists, texts and numbers that JSON holds; rules without their rows and columns."""
    return {
        "strategy": explanation.strategy,
        "finding": explanation.diagnosis.value,
        "conflicts": [_conflict(conflict, explanation.world) for conflict in explanation.conflicts],
        "ray": None if explanation.ray is None else asdict(explanation.ray),
        "extremes": [asdict(extreme) for extreme in explanation.extremes],
        "only_so": [_sacrifice(sacrifice) for sacrifice in explanation.sacrifices],
        "notes": [remark_words(remark) for remark in explanation.remarks],
    }


def _sacrifice(sacrifice: Sacrifice) -> dict[str, Any]:
    return {**asdict(sacrifice), "kind": sacrifice.kind.value, "words": sacrifice_words(sacrifice)}


def _conflict(conflict: Conflict, world: World) -> dict[str, Any]:
    return {
        "rules": [_rule(rule, world) for rule in conflict.rules],
        "irreducible": conflict.irreducible,
        "doubt": doubt_words(conflict),
        "given": [{"words": given_words(given), "names": given_names(given)} for given in conflict.given],
        "changes": [_change(change) for change in conflict.changes],
        "fixed": [{"rule": _rule(no.rule, world), "reason": NO_CHANGE[no.reason]} for no in conflict.fixed],
        "notes": [remark_words(remark) for remark in conflict.remarks],
    }


def _rule(rule: Rule, world: World) -> dict[str, Any]:
    keys = ("kind", "name", "material", "year", "onset", "source", "value", "unit")
    found = {key: getattr(rule, key) for key in keys}
    return {**found, "fails_at_length": rule.fails_at or None, "words": rule_words(rule, world)}


def _change(change: Change) -> dict[str, Any]:
    number = ("kind", "name", "material", "year", "least", "before", "after", "unit")
    proof = ("verified", "alone", "enough", "told_in")
    return {
        **{key: getattr(change, key) for key in number},
        "words": change_words(change),
        **{key: getattr(change, key) for key in proof},
    }
