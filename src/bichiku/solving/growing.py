"""A linear program in HiGHS whose limits move and that gains rows and columns, solved again from the last basis."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from bichiku.solving.options import DANTZIG, DEVEX, EDGE_WEIGHTS, NO_LIMITS, Limits, SolverOptions
from bichiku.solving.solution import Status
from bichiku.solving.start import Basis, SolverError, as_highs, let_go, started, status_of, stop


class GrowingRun:
    """A program of which arrays are all that is known.

    Args:
        matrix: shape (rows, columns).
        rows: lower and upper limits.
        columns: lower and upper bounds.
        cost: of the columns.
        grows: whether rows come in later. HiGHS then does without scaling of its own, as new rows would change it and
            leave the basis behind, and picks rows by reference weights, as exact ones would be worked out anew. Else it
            picks them by their infeasibility alone: few iterations lead from one plan's answer to the next one's.

    Attributes:
        iterations: of all solves together.
        stayed: whether the last solve ended at the basis at which it began.
    """

    def __init__(
        self,
        matrix: sparse.csr_array,
        rows: tuple[np.ndarray, np.ndarray],
        columns: tuple[np.ndarray, np.ndarray],
        cost: np.ndarray,
        grows: bool = False,
    ) -> None:
        options = SolverOptions(presolve=False).as_highs()
        options |= {"simplex_scale_strategy": 0, EDGE_WEIGHTS: DEVEX} if grows else {EDGE_WEIGHTS: DANTZIG}
        self._highs = started(options)
        self._is_stopped = False
        self.iterations = 0
        self.stayed = False
        height, width = matrix.shape
        outcome = self._highs.passModel(
            width,
            height,
            int(matrix.nnz),
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            0.0,
            cost,
            *columns,
            *rows,
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
            np.zeros(width, dtype=np.int32),
        )
        self._require(outcome, "the model")

    def solve(self, limits: Limits = NO_LIMITS) -> Status:
        """Solves it from where it was, or from the start where that leads nowhere."""
        seconds = np.inf if limits.seconds is None else self._highs.getRunTime() + max(limits.seconds, 0.0)
        self._require(self._highs.setOptionValue("time_limit", seconds), "a time limit")
        if self._is_stopped:  # meanwhile, by another thread, whose word this has just taken back
            stop(self._highs)
        if limits.iterations is not None:
            most = max(limits.iterations, 0)
            self._require(self._highs.setOptionValue("simplex_iteration_limit", most), "an iteration limit")
        before = self.iterations
        status = self._run()
        self.stayed = status is Status.OPTIMAL and self.iterations == before
        if status is not Status.OPTIMAL and not status.gave_up:
            self._require(self._highs.clearSolver(), "to forget its basis")
            status = self._run()
        return status

    def _run(self) -> Status:
        outcome = self._highs.run()
        self.iterations += int(self._highs.getInfo().simplex_iteration_count)
        return status_of(outcome, self._highs.getModelStatus())

    def answer(self) -> tuple[np.ndarray, np.ndarray]:
        """Value of each column and price of each row."""
        found = self._highs.getSolution()
        return np.asarray(found.col_value), np.asarray(found.row_dual)

    def basis(self) -> Basis:
        """The basis of the last solve."""
        found = self._highs.getBasis()
        return Basis(np.array(found.col_status, dtype=object), np.array(found.row_status, dtype=object))

    def basic(self) -> np.ndarray:
        """The basis by row: a column's number, or minus one less a row's number."""
        outcome, found = self._highs.getBasicVariables()
        self._require(outcome, "to show its basis")
        return np.asarray(found)

    def basis_solve(self, right: np.ndarray) -> np.ndarray:
        """Solves ``B z = right`` with the basis matrix B, in the order of `basic`."""
        outcome, found = self._highs.getBasisSolve(right)
        self._require(outcome, "to solve with its basis")
        return np.asarray(found)

    def start_from(self, basis: Basis) -> None:
        """Makes the next solve start from a basis."""
        self._require(self._highs.setBasis(as_highs(basis)), "a basis to start from")

    def limit_rows(self, rows: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Moves the limits of some rows."""
        self._require(self._highs.changeRowsBounds(len(rows), rows.astype(np.int32), lower, upper), "new row limits")

    def limit_columns(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Moves the bounds of some columns."""
        outcome = self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)
        self._require(outcome, "new column bounds")

    def price_columns(self, columns: np.ndarray, cost: np.ndarray) -> None:
        """Changes the cost of some columns."""
        self._require(self._highs.changeColsCost(len(columns), columns.astype(np.int32), cost), "new costs")

    def add_rows(self, matrix: sparse.csr_array, lower: np.ndarray) -> None:
        """Adds rows that must come to at least a limit."""
        outcome = self._highs.addRows(
            matrix.shape[0],
            lower,
            np.full(matrix.shape[0], np.inf),
            int(matrix.nnz),
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
        )
        self._require(outcome, "new rows")

    def drop_rows(self, rows: np.ndarray) -> None:
        """Takes away some rows, basic ones, and goes on from the basis of the others."""
        left = self.basis()
        self._require(self._highs.deleteRows(len(rows), rows.astype(np.int32)), "to drop rows")
        self.start_from(Basis(left.columns, np.delete(left.rows, rows)))

    def add_columns(self, rows: np.ndarray, values: np.ndarray, cost: np.ndarray) -> None:
        """Adds columns from zero up that stand in one row each."""
        count = len(rows)
        each = np.arange(count, dtype=np.int32)
        bounds = np.zeros(count), np.full(count, np.inf)
        outcome = self._highs.addCols(count, cost, *bounds, count, each, rows.astype(np.int32), values)
        self._require(outcome, "new columns")

    def interrupt(self) -> None:
        """Makes a running solve, and those after it, stop soon."""
        self._is_stopped = True
        stop(self._highs)

    def let_go(self) -> None:
        """Frees what it takes as soon as nothing refers to it; it solves nothing any more."""
        let_go(self._highs)

    @staticmethod
    def _require(outcome: highspy.HighsStatus, what: str) -> None:
        if outcome == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS refuses {what}")
