"""Rules of which each is needed for a contradiction: proofs leave few of them, a deletion filter fewer.

The filter is that of Chinneck and Dravnieks (1991), "Locating minimal infeasible constraint sets in linear programs".
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

import numpy as np

from bichiku.explaining.crisis_rows import crisis_by_crisis
from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.infeasibility_proof import Prover
from bichiku.explaining.ruled_program import RuledProgram
from bichiku.explaining.rules import Number, Rule
from bichiku.result.pipeline import Progress


@dataclass(frozen=True)
class RuleSet:
    """Rules of a program that contradict each other.

    Attributes:
        rules: the rules.
        doubtful: rules that may not be needed, as the solver could not tell or the time was up.
        untried: rules that are needed with others of their group, but were not tried by themselves.
        rows: rows of the program that contradict each other already with these rules; all where that is not known.
    """

    rules: tuple[Rule, ...]
    doubtful: tuple[Rule, ...]
    untried: tuple[Rule, ...] = ()
    rows: np.ndarray | None = None

    @property
    def blamed(self) -> frozenset[Number]:
        """The numbers of policies; those of tables where no policy is among the rules."""
        policies = [rule for rule in self.rules if rule.is_policy]
        return frozenset(rule.number for rule in policies or self.rules)

    def of(self, program: RuledProgram) -> RuleSet:
        """The same rules as those of a program that was cut to find them."""
        return RuleSet(program.own(self.rules), program.own(self.doubtful), program.own(self.untried), self.rows)


def conflict_of(part: RuledProgram, check: FeasibilityCheck, progress: Progress) -> RuleSet:
    """A conflict among the rules of a program, within one crisis if there is such a one; without rules if none is."""
    found = conflict_in_a_crisis(part, part.rules, check, progress)
    return found or deletion_filtered(Prover(part, check), part.rules, progress)


def conflict_in_a_crisis(
    part: RuledProgram, kept: tuple[Rule, ...], check: FeasibilityCheck, progress: Progress
) -> RuleSet | None:
    """Of some rules those of which each is needed, where those of the plan or of one crisis contradict themselves."""
    whole = part.keeping(kept)
    for rows in crisis_by_crisis(whole, kept):
        columns = np.unique(whole.program.matrix[rows].indices)
        if len(rows) < whole.program.shape[0] and check.feasible(whole.program.part(rows, columns)) is False:
            crisis = whole.cut(rows, columns)
            found = deletion_filtered(Prover(crisis, check), crisis.rules, progress)
            if found.rules:
                return replace(_confirmed(found.of(part), Prover(part, check), progress), rows=rows)
    return None


def _confirmed(found: RuleSet, prover: Prover, progress: Progress) -> RuleSet:
    """What was found without the other crises, each group tried again with them."""
    shown, doubtful, untried = list(found.rules), set(found.doubtful), set(found.untried)
    prover.focus(shown)
    for group in dict.fromkeys(rule.group for rule in sorted(shown, key=_dropping_order)):
        progress(f"checking a conflict: {len(shown)} rules")
        rest = [rule for rule in shown if rule.group != group]
        verdict = prover.feasible(rest)
        if verdict is False:
            shown = rest
        elif verdict is None:
            doubtful |= {rule for rule in shown if rule.group == group}
        elif len(shown) - len(rest) > 1:
            untried |= {rule for rule in shown if rule.group == group}
    return RuleSet(
        tuple(shown),
        tuple(rule for rule in shown if rule in doubtful),
        tuple(rule for rule in shown if rule in untried - doubtful),
    )


def deletion_filtered(prover: Prover, kept: tuple[Rule, ...], progress: Progress) -> RuleSet:
    """Drops rules until each that is left is needed: group by group, then one by one within groups."""
    first = prover.verdict(kept)
    if first.feasible is not False:
        return RuleSet((), ())
    shown = _earliest(list(first.rules), kept, prover)
    prover.focus(shown)
    shown, needed, doubtful = _without_needless(shown, _group, set(), prover, progress)
    lone = {group for group in needed if sum(rule.group == group for rule in shown) == 1}
    alone: set[Hashable] = {rule for rule in shown if rule.group in lone}
    shown, _, untried = _without_needless(shown, _itself, alone, prover, progress)
    unproven = [rule for rule in shown if rule in untried]
    return RuleSet(
        tuple(sorted(shown, key=lambda rule: rule.reading_order)),
        tuple(rule for rule in unproven if rule.group in doubtful),
        tuple(rule for rule in unproven if rule.group not in doubtful),
    )


def _group(rule: Rule) -> Hashable:
    return rule.group


def _itself(rule: Rule) -> Hashable:
    return rule


def _earliest(shown: list[Rule], kept: tuple[Rule, ...], prover: Prover) -> list[Rule]:
    """Rules in conflict of which the latest is as early as it can be, so that the first year in conflict is told."""
    times = sorted({_time(rule) for rule in kept if _is_dated(rule)})
    latest = max((_time(rule) for rule in shown if _is_dated(rule)), default=None)
    if latest is None or latest == times[0]:
        return shown
    low, high = -1, times.index(latest)
    best = shown
    while high - low > 1:
        middle = (low + high) // 2
        until = [rule for rule in kept if not _is_dated(rule) or _time(rule) <= times[middle]]
        verdict = prover.verdict(until)
        low, high = (low, middle) if verdict.feasible is False else (middle, high)
        if verdict.feasible is False:
            best = list(verdict.rules)
    return best


def _is_dated(rule: Rule) -> bool:
    return rule.is_policy and rule.year is not None


def _time(rule: Rule) -> tuple[int, int]:
    return (rule.year or 0, rule.onset)


def _without_needless(
    shown: list[Rule],
    batch_of: Callable[[Rule], Hashable],
    needed: set[Hashable],
    prover: Prover,
    progress: Progress,
) -> tuple[list[Rule], set[Hashable], set[Hashable]]:
    """Drops batches of rules that are not needed; what a proof leaves out goes with them.

    Returns:
        The rules that are left, the batches that are needed, and those for which that could not be told.
    """
    doubtful: set[Hashable] = set()
    for batch in dict.fromkeys(batch_of(rule) for rule in sorted(shown, key=_dropping_order)):
        if batch in needed or all(batch_of(rule) != batch for rule in shown):
            continue
        progress(f"reducing a conflict: {len(shown)} rules")
        verdict = prover.verdict([rule for rule in shown if batch_of(rule) != batch])
        if verdict.feasible is False:
            shown = list(verdict.rules)
        else:
            (needed if verdict.feasible else doubtful).add(batch)
    return shown, needed, doubtful


def _dropping_order(rule: Rule) -> tuple[str, int, int]:
    """The first to be dropped first: material by material, later years before earlier ones.

    So most materials go in a few solves, and the first year in conflict is told.
    """
    return (rule.material, 0 if rule.is_policy else 1, -(rule.year or 0) * 1000 - rule.onset)
