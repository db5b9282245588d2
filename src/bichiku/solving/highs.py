"""One linear program in HiGHS: arrays in, a solution with an explicit status out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import highspy
import numpy as np

from bichiku.program import LinearProgram
from bichiku.solving.options import (
    DANTZIG,
    DUAL_SIMPLEX,
    EDGE_WEIGHTS,
    MOST_ITERATIONS,
    NO_LIMITS,
    PRIMAL_SIMPLEX,
    Limits,
    SolverOptions,
)
from bichiku.solving.solution import Optimum, Solution, Status
from bichiku.solving.start import Basis, SolverError, as_highs, let_go, started, status_of, stop

FEASIBILITY = 1e-7  # HiGHS's own tolerance on rows
FEW_STEPS = 100_000  # rows up to which a neighbour's optimum is a few iterations away


class HighsRun:
    """One linear program in HiGHS; `interrupt` may be called from another thread while it solves.

    Attributes:
        interrupted: whether it was told to stop; it then solves nothing any more.
        note: how the first solve went, in words, where that is worth telling.
    """

    def __init__(self, program: LinearProgram, options: SolverOptions) -> None:
        self._program, self._given = program, program.in_units()
        self._options = options
        self._highs = self._started()
        self.interrupted, self.note = False, ""
        self._handed_over = False
        self._method = options.method
        self._factorised = True  # of nothing
        self._strategy = PRIMAL_SIMPLEX if options.primal else DUAL_SIMPLEX
        self._at_point = False  # at a basis whose point keeps all limits, from which the primal simplex method goes on
        self._kept: highspy.HighsBasis | None = None  # to begin at, once the program is handed over
        self._presolve = options.presolve
        self._costs = self._given.cost

    def _started(self) -> highspy.Highs:
        highs = started(self._options.as_highs())
        highs.HandleUserInterrupt = self._options.method != "simplex"  # see `stop`
        return highs

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of its program."""
        return self._program.shape

    @property
    def is_new(self) -> bool:
        """Whether nothing was handed over yet, so that a solve begins with nothing."""
        return not self._handed_over and self._kept is None

    def solve(
        self, limits: Limits = NO_LIMITS, log: Path | None = None, prefer: bool = True, prices: bool = True
    ) -> Solution:
        """Hands the program over, solves it and reads the answer.

        Args:
            limits: when to give up.
            log: a file that HiGHS writes its log to.
            prefer: whether the preference chooses among optima; not needed where only the cost is asked for.
            prices: whether duals are those of the cost alone; else they may be those of cost and preference together,
                and where there is a preference it is solved once and not twice.

        Raises:
            SolverError: HiGHS refuses the model.
        """
        if self._program.shape[1] == 0:
            return _without_columns(self._program, self._given)
        if self.interrupted:
            return Solution.none(Status.INTERRUPTED)
        if log is None:
            return self._solve(limits, prefer, prices)
        self._set(output_flag=True, log_to_console=False, log_file=str(log))
        try:
            return self._solve(limits, prefer, prices)
        finally:
            self._set(output_flag=False, log_file="")

    def _solve(self, limits: Limits, prefer: bool, prices: bool) -> Solution:
        self._begin(limits)
        if not self._at_point:
            return self._optimise(prefer, prices)
        self._at_point = False
        self._set(simplex_strategy=PRIMAL_SIMPLEX)
        try:
            return self._optimise(prefer, prices)
        finally:
            self._set(simplex_strategy=self._strategy)

    def _optimise(self, prefer: bool, prices: bool) -> Solution:
        given = self._given
        preferred = prefer and given.preference.any()
        self._set_costs(given.cost + given.preference if preferred else given.cost)
        status = self._run()
        if status is not Status.OPTIMAL:
            return Solution.none(status)
        x, iterations = self._point() if preferred else None, self._iterations()
        if preferred and prices:
            # the preference has chosen the point; prices must be those of the true cost
            self._set_costs(given.cost)
            status = self._run()
            if status is not Status.OPTIMAL:
                return Solution.none(status)
        values = self._highs.getSolution()
        if x is None:
            x = np.asarray(values.col_value)
        row_dual, reduced_cost = self._per_row(np.asarray(values.row_dual)), np.asarray(values.col_dual)
        units = self._program.units
        if units is not None:
            x, reduced_cost = x * units.columns, reduced_cost * self._money / units.columns
        return Solution(
            status=status,
            x=x,
            row_dual=row_dual,
            reduced_cost=reduced_cost,
            objective=float(self._program.cost @ x) + self._program.constant,
            iterations=iterations,
        )

    def optimum(self) -> Optimum:
        """Optimal cost and prices of limits; see `solve`, which takes longer as all of a solution is read."""
        if self._program.shape[1] == 0:
            return _without_columns(self._program, self._given).optimum
        if self.interrupted:
            return Solution.none(Status.INTERRUPTED).optimum
        self._begin(NO_LIMITS)
        self._set_costs(self._given.cost)
        status = self._run()
        if status is not Status.OPTIMAL:
            return Solution.none(status).optimum
        objective = self._highs.getInfo().objective_function_value * self._money
        return Optimum(status, objective, self._per_row(np.asarray(self._highs.getSolution().row_dual)))

    def _begin(self, limits: Limits) -> None:
        self._factorised = self._method == "simplex"
        self._set_limits(limits)
        if not self._handed_over:
            self._hand_over()

    @property
    def _money(self) -> float:
        """What counts as one in the cost that is handed over."""
        units = self._program.units
        return 1.0 if units is None else units.of_cost(self._program.cost)

    def _per_row(self, dual: np.ndarray) -> np.ndarray:
        """Prices of rows as the program has them, from those of its units."""
        units = self._program.units
        return dual if units is None else dual * self._money / units.rows

    def _set(self, **options: object) -> None:
        for name, value in options.items():
            # an option that is refused would leave another solver in place without a word
            self._require(self._highs.setOptionValue(name, value), f"option {name}={value!r}")

    def _set_limits(self, limits: Limits) -> None:
        # HiGHS counts the time of all runs of one instance together
        seconds = np.inf if limits.seconds is None else self._highs.getRunTime() + max(limits.seconds, 0.0)
        most = MOST_ITERATIONS if limits.iterations is None else limits.iterations
        self._set(time_limit=seconds, simplex_iteration_limit=most, ipm_iteration_limit=most)
        if self.interrupted:  # meanwhile, by another thread, whose word this has just taken back
            stop(self._highs)

    def point(self) -> np.ndarray:
        """Value of each column at the basis that is held now, in the units of the program."""
        if self._kept is not None:
            self._take_up()
        return self._point()

    def _point(self) -> np.ndarray:
        return np.asarray(self._highs.getSolution().col_value)

    def _run(self) -> Status:
        outcome = self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible and self._presolve:
            # presolve could not tell which; without it the simplex method does
            self._set(presolve="off")
            outcome = self._highs.run()
            status = self._highs.getModelStatus()
            self._set(presolve="choose")
        found = status_of(outcome, status)
        return Status.INTERRUPTED if self.interrupted and found is Status.TIME_LIMIT else found

    def _iterations(self) -> int:
        info = self._highs.getInfo()
        return int(info.simplex_iteration_count + info.ipm_iteration_count)

    def _set_costs(self, costs: np.ndarray) -> None:
        changed = np.flatnonzero(costs != self._costs).astype(np.int32)
        if len(changed):
            self._require(self._highs.changeColsCost(len(changed), changed, costs[changed]), "new costs")
            self._costs = costs

    def change(self, program: LinearProgram) -> bool:
        """Replaces the numbers of a program of the same sparsity; the next solve starts from the last basis.

        Returns:
            Whether any number differs.
        """
        old, self._program = self._given, program
        program = self._given = program.in_units()
        same_costs = np.array_equal(program.cost, old.cost) and np.array_equal(program.preference, old.preference)
        columns = _differing(program.column_lower, old.column_lower, program.column_upper, old.column_upper)
        rows = _differing(program.row_lower, old.row_lower, program.row_upper, old.row_upper)
        entries = np.flatnonzero(program.matrix.data != old.matrix.data)
        if same_costs and not (len(columns) or len(rows) or len(entries)):
            return False
        if not self._handed_over:
            return True
        highs, require = self._highs, self._require
        if len(columns):
            lower, upper = program.column_lower[columns], program.column_upper[columns]
            require(highs.changeColsBounds(len(columns), columns, lower, upper), "new column bounds")
        if len(rows):
            lower, upper = program.row_lower[rows], program.row_upper[rows]
            require(highs.changeRowsBounds(len(rows), rows, lower, upper), "new row bounds")
        row_of = np.searchsorted(program.matrix.indptr, entries, side="right") - 1
        for row, entry in zip(row_of, entries, strict=True):
            column, value = int(program.matrix.indices[entry]), float(program.matrix.data[entry])
            require(highs.changeCoeff(int(row), column, value), "a new coefficient")
        return True

    @property
    def basis(self) -> highspy.HighsBasis:
        """The basis at which the last solve ended, to begin others from."""
        return self._highs.getBasis() if self._kept is None else self._kept

    def begin_at(self, basis: highspy.HighsBasis) -> None:
        """Begins the next solve at the basis of another program of the same shape.

        Raises:
            SolverError: HiGHS refuses it.
        """
        if self._program.shape[1] == 0:
            return  # which is answered without HiGHS
        if not self._handed_over:
            self._hand_over()
        self._require(self._highs.setBasis(basis), "a basis")

    @contextmanager
    def without_edge_weights(self) -> Iterator[None]:
        """Lets the dual simplex method pick rows by their infeasibility alone.

        Few iterations lead from one optimum to that of a neighbour, and the exact weights of steepest edge cost more
        than they save: a fifth of the time for the steps of prices of the Japan model. In one program of all its chains
        they are thousands, and go on and on without weights.
        """
        if self._program.shape[0] > FEW_STEPS:
            yield
            return
        _, before = self._highs.getOptionValue(EDGE_WEIGHTS)
        self._set(**{EDGE_WEIGHTS: DANTZIG})
        try:
            yield
        finally:
            self._set(**{EDGE_WEIGHTS: before})

    def take_over(self, basis: highspy.HighsBasis) -> None:
        """Holds the optimal basis of this very program, and no trace of the way to it; factors are made when asked for.

        A solver that has not begun yet is given the program no sooner than it is asked for; see `put_away`.

        Raises:
            SolverError: HiGHS refuses it.
        """
        if self._program.shape[1] == 0:
            return  # which is answered without HiGHS
        if self._handed_over:
            self.begin_at(basis)
            self._set_costs(self._given.cost)
        else:
            self._kept = basis
        self._factorised = False

    def basic_variables(self) -> np.ndarray:
        """The basis by row: a column's number, or minus one less a row's number for its logical.

        Raises:
            SolverError: HiGHS does not show it.
        """
        if not self._factorised:
            self._take_up()
        outcome, basic = self._highs.getBasicVariables()
        self._require(outcome, "to show its basis")
        return np.asarray(basic)

    def _take_up(self) -> None:
        """Makes HiGHS hold the basis with its factors, by which it dies where it has none and is asked for them."""
        if not self._handed_over:
            self._hand_over()
            self._set_costs(self._given.cost)
        self._set_limits(NO_LIMITS)
        self._set(solver="simplex")
        status = self._run()
        self._set(solver=self._method)
        if status is not Status.OPTIMAL:
            raise SolverError(f"HiGHS does not take up its own basis: {status.value}")
        self._factorised = True

    def basis_solve(self, right: np.ndarray) -> np.ndarray:
        """Solves ``B z = right`` with the basis matrix B, in the order of `basic_variables` and in units."""
        outcome, found = self._highs.getBasisSolve(right)
        self._require(outcome, "to solve with its basis")
        return np.asarray(found)

    def proof(self) -> np.ndarray | None:
        """Multipliers of the rows that sum to a contradiction, after a solve without presolve that is infeasible."""
        outcome, exists, values = self._highs.getDualRay()
        if not exists or outcome == highspy.HighsStatus.kError:
            return None
        units = self._program.units
        return np.asarray(values) if units is None else np.asarray(values) / units.rows

    def start_from(self, basis: Basis) -> None:
        """Makes the next solve start from a basis whose point keeps all limits.

        It may have a few basic columns or rows too many or too few.

        Raises:
            SolverError: HiGHS refuses it.
        """
        self._hand_over()
        self._require(self._highs.setBasis(as_highs(basis)), "a basis to start from")
        self._at_point = True

    def put_away(self) -> None:
        """Keeps of a solved program its basis alone, until something is asked of it again.

        A solver takes some 2 kB a row.
        """
        if self._handed_over:
            self._kept = self._highs.getBasis()
            let_go(self._highs)
            self._highs = self._started()
            self._handed_over = self._factorised = False

    def interrupt(self) -> None:
        """Makes a running solve stop soon with the status `INTERRUPTED`."""
        self.interrupted = True
        stop(self._highs)

    def _hand_over(self) -> None:
        program = self._given
        self._costs = program.cost + program.preference
        rows, columns = program.shape
        matrix = program.matrix
        outcome = self._highs.passModel(
            columns,
            rows,
            int(matrix.nnz),
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            program.constant,
            self._costs,
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
        self._handed_over = True
        if self._kept is not None:
            self._require(self._highs.setBasis(self._kept), "the basis that was kept")
            self._kept = None

    @staticmethod
    def _require(outcome: highspy.HighsStatus, what: str) -> None:
        if outcome == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS refuses {what}")


def _differing(lower: np.ndarray, old_lower: np.ndarray, upper: np.ndarray, old_upper: np.ndarray) -> np.ndarray:
    return np.flatnonzero((lower != old_lower) | (upper != old_upper)).astype(np.int32)


def _without_columns(program: LinearProgram, given: LinearProgram) -> Solution:
    """Rows that no variable touches; HiGHS calls such a model empty and does not look at their limits."""
    if (given.row_lower > FEASIBILITY).any() or (given.row_upper < -FEASIBILITY).any():
        return Solution.none(Status.INFEASIBLE)
    return Solution(Status.OPTIMAL, np.empty(0), np.zeros(program.shape[0]), np.empty(0), program.constant, 0)
