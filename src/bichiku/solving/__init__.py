"""Solving a linear program: split into parts that nothing couples, side by side on all cores."""

from __future__ import annotations

from bichiku.program import LinearProgram
from bichiku.solving.highs import HighsRun
from bichiku.solving.hot import HotProgram
from bichiku.solving.options import NO_LIMITS, Limits, SolverOptions
from bichiku.solving.report import Progress, Report
from bichiku.solving.solution import Optimum, Solution, Status

__all__ = ["HotProgram", "Limits", "Optimum", "Report", "Solution", "SolverOptions", "Status", "solve"]


def solve(
    program: LinearProgram,
    options: SolverOptions,
    progress: Progress | None = None,
    separate: bool = True,
    limits: Limits = NO_LIMITS,
    prices: bool = True,
) -> tuple[Solution, Report]:
    """Solves a program once; see `HotProgram.solve`.

    Args:
        program: the program.
        options: how HiGHS is run.
        progress: called with the number of parts solved and the number of parts.
        separate: False solves the program in one piece.
        limits: when to give up.
        prices: whether duals are those of the cost; without, they are of no use and the solution comes sooner.
    """
    if separate:
        return HotProgram(program, options).solve(progress, limits, prices=prices)
    solution = HighsRun(program, options).solve(limits, prices=prices)
    return solution, Report(1, program.shape, solution.iterations)
