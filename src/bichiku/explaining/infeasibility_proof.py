"""Proofs that rules contradict each other: a program that stays in the solver while rules are dropped and put back.

Where nothing keeps all limits, the dual simplex method ends with multipliers of the rows whose sum no point can
reach (Farkas). Rules without a part in that sum are not needed for the contradiction. The sum is added up here again,
so that no rule is dropped on the solver's word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.ruled_program import RuledProgram, without
from bichiku.explaining.rules import CAPACITY, LOSS, Rule
from bichiku.program import LinearProgram
from bichiku.solving import SolverOptions, Status
from bichiku.solving.highs import HighsRun

NOUGHT = 1e-9  # a multiplier below this, the largest being one, is none
GAP = 1e-7  # of the largest term: what the sum must miss by, to be no rounding


@dataclass(frozen=True)
class Compatibility:
    """Whether some rules of a part can be kept together.

    Attributes:
        feasible: None where the solver cannot tell or the time is up.
        rules: where they cannot, those of them that contradict each other already.
    """

    feasible: bool | None
    rules: tuple[Rule, ...]


class Prover:
    """A part of a program held in the solver, asked again and again with other rules dropped."""

    def __init__(self, part: RuledProgram, check: FeasibilityCheck) -> None:
        self.part, self._check = part, check
        self._base, self._shown = part.program, list(part.rules)
        self._gone: list[Rule] = []
        self._run: HighsRun | None = None

    def focus(self, rules: Sequence[Rule]) -> None:
        """From now on no others are asked about."""
        shown = set(rules)
        self._gone = [rule for rule in self.part.rules if rule not in shown]
        self._base, self._shown = without(self.part.program, self._gone), list(rules)

    def only(self, kept: Sequence[Rule]) -> LinearProgram:
        """The part with these rules and no others."""
        names = set(kept)
        dropped = [rule for rule in self._shown if rule not in names]
        # a capacity and what is lost of it free more together than each by itself
        sources = {rule.source for rule in dropped if rule.source}
        kin = [rule for rule in self._gone if rule.source in sources and rule.kind in (*CAPACITY, LOSS)]
        return without(self._base, [*dropped, *kin])

    def feasible(self, kept: Sequence[Rule]) -> bool | None:
        """Whether these rules can be kept together; quick where a proof is not wanted."""
        return self._check.feasible(self.only(kept))

    def verdict(self, kept: Sequence[Rule]) -> Compatibility:
        """Whether these rules can be kept together, and which of them already cannot."""
        program = self.only(kept).without_cost()
        if self._run is None:
            self._run = HighsRun(program, SolverOptions(presolve=False))
        else:
            self._run.change(program)
        status = self._check.run(self._run).status
        if status is Status.OPTIMAL:
            return Compatibility(True, ())
        if status is Status.INFEASIBLE:
            used = _in_proof(program, self._run.proof())
            if used is not None:
                rows, columns = used
                rules = (rule for rule in kept if rows[rule.rows].any() or columns[rule.columns].any())
                return Compatibility(False, tuple(rules))
        else:
            self._run = None  # where it stopped is no place to go on from
        feasible = self._check.feasible(program)
        return Compatibility(feasible, tuple(kept) if feasible is False else ())


def _in_proof(program: LinearProgram, multipliers: np.ndarray | None) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows, and columns with their upper bounds, whose limits contradict each other; None if they do not."""
    if multipliers is None or not abs(multipliers).max(initial=0.0) > 0:
        return None
    y = multipliers / abs(multipliers).max()
    y[abs(y) <= NOUGHT] = 0.0
    pull = program.matrix.T @ y
    pull[abs(pull) <= NOUGHT] = 0.0
    rows, rising, falling = y != 0, pull > 0, pull < 0
    least = np.where(y > 0, program.row_lower, program.row_upper)[rows] * y[rows]
    most = np.concatenate([program.column_upper[rising] * pull[rising], program.column_lower[falling] * pull[falling]])
    terms = np.concatenate([least, most])
    if not np.isfinite(terms).all() or least.sum() - most.sum() <= GAP * abs(terms).max(initial=0.0):
        return None
    return rows, rising
