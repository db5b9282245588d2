"""Whether limits can be kept together: the one question that every step asks the solver."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from scipy import sparse

from bichiku.linear_program import LinearProgram
from bichiku.solve import Limits, Solution, SolverOptions, Status
from bichiku.solve.highs import HighsRun, SolverError


class Judge:
    """Solves programs until its time is up; then every further answer is that it cannot tell.

    Attributes:
        solves: number of programs solved.
    """

    def __init__(self, seconds: float, method: str = "simplex") -> None:
        self._end = time.monotonic() + seconds
        self._method = method
        self.solves = 0

    def until(self, share: float) -> Judge:
        """A judge for so large a share of the time that is left."""
        return Judge(self.left * share, self._method)

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._end

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(self._end - time.monotonic(), 0.0)

    def solve(self, program: LinearProgram) -> Solution:
        """The solution of a program, or why there is none."""
        if self.late:
            return Solution.none(Status.TIME_LIMIT)
        return self.run(HighsRun(program, SolverOptions(self._method)))

    def run(self, run: HighsRun) -> Solution:
        """What a solver finds in the time that is left; an interruption from the keyboard stops it."""
        if self.late:
            return Solution.none(Status.TIME_LIMIT)
        self.solves += 1
        pool = ThreadPoolExecutor(1)
        try:
            return pool.submit(run.solve, Limits(self.left)).result()
        except SolverError:
            return Solution.none(Status.ERROR)
        except BaseException:
            run.interrupt()
            raise
        finally:
            pool.shutdown(wait=False)

    def feasible(self, program: LinearProgram) -> bool | None:
        """Whether some point keeps all limits; None where the solver cannot tell or the time is up."""
        if (program.row_lower > program.row_upper).any() or (program.column_lower > program.column_upper).any():
            return False
        nothing = np.zeros(program.shape[1])
        status = self.solve(replace(program, cost=nothing, preference=nothing, constant=0.0)).status
        return {Status.OPTIMAL: True, Status.INFEASIBLE: False}.get(status)


def extended(
    program: LinearProgram,
    entries: sparse.sparray,
    upper: np.ndarray,
    cost: np.ndarray,
    rows: sparse.sparray | None = None,
    row_upper: np.ndarray | None = None,
) -> LinearProgram:
    """A program of no cost with further columns from zero up, and further rows with upper limits.

    Args:
        program: the program.
        entries: coefficients of the further columns in its rows; shape (rows, further columns).
        upper: upper bounds of the further columns.
        cost: their cost.
        rows: coefficients of the further rows over all columns, old and new.
        row_upper: their limits.
    """
    matrix = sparse.hstack([program.matrix, entries])
    further = np.empty(0) if row_upper is None else row_upper
    if rows is not None:
        matrix = sparse.vstack([matrix, rows])
    count = len(upper)
    return LinearProgram(
        cost=np.concatenate([np.zeros(program.shape[1]), cost]),
        constant=0.0,
        matrix=sparse.csr_array(matrix),
        row_lower=np.concatenate([program.row_lower, np.full(len(further), -np.inf)]),
        row_upper=np.concatenate([program.row_upper, further]),
        column_lower=np.concatenate([program.column_lower, np.zeros(count)]),
        column_upper=np.concatenate([program.column_upper, upper]),
        row_constant=np.concatenate([program.row_constant, np.zeros(len(further))]),
        preference=np.zeros(program.shape[1] + count),
    )
