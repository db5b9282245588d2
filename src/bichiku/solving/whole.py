"""From the answers and bases of parts to those of the whole program, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import highspy
import numpy as np

from bichiku.program import LinearProgram
from bichiku.program.components import Component
from bichiku.solving.solution import Solution, Status
from bichiku.solving.start import AT_LOWER, BASIC, Basis


def answer_of_all(
    program: LinearProgram,
    parts: Sequence[Component],
    loose: np.ndarray,
    answers: Mapping[int, Solution],
    iterations: int,
) -> Solution:
    """The optimum that those of all parts make together; unbounded where a column that stands in no row is.

    Args:
        program: the whole program.
        parts: its components.
        loose: columns that stand in no row.
        answers: the optimum of each part, by its place.
        iterations: to be told of the whole.
    """
    x, reduced = np.zeros(program.shape[1]), np.zeros(program.shape[1])
    row_dual = np.zeros(program.shape[0])
    price = program.cost[loose] + program.preference[loose]
    reduced[loose] = program.cost[loose]
    lower, upper = program.column_lower[loose], program.column_upper[loose]
    nearest_to_zero = np.clip(0.0, lower, upper)
    x[loose] = np.where(price < 0, upper, np.where(price > 0, lower, nearest_to_zero))
    if not np.isfinite(x[loose]).all():
        return Solution.none(Status.UNBOUNDED)
    for i, part in enumerate(parts):
        x[part.columns] = answers[i].x
        reduced[part.columns] = answers[i].reduced_cost
        row_dual[part.rows] = answers[i].row_dual
    objective = float(program.cost @ x) + program.constant
    return Solution(Status.OPTIMAL, x, row_dual, reduced, objective, iterations)


def basis_of_all(program: LinearProgram, parts: Sequence[Component], bases: Sequence[highspy.HighsBasis]) -> Basis:
    """The basis that those of all parts make together; of rows and columns that several have, all say the same."""
    rows, columns = program.shape
    found = Basis(np.full(columns, AT_LOWER, dtype=object), np.full(rows, BASIC, dtype=object))
    for part, basis in zip(parts, bases, strict=True):
        if not basis.valid or not len(part.columns):
            continue  # without a column there is no basis; the logicals of its rows are basic already
        found.columns[part.columns] = basis.col_status
        found.rows[part.rows] = basis.row_status
    return found


def basis_of_part(basis: Basis, part: Component) -> Basis:
    """What the basis of the whole program says of a part."""
    return Basis(basis.columns[part.columns], basis.rows[part.rows])
