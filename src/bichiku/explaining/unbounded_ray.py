"""What earns money without end: the columns of an unbounded ray."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.program import LinearProgram
from bichiku.solving import Status

NOUGHT = 1e-9


@dataclass(frozen=True)
class Ray:
    """Things that can be done more and more of, together.

    Attributes:
        gain: money gained for each unit of `steps` together.
        steps: column in words, and how many units of it.
    """

    gain: float
    steps: tuple[tuple[str, float], ...]


def unbounded_ray(program: LinearProgram, check: FeasibilityCheck) -> Ray | None:
    """A direction that keeps all limits and lowers the cost; an extreme one, so that no step of it is idle."""
    width = program.shape[1]
    still = np.isfinite(program.column_upper)
    question = LinearProgram(
        cost=program.cost,
        constant=0.0,
        matrix=sparse.csr_array(sparse.vstack([program.matrix, np.ones((1, width))])),
        row_lower=np.append(np.where(np.isfinite(program.row_lower), 0.0, -np.inf), -np.inf),
        row_upper=np.append(np.where(np.isfinite(program.row_upper), 0.0, np.inf), 1.0),
        column_lower=np.zeros(width),
        column_upper=np.where(still, 0.0, np.inf),
        row_constant=np.zeros(program.shape[0] + 1),
        preference=np.zeros(width),
    )
    solution = check.solve(question)
    if solution.status is not Status.OPTIMAL or solution.objective >= -NOUGHT:
        return None
    moving = np.flatnonzero(solution.x > NOUGHT)
    steps = tuple((program.column_name(int(column)), float(solution.x[column])) for column in moving)
    return Ray(-solution.objective, steps)
