"""Solving a linear program: split into parts that nothing couples, side by side on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from bichiku.linear_program import LinearProgram
from bichiku.solve.components import split_program
from bichiku.solve.highs import HighsRun, Solution, SolverOptions, Status

__all__ = ["Report", "Solution", "SolverOptions", "Status", "solve"]


@dataclass(frozen=True)
class Report:
    """How the parts of a program were solved.

    Attributes:
        parts: number of separate problems.
        largest: rows and columns of the largest.
        iterations: iterations of all together.
    """

    parts: int
    largest: tuple[int, int]
    iterations: int


def solve(
    program: LinearProgram,
    options: SolverOptions,
    progress: Callable[[int, int], None] | None = None,
    separate: bool = True,
) -> tuple[Solution, Report]:
    """Solves a program.

    Args:
        program: the program.
        options: how HiGHS is run.
        progress: called with the number of parts solved and the number of parts.
        separate: False solves the program in one piece.

    Returns:
        The solution of the whole and how it came about. If a part is not optimal, its status is that of
        the whole and there is no solution.
    """
    if not separate:
        solution = HighsRun(program, options).solve()
        return solution, Report(1, program.shape, solution.iterations)
    split = split_program(program)
    order = sorted(range(len(split.components)), key=lambda i: -split.components[i].program.matrix.nnz)
    runs = {i: HighsRun(split.components[i].program, options) for i in order}
    solutions: dict[int, Solution] = {}
    # HiGHS leaves the interpreter's lock while it runs, so threads do
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        try:
            waiting = {pool.submit(runs[i].solve): i for i in order}
            for done in as_completed(waiting):
                solutions[waiting[done]] = done.result()
                if progress:
                    progress(len(solutions), len(waiting))
                if solutions[waiting[done]].status is not Status.OPTIMAL:
                    _stop(runs, waiting)
                    break
        except BaseException:
            _stop(runs, waiting)
            raise
    iterations = sum(solution.iterations for solution in solutions.values())
    largest = max((part.program.shape for part in split.components), default=(0, 0))
    report = Report(len(split.components), largest, iterations)
    failed = next((s for s in solutions.values() if s.status is not Status.OPTIMAL), None)
    if failed is not None:
        return failed, report

    rows, columns = program.shape
    x, row_dual, reduced = np.zeros(columns), np.zeros(rows), np.zeros(columns)
    loose = split.loose_columns
    reduced[loose] = program.cost[loose]
    x[loose] = np.where(program.cost[loose] < 0, program.column_upper[loose], program.column_lower[loose])
    if not np.isfinite(x[loose]).all():
        return Solution(Status.UNBOUNDED, np.empty(0), np.empty(0), np.empty(0), float("nan"), iterations), report
    for i, part in enumerate(split.components):
        x[part.columns] = solutions[i].x
        reduced[part.columns] = solutions[i].reduced_cost
        row_dual[part.rows] = solutions[i].row_dual
    objective = float(program.cost @ x) + program.constant
    return Solution(Status.OPTIMAL, x, row_dual, reduced, objective, iterations), report


def _stop(runs: dict[int, HighsRun], waiting: dict) -> None:  # type: ignore[type-arg]
    for future in waiting:
        future.cancel()
    for run in runs.values():
        run.interrupt()
