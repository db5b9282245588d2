"""What happens to a solved part when some of its limits move together along a straight line.

The optimal basis of a linear program stays optimal while the basic variables stay inside their bounds. When
limits move by ``step · direction``, the basic variables move by ``step · B⁻¹ (...)``, so the steps for which
the present duals hold follow from one solve with the basis matrix and a ratio test; this is the ranging of
textbooks (Chvátal 1983, chapter 10) for any number of limits at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bichiku.program import LinearProgram, Move
from bichiku.solving.highs import HighsRun, Solution

ROUNDING = 1e-9


@dataclass(frozen=True)
class Sensitivity:
    """Rise of the objective per unit of step, and the steps from least to most for which it holds."""

    slope: float
    least: float
    most: float


def slope(program: LinearProgram, solution: Solution, direction: Move) -> float:
    """Rise of a part's objective per unit of step, from its duals and reduced costs."""
    on_columns = np.where(_at_upper(program, solution, solution.x, direction.columns), direction.column_moves, 0.0)
    rise = solution.row_dual[direction.rows] @ direction.row_moves
    return float(rise + solution.reduced_cost[direction.columns] @ on_columns)


def sensitivity(program: LinearProgram, run: HighsRun, solution: Solution, direction: Move) -> Sensitivity:
    """Slope and range of a part's objective along a direction; `run` holds the part's optimal basis.

    `solution` gives the prices; the range is that of the basis at its own point, which where optima tie need
    not be the point of the solution.
    """
    basic = run.basic_variables()
    x = run.point()
    rows, columns = program.shape
    is_basic_row, is_basic_column = np.zeros(rows, dtype=bool), np.zeros(columns, dtype=bool)
    is_basic_row[-basic[basic < 0] - 1] = True
    is_basic_column[basic[basic >= 0]] = True

    row_shift = np.zeros(rows)
    np.add.at(row_shift, direction.rows, direction.row_moves)
    column_shift = np.zeros(columns)
    np.add.at(column_shift, direction.columns, direction.column_moves)
    # a limit moves a variable that rests on it; under a basic variable only the limit itself moves
    at_upper = _at_upper(program, solution, x, np.arange(columns))
    moved_columns = np.where(at_upper & ~is_basic_column, column_shift, 0.0)
    right = np.where(is_basic_row, 0.0, row_shift) - program.matrix @ moved_columns
    change = run.basis_solve(right)

    of_column, of_row = basic >= 0, basic < 0
    column, row = basic[of_column], -basic[of_row] - 1
    activity = program.matrix @ x
    value = np.concatenate([x[column], activity[row]])
    # HiGHS holds a row's logical as minus its activity
    moves = np.concatenate([change[of_column], -change[of_row]])
    lower = np.concatenate([program.column_lower[column], program.row_lower[row]])
    upper = np.concatenate([program.column_upper[column], program.row_upper[row]])
    lower_moves = np.concatenate([np.zeros(len(column)), row_shift[row]])
    upper_moves = np.concatenate([column_shift[column], row_shift[row]])
    least, most = steps(value - lower, moves - lower_moves)
    least_upper, most_upper = steps(upper - value, upper_moves - moves)
    return Sensitivity(slope(program, solution, direction), max(least, least_upper), min(most, most_upper))


def _at_upper(program: LinearProgram, solution: Solution, x: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Columns that rest on their upper bound; one that cannot move rests where its reduced cost says."""
    limit = program.column_upper[columns]
    upper = np.where(np.isfinite(limit), limit, np.finfo(float).max)
    at_limit = x[columns] >= upper - ROUNDING * (1.0 + upper)
    held_below = (program.column_lower[columns] == limit) & (solution.reduced_cost[columns] >= 0.0)
    return at_limit & ~held_below


def steps(room: np.ndarray | float, change: np.ndarray | float) -> tuple[float, float]:
    """Least and most step for which ``room + step · change`` stays at zero or more."""
    rooms, changes = np.atleast_1d(np.asarray(room, dtype=float)), np.atleast_1d(np.asarray(change, dtype=float))
    finite = np.isfinite(rooms) & (abs(changes) > ROUNDING)
    rooms, changes = np.maximum(rooms[finite], 0.0), changes[finite]
    ratios = -rooms / changes
    return float(ratios[changes > 0].max(initial=-np.inf)), float(ratios[changes < 0].min(initial=np.inf))
