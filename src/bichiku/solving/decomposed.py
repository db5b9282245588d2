"""A large program that knows its branches: solved from a basis that the L-shaped method finds, or else as any other."""

from __future__ import annotations

import time
from pathlib import Path

from bichiku.program import PLAN, LinearProgram
from bichiku.program.stages import stage_rows
from bichiku.solving.highs import (
    DUAL_SIMPLEX,
    NO_LIMITS,
    PRIMAL_SIMPLEX,
    HighsRun,
    Limits,
    Solution,
    SolverOptions,
    Status,
)
from bichiku.solving.l_shaped import LShaped, NotSettled, Stopped
from bichiku.solving.start import SolverError

LARGE = 50_000  # rows from which branches apart are faster than the whole, measured by benchmarks/branches.py ...
PER_PLAN_ROW = 50  # ... where there are so many for each of the plan's; a large plan takes longer than its branches


def pays(program: LinearProgram, options: SolverOptions) -> bool:
    """Whether a program is large enough, and known well enough, to be taken apart."""
    structure = program.structure
    if structure is None or options != SolverOptions() or (structure.branch == PLAN).all():
        return False
    if program.shape[0] < LARGE:
        return False
    plan, shared = stage_rows(program)
    # money that several branches share, as the damage that risk counts, makes cuts too steep for the solver
    return not shared and program.shape[0] >= PER_PLAN_ROW * plan


class DecomposedRun(HighsRun):
    """A program in HiGHS whose first solve starts from a basis found branch by branch.

    HiGHS ends on the whole program, so its answer is as exact as any, has a basis and prices of every row, and can be
    gone on from.

    Attributes:
        note: how the first solve went, in words; empty before.
    """

    def __init__(self, program: LinearProgram, options: SolverOptions) -> None:
        super().__init__(program, options)
        self._apart: LShaped | None = LShaped(program)
        self.note = ""

    def solve(
        self, limits: Limits = NO_LIMITS, log: Path | None = None, prefer: bool = True, prices: bool = True
    ) -> Solution:
        """See `HighsRun.solve`; the limits are for finding the basis and for going on from it together."""
        if self._apart is None or self.interrupted:
            return super().solve(limits, log, prefer, prices)
        end = None if limits.seconds is None else time.monotonic() + limits.seconds
        try:
            found = self._apart.solve(limits)
            self.start_from(found.basis)
            self._set(simplex_strategy=PRIMAL_SIMPLEX)  # the point keeps all limits already
        except Stopped as stopped:
            return Solution.none(Status.INTERRUPTED if self.interrupted else stopped.status)
        except (NotSettled, SolverError) as failure:
            self.note = f"branches apart did not settle ({failure}), so the program was solved as a whole"
        else:
            self.note = (
                f"{found.branches:,} branches apart from the plan: {found.rounds} rounds, {found.cuts:,} cuts,"
                f" {found.iterations:,} iterations, gap {found.gap:.0e}; then the whole from there"
            )
        finally:
            self._apart = None
        left = None if end is None else end - time.monotonic()
        try:
            return super().solve(Limits(left, limits.iterations), log, prefer, prices)
        finally:
            self._set(simplex_strategy=DUAL_SIMPLEX)

    def change(self, program: LinearProgram) -> bool:
        """See `HighsRun.change`; a program that was not solved yet is taken apart anew."""
        changed = super().change(program)
        if changed and self._apart is not None:
            self._apart = LShaped(program)
        return changed

    def interrupt(self) -> None:
        """See `HighsRun.interrupt`."""
        super().interrupt()
        apart = self._apart
        if apart is not None:
            apart.interrupt()
