"""Dates that are put off: a dated path that reaches its end later, and crises to be survived from a later month on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from bichiku.build import build
from bichiku.explaining.changes import Change
from bichiku.explaining.deletion_filter import RuleSet
from bichiku.explaining.explanation import Remark, Topic
from bichiku.explaining.other_policy import under_other_policy
from bichiku.explaining.ruled_program import without
from bichiku.explaining.rules import Number, Rule
from bichiku.explaining.trials import Trials
from bichiku.explaining.unmet_demand import with_unmet
from bichiku.model.chains import Chain
from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.policies import OF_FAMILY
from bichiku.result.outcome import Outcome

LATER = "later"


def postponements(ruleset: RuleSet, trials: Trials, outcome: Outcome) -> Iterator[Change | Remark]:
    """For each policy of a conflict that is dated, the first year by which it can be reached, or why there is none."""
    seen: set[Number] = set()
    for rule in ruleset.rules:
        if rule.number in seen or not rule.is_policy:
            continue
        seen.add(rule.number)
        path = OF_FAMILY[rule.kind].path(rule.limit, outcome.world)
        if rule.is_survival:
            yield _later_starts(rule, trials, outcome)
        elif path is not None:
            yield _later_end(rule, path, trials, outcome)


def stretched(path: TimePath, end: int) -> TimePath:
    """The path with its first point where it is and its last at `end`, the others moved in proportion."""
    first, last = path.at[0], path.at[-1]
    at = [first + round((point - first) * (end - first) / (last - first)) for point in path.at]
    return TimePath(tuple(at), path.values)


def _later_end(rule: Rule, path: TimePath, trials: Trials, outcome: Outcome) -> Change | Remark:
    """The first year by which a path can reach its end: the later it does, the less is asked for."""
    policy, calendar = OF_FAMILY[rule.kind], outcome.world.calendar
    if len(set(path.values)) == 1:
        return Remark(Topic.LATER_IS_UNDATED, rule.kind, rule.material)
    if any(rule.loosening * (after - before) > 0 for before, after in pairwise(path.values)):
        return Remark(Topic.LATER_IS_LESS, rule.kind, rule.material)
    a_year, horizon = (12, int(calendar.ends[-1])) if path.monthly else (1, int(calendar.years[-1]))
    before = path.at[-1]
    ends = [before + k * a_year for k in range(1, (horizon - before) // a_year + 1)]
    if not ends:
        return Remark(Topic.LATER_IS_OUTSIDE, rule.kind, rule.material)

    def helps(end: int) -> bool | None:
        changed = policy.with_path(rule.limit, outcome.world, stretched(path, end))
        return part_feasible(*under_other_policy(outcome, policy.name, changed), trials, outcome)

    last = helps(ends[-1])
    if last is None:
        return Remark(Topic.LATER_UNTRIED, rule.kind, rule.material)
    if not last:
        return Remark(Topic.LATER_NOT_ENOUGH, rule.kind, rule.material, ends[-1])
    first, sure = first_that_helps(ends, helps, -1)  # the path as it is does not help
    after, least = float(ends[first]), float(ends[first] - before)
    return Change(
        LATER, rule.name, rule.material, None, least, float(before), after, "date", sure, alone=True, rule=rule
    )


def first_that_helps(places: Sequence[int], helps: Callable[[int], bool | None], low: int) -> tuple[int, bool]:
    """The position of the first that helps, where the last does and `low` does not; and whether all could be told."""
    high, sure = len(places) - 1, True
    while high - low > 1:
        middle = (low + high) // 2
        verdict = helps(places[middle])
        sure &= verdict is not None
        low, high = (low, middle) if verdict else (middle, high)
    return high, sure


def part_feasible(world: World, chains: Sequence[Chain], trials: Trials, outcome: Outcome) -> bool | None:
    """Whether the component under study is feasible in a world whose numbers differ."""
    plain = build(world, chains)
    if plain.shape != outcome.program.shape:
        return None
    return trials.check.feasible(with_unmet(plain, outcome).part(trials.part.rows, trials.part.columns))


def _later_starts(rule: Rule, trials: Trials, outcome: Outcome) -> Change | Remark:
    """The first month from which on the crises can be survived."""
    rules = [other for other in trials.part.rules if other.kind == rule.kind]
    begins = outcome.world.calendar.begins
    onsets = sorted({other.onset for other in rules})

    def helps(onset: int) -> bool | None:
        return trials.check.feasible(without(trials.part.program, [other for other in rules if other.onset < onset]))

    last = False if len(onsets) == 1 else helps(onsets[-1])
    if last is None:
        return Remark(Topic.LATER_STARTS_UNTRIED)
    if not last:
        return Remark(Topic.LATER_STARTS_NOT_ENOUGH)
    first, sure = first_that_helps(onsets, helps, 0)
    before, after = (int(begins[onsets[place] - 1]) for place in (0, first))
    return Change(
        LATER,
        rule.kind,
        "",
        None,
        float(after - before),
        float(before),
        float(after),
        "date",
        sure,
        alone=True,
        rule=rule,
    )
