"""The plan of a two-stage program with what is known of its branches: a lower bound on their cost, made of cuts."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from bichiku.program.stages import Plan
from bichiku.program.units import in_powers_of_two
from bichiku.solving.growing import GrowingRun
from bichiku.solving.highs import Basis, Limits, Status


class Master:
    """The plan's rows and columns, and a column for the cost of each branch, nothing until its first cut.

    Rows that couple chains are left out until `couple`.

    Args:
        plan: the first stage.
        cost: of its columns, shares included.
        weight: what the cost of each branch counts for; shape (branches,).
    """

    def __init__(self, plan: Plan, cost: np.ndarray, weight: np.ndarray) -> None:
        self._plan, self._cost, self._weight = plan, cost, weight
        branches = len(weight)
        nothing = np.zeros(branches)
        self._coupling = np.flatnonzero(plan.couples)
        lower, upper = plan.row_lower.copy(), plan.row_upper.copy()
        lower[self._coupling], upper[self._coupling] = -np.inf, np.inf
        self._run = GrowingRun(
            sparse.csr_array(sparse.hstack([plan.matrix, sparse.csr_array((plan.matrix.shape[0], branches))])),
            (lower, upper),
            (np.concatenate([plan.column_lower, nothing]), np.concatenate([plan.column_upper, nothing])),
            np.concatenate([cost, nothing]),
            grows=True,
        )
        self._unit = nothing.copy()  # of each branch's cost in its cuts; nothing before the first
        self._branch_cost = nothing
        self.cuts = 0

    @property
    def is_coupled(self) -> bool:
        """Whether all of its rows hold."""
        return not len(self._coupling)

    @property
    def is_new(self) -> np.ndarray:
        """Whether each branch has no cut yet; shape (branches,)."""
        return self._unit == 0.0

    @property
    def iterations(self) -> int:
        """Simplex iterations of all solves together."""
        return self._run.iterations

    def solve(self, limits: Limits) -> tuple[Status, np.ndarray]:
        """The best plan under the cuts: how it ended, and the value of each of its columns."""
        status = self._run.solve(limits)
        if status is not Status.OPTIMAL:
            return status, np.empty(0)
        values, _ = self._run.answer()
        plan = values[: len(self._cost)]
        self._branch_cost = values[len(self._cost) :] * self._unit
        return status, plan

    def cost_of(self, plan: np.ndarray) -> float:
        """What a plan costs by itself."""
        return float(self._cost @ plan)

    def short_of(self, cost: np.ndarray) -> np.ndarray:
        """What the cost of branches counts for over what the master thought of them; shape (branches,)."""
        found: np.ndarray = self._weight * (cost - self._branch_cost)
        return found

    def add(self, branches: np.ndarray, constant: np.ndarray, slope: sparse.csr_array) -> None:
        """Adds a cut for each of some branches."""
        first = branches[self._unit[branches] == 0.0]
        if len(first):
            rows = np.flatnonzero(np.isin(branches, first))
            steepest = abs(slope[rows]).max(axis=1).toarray().ravel() if slope.shape[1] else np.zeros(len(rows))
            size = np.where(steepest > 0.0, steepest, abs(constant[rows]))
            self._unit[branches[rows]] = in_powers_of_two(np.where(size > 0.0, size, 1.0))
            columns = len(self._cost) + branches[rows]
            anything = np.full(len(rows), np.inf)
            self._run.limit_columns(columns, -anything, anything)
            self._run.price_columns(columns, self._weight[branches[rows]] * self._unit[branches[rows]])
        unit = self._unit[branches]
        places = (np.arange(len(branches)), branches)
        own = sparse.csr_array((np.ones(len(branches)), places), shape=(len(branches), len(self._weight)))
        scaled = sparse.diags_array(1.0 / unit) @ slope
        self._run.add_rows(sparse.csr_array(sparse.hstack([scaled, own])), constant / unit)
        self.cuts += len(branches)

    def couple(self) -> None:
        """Makes the rows that couple chains hold from now on."""
        rows = self._coupling
        self._run.limit_rows(rows, self._plan.row_lower[rows], self._plan.row_upper[rows])
        self._coupling = np.empty(0, dtype=int)

    def basis(self) -> Basis:
        """The last basis, of the plan's own columns and rows."""
        found = self._run.basis()
        return Basis(found.columns[: len(self._plan.columns)], found.rows[: len(self._plan.rows)])

    def interrupt(self) -> None:
        """Makes a running solve stop soon."""
        self._run.interrupt()
