"""Checks a solution against the arrays of its linear program, whatever the solver said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bichiku.linear_program import LinearProgram
from bichiku.solve import Solution

TOLERANCE = 1e-6  # relative, the accuracy that every number of a run is promised to


@dataclass(frozen=True)
class Certificate:
    """Largest violations of optimality; each relative to the size of what it is compared with.

    Attributes:
        primal: largest violation of a row or bound, over one plus the largest term of that row.
        primal_row: the row or column where it is.
        dual: largest reduced cost of the wrong sign or mismatch, over one plus the largest cost.
        gap: difference of primal and dual objective, over one plus the primal objective.
        holds: whether all are within `TOLERANCE`.
    """

    primal: float
    primal_row: str
    dual: float
    gap: float
    holds: bool


def certify(program: LinearProgram, solution: Solution) -> Certificate:
    """Primal and dual feasibility and the duality gap of an optimal solution."""
    x, dual = solution.x, solution.row_dual
    activity = program.matrix @ x
    size = 1.0 + abs(program.matrix).multiply(abs(x)[np.newaxis, :]).max(axis=1).toarray().ravel()
    row_violation = np.maximum(program.row_lower - activity, activity - program.row_upper) / size
    column_violation = np.maximum(program.column_lower - x, x - program.column_upper) / (1.0 + abs(x))
    primal, name = _largest(row_violation, program.row_name)
    primal_column, column_name = _largest(column_violation, program.column_name)
    if primal_column > primal:
        primal, name = primal_column, column_name

    reduced = program.cost - program.matrix.T @ dual
    scale = 1.0 + float(abs(program.cost).max(initial=0.0))
    # a positive price needs a lower limit to rest on, a negative one an upper limit
    wrong = [
        np.where(np.isfinite(program.column_upper), 0.0, -reduced),
        np.where(np.isfinite(program.column_lower), 0.0, reduced),
    ]
    wrong_rows = [
        np.where(np.isfinite(program.row_upper), 0.0, -dual),
        np.where(np.isfinite(program.row_lower), 0.0, dual),
    ]
    dual_violation = max(float(part.max(initial=0.0)) for part in [*wrong, *wrong_rows]) / scale

    rows = _rest(dual, program.row_lower, program.row_upper)
    columns = _rest(reduced, program.column_lower, program.column_upper)
    dual_objective = float(rows.sum() + columns.sum()) + program.constant
    gap = abs(solution.objective - dual_objective) / (1.0 + abs(solution.objective))
    holds = max(primal, dual_violation, gap) <= TOLERANCE
    return Certificate(primal, name if primal > 0 else "", dual_violation, gap, bool(holds))


def _largest(violation: np.ndarray, name: object) -> tuple[float, str]:
    if not len(violation) or violation.max() <= 0:
        return 0.0, ""
    worst = int(violation.argmax())
    return float(violation[worst]), name(worst)  # type: ignore[operator]


def _rest(price: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Each price times the limit it rests on; nothing where that limit does not exist."""
    limit = np.where(price > 0, lower, upper)
    return np.where(np.isfinite(limit), price * np.where(np.isfinite(limit), limit, 0.0), 0.0)
