"""The branches of a two-stage program, as they are solved: equal ones once, and a few together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bichiku.program.stages import Branches
from bichiku.program.units import in_powers_of_two
from bichiku.solving.branch_stack import BranchStack

TOGETHER = 6  # branches in one HiGHS: one alone costs more to call than to solve


@dataclass(frozen=True)
class EqualBranch:
    """Numbers in the whole program of the rows and columns of a branch that another is solved for; see `Branches`."""

    rows: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True)
class Stack:
    """Branches solved together.

    Attributes:
        first: number of the first.
        run: solves them.
        equals: branches that equal one of them, each with the place in the stack of the one that it equals.
    """

    first: int
    run: BranchStack
    equals: tuple[tuple[int, EqualBranch], ...]

    @property
    def branches(self) -> slice:
        """Their numbers."""
        return slice(self.first, self.first + self.run.branches.count)


class Stacks:
    """All branches of which no two are equal, the first of each shape before all others.

    Args:
        branches: of the program.
        cost: of the columns of the whole program, at the size at which branches are to cost what they cost.

    Attributes:
        weight: what the cost of each branch counts for, that of its equals included; shape (branches,).
        least: what each branch costs at least under any plan; shape (branches,).
        all: the stacks, in the order of their branches.
    """

    def __init__(self, branches: Branches, cost: np.ndarray) -> None:
        own = _weights(branches, cost)
        branches = replace(branches, cost=branches.cost / own[branches.branch_of_column])
        equal_to = _firsts(branches.equals())
        order, self._pattern_of, self._patterns = _patterns_first(np.unique(equal_to), branches.shapes())
        place = np.full(branches.count, -1)
        place[order] = np.arange(len(order))
        of = place[equal_to]
        self.weight = np.bincount(of, own, len(order))
        solved = branches.in_order(order)
        self.least = _least(solved)
        equals: dict[int, list[EqualBranch]] = {}
        for branch in np.flatnonzero(place < 0).tolist():
            rows, columns = branches.slices(branch, branch + 1)
            equals.setdefault(int(of[branch]), []).append(EqualBranch(branches.rows[rows], branches.columns[columns]))
        self.all: list[Stack] = []
        for start, end in ((0, self._patterns), (self._patterns, solved.count)):
            for first in range(start, end, TOGETHER):
                last = min(first + TOGETHER, end)
                mine = [(i - first, equal) for i in range(first, last) for equal in equals.get(i, ())]
                self.all.append(Stack(first, BranchStack(solved.some(first, last)), tuple(mine)))
        self._begun = False

    def __len__(self) -> int:
        return len(self.weight)

    def in_turn(self, some: list[Stack]) -> Iterator[list[Stack]]:
        """Some stacks, in groups to be solved one after another.

        The first time these are all of them, and branches of a shape begin at the basis of the first of them.
        """
        patterns = [stack for stack in some if stack.first < self._patterns]
        others = some[len(patterns) :]
        yield patterns
        if not self._begun:
            bases = [basis for stack in patterns for basis in stack.run.bases()]
            for stack in others:
                stack.run.start_from([bases[pattern] for pattern in self._pattern_of[stack.branches]])
        self._begun = True
        yield others


def _patterns_first(branches: np.ndarray, shapes: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray, int]:
    """Numbers of branches, the first of each shape before all others; for each in this order the place of the first of
    its shape; and how many these are.
    """
    first = _firsts([shapes[branch] for branch in branches])
    is_first = first == np.arange(len(branches))
    order = np.concatenate([np.flatnonzero(is_first), np.flatnonzero(~is_first)])
    place = np.argsort(order)
    return branches[order], place[first[order]], int(is_first.sum())


def _firsts(signs: list[bytes]) -> np.ndarray:
    """Of each, the number of the first with the same sign."""
    first: dict[bytes, int] = {}
    return np.array([first.setdefault(sign, number) for number, sign in enumerate(signs)], dtype=int)


def _weights(branches: Branches, cost: np.ndarray) -> np.ndarray:
    """Powers of two by which the costs of each branch become as large as those of the plan: about its probability."""
    largest = np.zeros(branches.count)
    np.maximum.at(largest, branches.branch_of_column, abs(branches.cost))
    return in_powers_of_two(np.where(largest > 0.0, largest, 1.0) / (abs(cost).max(initial=0.0) or 1.0))


def _least(branches: Branches) -> np.ndarray:
    """What each branch costs at the cheap ends of its columns."""
    cost = branches.cost
    end = np.where(cost > 0.0, branches.column_lower, branches.column_upper)
    paid = cost != 0.0
    return np.bincount(branches.branch_of_column[paid], cost[paid] * end[paid], branches.count)
