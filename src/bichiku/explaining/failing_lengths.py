"""How long a crisis has to last that cannot be survived."""

from __future__ import annotations

from dataclasses import replace

from bichiku.explaining.deletion_filter import RuleSet
from bichiku.explaining.rules import Rule
from bichiku.explaining.trials import Trials
from bichiku.program import LinearProgram


def with_failing_lengths(ruleset: RuleSet, trials: Trials) -> tuple[Rule, ...]:
    """The rules of a conflict, those on crises of several lengths with the shortest that is in conflict already."""
    if not any(len(rule.lengths) > 1 for rule in ruleset.rules):
        return ruleset.rules
    conflict = trials.narrow(trials.part.keeping(ruleset.rules).program)
    return tuple(
        replace(rule, fails_at=_failing(rule, conflict, trials)) if len(rule.lengths) > 1 else rule
        for rule in ruleset.rules
    )


def _failing(rule: Rule, conflict: LinearProgram, trials: Trials) -> int:
    """The shortest length up to which all cannot be survived; 0 where that cannot be told."""
    for length in rule.lengths[:-1]:
        verdict = trials.check.feasible(conflict.without_limits(rule.rows[rule.row_length > length]))
        if verdict is not True:
            return length if verdict is False else 0
    return rule.lengths[-1]
