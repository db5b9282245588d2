"""The plan of a two-stage program with what is known of its branches: a lower bound on their cost, made of cuts."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from bichiku.program.stages import PlanPart
from bichiku.program.units import in_powers_of_two
from bichiku.solving.growing import GrowingRun
from bichiku.solving.options import Limits
from bichiku.solving.solution import Status
from bichiku.solving.start import BASIC, Basis

ALL = slice(None)
FAR = 2.0**20  # times the largest limit
KEPT_FOR = 4  # rounds that a cut is kept without being rested on
MANY = 4  # cuts a branch from which on some are dropped ...
WORTH = 0.5  # ... where at least such a share goes: a solver that goes on from another basis works out some things anew


class Master:
    """The plan's rows and columns, and a column for the cost of each branch, nothing until its first cut.

    Args:
        plan: the first stage.
        cost: of its columns, shares included.
        weight: what the cost of each branch counts for; shape (branches,).
        least: what each branch costs at least under any plan; shape (branches,).

    Attributes:
        cuts: number of cuts that were ever added.
    """

    def __init__(self, plan: PlanPart, cost: np.ndarray, weight: np.ndarray, least: np.ndarray) -> None:
        self._plan, self._cost, self._weight, self._least = plan, cost, weight, least
        branches = len(weight)
        nothing = np.zeros(branches)
        self._run = GrowingRun(
            sparse.csr_array(sparse.hstack([plan.matrix, sparse.csr_array((plan.matrix.shape[0], branches))])),
            (plan.row_lower, plan.row_upper),
            (np.concatenate([plan.column_lower, nothing]), np.concatenate([plan.column_upper, nothing])),
            np.concatenate([cost, nothing]),
            grows=True,
        )
        self._unit = nothing.copy()  # of each branch's cost in its cuts; nothing before the first
        self._branch_cost = nothing
        self._cut_of = np.empty(0, dtype=int)
        self._idle = np.empty(0, dtype=int)  # rounds since the plan rested on each cut
        self.cuts = 0
        self._fenced, self._fence = np.empty(0, dtype=int), np.inf

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
        if status is Status.UNBOUNDED and not len(self._fenced):
            self._fence_in()
            status = self._run.solve(limits)
        if status is not Status.OPTIMAL:
            return status, np.empty(0)
        values, _ = self._run.answer()
        plan = values[: len(self._cost)]
        self._branch_cost = values[len(self._cost) :] * self._unit
        return status, plan

    def _fence_in(self) -> None:
        """Bounds what has no bound, far out: the first cuts may promise that a branch gains without end."""
        plan = self._plan
        known = (plan.row_lower, plan.row_upper, plan.column_lower, plan.column_upper)
        largest = max(float(abs(limits[np.isfinite(limits)]).max(initial=1.0)) for limits in known)
        self._fenced, self._fence = np.flatnonzero(np.isinf(plan.column_upper)), FAR * largest
        self._run.limit_columns(self._fenced, plan.column_lower[self._fenced], np.full(len(self._fenced), self._fence))

    def at_fence(self, plan: np.ndarray) -> bool:
        """Whether a plan goes as far as it may only because nothing bounds it."""
        return bool((plan[self._fenced] >= 0.5 * self._fence).any())

    def cost_of(self, plan: np.ndarray) -> float:
        """What a plan costs by itself."""
        return float(self._cost @ plan)

    def short_of(self, cost: np.ndarray, branches: slice = ALL) -> np.ndarray:
        """What the cost of some branches counts for over what the master thought of them; shape (those branches,)."""
        found: np.ndarray = self._weight[branches] * (cost - self._branch_cost[branches])
        return found

    def add(self, branches: np.ndarray, constant: np.ndarray, slope: sparse.csr_array) -> None:
        """Adds a cut for each of some branches, and drops those that the plan has not rested on for long."""
        self._drop_idle()
        first = branches[self._unit[branches] == 0.0]
        if len(first):
            rows = np.flatnonzero(np.isin(branches, first))
            steepest = abs(slope[rows]).max(axis=1).toarray().ravel() if slope.shape[1] else np.zeros(len(rows))
            size = np.where(steepest > 0.0, steepest, abs(constant[rows]))
            self._unit[branches[rows]] = in_powers_of_two(np.where(size > 0.0, size, 1.0))
            columns = len(self._cost) + branches[rows]
            lower = self._least[branches[rows]] / self._unit[branches[rows]]
            self._run.limit_columns(columns, lower, np.full(len(rows), np.inf))
            self._run.price_columns(columns, self._weight[branches[rows]] * self._unit[branches[rows]])
        unit = self._unit[branches]
        places = (np.arange(len(branches)), branches)
        own = sparse.csr_array((np.ones(len(branches)), places), shape=(len(branches), len(self._weight)))
        scaled = sparse.diags_array(1.0 / unit) @ slope
        self._run.add_rows(sparse.csr_array(sparse.hstack([scaled, own])), constant / unit)
        self._cut_of = np.concatenate([self._cut_of, branches])
        self._idle = np.concatenate([self._idle, np.zeros(len(branches), dtype=int)])
        self.cuts += len(branches)

    def _drop_idle(self) -> None:
        self._idle = np.where(self._rested_on(), 0, self._idle + 1)
        idle = self._idle >= KEPT_FOR
        if len(idle) > MANY * len(self._weight) and idle.sum() > WORTH * len(idle):
            self._run.drop_rows(len(self._plan.rows) + np.flatnonzero(idle))
            self._cut_of, self._idle = self._cut_of[~idle], self._idle[~idle]

    def _rested_on(self) -> np.ndarray:
        """Whether the last plan rests on each cut."""
        if not len(self._cut_of):
            return np.empty(0, dtype=bool)
        found: np.ndarray = self._run.basis().rows[len(self._plan.rows) :] != BASIC
        return found

    def basis(self) -> Basis:
        """The last basis, of the plan's own columns and rows."""
        found = self._run.basis()
        return Basis(found.columns[: len(self._plan.columns)], found.rows[: len(self._plan.rows)])

    def ways(self) -> np.ndarray:
        """Ways in which the plan could move if branches kept one less of the cuts that it rests on.

        Where a plan rests on `t` cuts of a branch, it would have ``t - 1`` ways to go but for them.

        Returns:
            Shape (ways, columns of the plan).
        """
        first = len(self._plan.rows)
        rests = np.flatnonzero(self._rested_on())
        branch = self._cut_of[rests]
        _, ones = np.unique(branch, return_index=True)
        basic, width = self._run.basic(), len(self._cost)
        own = (basic >= 0) & (basic < width)
        found = np.zeros((len(rests) - len(ones), width))
        for way, cut in enumerate(np.setdiff1d(rests, rests[ones])):
            right = np.zeros(len(basic))
            right[first + cut] = 1.0
            found[way, basic[own]] = self._run.basis_solve(right)[own]
        return found

    def holding(self) -> np.ndarray:
        """Number of cuts of each branch that the last plan rests on; shape (branches,)."""
        return np.bincount(self._cut_of[self._rested_on()], minlength=len(self._weight))

    def interrupt(self) -> None:
        """Makes a running solve stop soon."""
        self._run.interrupt()

    def let_go(self) -> None:
        """See `GrowingRun.let_go`."""
        self._run.let_go()
