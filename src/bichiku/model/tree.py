"""The tree of nodes: one chain of plan nodes, and a branch for every crisis and onset.

Nodes are numbered from 0: first the plan's periods, then branch after branch. Every array here has one
element per node (or per branch) in that order, which is what lets the rest work on whole arrays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.settings import Crisis

BEFORE = -1  # the parent of period 1: the opening state
ROUNDING = 1e-12


class TreeError(ValueError):
    """The branch probabilities leave the plan with less than none."""


@dataclass(frozen=True)
class Branch:
    """One crisis that breaks off the plan at one onset.

    Attributes:
        crisis: its name.
        onset: period in which it begins.
        end: last period of the branch.
        probability: probability that the branch happens.
        returns: whether it hands back to the plan before the horizon.
    """

    crisis: str
    onset: int
    end: int
    probability: float
    returns: bool


@dataclass(frozen=True)
class Tree:
    """Nodes with their periods, parents, branches and weights.

    Attributes:
        periods: number of plan nodes; plan node of period t has number t - 1.
        branches: in node order.
        period: period of each node; shape (nodes,).
        branch: number of each node's branch, -1 on the plan; shape (nodes,).
        weight: probability weight of each node; the weights of each period sum to one.
    """

    periods: int
    branches: tuple[Branch, ...]
    period: np.ndarray
    branch: np.ndarray
    weight: np.ndarray

    @property
    def size(self) -> int:
        return len(self.period)

    @cached_property
    def plan(self) -> np.ndarray:
        """Numbers of the plan's nodes."""
        return np.arange(self.periods)

    @cached_property
    def on_plan(self) -> np.ndarray:
        """Number of the plan node of the same period, for each node."""
        return self.period - 1

    @cached_property
    def onset(self) -> np.ndarray:
        """Period in which a node's branch begins; 1 on the plan."""
        starts = np.array([branch.onset for branch in self.branches] + [1])
        return starts[self.branch]

    @cached_property
    def since_onset(self) -> np.ndarray:
        """Periods since a node's branch began, 0 at its onset; more than any horizon on the plan."""
        return np.where(self.branch >= 0, self.period - self.onset, np.iinfo(int).max)

    @cached_property
    def first(self) -> np.ndarray:
        """Node with which each branch begins; shape (branches,)."""
        lengths = [branch.end - branch.onset + 1 for branch in self.branches]
        return self.periods + np.concatenate([[0], np.cumsum(lengths)])[: len(lengths)].astype(int)

    @cached_property
    def last(self) -> np.ndarray:
        """Node with which each branch ends; shape (branches,)."""
        return self.first + np.array([branch.end - branch.onset for branch in self.branches], dtype=int)

    def ancestor(self, steps: int) -> np.ndarray:
        """Node so many periods before each node, along parents; `BEFORE` before the tree begins."""
        at = self.period - steps
        own = np.arange(self.size) - steps
        node = np.where(at >= self.onset, own, at - 1)
        return np.where(at >= 1, node, BEFORE)

    def reaches(self, steps: int) -> np.ndarray:
        """Whether what leaves each node arrives so many periods later, before the horizon or the branch's end."""
        due = self.ancestor(steps)
        return np.isin(np.arange(self.size), due[due >= 0])

    @cached_property
    def parent(self) -> np.ndarray:
        return self.ancestor(1)

    def label(self, node: int) -> tuple[str, int, int]:
        """Crisis (``plan`` on the plan), onset (0 on the plan) and period of a node."""
        branch = int(self.branch[node])
        if branch < 0:
            return ("plan", 0, int(self.period[node]))
        return (self.branches[branch].crisis, self.branches[branch].onset, int(self.period[node]))


def onset_periods(crisis: Crisis, periods: int) -> Sequence[int]:
    """Periods in which a crisis may begin, in increasing order."""
    if crisis.onsets is not None:
        return sorted(onset.period for onset in crisis.onsets)
    assert crisis.onset_every is not None
    first = crisis.first_onset or 1 + crisis.onset_every // 2
    return range(first, periods + 1, crisis.onset_every)


def tree_size(crises: dict[str, Crisis], periods: int) -> int:
    """Number of nodes that `grow_tree` would make."""
    nodes = periods
    for crisis in crises.values():
        onsets = onset_periods(crisis, periods)
        begins = np.arange(onsets.start, onsets.stop, onsets.step) if isinstance(onsets, range) else np.array(onsets)
        longest = periods if crisis.recovery == "to-end" else crisis.duration + int(crisis.recovery)
        nodes += int(np.minimum(longest, periods + 1 - begins).sum())
    return nodes


def branch_end(crisis: Crisis, onset: int, periods: int) -> int:
    """Last period of a branch, cut at the horizon."""
    if crisis.recovery == "to-end":
        return periods
    return min(onset + crisis.duration + int(crisis.recovery) - 1, periods)


def grow_tree(crises: dict[str, Crisis], calendar: Calendar) -> Tree:
    """Builds plan and branches, and weighs them.

    A crisis with a yearly probability p has the rate -ln(1 - p). With the sum of all rates L and an onset
    window of D years, it starts in a window with probability (1 - exp(-L D)) rate / L, given that the plan
    is running; the plan is running with what is not inside an earlier branch at that onset.

    Raises:
        TreeError: listed probabilities sum to more than one in some period.
    """
    periods = calendar.periods
    rates = {
        name: -math.log1p(-crisis.annual_probability)
        for name, crisis in crises.items()
        if crisis.annual_probability is not None
    }
    total_rate = sum(rates.values())
    starts: dict[int, list[str]] = {}
    for name in sorted(crises):
        for onset in onset_periods(crises[name], periods):
            starts.setdefault(onset, []).append(name)

    taken = np.zeros(periods)  # probability inside branches, by period
    branches: list[Branch] = []
    for onset in sorted(starts):
        running, known = 1.0 - taken[onset - 1], len(branches)
        for name in starts[onset]:
            crisis = crises[name]
            if crisis.onsets is not None:
                probability = next(o.probability for o in crisis.onsets if o.period == onset)
            elif total_rate == 0.0:
                probability = 0.0
            else:
                assert crisis.onset_every is not None
                window = crisis.onset_every / calendar.periods_per_year
                probability = running * -math.expm1(-total_rate * window) * rates[name] / total_rate
            end = branch_end(crisis, onset, periods)
            returns = crisis.recovery != "to-end" and end < periods
            branches.append(Branch(name, onset, end, probability, returns))
        for branch in branches[known:]:
            taken[branch.onset - 1 : branch.end] += branch.probability
    if taken.max(initial=0.0) > 1.0 + ROUNDING:
        worst = int(taken.argmax())
        raise TreeError(f"crises have a probability of {taken[worst]:.6g} together in {calendar.label(worst + 1)}")

    branches.sort(key=lambda branch: (branch.crisis, branch.onset))
    period = [np.arange(1, periods + 1)]
    number = [np.full(periods, -1)]
    left = 1.0 - taken
    weight = [np.where(left < ROUNDING, 0.0, left)]
    for i, branch in enumerate(branches):
        length = branch.end - branch.onset + 1
        period.append(np.arange(branch.onset, branch.end + 1))
        number.append(np.full(length, i))
        weight.append(np.full(length, branch.probability))
    return Tree(periods, tuple(branches), np.concatenate(period), np.concatenate(number), np.concatenate(weight))
