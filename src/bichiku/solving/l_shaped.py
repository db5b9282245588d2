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

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy import sparse

from bichiku.executing import threads
from bichiku.program import LinearProgram
from bichiku.program.stages import split_stages
from bichiku.program.units import in_powers_of_two
from bichiku.solving.branch_stack import KEPT, Cuts
from bichiku.solving.master import Master
from bichiku.solving.options import Limits
from bichiku.solving.solution import Status
from bichiku.solving.stacks import Stack, Stacks
from bichiku.solving.stage_basis import basis_of
from bichiku.solving.start import Basis, SolverError

GAP = 1e-12  # of the cost; with more left, the bases may not belong to one point ...
ROUGH_GAP, PATIENCE = 1e-6, 5  # ... but that is let pass where so many rounds do not halve it, or one finds no cut
MOST_ROUNDS = 200
MOST_PENALTIES = 4
HANDFULS = 8  # for each thread, as they take unlike times


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
        branches: number of those of which no two are equal.
        rounds, cuts, iterations: counts.
        gap: of upper and lower bound, over the cost.
    """

    basis: Basis
    branches: int
    rounds: int
    cuts: int
    iterations: int
    gap: float


@dataclass(frozen=True)
class _News:
    """Cuts that the master does not keep yet.

    Attributes:
        cuts: those of all branches of the stack.
        branches: the branches whose cuts are new, by their places in the stack.
    """

    stack: Stack
    cuts: Cuts
    branches: np.ndarray


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
        self._stacks = Stacks(branches, cost)
        self._master = Master(self._plan, self._plan.cost, self._stacks.weight, self._stacks.least)
        self._stopped = False

    def interrupt(self) -> None:
        """Makes it stop soon."""
        self._stopped = True
        self._master.interrupt()

    def let_go(self) -> None:
        """Frees the solvers as soon as nothing refers to it."""
        self._master.let_go()
        for stack in self._stacks.all:
            stack.run.let_go()

    def solve(self, limits: Limits) -> Settled:
        """Finds a basis.

        Args:
            limits: the time for all of it, and the iterations of master and branches together.

        Raises:
            Stopped: a limit was reached, or `interrupt` was called.
            NotSettled: there is none, or HiGHS failed on the way.
        """
        left = self._countdown(limits)
        with ThreadPoolExecutor(max_workers=threads()) as pool:
            try:
                return self._rounds(pool, left)
            except SolverError as error:
                raise NotSettled(str(error)) from error

    def _rounds(self, pool: ThreadPoolExecutor, left: Callable[[], Limits]) -> Settled:
        cost = np.zeros(len(self._stacks))
        penalties, idle, least = 0, 0, np.inf
        asked = self._stacks.all
        for count in range(1, MOST_ROUNDS + 1):
            status, plan = self._master.solve(left())
            _require(status, "the plan under its cuts")
            news = self._answers(pool, asked, plan, left, cost)
            if len(asked) < len(self._stacks.all):
                if news:
                    asked = self._add(news)
                    continue
                others = [stack for stack in self._stacks.all if stack not in asked]
                news = self._answers(pool, others, plan, left, cost)
            gap = float(self._master.short_of(cost).sum()) / self._whole(plan, cost)
            idle, least = (0, gap) if gap < 0.5 * least else (idle + 1, least)
            settled = gap <= GAP or (gap <= ROUGH_GAP and idle > PATIENCE)
            if settled and not self._master.is_new.any():
                if self._master.at_fence(plan):
                    raise NotSettled("the plan goes as far as it may")
                if max((stack.run.left for stack in self._stacks.all), default=0.0) <= KEPT:
                    basis = basis_of(self._shape, self._plan, self._master, self._stacks.all)
                    return Settled(basis, len(cost), count, self._master.cuts, self._iterations, gap)
                penalties += 1
                if penalties > MOST_PENALTIES:
                    raise NotSettled("a plan leaves a branch no way, whatever that costs")
                for stack in self._stacks.all:
                    stack.run.steepen()
                asked, idle, least = self._stacks.all, 0, np.inf
            elif news:
                asked = self._add(news)
            else:
                # the master will say the same again
                if gap > ROUGH_GAP:
                    raise NotSettled(f"a gap of {gap:.0e} is left that no cut closes")
                asked, idle = self._stacks.all, PATIENCE
        raise NotSettled(f"a gap of {gap:.0e} is left after {MOST_ROUNDS} rounds")

    def _whole(self, plan: np.ndarray, cost: np.ndarray) -> float:
        """The size of what a plan and its branches cost together."""
        return abs(self._master.cost_of(plan) + float(self._stacks.weight @ cost)) or 1.0

    def _answers(
        self,
        pool: ThreadPoolExecutor,
        stacks: list[Stack],
        plan: np.ndarray,
        left: Callable[[], Limits],
        cost: np.ndarray,
    ) -> list[_News]:
        """What some stacks answer to a plan that the master does not know; `cost` becomes what their branches cost."""

        def answers(some: list[Stack]) -> list[tuple[Stack, Status, Cuts | None]]:
            return [(stack, *stack.run.solve(plan, left())) for stack in some]

        new: list[tuple[Stack, Cuts]] = []
        for some in self._stacks.in_turn(stacks):
            for stack, status, cuts in chain.from_iterable(pool.map(answers, _handfuls(some))):
                _require(status, "a branch")
                if cuts is not None:
                    new.append((stack, cuts))
                    cost[stack.branches] = cuts.cost
        worth = 0.1 * GAP * self._whole(plan, cost) / len(cost)
        news = []
        for stack, cuts in new:
            unknown = self._master.short_of(cuts.constant - cuts.slope @ plan, stack.branches) > worth
            unknown |= self._master.is_new[stack.branches]
            if unknown.any():
                news.append(_News(stack, cuts, np.flatnonzero(unknown)))
        return news

    def _add(self, news: list[_News]) -> list[Stack]:
        """Tells the master, and returns who is asked next.

        A branch whose cost the master knew is mostly known at the next plan too, so who had nothing new to tell rests
        until nobody has.
        """
        branches = np.concatenate([one.stack.first + one.branches for one in news])
        constant = np.concatenate([one.cuts.constant[one.branches] for one in news])
        slope = sparse.vstack([one.cuts.slope[one.branches] for one in news])
        self._master.add(branches, constant, sparse.csr_array(slope))
        return [one.stack for one in news]

    @property
    def _iterations(self) -> int:
        return self._master.iterations + sum(stack.run.iterations for stack in self._stacks.all)

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


def _handfuls(stacks: list[Stack]) -> list[list[Stack]]:
    """Stacks in their order, a few together: a thread that asks for each alone is mostly busy with asking."""
    size = max(1, len(stacks) // (HANDFULS * threads()))
    return [stacks[first : first + size] for first in range(0, len(stacks), size)]


def _require(status: Status, what: str) -> None:
    """Raises where a solve did not end at an optimum."""
    if status.gave_up:
        raise Stopped(status)
    if status is not Status.OPTIMAL:
        raise NotSettled(f"{what}: {status.value}")
