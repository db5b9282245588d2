"""An explanation as plain data, for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bichiku.explaining.explanation import Conflict, Explanation
from bichiku.explaining.rules import Rule


def as_record(explanation: Explanation) -> dict[str, Any]:
    """The explanation in lists, texts and numbers that JSON holds; rules without their rows and columns."""
    return {
        "strategy": explanation.strategy,
        "finding": explanation.finding.value,
        "conflicts": [_conflict(conflict) for conflict in explanation.conflicts],
        "ray": None if explanation.ray is None else asdict(explanation.ray),
        "extremes": [asdict(extreme) for extreme in explanation.extremes],
        "notes": list(explanation.notes),
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "rules": [_rule(rule) for rule in conflict.rules],
        "irreducible": conflict.irreducible,
        "doubt": conflict.doubt,
        "given": [asdict(given) for given in conflict.given],
        "changes": [asdict(change) for change in conflict.changes],
        "fixed": [{"rule": _rule(fixed.rule), "reason": fixed.reason} for fixed in conflict.fixed],
        "notes": list(conflict.notes),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    keys = ("kind", "name", "material", "year", "onset", "source", "value", "unit", "words")
    return {key: getattr(rule, key) for key in keys}
