"""A large program that knows its branches: solved from a basis that the L-shaped method finds, or else as any other."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from bichiku.program import PLAN, LinearProgram
from bichiku.program.stages import stage_rows
from bichiku.solving.highs import HighsRun
from bichiku.solving.l_shaped import LShaped, NotSettled, Stopped
from bichiku.solving.memory import give_back
from bichiku.solving.options import NO_LIMITS, Limits, SolverOptions
from bichiku.solving.solution import Solution, Status
from bichiku.solving.start import SolverError

LARGE, MANY = 25_000, 150  # rows and branches from which branches apart are faster, measured on Japan's chains ...
PER_PLAN_ROW = 25  # ... with so many rows for each of the plan's; a large plan takes longer than its branches


def pays(program: LinearProgram, options: SolverOptions) -> bool:
    """Whether a program is large enough, and known well enough, to be taken apart."""
    structure = program.structure
    if structure is None or options != SolverOptions() or program.shape[0] < LARGE:
        return False
    branches = np.unique(structure.branch)
    if len(branches[branches != PLAN]) < MANY:
        return False
    plan, shared = stage_rows(program)
    # money that several branches share, as the damage that risk counts, makes cuts too steep for the solver
    return not shared and program.shape[0] >= PER_PLAN_ROW * plan


class DecomposedRun(HighsRun):
    """A program in HiGHS whose first solve starts from a basis found branch by branch.

    HiGHS ends on the whole program, so its answer is as exact as any, has a basis and prices of every row, and can be
    gone on from. A solver takes some 2 kB a row, so until something more is asked only the basis is kept.

    Attributes:
        note: how the first solve went, in words; empty before.
    """

    def __init__(self, program: LinearProgram, options: SolverOptions) -> None:
        super().__init__(program, options)
        self._is_new = True
        self._apart: LShaped | None = None  # while it is solved for the first time
        self.note = ""

    def solve(
        self, limits: Limits = NO_LIMITS, log: Path | None = None, prefer: bool = True, prices: bool = True
    ) -> Solution:
        """See `HighsRun.solve`; the limits are for finding the basis and for going on from it together."""
        if not self._is_new or self.interrupted:
            return self._solve_again(limits, log, prefer, prices)
        self._is_new = False
        end = None if limits.seconds is None else time.monotonic() + limits.seconds
        try:
            self._apart = LShaped(self._program)
            if self.interrupted:
                self._apart.interrupt()
            apart = self._apart.solve(limits)
            self.start_from(apart.basis)
        except Stopped as stopped:
            return Solution.none(Status.INTERRUPTED if self.interrupted else stopped.status)
        except (NotSettled, SolverError) as failure:
            self.note = f"branches apart did not settle ({failure}), so the program was solved as a whole"
        else:
            self.note = (
                f"{apart.branches:,} different branches apart from the plan: {apart.rounds} rounds,"
                f" {apart.cuts:,} cuts, {apart.iterations:,} iterations, gap {apart.gap:.0e}; then the whole from there"
            )
        finally:
            self._apart = None
        give_back()  # before the whole is handed over
        left = None if end is None else end - time.monotonic()
        found = super().solve(Limits(left, limits.iterations), log, prefer, prices)
        if found.status is Status.OPTIMAL:
            self.put_away()
        return found

    def _solve_again(self, limits: Limits, log: Path | None, prefer: bool, prices: bool) -> Solution:
        was_away = self._kept is not None
        found = super().solve(limits, log, prefer, prices)
        if was_away and found.status is Status.OPTIMAL:
            self.put_away()
        return found

    def put_away(self) -> None:
        """See `HighsRun.put_away`; of a large program the system has the memory back at once."""
        if self._handed_over:
            super().put_away()
            give_back()

    def interrupt(self) -> None:
        """See `HighsRun.interrupt`."""
        super().interrupt()
        apart = self._apart
        if apart is not None:
            apart.interrupt()
