"""The only place that talks to HiGHS: arrays in, a solution with an explicit status out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import highspy
import numpy as np

from bichiku.linear_program import LinearProgram


class Status(Enum):
    """How a solve ended. A solution may be read only when it is `OPTIMAL`."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    TIME_LIMIT = "time limit reached"
    ITERATION_LIMIT = "iteration limit reached"
    INTERRUPTED = "interrupted"
    ERROR = "solver error"


_STATUS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    highspy.HighsModelStatus.kTimeLimit: Status.TIME_LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Status.ITERATION_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Status.INTERRUPTED,
}


FEASIBILITY = 1e-7  # HiGHS's own tolerance on rows


class SolverError(RuntimeError):
    """HiGHS refused an option or a model."""


@dataclass(frozen=True)
class SolverOptions:
    """How HiGHS is run.

    Attributes:
        method: ``simplex`` (dual, with presolve) or ``ipm`` (interior point with crossover).
        time_limit: seconds for each separate problem; None for no limit.
    """

    method: str = "simplex"
    time_limit: float | None = None

    def as_highs(self) -> dict[str, object]:
        """Option names and values of HiGHS; one thread, as problems are solved side by side."""
        options: dict[str, object] = {
            "output_flag": False,
            "solver": self.method,
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
        }
        if self.time_limit is not None:
            options["time_limit"] = self.time_limit
        return options


@dataclass(frozen=True)
class Solution:
    """What a solve returned; the arrays hold numbers only when the status is optimal.

    Attributes:
        status: how the solve ended.
        x: value of each column.
        row_dual: rise of the objective per unit of each row's limit.
        reduced_cost: rise of the objective per unit of each column's binding bound.
        objective: value including the program's constant.
        iterations: simplex or interior-point iterations.
    """

    status: Status
    x: np.ndarray
    row_dual: np.ndarray
    reduced_cost: np.ndarray
    objective: float
    iterations: int


class HighsRun:
    """One linear program in HiGHS; `interrupt` may be called from another thread while it solves."""

    def __init__(self, program: LinearProgram, options: SolverOptions) -> None:
        self._program = program
        self._highs = highspy.Highs()
        for name, value in options.as_highs().items():
            # an option that is refused would leave another solver in place without a word
            self._require(self._highs.setOptionValue(name, value), f"option {name}={value!r}")
        self._highs.HandleUserInterrupt = True
        self._interrupted = False

    def solve(self) -> Solution:
        """Hands the program over, solves it and reads the answer.

        Raises:
            SolverError: HiGHS refuses the model.
        """
        if self._program.shape[1] == 0:
            return _without_columns(self._program)
        self._hand_over()
        if self._interrupted:
            return _no_solution(Status.INTERRUPTED)
        outcome = self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            # presolve could not tell which; without it the simplex method does
            self._require(self._highs.setOptionValue("presolve", "off"), "option presolve='off'")
            outcome = self._highs.run()
            status = self._highs.getModelStatus()
        meaning = _STATUS.get(status, Status.ERROR)
        if outcome == highspy.HighsStatus.kError:
            meaning = Status.ERROR
        if meaning is not Status.OPTIMAL:
            return _no_solution(meaning)
        values, info = self._highs.getSolution(), self._highs.getInfo()
        x = np.asarray(values.col_value)
        return Solution(
            status=meaning,
            x=x,
            row_dual=np.asarray(values.row_dual),
            reduced_cost=np.asarray(values.col_dual),
            objective=float(self._program.cost @ x) + self._program.constant,
            iterations=info.simplex_iteration_count + info.ipm_iteration_count,
        )

    def interrupt(self) -> None:
        """Makes a running solve stop soon with the status `INTERRUPTED`."""
        self._interrupted = True
        self._highs.cancelSolve()

    def _hand_over(self) -> None:
        program = self._program
        rows, columns = program.shape
        matrix = program.matrix
        outcome = self._highs.passModel(
            columns,
            rows,
            int(matrix.nnz),
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            program.constant,
            program.cost,
            program.column_lower,
            program.column_upper,
            program.row_lower,
            program.row_upper,
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
            np.zeros(columns, dtype=np.int32),
        )
        self._require(outcome, "the model")

    @staticmethod
    def _require(outcome: highspy.HighsStatus, what: str) -> None:
        if outcome == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS refuses {what}")


def _without_columns(program: LinearProgram) -> Solution:
    """Rows that no variable touches; HiGHS calls such a model empty and does not look at their limits."""
    if (program.row_lower > FEASIBILITY).any() or (program.row_upper < -FEASIBILITY).any():
        return _no_solution(Status.INFEASIBLE)
    return Solution(Status.OPTIMAL, np.empty(0), np.zeros(program.shape[0]), np.empty(0), program.constant, 0)


def _no_solution(status: Status) -> Solution:
    nothing = np.empty(0)
    return Solution(status, nothing, nothing, nothing, float("nan"), 0)
