"""'Take until 2032': a dated path that reaches its end later, and crises to be survived from a later month on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from bichiku.build import build
from bichiku.explaining.changes import Bench, Change
from bichiku.explaining.conflict import RuleSet
from bichiku.explaining.judge import Judge
from bichiku.explaining.rules import Rule, without
from bichiku.explaining.unmet import with_unmet
from bichiku.model.calendar import month_label
from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.policies import OF_FAMILY
from bichiku.result.outcome import Outcome

DATED = ("reserve_days", "share_caps", "share_floors", "country_cap")


def later(ruleset: RuleSet, bench: Bench, outcome: Outcome) -> Iterator[Change | str]:
    """For each policy of a conflict that is dated, the first year by which it can be reached, or why there is none."""
    seen: set[tuple[str, str, str]] = set()
    for rule in ruleset.rules:
        if rule.family in seen or rule.kind not in (*DATED, "survive"):
            continue
        seen.add(rule.family)
        yield _survive_from(bench, outcome) if rule.kind == "survive" else _path_until(rule, bench, outcome)


def stretched(path: TimePath, end: int) -> TimePath:
    """The path with its first point where it is and its last at `end`, the others moved in proportion."""
    first, last = path.at[0], path.at[-1]
    at = [first + round((point - first) * (end - first) / (last - first)) for point in path.at]
    return TimePath(tuple(at), path.values)


def _path_until(rule: Rule, bench: Bench, outcome: Outcome) -> Change | str:
    policy, limit = OF_FAMILY[rule.kind], rule.limit
    assert limit is not None
    path, what = policy.path(limit, outcome.world), f"{rule.kind} of {rule.material}"
    if path is None or len(set(path.values)) == 1:
        return f"taking longer does not apply to {what}: it is one number for all years"
    if any(rule.loosening * (after - before) > 0 for before, after in pairwise(path.values)):
        return f"taking longer does not apply to {what}: in some years it asks for less than before"
    monthly = rule.kind == "reserve_days"
    calendar = outcome.world.calendar
    a_year, horizon = (12, int(calendar.ends[-1])) if monthly else (1, int(calendar.years[-1]))
    ends = [path.at[-1] + k * a_year for k in range(1, (horizon - path.at[-1]) // a_year + 1)]
    if not ends:
        return f"taking longer does not apply to {what}: its last date is the end of the horizon"

    def helps(end: int) -> bool | None:
        changed = policy.with_path(limit, outcome.world, stretched(path, end))
        policies = outcome.world.policies.model_copy(update={policy.name: changed})
        world = replace(outcome.world, settings=outcome.world.settings.model_copy(update={"policies": policies}))
        return _part_feasible(world, bench, outcome, bench.judge)

    return _first(ends, helps, path.at[-1], what, lambda end: month_label(end) if monthly else str(end), rule, bench)


def _first(
    ends: list[int],
    helps: Callable[[int], bool | None],
    before: int,
    what: str,
    label: Callable[[int], str],
    rule: Rule,
    bench: Bench,
) -> Change | str:
    """Halving: the later the end, the less is asked for."""
    helped = helps(ends[-1])
    if helped is None:
        return f"taking longer with {what} was not tried to the end"
    if not helped:
        return f"taking longer with {what} is not enough by itself, even until {label(ends[-1])}"
    high, sure = _first_that_helps(ends, helps, -1)  # the path as it is does not help
    words = f"take until {label(ends[high])} with {what}, instead of {label(before)}"
    least = float(ends[high] - before)
    return Change(
        "later",
        rule.name,
        rule.material,
        None,
        least,
        float(before),
        float(ends[high]),
        "date",
        words,
        sure,
        True,
    )


def _first_that_helps(places: list[int], helps: Callable[[int], bool | None], low: int) -> tuple[int, bool]:
    """The position of the first that helps, where the last does and `low` does not; and whether all could be told."""
    high, sure = len(places) - 1, True
    while high - low > 1:
        middle = (low + high) // 2
        verdict = helps(places[middle])
        sure &= verdict is not None
        low, high = (low, middle) if verdict else (middle, high)
    return high, sure


def _part_feasible(world: World, bench: Bench, outcome: Outcome, judge: Judge) -> bool | None:
    """Whether the part under study is feasible in a world whose numbers differ."""
    plain = build(world, outcome.tree, outcome.state)
    if plain.shape != outcome.program.shape:
        return None
    return judge.feasible(with_unmet(plain, outcome).part(bench.part.rows, bench.part.columns))


def _survive_from(bench: Bench, outcome: Outcome) -> Change | str:
    """The first month from which on the crises can be survived."""
    rules = [rule for rule in bench.part.rules if rule.kind == "survive"]
    begins = outcome.world.calendar.begins
    onsets = sorted({rule.onset for rule in rules})

    def helps(onset: int) -> bool | None:
        return bench.judge.feasible(without(bench.part.program, [r for r in rules if r.onset < onset]))

    last = False if len(onsets) == 1 else helps(onsets[-1])
    if last is None:
        return "surviving only later starts of the crises was not tried to the end"
    if not last:
        return "surviving only later starts of the crises does not help: the last cannot be survived either"
    high, sure = _first_that_helps(onsets, helps, 0)
    month = int(begins[onsets[high] - 1])
    words = f"ask to survive only what begins in {month_label(month)} or later (survive: from)"
    before = float(np.min(begins[np.array(onsets) - 1]))
    return Change("later", "survive", "", None, month - before, before, float(month), "date", words, sure, True)
