"""The conflicts of a component of a program, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bichiku.explaining.deletion_filter import RuleSet, conflict_in_a_crisis, conflict_of, deletion_filtered
from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.infeasibility_proof import Prover
from bichiku.explaining.ruled_program import RuledProgram
from bichiku.explaining.rules import Number, Rule
from bichiku.program.components import limited_components
from bichiku.result.pipeline import Progress

MOST_TRIED = 8  # rules of a conflict that are left out by turns to see whether there is another beside it
MOST_CONFLICTS = 6  # in one component; further ones are told but not looked into


class ConflictSearch:
    """Conflicts of a component, each looked for without a rule of those before.

    Attributes:
        found: the conflicts so far.
        complete: whether the component is known to hold no further one.
    """

    def __init__(self, part: RuledProgram, check: FeasibilityCheck, progress: Progress = lambda _: None) -> None:
        self.part, self._check, self._progress = part, check, progress
        self.found: list[RuleSet] = []
        self.complete = False
        self._narrowed = False
        self._prover = Prover(part, check)
        self._kept: tuple[Rule, ...] | None = part.rules

    def run(self) -> None:
        """Looks until there is no further conflict, or as many as are told, or the time is up."""
        while self._kept is not None and len(self.found) < MOST_CONFLICTS and not self._check.late:
            found = (
                conflict_in_a_crisis(self.part, self._kept, self._check, self._progress)
                or self._apart(self._kept)
                or deletion_filtered(Prover(self.part, self._check), self._kept, self._progress)
            )
            if not found.rules or (self.found and found.doubtful and self._check.late):
                return
            if self._narrowed and found.blamed <= self._blamed:
                self.complete = True
                return
            self.found.append(found)
            self._kept = self._next(self._kept, found)

    def _next(self, kept: tuple[Rule, ...], found: RuleSet) -> tuple[Rule, ...] | None:
        """The rules without one rule of a conflict, one that leaves further conflicts; None if there is no such one."""
        batches = [{rule for rule in kept if rule.number == number} for number in sorted(found.blamed)]
        own = {rule for batch in batches for rule in batch}
        groups = dict.fromkeys(rule.group for rule in found.rules if not rule.is_undecided and rule not in own)
        batches += [{rule for rule in kept if rule.group == group} for group in groups]
        verdicts = []
        for batch in batches[:MOST_TRIED]:
            left = _but(kept, batch)
            verdicts.append(self._prover.feasible(left))
            if verdicts[-1] is False:
                return left
        narrower = self._without_told()
        self._narrowed = narrower is not None
        self.complete = narrower is None and len(batches) <= MOST_TRIED and all(verdicts)
        return narrower

    @property
    def _blamed(self) -> frozenset[Number]:
        return frozenset(number for found in self.found for number in found.blamed)

    def _without_told(self) -> tuple[Rule, ...] | None:
        """The rules without those policies that were told, in the years in which they were, but with the other years.

        None where these contradict nothing, or only what was blamed already.
        """
        told = {rule.group for found in self.found for rule in found.rules if rule.number in found.blamed}
        left = tuple(rule for rule in self.part.rules if rule.group not in told)
        verdict = self._prover.verdict(left)
        policies = {rule.number for rule in verdict.rules if rule.is_policy}
        return left if verdict.feasible is False and not policies <= self._blamed else None

    def _apart(self, kept: tuple[Rule, ...]) -> RuleSet | None:
        """A conflict that needs no limit on all materials together: without those the component falls apart."""
        single = [rule for rule in kept if rule.material]
        if len(single) == len(kept):
            return None
        whole = self.part.keeping(single)
        for component in limited_components(whole.program):
            rows = component.rows
            if self._check.feasible(component.program) is False:
                found = conflict_of(whole.cut(rows, component.columns), self._check, self._progress)
                return replace(found.of(whole), rows=rows if found.rows is None else rows[found.rows])
        return None


def _but(rules: tuple[Rule, ...], dropped: Iterable[Rule]) -> tuple[Rule, ...]:
    gone = set(dropped)
    return tuple(rule for rule in rules if rule not in gone)
