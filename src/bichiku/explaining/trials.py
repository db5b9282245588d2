"""Programs on which a change is tried: the least step of a number, rounded to one that can be typed, solved again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bichiku.explaining.adjustments import Adjustment
from bichiku.explaining.deletion_filter import RuleSet
from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.ruled_program import RuledProgram, without
from bichiku.explaining.rules import Number, Rule
from bichiku.program import LinearProgram

CLOSE = 1e-6  # relative; a number this close to a round one is that
NEAR = 1e-4  # relative; how near a least step is found by trying
BELOW = 0.99  # share of the least step that must not be enough


@dataclass(frozen=True)
class LeastStep:
    """What was found of a number's least step.

    Attributes:
        least: the least step.
        step: a round step, no less.
        after: the number that it leads to, nothing where the step is larger than the number was.
        verified: whether the step was tried, and a little less as well.
        alone: whether it is enough without any other change.
        enough: whether the step ends the conflict; otherwise it is a bound from below.
    """

    least: float
    step: float
    after: float
    verified: bool
    alone: bool
    enough: bool = True


@dataclass(frozen=True)
class Trials:
    """The programs on which a change is tried: as it is, with the other conflicts settled, without other policies.

    The last counts where the other conflicts are not all known.

    Attributes:
        part: the component in conflict.
        programs: the programs, by its numbering.
        others: its other conflicts.
        rows: rows that contradict each other without all others; a least step is looked for among these first.
        check: solves them.
    """

    part: RuledProgram
    programs: tuple[LinearProgram, ...]
    others: tuple[RuleSet, ...]
    rows: np.ndarray | None
    check: FeasibilityCheck

    @classmethod
    def of(
        cls,
        part: RuledProgram,
        ruleset: RuleSet,
        others: Sequence[RuleSet],
        all_known: bool,
        check: FeasibilityCheck,
    ) -> Trials:
        """The trials of one conflict beside others; of each of those the rules of one number are dropped."""
        plain = cls(part, (part.program,), tuple(others), ruleset.rows, check)
        own = {rule.number for rule in ruleset.rules}
        gone: list[Rule] = []
        for other in others:
            policies = sorted(other.blamed - own)
            tables = sorted({rule.number for rule in other.rules} - own - set(policies))
            for number in [*policies, *tables]:
                more = [*gone, *(rule for rule in part.rules if rule.number == number)]
                if plain.feasible(without(part.program, more)) is False:  # this conflict is still there
                    gone = more
                    break
        programs = [part.program]
        if gone:
            programs.append(without(part.program, gone))
        if not all_known:
            foreign = [rule for rule in part.rules if rule.is_policy and rule.number not in own]
            programs.append(without(part.program, foreign))
        return replace(plain, programs=tuple(programs))

    def narrow(self, program: LinearProgram) -> LinearProgram:
        """The program without limits on the rows that the conflict does not need: what fails here fails in all."""
        if self.rows is None:
            return program
        return program.without_limits(np.setdiff1d(np.arange(program.shape[0]), self.rows))

    def feasible(self, program: LinearProgram) -> bool | None:
        """Whether a program can be kept; quick where it cannot."""
        if self.rows is not None and self.check.feasible(self.narrow(program)) is False:
            return False
        return self.check.feasible(program)

    def least_step(
        self,
        adjustment: Adjustment,
        value: float,
        sign: float,
        coarse: float = 0.0,
        numbers: frozenset[Number] | None = None,
    ) -> LeastStep | None:
        """The least step of a number from `value` in the direction of `sign`; None if none helps.

        `numbers` are those in whose rules' limits the number stands, if in no other place: a conflict without any of
        them stays as it is.
        """
        for program in self.programs:
            alone = program is self.part.program
            if alone and numbers is not None and any(_untouched(other, numbers) for other in self.others):
                continue
            for tried in (self.narrow(program), program):
                least = adjustment.least(tried, self.check)
                if least is None:
                    break
                if least <= 0:
                    continue
                below = max(min(BELOW * least, least - coarse), 0.0)
                too_little = self.check.feasible(adjustment.at(tried, below))
                if too_little:  # rows that only hold together let less do than each of them asks for
                    least = self._least_that_does(adjustment, tried, below)
                    below = max(min(BELOW * least, least - coarse), 0.0)
                    too_little = self.check.feasible(adjustment.at(tried, below))
                steps = _round_steps(value, sign, least, coarse)
                for after, step in steps:
                    if self.check.feasible(adjustment.at(program, min(step, adjustment.most))):
                        return LeastStep(least, step, after, too_little is False, alone)
                if tried is program or self.check.late:
                    return LeastStep(least, steps[-1][1], steps[-1][0], False, alone, enough=False)
        return None

    def _least_that_does(self, adjustment: Adjustment, program: LinearProgram, enough: float) -> float:
        """The least step that a program can be kept with, to a ten-thousandth, from one that it can."""
        too_little = 0.0
        while enough - too_little > NEAR * enough and not self.check.late:
            middle = (too_little + enough) / 2.0
            if self.check.feasible(adjustment.at(program, middle)):
                enough = middle
            else:
                too_little = middle
        return enough


def _untouched(other: RuleSet, numbers: frozenset[Number]) -> bool:
    return not any(rule.number in numbers for rule in other.rules)


def _round_steps(value: float, sign: float, least: float, coarse: float) -> list[tuple[float, float]]:
    """Numbers to type and the steps that lead to them, the nearest first.

    A number that moves in many places may go further down in some than it stands in this one; then the steps are
    round and the number ends at nothing.
    """
    exact = value + sign * least
    if exact < -coarse:
        return [(0.0, step) for step in _round_numbers(least, 1.0, coarse)]
    return [(after, abs(after - value)) for after in _round_numbers(exact, sign, coarse)]


def _round_numbers(exact: float, sign: float, coarse: float, digits: int = 4) -> list[float]:
    """Numbers to type in place of an exact one: the nearest round one if it is as close as that, then safer ones."""
    if abs(exact) < coarse or exact == 0:
        return [0.0, sign * coarse] if sign > 0 else [0.0]
    unit = 10.0 ** (math.floor(math.log10(abs(exact))) + 1 - digits)
    near = round(exact / unit)
    first = near if abs(near * unit - exact) <= max(CLOSE * abs(exact), coarse) else None
    safe = math.ceil(exact / unit) if sign > 0 else math.floor(exact / unit)
    places = [place for place in (first, safe, safe + int(sign)) if place is not None]
    return [float(f"{max(place * unit, 0.0):.12g}") for place in places]
