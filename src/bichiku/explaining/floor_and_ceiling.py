"""A reserve whose days are floor and ceiling at once: it can be built up no sooner than it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bichiku.explaining.changes import Change
from bichiku.explaining.deletion_filter import RuleSet
from bichiku.explaining.explanation import Remark, Topic
from bichiku.explaining.other_policy import under_other_policy
from bichiku.explaining.postponement import first_that_helps, part_feasible
from bichiku.explaining.rules import Rule
from bichiku.explaining.trials import Trials
from bichiku.model.time_path import TimePath
from bichiku.policies.reserve_ceiling import RESERVE_CEILING, is_target
from bichiku.policies.reserve_days import RESERVE_DAYS
from bichiku.result.outcome import Outcome

EARLIER = "earlier"


def earlier_starts(ruleset: RuleSet, trials: Trials, outcome: Outcome) -> Iterator[Change | Remark]:
    """For each material whose floor and ceiling are in conflict, that they are one, and an earlier start that helps."""
    ceilings = {rule.material for rule in ruleset.rules if rule.kind == RESERVE_CEILING.name}
    told: set[str] = set()
    for rule in ruleset.rules:
        material = rule.material
        if rule.kind != RESERVE_DAYS.name or material in told or material not in ceilings:
            continue
        if not is_target(outcome.world, material):
            continue
        told.add(material)
        yield Remark(Topic.FLOOR_IS_CEILING, rule.kind, material)
        path = RESERVE_DAYS.path(rule.limit, outcome.world)
        if path is not None:
            yield from _earlier_start(rule, path, trials, outcome)


def _earlier_start(rule: Rule, path: TimePath, trials: Trials, outcome: Outcome) -> Iterator[Change | Remark]:
    """The last month from which on the target may rise to where it is asked for."""
    plateau = [at for at, days in zip(path.at, path.values, strict=True) if days == path.values[0]]
    rises = plateau[-1]
    starts = [int(end) for end in outcome.world.calendar.ends if end < rises]
    if len(set(path.values)) == 1 or not starts:
        return
    starts.reverse()  # the least change first

    def helps(start: int) -> bool | None:
        changed = RESERVE_DAYS.with_path(rule.limit, outcome.world, rising_from(path, rises, start))
        return part_feasible(*under_other_policy(outcome, RESERVE_DAYS.name, changed), trials, outcome)

    at_first = helps(starts[-1])
    if at_first is None:
        yield Remark(Topic.EARLIER_UNTRIED, rule.kind, rule.material)
    elif not at_first:
        yield Remark(Topic.EARLIER_NOT_ENOUGH, rule.kind, rule.material)
    else:
        found, sure = first_that_helps(starts, helps, -1)
        least, before, after = float(rises - starts[found]), float(rises), float(starts[found])
        yield Change(EARLIER, rule.name, rule.material, None, least, before, after, "date", sure, alone=True, rule=rule)


def rising_from(path: TimePath, rises: int, start: int) -> TimePath:
    """The path with its first rise, which begins at `rises`, begun at an earlier month."""
    later = [(at, days) for at, days in zip(path.at, path.values, strict=True) if at > rises]
    points = [(start, path.values[0]), *later]
    return replace(path, at=tuple(at for at, _ in points), values=tuple(days for _, days in points))
