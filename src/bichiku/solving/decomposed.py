"""A large program that knows its branches: solved from a basis that the L-shaped method finds, or else as any other."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from bichiku.executing.allocator import give_back
from bichiku.program import PLAN, LinearProgram
from bichiku.program.stages import stage_rows
from bichiku.solving.highs import HighsRun
from bichiku.solving.l_shaped import LShaped, NotSettled, Stopped
from bichiku.solving.options import NO_LIMITS, Limits, SolverOptions
from bichiku.solving.solution import Solution, Status
from bichiku.solving.start import Basis, SolverError

LARGE, MANY = 25_000, 150  # rows and branches from which branches apart are faster, measured on Japan's chains ...
HUGE = 200_000  # rows of programs that HiGHS holds as a whole one at a time: 0.4 GB each
PER_PLAN_ROW = 25  # ... with so many rows for each of the plan's; a large plan takes longer than its branches
_ONE_AT_A_TIME = threading.Lock()
_NOT_SETTLED = "branches apart did not settle ({}), so the program was solved as a whole"


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
    """

    def __init__(self, program: LinearProgram, options: SolverOptions) -> None:
        super().__init__(program, options)
        self._is_new = True
        self._apart: LShaped | None = None  # while it is solved for the first time

    def solve(
        self, limits: Limits = NO_LIMITS, log: Path | None = None, prefer: bool = True, prices: bool = True
    ) -> Solution:
        """See `HighsRun.solve`; the limits are for finding the basis and for going on from it together."""
        if not self._is_new or self.interrupted:
            return self._solve_again(limits, log, prefer, prices)
        self._is_new = False
        end = None if limits.seconds is None else time.monotonic() + limits.seconds
        try:
            basis = self._found_apart(limits)
        except Stopped as stopped:
            return Solution.none(Status.INTERRUPTED if self.interrupted else stopped.status)
        with _ONE_AT_A_TIME if self._program.shape[0] >= HUGE else nullcontext():
            give_back()  # before the whole is handed over
            if basis is not None:
                try:
                    self.start_from(basis)
                except SolverError as failure:
                    self.note = _NOT_SETTLED.format(failure)
            left = None if end is None else end - time.monotonic()
            found = super().solve(Limits(left, limits.iterations), log, prefer, prices)
            if found.status is Status.OPTIMAL:
                self.put_away()
        return found

    def _found_apart(self, limits: Limits) -> Basis | None:
        """A basis that the branches lead to; None where they lead to none."""
        try:
            self._apart = LShaped(self._program)
            if self.interrupted:
                self._apart.interrupt()
            apart = self._apart.solve(limits)
        except (NotSettled, SolverError) as failure:
            self.note = _NOT_SETTLED.format(failure)
            return None
        finally:
            if self._apart is not None:
                self._apart.let_go()
            self._apart = None
        self.note = (
            f"{apart.branches:,} different branches apart from the plan: {apart.rounds} rounds,"
            f" {apart.cuts:,} cuts, {apart.iterations:,} iterations, gap {apart.gap:.0e}; then the whole from there"
        )
        return apart.basis

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
