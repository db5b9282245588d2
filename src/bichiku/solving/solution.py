"""What a solve returns: an explicit status, and numbers only where it is optimal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from bichiku.program import LinearProgram


class Status(Enum):
    """How a solve ended. A solution may be read only when it is `OPTIMAL`."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    TIME_LIMIT = "time limit reached"
    ITERATION_LIMIT = "iteration limit reached"
    INTERRUPTED = "interrupted"
    ERROR = "solver error"

    @property
    def gave_up(self) -> bool:
        """Whether the solve ended for want of time or iterations, which says nothing about the program."""
        return self in (Status.TIME_LIMIT, Status.ITERATION_LIMIT, Status.INTERRUPTED)


@dataclass(frozen=True)
class Optimum:
    """What is asked of a program that is solved again and again: its cost and the prices of its limits.

    Attributes:
        status: how the solve ended.
        objective: optimal value including the program's constant; not a number where there is none.
        row_dual: rise of the objective per unit of each row's limit; empty where there is none.
    """

    status: Status
    objective: float
    row_dual: np.ndarray


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

    @property
    def optimum(self) -> Optimum:
        """Its cost and the prices of limits alone."""
        return Optimum(self.status, self.objective, self.row_dual)

    def in_units(self, program: LinearProgram) -> Solution:
        """The solution of a program in the units of the program."""
        units = program.units
        if units is None:
            return self
        money = units.of_cost(program.cost)
        return replace(
            self,
            x=self.x / units.columns,
            row_dual=self.row_dual * units.rows / money,
            reduced_cost=self.reduced_cost * units.columns / money,
            objective=self.objective / money,
        )

    def part(self, rows: np.ndarray, columns: np.ndarray, cost: np.ndarray) -> Solution:
        """What it says of some rows and columns, whose costs are given."""
        x = self.x[columns]
        return replace(
            self,
            x=x,
            row_dual=self.row_dual[rows],
            reduced_cost=self.reduced_cost[columns],
            objective=float(cost @ x),
            iterations=0,
        )

    @classmethod
    def none(cls, status: Status) -> Solution:
        """No solution, for the reason given."""
        nothing = np.empty(0)
        return cls(status, nothing, nothing, nothing, float("nan"), 0)
