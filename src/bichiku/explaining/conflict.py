"""Rules that cannot be kept together, none of them too many: proofs leave few, a deletion filter fewer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bichiku.explaining.crises import crisis_by_crisis
from bichiku.explaining.judge import Judge
from bichiku.explaining.policy_rules import POLICY_KINDS
from bichiku.explaining.proof import Prover
from bichiku.explaining.rules import Part, Rule, part_of
from bichiku.program import LinearProgram
from bichiku.program.components import limited_components

Progress = Callable[[str], None]

MOST_TRIED = 8  # rules of a conflict that are left out by turns to see whether there is another beside it
MOST_CONFLICTS = 6  # in one part; further ones are told but not looked into


@dataclass(frozen=True)
class RuleSet:
    """Rules of a part that contradict each other.

    Attributes:
        rules: the rules.
        doubtful: rules that may not be needed, as the solver could not tell or the time was up.
        in_a_line: rules that are needed with those told in the same line, but were not tried by themselves.
        rows: rows of the part that contradict each other already with these rules; all where that is not known.
    """

    rules: tuple[Rule, ...]
    doubtful: tuple[Rule, ...]
    in_a_line: tuple[Rule, ...] = ()
    rows: np.ndarray | None = None

    @property
    def families(self) -> frozenset[tuple[str, str, str]]:
        """The policies to blame; rules of tables where no policy is among them."""
        policies = [rule for rule in self.rules if rule.kind in POLICY_KINDS]
        return frozenset(rule.family for rule in policies or self.rules)


class Search:
    """Conflicts of a part one after the other, each looked for without a rule of those before.

    Attributes:
        found: the conflicts so far.
        complete: whether the part is known to hold no further one.
    """

    def __init__(self, part: Part, judge: Judge, progress: Progress = lambda _: None) -> None:
        self.part, self._judge, self._progress = part, judge, progress
        self.found: list[RuleSet] = []
        self.complete = False
        self._narrowed = False
        self._prover = Prover(part, judge)
        self._kept: list[Rule] | None = list(part.rules)

    def run(self) -> None:
        """Looks until there is no further conflict, or as many as are told, or the time is up."""
        while self._kept is not None and len(self.found) < MOST_CONFLICTS and not self._judge.late:
            found = (
                _in_a_crisis(self.part, self._kept, self._judge, self._progress)
                or self._in_a_piece(self._kept)
                or _filtered(Prover(self.part, self._judge), self._kept, self._progress)
            )
            if not found.rules or (self.found and found.doubtful and self._judge.late):
                return
            if self._narrowed and found.families <= self._blamed:
                self.complete = True
                return
            self.found.append(found)
            self._kept = self._next(self._kept, found)

    def _next(self, kept: list[Rule], found: RuleSet) -> list[Rule] | None:
        """The rules without one rule of a conflict, one that leaves further conflicts; None if there is no such one."""
        heaps = [[rule for rule in kept if rule.family == family] for family in sorted(found.families)]
        own = {id(rule) for heap in heaps for rule in heap}
        lines = dict.fromkeys(rule.line for rule in found.rules if rule.kind != "loss" and id(rule) not in own)
        heaps += [[rule for rule in kept if rule.line == line] for line in lines]
        verdicts = []
        for heap in heaps[:MOST_TRIED]:
            dropped = set(map(id, heap))
            left = [rule for rule in kept if id(rule) not in dropped]
            verdicts.append(self._prover.feasible(left))
            if verdicts[-1] is False:
                return left
        narrower = self._without_told()
        self._narrowed = narrower is not None
        self.complete = narrower is None and len(heaps) <= MOST_TRIED and all(verdicts)
        return narrower

    @property
    def _blamed(self) -> frozenset[tuple[str, str, str]]:
        return frozenset(family for found in self.found for family in found.families)

    def _without_told(self) -> list[Rule] | None:
        """The rules without those policies that were told, in the years in which they were, but with the other years.

        None where these contradict nothing, or only what was blamed already.
        """
        told = {rule.line for found in self.found for rule in found.rules if rule.family in found.families}
        left = [rule for rule in self.part.rules if rule.line not in told]
        verdict = self._prover.verdict(left)
        policies = {rule.family for rule in verdict.rules if rule.kind in POLICY_KINDS}
        return left if verdict.feasible is False and not policies <= self._blamed else None

    def _in_a_piece(self, kept: list[Rule]) -> RuleSet | None:
        """A conflict that needs no limit on all materials together: without those the part falls into pieces."""
        single = [rule for rule in kept if rule.material]
        if len(single) == len(kept):
            return None
        base = self._prover.only(single)
        for found_apart in limited_components(base):
            rows = found_apart.rows
            if self._judge.feasible(found_apart.program) is False:
                own, names = _cut(self.part, base, rows, found_apart.columns, single)
                rules = list(own.rules)
                found = _in_a_crisis(own, rules, self._judge, self._progress)
                found = found or _filtered(Prover(own, self._judge), rules, self._progress)
                return replace(_named(found, names), rows=rows if found.rows is None else rows[found.rows])
        return None


def _cut(
    part: Part, program: LinearProgram, rows: np.ndarray, columns: np.ndarray, rules: list[Rule]
) -> tuple[Part, dict[tuple[Any, ...], Rule]]:
    """Some rows and columns of a part as a part of its own, and the rules as the part has them."""
    own = part_of(program, rows, columns, rules, part.crisis)
    return own, {_key(rule): rule for rule in rules}


def _named(found: RuleSet, names: dict[tuple[Any, ...], Rule]) -> RuleSet:
    rules, doubtful, in_a_line = (
        tuple(names[_key(rule)] for rule in some) for some in (found.rules, found.doubtful, found.in_a_line)
    )
    return RuleSet(rules, doubtful, in_a_line, found.rows)


def _key(rule: Rule) -> tuple[Any, ...]:
    return (rule.kind, rule.name, rule.material, rule.year, rule.onset, rule.source)


def _in_a_crisis(part: Part, kept: list[Rule], judge: Judge, progress: Progress) -> RuleSet | None:
    """Rules of which each is needed, where those of the plan or of one crisis contradict themselves."""
    prover = Prover(part, judge)
    base = prover.only(kept)
    for rows in crisis_by_crisis(part, kept):
        columns = np.unique(base.matrix[rows].indices)
        if len(rows) < part.program.shape[0] and judge.feasible(base.part(rows, columns)) is False:
            own, names = _cut(part, base, rows, columns, kept)
            found = _filtered(Prover(own, judge), list(own.rules), progress)
            if found.rules:
                return replace(_confirmed(_named(found, names), prover, progress), rows=rows)
    return None


def _confirmed(found: RuleSet, prover: Prover, progress: Progress) -> RuleSet:
    """What was found without the other crises, each line tried again with them."""
    shown, doubtful, own = list(found.rules), set(map(id, found.doubtful)), set(map(id, found.in_a_line))
    prover.focus(shown)
    for line in dict.fromkeys(rule.line for rule in sorted(shown, key=_order)):
        progress(f"checking a conflict: {len(shown)} rules")
        rest = [rule for rule in shown if rule.line != line]
        verdict = prover.feasible(rest)
        if verdict is False:
            shown = rest
        elif verdict is None:
            doubtful |= {id(rule) for rule in shown if rule.line == line}
        elif len(shown) - len(rest) > 1:
            own |= {id(rule) for rule in shown if rule.line == line}
    return RuleSet(
        tuple(shown),
        tuple(rule for rule in shown if id(rule) in doubtful),
        tuple(rule for rule in shown if id(rule) in own - doubtful),
    )


def _filtered(prover: Prover, kept: list[Rule], progress: Progress) -> RuleSet:
    """Drops rules until each that is left is needed: line by line, then one by one within lines."""
    first = prover.verdict(kept)
    if first.feasible is not False:
        return RuleSet((), ())
    shown = _early(list(first.rules), kept, prover)
    prover.focus(shown)
    shown, needed, doubtful = _without_needless(shown, _line, set(), prover, progress)
    lone = {line for line in needed if sum(rule.line == line for rule in shown) == 1}
    alone: set[Hashable] = {id(rule) for rule in shown if rule.line in lone}
    shown, _, untried = _without_needless(shown, id, alone, prover, progress)
    unproven = [rule for rule in shown if id(rule) in untried]
    return RuleSet(
        tuple(sorted(shown, key=_reading_order)),
        tuple(rule for rule in unproven if rule.line in doubtful),
        tuple(rule for rule in unproven if rule.line not in doubtful),
    )


def _line(rule: Rule) -> Hashable:
    return rule.line


def _early(shown: list[Rule], kept: list[Rule], prover: Prover) -> list[Rule]:
    """Rules in conflict of which the latest is as early as it can be, so that the first year in conflict is told."""
    times = sorted({_time(rule) for rule in kept if rule.kind in POLICY_KINDS and rule.year is not None})
    latest = max((_time(rule) for rule in shown if rule.kind in POLICY_KINDS and rule.year is not None), default=None)
    if latest is None or latest == times[0]:
        return shown
    low, high = -1, times.index(latest)
    best = shown
    while high - low > 1:
        middle = (low + high) // 2
        until = [r for r in kept if r.kind not in POLICY_KINDS or r.year is None or _time(r) <= times[middle]]
        verdict = prover.verdict(until)
        low, high = (low, middle) if verdict.feasible is False else (middle, high)
        if verdict.feasible is False:
            best = list(verdict.rules)
    return best


def _time(rule: Rule) -> tuple[int, int]:
    return (rule.year or 0, rule.onset)


def _without_needless(
    shown: list[Rule],
    heap_of: Callable[[Rule], Hashable],
    needed: set[Hashable],
    prover: Prover,
    progress: Progress,
) -> tuple[list[Rule], set[Hashable], set[Hashable]]:
    """Drops heaps of rules that are not needed; what a proof leaves out goes with them.

    Returns:
        The rules that are left, the heaps that are needed, and those for which that could not be told.
    """
    doubtful: set[Hashable] = set()
    for heap in dict.fromkeys(heap_of(rule) for rule in sorted(shown, key=_order)):
        if heap in needed or all(heap_of(rule) != heap for rule in shown):
            continue
        progress(f"reducing a conflict: {len(shown)} rules")
        verdict = prover.verdict([rule for rule in shown if heap_of(rule) != heap])
        if verdict.feasible is False:
            shown = list(verdict.rules)
        else:
            (needed if verdict.feasible else doubtful).add(heap)
    return shown, needed, doubtful


def _order(rule: Rule) -> tuple[str, int, int]:
    """The first to be dropped first: material by material, later years before earlier ones.

    So most materials go in a few solves, and the first year in conflict is told.
    """
    return (rule.material, 0 if rule.kind in POLICY_KINDS else 1, -(rule.year or 0) * 1000 - rule.onset)


def _reading_order(rule: Rule) -> tuple[int, str, int, int, str]:
    place = POLICY_KINDS.index(rule.kind) if rule.kind in POLICY_KINDS else len(POLICY_KINDS)
    return (place, rule.kind, rule.year or 0, rule.onset, rule.name)
