"""The L-shaped method with a cut for each branch: a basis of a two-stage program, found plan by plan.

Van Slyke and Wets (1969), "L-shaped linear programs with applications to optimal control and stochastic programming";
a cut for each branch after Birge and Louveaux (1988), "A multicut algorithm for two-stage stochastic linear programs".
A master chooses the plan under what is known of the branches, each branch answers with what it costs under that plan
and at what prices, and the prices make the next cuts.

The basis of the master and those of the branches together are a basis of the program; where a branch has several cuts
that hold, it has so many basic columns too many, which the solver sorts out. Nothing is taken on trust from here: the
solver goes on from that basis on the whole program, and says itself when it is optimal.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from bichiku.program import LinearProgram
from bichiku.program.stages import Branches, Plan, split_stages
from bichiku.program.units import in_powers_of_two
from bichiku.solving.branch_stack import KEPT, BranchStack, Cuts
from bichiku.solving.highs import Basis, Limits, SolverError, Status
from bichiku.solving.master import Master

TOGETHER = 12  # branches in one HiGHS: one alone costs more to call than to solve
GAP = 1e-6  # of the cost; what is left then is less work for the simplex method on the whole
COUPLE_BELOW = 1e-3  # gap from which rows that couple chains hold
MOST_ROUNDS = 200
MOST_PENALTIES = 4


class NotSettled(Exception):
    """The method came to no end; why, in words."""


class Stopped(Exception):
    """It was told to stop, or a limit was reached."""

    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(status.value)


@dataclass(frozen=True)
class Found:
    """A basis, and how it was found.

    Attributes:
        basis: of the whole program.
        branches, rounds, cuts, iterations: counts.
        gap: of upper and lower bound, over the cost.
    """

    basis: Basis
    branches: int
    rounds: int
    cuts: int
    iterations: int
    gap: float


class LShaped:
    """A program whose structure is known, taken apart; `interrupt` may be called from another thread."""

    def __init__(self, program: LinearProgram) -> None:
        program = program.in_units()
        self._shape = program.shape
        cost = program.cost + program.preference
        used = abs(cost[cost != 0.0])
        # tolerances on prices are absolute, and these are of the size of one
        cost = cost / in_powers_of_two(np.array([np.median(used) if len(used) else 1.0]))[0]
        self._plan, self._branches = split_stages(program, cost)
        weight = _weights(self._branches, cost)
        self._master = Master(self._plan, self._plan.cost, weight)
        each = self._branches.cost / weight[self._branches.branch_of_column]
        self._stacks, self._firsts = [], list(range(0, self._branches.count, TOGETHER))
        for first in self._firsts:
            last = min(first + TOGETHER, self._branches.count)
            mine = (self._branches.branch_of_column >= first) & (self._branches.branch_of_column < last)
            self._stacks.append(BranchStack(self._branches.some(first, last), each[mine]))
        self._weight = weight
        self._stopped = False

    def interrupt(self) -> None:
        """Makes it stop soon."""
        self._stopped = True
        self._master.interrupt()

    def solve(self, limits: Limits) -> Found:
        """Finds a basis.

        Args:
            limits: the time for all of it, and the iterations of master and branches together.

        Raises:
            Stopped: a limit was reached, or `interrupt` was called.
            NotSettled: there is none, or HiGHS failed on the way.
        """
        left = self._countdown(limits)
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            try:
                return self._rounds(pool, left)
            except SolverError as error:
                raise NotSettled(str(error)) from error

    def _rounds(self, pool: ThreadPoolExecutor, left: Callable[[], Limits]) -> Found:
        cost = np.zeros(self._branches.count)
        penalties = 0
        for count in range(1, MOST_ROUNDS + 1):
            status, plan = self._master.solve(left())
            _require(status, "the plan under its cuts")
            found = list(pool.map(lambda stack: stack.solve(plan, left()), self._stacks))
            for status, _ in found:
                _require(status, "a branch")
            cuts = [(first, cut) for first, (_, cut) in zip(self._firsts, found, strict=True) if cut is not None]
            for first, cut in cuts:
                cost[first : first + len(cut.cost)] = cut.cost
            whole = abs(self._master.cost_of(plan) + float(self._weight @ cost)) or 1.0
            gap = float(self._master.short_of(cost).sum()) / whole
            if gap <= GAP and self._master.is_coupled:
                if max((stack.left for stack in self._stacks), default=0.0) <= KEPT:
                    return Found(self._basis(), len(cost), count, self._master.cuts, self._iterations, gap)
                penalties += 1
                if penalties > MOST_PENALTIES:
                    raise NotSettled("a plan leaves a branch no way, whatever that costs")
                for stack in self._stacks:
                    stack.steepen()
                continue
            if gap <= COUPLE_BELOW and not self._master.is_coupled:
                self._master.couple()
            self._add(cuts, plan, whole)
        raise NotSettled(f"a gap of {gap:.0e} is left after {MOST_ROUNDS} rounds")

    def _add(self, cuts: list[tuple[int, Cuts]], plan: np.ndarray, whole: float) -> None:
        """Adds the cuts that the master does not keep yet."""
        if not cuts:
            return
        branches = np.concatenate([first + np.arange(len(cut.constant)) for first, cut in cuts])
        constant = np.concatenate([cut.constant for _, cut in cuts])
        slope = sparse.csr_array(sparse.vstack([cut.slope for _, cut in cuts]))
        known = np.full(self._branches.count, -np.inf)
        known[branches] = constant - slope @ plan
        missing = self._master.short_of(known)[branches] > 0.1 * GAP * whole / self._branches.count
        missing |= self._master.is_new[branches]
        if missing.any():
            self._master.add(branches[missing], constant[missing], sparse.csr_array(slope[missing]))

    @property
    def _iterations(self) -> int:
        return self._master.iterations + sum(stack.iterations for stack in self._stacks)

    def _countdown(self, limits: Limits) -> Callable[[], Limits]:
        """What is left of the limits, asked for before each solve."""
        end = None if limits.seconds is None else time.monotonic() + limits.seconds

        def left() -> Limits:
            if self._stopped:
                raise Stopped(Status.INTERRUPTED)
            seconds = None if end is None else end - time.monotonic()
            if seconds is not None and seconds <= 0.0:
                raise Stopped(Status.TIME_LIMIT)
            iterations = None if limits.iterations is None else limits.iterations - self._iterations
            if iterations is not None and iterations <= 0:
                raise Stopped(Status.ITERATION_LIMIT)
            return Limits(seconds, iterations)

        return left

    def _basis(self) -> Basis:
        rows, columns = self._shape
        of_rows = np.full(rows, highspy.HighsBasisStatus.kBasic, dtype=object)
        of_columns = np.full(columns, highspy.HighsBasisStatus.kLower, dtype=object)
        parts: list[tuple[Plan | Branches, Basis]] = [(self._plan, self._master.basis())]
        parts += [(stack.branches, stack.basis()) for stack in self._stacks]
        for part, basis in parts:
            of_columns[part.columns] = basis.columns
            own = part.rows >= 0  # a row that holds a share is none of the program's
            of_rows[part.rows[own]] = basis.rows[own]
        return Basis(of_columns, of_rows)


def _weights(branches: Branches, cost: np.ndarray) -> np.ndarray:
    """Powers of two by which the costs of each branch become as large as those of the plan: about its probability."""
    largest = np.zeros(branches.count)
    np.maximum.at(largest, branches.branch_of_column, abs(branches.cost))
    return in_powers_of_two(np.where(largest > 0.0, largest, 1.0) / (abs(cost).max(initial=0.0) or 1.0))


def _require(status: Status, what: str) -> None:
    """Raises where a solve did not end at an optimum."""
    if status.gave_up:
        raise Stopped(status)
    if status is not Status.OPTIMAL:
        raise NotSettled(f"{what}: {status.value}")
