"""What happens to a solved part when some of its limits move together along a straight line.

The optimal basis of a linear program stays optimal while the basic variables stay inside their bounds. When
limits move by ``step · direction``, the basic variables move by ``step · B⁻¹ (...)``, so the steps for which
the present duals hold follow from one solve with the basis matrix and a ratio test; this is the ranging of
textbooks (Chvátal 1983, chapter 10) for any number of limits at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bichiku.model.units import power_of_two
from bichiku.program import LinearProgram, Move
from bichiku.solving.highs import HighsRun
from bichiku.solving.solution import Solution

ROUNDING = 1e-9


@dataclass(frozen=True)
class Sensitivity:
    """The steps from least to most for which the present duals hold."""

    least: float
    most: float


def slope(program: LinearProgram, solution: Solution, direction: Move) -> float:
    """Rise of a part's objective per unit of step, from its duals and reduced costs."""
    on_columns = np.where(_at_upper(program, solution, solution.x, direction.columns), direction.column_moves, 0.0)
    rise = solution.row_dual[direction.rows] @ direction.row_moves
    return float(rise + solution.reduced_cost[direction.columns] @ on_columns)


class OptimalBasis:
    """A part's optimal basis, ready to be followed along any number of directions.

    Args:
        program: the part.
        run: holds the basis.
        solution: gives the prices; ranges are those of the basis at its own point, which where optima tie need not be
            the point of the solution.

    Raises:
        SolverError: HiGHS does not show it.
    """

    def __init__(self, program: LinearProgram, run: HighsRun, solution: Solution) -> None:
        self._program, self._run, self._solution = program.in_units(), run, solution.in_units(program)
        self._units, program, solution = program.units, self._program, self._solution
        basic, x = run.basic_variables(), run.point()
        rows, columns = program.shape
        self._of_column, self._of_row = basic >= 0, basic < 0
        self._column, self._row = basic[self._of_column], -basic[self._of_row] - 1
        self._is_basic_row = np.isin(np.arange(rows), self._row)
        # a limit moves a variable that rests on it; under a basic variable only the limit itself moves
        rests = _at_upper(program, solution, x, np.arange(columns))
        self._rests_on_upper = rests & ~np.isin(np.arange(columns), self._column)
        value = np.concatenate([x[self._column], (program.matrix @ x)[self._row]])
        lower = np.concatenate([program.column_lower[self._column], program.row_lower[self._row]])
        upper = np.concatenate([program.column_upper[self._column], program.row_upper[self._row]])
        self._over_lower, self._under_upper = value - lower, upper - value

    def along(self, direction: Move) -> Sensitivity:
        """How far the basis stays optimal along a direction.

        Raises:
            SolverError: HiGHS does not solve with its basis.
        """
        program = self._program
        rows, columns = program.shape
        row_shift, column_shift = np.zeros(rows), np.zeros(columns)
        np.add.at(row_shift, direction.rows, direction.row_moves)
        np.add.at(column_shift, direction.columns, direction.column_moves)
        size = 1.0
        if self._units is not None:
            row_shift, column_shift = row_shift / self._units.rows, column_shift / self._units.columns
            # what is nothing beside the step itself is rounding, however small a unit of the number may be
            size = power_of_two(float(max(abs(row_shift).max(initial=0.0), abs(column_shift).max(initial=0.0))) or 1.0)
            row_shift, column_shift = row_shift / size, column_shift / size
        right = np.where(self._is_basic_row, 0.0, row_shift)
        if len(direction.columns):
            right -= program.matrix @ np.where(self._rests_on_upper, column_shift, 0.0)
        change = self._run.basis_solve(right)
        # HiGHS holds a row's logical as minus its activity
        moves = np.concatenate([change[self._of_column], -change[self._of_row]])
        lower_moves = np.concatenate([np.zeros(len(self._column)), row_shift[self._row]])
        upper_moves = np.concatenate([column_shift[self._column], row_shift[self._row]])
        least, most = steps(self._over_lower, moves - lower_moves)
        least_upper, most_upper = steps(self._under_upper, upper_moves - moves)
        return Sensitivity(max(least, least_upper) / size, min(most, most_upper) / size)


def _at_upper(program: LinearProgram, solution: Solution, x: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Columns that rest on their upper bound; one that cannot move rests where its reduced cost says."""
    limit = program.column_upper[columns]
    upper = np.where(np.isfinite(limit), limit, np.finfo(float).max)
    one = 1.0 if program.units is None else program.units.columns[columns]
    at_limit = x[columns] >= upper - ROUNDING * (one + upper)
    held_below = (program.column_lower[columns] == limit) & (solution.reduced_cost[columns] >= 0.0)
    return at_limit & ~held_below


def steps(room: np.ndarray | float, change: np.ndarray | float, one: np.ndarray | float = 1.0) -> tuple[float, float]:
    """Least and most step for which ``room + step · change`` stays at zero or more.

    Args:
        room: what is left now.
        change: for each unit of step; nothing where it is rounding beside `one`.
        one: what counts as one in each room.
    """
    rooms, changes = np.atleast_1d(np.asarray(room, dtype=float)), np.atleast_1d(np.asarray(change, dtype=float))
    finite = np.isfinite(rooms) & (abs(changes) > ROUNDING * one)
    rooms, changes = np.maximum(rooms[finite], 0.0), changes[finite]
    ratios = -rooms / changes
    return float(ratios[changes > 0].max(initial=-np.inf)), float(ratios[changes < 0].min(initial=np.inf))
