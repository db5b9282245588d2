"""Checks a solution against the arrays of its linear program, whatever the solver said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bichiku.program import LinearProgram
from bichiku.solving.solution import Solution

TOLERANCE = 1e-6  # relative, the accuracy that every number of a run is promised to


@dataclass(frozen=True)
class Certificate:
    """Largest violations of optimality; each relative to the size of what it is compared with, in the program's units.

    Attributes:
        primal: largest violation of a row or bound, over one plus the largest term of that row.
        primal_row: the row or column where it is.
        dual: largest price of the wrong sign, or mismatch of a reduced cost, over one plus the largest cost.
        gap: difference of primal and dual objective, over one plus the primal objective.
        objective: difference of the stated objective and the cost of the solution, likewise.
        holds: whether all are within `TOLERANCE`.
    """

    primal: float
    primal_row: str
    dual: float
    gap: float
    objective: float
    holds: bool

    @property
    def why(self) -> str:
        """What does not hold, in words."""
        found = {
            f"{self.primal_row} is not kept": self.primal,
            "a price has the wrong sign, or a reduced cost is not what the prices make it": self.dual,
            "the cost is not that of the prices, so a cheaper plan may exist": self.gap,
            "the cost stated is not that of the plan": self.objective,
        }
        wrong = [f"{what}, by {size:.1e}" for what, size in found.items() if not size <= TOLERANCE]
        return f"{'; '.join(wrong)} (at most {TOLERANCE:g} is let pass)"


def certify(program: LinearProgram, solution: Solution) -> Certificate:
    """Primal and dual feasibility, complementarity by way of the duality gap, and the objective.

    At a feasible primal and dual point the gap is the sum of all complementarity violations, so a gap of zero
    leaves none.
    """
    program, solution = program.in_units(), solution.in_units(program)
    x, dual = solution.x, solution.row_dual
    primal, name = _primal(program, x)
    reduced = program.cost - program.matrix.T @ dual
    cost = float(program.cost @ x) + program.constant
    dual_objective = (
        _rest(dual, program.row_lower, program.row_upper).sum()
        + _rest(reduced, program.column_lower, program.column_upper).sum()
        + program.constant
    )
    size = 1.0 + abs(cost)
    gap = abs(cost - dual_objective) / size
    stated = abs(solution.objective - cost) / size
    wrong = _dual(program, solution, reduced)
    # every comparison with a not-a-number is false, so one anywhere fails the certificate
    holds = all(violation <= TOLERANCE for violation in (primal, wrong, gap, stated))
    return Certificate(primal, name, wrong, float(gap), float(stated), holds)


def _primal(program: LinearProgram, x: np.ndarray) -> tuple[float, str]:
    """Largest relative violation of a row or a column bound, and its name."""
    activity = program.matrix @ x
    terms = abs(program.matrix).multiply(abs(x)[np.newaxis, :]).tocsr() if len(x) else abs(program.matrix)
    size = 1.0 + (terms.max(axis=1).toarray().ravel() if min(terms.shape) else np.zeros(len(activity)))
    rows = np.maximum(program.row_lower - activity, activity - program.row_upper) / size
    columns = np.maximum(program.column_lower - x, x - program.column_upper) / (1.0 + abs(x))
    found = [_largest(rows, program.row_name), _largest(columns, program.column_name)]
    return max(found, key=lambda pair: np.inf if np.isnan(pair[0]) else pair[0])


def _dual(program: LinearProgram, solution: Solution, reduced: np.ndarray) -> float:
    """Largest relative price without a limit to rest on, or reduced cost that is not what the duals imply."""
    scale = 1.0 + float(abs(program.cost).max(initial=0.0))
    dual = solution.row_dual
    # a positive price needs a lower limit to rest on, a negative one an upper limit
    parts = [
        np.where(np.isfinite(program.column_upper), 0.0, -reduced),
        np.where(np.isfinite(program.column_lower), 0.0, reduced),
        np.where(np.isfinite(program.row_upper), 0.0, -dual),
        np.where(np.isfinite(program.row_lower), 0.0, dual),
        abs(solution.reduced_cost - reduced),
    ]
    return float(np.max([np.max(part, initial=0.0) for part in parts])) / scale


def _largest(violation: np.ndarray, name: Callable[[int], str]) -> tuple[float, str]:
    if not len(violation):
        return 0.0, ""
    worst = int(violation.argmax())  # a not-a-number counts as the largest
    return (0.0, "") if violation[worst] <= 0 else (float(violation[worst]), name(worst))


def _rest(price: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Each price times the limit it rests on; nothing where that limit does not exist."""
    limit = np.where(price > 0, lower, upper)
    return np.where(np.isfinite(limit), price * np.where(np.isfinite(limit), limit, 0.0), 0.0)
