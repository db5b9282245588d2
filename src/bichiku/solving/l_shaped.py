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

import numpy as np
from scipy import linalg, sparse

from bichiku.program import LinearProgram
from bichiku.program.stages import Branches, PlanPart, split_stages
from bichiku.program.units import in_powers_of_two
from bichiku.solving.branch_stack import KEPT, BranchStack, Cuts
from bichiku.solving.highs import Limits
from bichiku.solving.master import Master
from bichiku.solving.solution import Status
from bichiku.solving.start import AT_LOWER, BASIC, Basis, SolverError

TOGETHER = 12  # branches in one HiGHS: one alone costs more to call than to solve
GAP = 1e-12  # of the cost; with more left, the bases may not belong to one point ...
ROUGH_GAP, PATIENCE = 1e-6, 5  # ... but that is let pass where so many rounds do not halve it, or one finds no cut
MOST_ROUNDS = 200
INDEPENDENT = 1e-9  # of the largest; less than that is rounding
NEAR = (1e-9, 1e-7, 1e-5, 1e-3, np.inf)  # of a limit, relative: what the plan rests on is exact, but solved to 1e-7
MOST_PENALTIES = 4


class NotSettled(Exception):
    """The method came to no end; why, in words."""


class Stopped(Exception):
    """It was told to stop, or a limit was reached."""

    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(status.value)


@dataclass(frozen=True)
class Settled:
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


@dataclass(frozen=True)
class _Stack:
    """Branches solved together, and the number of the first."""

    first: int
    run: BranchStack


class LShaped:
    """A program whose structure is known, taken apart; `interrupt` may be called from another thread."""

    def __init__(self, program: LinearProgram) -> None:
        program = program.in_units()
        self._shape = program.shape
        cost = program.cost + program.preference
        used = abs(cost[cost != 0.0])
        # tolerances on prices are absolute, and these are of the size of one
        cost = cost / in_powers_of_two(np.array([np.median(used) if len(used) else 1.0]))[0]
        self._plan, branches = split_stages(program, cost)
        shapes = branches.shapes()
        patterns = {shape: branch for branch, shape in reversed(list(enumerate(shapes)))}
        is_pattern = np.isin(np.arange(branches.count), list(patterns.values()))
        order = np.concatenate([np.flatnonzero(is_pattern), np.flatnonzero(~is_pattern)])
        self._branches = branches.in_order(order)
        self._patterns = int(is_pattern.sum())
        self._pattern_of = np.searchsorted(order[: self._patterns], [patterns[shapes[branch]] for branch in order])
        self._weight = _weights(self._branches, cost)
        each = self._branches.cost / self._weight[self._branches.branch_of_column]
        self._master = Master(self._plan, self._plan.cost, self._weight, _least(self._branches, each))
        self._stacks: list[_Stack] = []
        for start, end in ((0, self._patterns), (self._patterns, self._branches.count)):
            for first in range(start, end, TOGETHER):
                some = self._branches.some(first, last := min(first + TOGETHER, end))
                _, columns = self._branches.slices(first, last)
                self._stacks.append(_Stack(first, BranchStack(some, each[columns])))
        self._stopped = False

    def interrupt(self) -> None:
        """Makes it stop soon."""
        self._stopped = True
        self._master.interrupt()

    def solve(self, limits: Limits) -> Settled:
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

    def _rounds(self, pool: ThreadPoolExecutor, left: Callable[[], Limits]) -> Settled:
        cost = np.zeros(self._branches.count)
        penalties, idle, least = 0, 0, np.inf
        for count in range(1, MOST_ROUNDS + 1):
            status, plan = self._master.solve(left())
            _require(status, "the plan under its cuts")
            cuts = self._answers(pool, plan, left, count == 1)
            for first, cut in cuts:
                cost[first : first + len(cut.cost)] = cut.cost
            whole = abs(self._master.cost_of(plan) + float(self._weight @ cost)) or 1.0
            gap = float(self._master.short_of(cost).sum()) / whole
            idle, least = (0, gap) if gap < 0.5 * least else (idle + 1, least)
            settled = gap <= GAP or (gap <= ROUGH_GAP and idle > PATIENCE)
            if settled and not self._master.is_new.any():
                if self._master.at_fence(plan):
                    raise NotSettled("the plan goes as far as it may")
                if max((stack.run.left for stack in self._stacks), default=0.0) <= KEPT:
                    return Settled(self._basis(), len(cost), count, self._master.cuts, self._iterations, gap)
                penalties += 1
                if penalties > MOST_PENALTIES:
                    raise NotSettled("a plan leaves a branch no way, whatever that costs")
                for stack in self._stacks:
                    stack.run.steepen()
                idle, least = 0, np.inf
                continue
            if not self._add(cuts, plan, whole):
                # the master will say the same again
                if gap > ROUGH_GAP:
                    raise NotSettled(f"a gap of {gap:.0e} is left that no cut closes")
                idle = PATIENCE
        raise NotSettled(f"a gap of {gap:.0e} is left after {MOST_ROUNDS} rounds")

    def _answers(
        self, pool: ThreadPoolExecutor, plan: np.ndarray, left: Callable[[], Limits], at_first: bool
    ) -> list[tuple[int, Cuts]]:
        """The cuts of all stacks to which the plan is new, each with the number of its first branch.

        At first, branches of a shape begin at the basis of the first of them.
        """
        patterns = [stack for stack in self._stacks if stack.first < self._patterns]
        others = self._stacks[len(patterns) :]

        def answer(stack: _Stack) -> tuple[int, Status, Cuts | None]:
            return stack.first, *stack.run.solve(plan, left())

        found = list(pool.map(answer, patterns))
        if at_first and all(status is Status.OPTIMAL for _, status, _ in found):
            bases = [basis for stack in patterns for basis in stack.run.bases()]
            for stack in others:
                mine = self._pattern_of[stack.first : stack.first + stack.run.branches.count]
                stack.run.start_from([bases[pattern] for pattern in mine])
        found += pool.map(answer, others)
        for _, status, _ in found:
            _require(status, "a branch")
        return [(first, cuts) for first, _, cuts in found if cuts is not None]

    def _add(self, cuts: list[tuple[int, Cuts]], plan: np.ndarray, whole: float) -> bool:
        """Adds the cuts that the master does not keep yet; whether there are any."""
        if not cuts:
            return False
        branches = np.concatenate([first + np.arange(len(cut.constant)) for first, cut in cuts])
        constant = np.concatenate([cut.constant for _, cut in cuts])
        slope = sparse.csr_array(sparse.vstack([cut.slope for _, cut in cuts]))
        known = np.full(self._branches.count, -np.inf)
        known[branches] = constant - slope @ plan
        missing = self._master.short_of(known)[branches] > 0.1 * GAP * whole / self._branches.count
        missing |= self._master.is_new[branches]
        if missing.any():
            self._master.add(branches[missing], constant[missing], sparse.csr_array(slope[missing]))
        return bool(missing.any())

    @property
    def _iterations(self) -> int:
        return self._master.iterations + sum(stack.run.iterations for stack in self._stacks)

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
        """The bases of plan and branches together, less what is basic too many.

        Where the plan rests on several cuts of a branch, the branch is basic at so many limits less one, which would
        stop the plan just there. Of all that moves with the plan, as many are let rest as move independently, those
        nearest to a limit first: one basic too many or too few, and HiGHS makes a basis of its own from what is left,
        far from any point that keeps the limits.
        """
        rows, columns = self._shape
        whole = Basis(np.full(columns, AT_LOWER, dtype=object), np.full(rows, BASIC, dtype=object))
        _put(whole, self._plan, self._master.basis())
        ways, several = self._master.ways(), self._master.holding() > 1
        found: list[tuple[int, int]] = []
        moves, far = [], []
        for number, stack in enumerate(self._stacks):
            some = several[stack.first : stack.first + stack.run.branches.count]
            if some.any():
                members, distance, moving = stack.run.moving(some, ways)
                found += [(number, int(member)) for member in members]
                moves.append(moving)
                far.append(distance)
        rests: dict[int, list[int]] = {}
        if found:
            for place in _independent(np.concatenate(moves, axis=1), np.concatenate(far)):
                rests.setdefault(found[place][0], []).append(found[place][1])
        for number, stack in enumerate(self._stacks):
            _put(whole, stack.run.branches, stack.run.basis(np.array(rests.get(number, []), dtype=int)))
        return whole


def _put(whole: Basis, part: PlanPart | Branches, basis: Basis) -> None:
    """Puts the basis of a part into that of the whole."""
    whole.columns[part.columns] = basis.columns
    own = part.rows >= 0  # a row that holds a share is none of the program's
    whole.rows[part.rows[own]] = basis.rows[own]


def _independent(moves: np.ndarray, far: np.ndarray) -> list[int]:
    """Members that move independently of each other, as many as there are.

    Args:
        moves: how each member moves; shape (ways, members).
        far: of each member, how far it is from a limit; shape (members,). Nearer ones go first, by the steps of `NEAR`.
    """
    sizes = abs(moves).max(axis=1, initial=0.0)
    moves = moves / np.where(sizes > 0.0, sizes, 1.0)[:, np.newaxis]
    ways = len(moves)
    spanned = np.empty((ways, 0))
    found: list[int] = []
    for near in NEAR:
        members = np.setdiff1d(np.flatnonzero(far <= near), found)
        left = moves[:, members] - spanned @ (spanned.T @ moves[:, members])
        across, triangle, order = linalg.qr(left, mode="economic", pivoting=True)
        count = int((abs(np.diag(triangle)) > INDEPENDENT).sum())
        found += members[order[:count]].tolist()
        spanned = np.concatenate([spanned, across[:, :count]], axis=1)
        if len(found) == ways:
            break
    return found


def _weights(branches: Branches, cost: np.ndarray) -> np.ndarray:
    """Powers of two by which the costs of each branch become as large as those of the plan: about its probability."""
    largest = np.zeros(branches.count)
    np.maximum.at(largest, branches.branch_of_column, abs(branches.cost))
    return in_powers_of_two(np.where(largest > 0.0, largest, 1.0) / (abs(cost).max(initial=0.0) or 1.0))


def _least(branches: Branches, cost: np.ndarray) -> np.ndarray:
    """What each branch costs at the cheap ends of its columns."""
    end = np.where(cost > 0.0, branches.column_lower, branches.column_upper)
    paid = cost != 0.0
    return np.bincount(branches.branch_of_column[paid], cost[paid] * end[paid], branches.count)


def _require(status: Status, what: str) -> None:
    """Raises where a solve did not end at an optimum."""
    if status.gave_up:
        raise Stopped(status)
    if status is not Status.OPTIMAL:
        raise NotSettled(f"{what}: {status.value}")
