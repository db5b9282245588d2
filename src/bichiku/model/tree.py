"""The tree of nodes: a plan, and the branches of every crisis and onset, with an exit for each length.

Nodes are numbered from 0: first the plan's periods, then stretch after stretch. Every array here has one element per
node (or per stretch) in that order, which is what lets the rest work on whole arrays. A stretch is a run of nodes that
follow each other: the spine of a branch, on which its crisis goes on, or the exit after one of its lengths. It leaves
some node, whatever that is of, so that a branch of a branch is no new concept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.paths import Paths
from bichiku.model.settings import Crisis

BEFORE = -1  # the parent of period 1: the opening state
ROUNDING = 1e-12
LITTLE = 1e-3  # probability that a length of none counts for beside others, where answers to it are worked out
SPINE = 0  # length of a stretch whose crisis goes on


class TreeError(ValueError):
    """The branch probabilities leave the plan with less than none."""


@dataclass(frozen=True)
class Stretch:
    """Nodes of a branch that follow each other.

    Attributes:
        crisis: name of the crisis.
        onset: period in which it begins.
        length: periods after which it ended, on the exit after that length; `SPINE` while it goes on.
        first, last: numbers of its first and last node.
    """

    crisis: str
    onset: int
    length: int
    first: int
    last: int


@dataclass(frozen=True)
class Future:
    """A crisis, its onset and how long it lasts.

    Attributes:
        crisis: name of the crisis.
        onset: period in which it begins.
        length: periods that it lasts.
        probability: that it happens.
        share: probability of its length, once its crisis has begun.
        path: numbers of the nodes that it runs through, from the onset on; several futures share those at the front.
    """

    crisis: str
    onset: int
    length: int
    probability: float
    share: float
    path: np.ndarray

    @property
    def end(self) -> int:
        """Number of its last node."""
        return int(self.path[-1])


@dataclass(frozen=True)
class Tree:
    """Nodes with their periods, parents, stretches and weights.

    Attributes:
        periods: number of plan nodes; the plan's node of period t has number t − 1.
        stretches: in node order.
        futures: ordered by crisis, onset and length.
        period: period of each node; shape (nodes,).
        parent: number of the node before each, `BEFORE` in period 1; shape (nodes,).
        stretch: number of each node's stretch, -1 on the plan; shape (nodes,).
        weight: probability weight of each node; the weights of each period sum to one.
    """

    periods: int
    stretches: tuple[Stretch, ...]
    futures: tuple[Future, ...]
    period: np.ndarray
    parent: np.ndarray
    stretch: np.ndarray
    weight: np.ndarray

    @property
    def size(self) -> int:
        return len(self.period)

    @cached_property
    def plan(self) -> np.ndarray:
        """Numbers of the plan's nodes."""
        return np.arange(self.periods)

    @cached_property
    def off_plan(self) -> np.ndarray:
        """Numbers of the nodes of branches."""
        return np.arange(self.periods, self.size)

    @cached_property
    def on_plan(self) -> np.ndarray:
        """Number of the plan's node of the same period, for each node."""
        return self.period - 1

    @cached_property
    def branch(self) -> np.ndarray:
        """Number of the branch that each node belongs to, spine and exits together; -1 on the plan."""
        numbers: dict[tuple[str, int], int] = {}
        of = [numbers.setdefault((part.crisis, part.onset), len(numbers)) for part in self.stretches]
        return np.array([*of, -1])[self.stretch]

    @cached_property
    def onset(self) -> np.ndarray:
        """Period in which the branch of a node begins; 0 on the plan."""
        return np.array([part.onset for part in self.stretches] + [0])[self.stretch]

    @cached_property
    def length(self) -> np.ndarray:
        """Length after which a node's crisis ended; `SPINE` while it goes on, and on the plan."""
        return np.array([part.length for part in self.stretches] + [SPINE])[self.stretch]

    @cached_property
    def age(self) -> np.ndarray:
        """Periods since the onset of a node's branch; -1 on the plan."""
        return np.where(self.stretch < 0, -1, self.period - self.onset)

    @cached_property
    def before_branch(self) -> np.ndarray:
        """Number of the node from which each node's branch leaves the plan, `BEFORE` for an onset in period 1.

        On the plan, the node's own parent.
        """
        return np.where(self.stretch < 0, self.parent, self.onset - 2)

    @cached_property
    def paths(self) -> Paths:
        """The nodes that each of `futures` runs through."""
        return Paths(future.path for future in self.futures)

    @cached_property
    def ends(self) -> np.ndarray:
        """Numbers of the nodes at which some future ends, each once."""
        return np.unique(np.array([future.end for future in self.futures], dtype=int))

    @cached_property
    def end_weight(self) -> np.ndarray:
        """Probability of the futures that end at each of `ends`; same shape."""
        where = np.searchsorted(self.ends, [future.end for future in self.futures])
        return np.bincount(where, [future.probability for future in self.futures], minlength=len(self.ends))

    @cached_property
    def if_begun(self) -> np.ndarray:
        """Probability of each node once its branch has begun, one on the plan; shape (nodes,).

        A length of no probability counts for a little, so that no node has none.
        """
        found = np.zeros(self.size)
        found[: self.periods] = 1.0
        for future in self.futures:
            found[future.path] += future.share or LITTLE
        return found

    @cached_property
    def end_if_begun(self) -> np.ndarray:
        """The same of the futures that end at each of `ends`; same shape."""
        where = np.searchsorted(self.ends, [future.end for future in self.futures])
        return np.bincount(where, [future.share or LITTLE for future in self.futures], minlength=len(self.ends))

    def of_crisis(self, crisis: str) -> np.ndarray:
        """Whether each node belongs to a branch of a crisis; shape (nodes,)."""
        mine = np.array([part.crisis == crisis for part in self.stretches] + [False])
        found: np.ndarray = mine[self.stretch]
        return found

    def clock(self, crisis: str) -> tuple[np.ndarray, np.ndarray]:
        """Periods since a crisis began, -1 where it has not, and the length after which it ended; shapes (nodes,)."""
        return np.where(self.of_crisis(crisis), self.age, -1), self.length

    def ancestor(self, steps: int) -> np.ndarray:
        """Node so many periods before each node, along parents; `BEFORE` before the tree begins."""
        node = np.arange(self.size)
        for _ in range(steps):
            node = np.where(node >= 0, self.parent[node], BEFORE)
        return node

    def reaches(self, steps: int) -> np.ndarray:
        """Whether what leaves each node arrives so many periods later at some node."""
        due = self.ancestor(steps)
        return np.isin(np.arange(self.size), due[due >= 0])

    def label(self, node: int) -> tuple[str, int, int, int]:
        """Crisis (``plan`` on the plan), onset, length (both 0 on the plan) and period of a node."""
        part = int(self.stretch[node])
        if part < 0:
            return ("plan", 0, SPINE, int(self.period[node]))
        found = self.stretches[part]
        return (found.crisis, found.onset, found.length, int(self.period[node]))


@dataclass(frozen=True)
class Start:
    """A crisis that begins in one period: the probability that it does, and the years of the window it stands for."""

    crisis: str
    onset: int
    probability: float
    years: float


def starts(name: str, crisis: Crisis, calendar: Calendar) -> list[Start]:
    """When a crisis may begin, in increasing order of onsets.

    Windows of `onset_every` periods tile the horizon from the one that holds `first_onset`; with the rate
    ``λ = -ln(1 - annual_probability)`` it begins in a window of Δ years with probability ``1 - exp(-λ Δ)``.
    """
    periods, per_year = calendar.periods, calendar.periods_per_year
    if crisis.onsets is not None:
        listed = sorted(crisis.onsets, key=lambda onset: onset.period)
        each = periods / per_year / len(listed)
        return [Start(name, onset.period, onset.probability, each) for onset in listed]
    assert crisis.onset_every is not None
    every = crisis.onset_every
    first = crisis.first_onset or 1 + every // 2
    found = []
    for window in range((first - 1) // every * every, periods, every):
        years = min(every, periods - window) / per_year
        onset = min(window + (first - 1) % every + 1, periods)
        found.append(Start(name, onset, -math.expm1(-rate(crisis, calendar) * years), years))
    return found


def rate(crisis: Crisis, calendar: Calendar) -> float:
    """Starts a year: ``-ln(1 - annual_probability)``, or the listed probabilities over the horizon's years."""
    if crisis.annual_probability is not None:
        return -math.log1p(-crisis.annual_probability)
    assert crisis.onsets is not None
    return sum(onset.probability for onset in crisis.onsets) * calendar.periods_per_year / calendar.periods


def effective_annual_probability(begun: list[Start]) -> float:
    """The yearly probability that the starts of a crisis amount to, over the years of their windows; 0 without any."""
    if not begun:
        return 0.0
    never = math.prod(1.0 - start.probability for start in begun)
    return 1.0 - never ** (1.0 / sum(start.years for start in begun))


def exit_end(crisis: Crisis, onset: int, length: int, periods: int) -> int:
    """Last period of the exit after a length, cut at the horizon; before its first where it has no node."""
    if crisis.recovery == "to-end":
        return periods
    return min(onset + length + int(crisis.recovery) - 1, periods)


def tree_size(crises: Mapping[str, Crisis], calendar: Calendar) -> int:
    """Number of nodes of the tree that these crises make."""
    nodes = calendar.periods
    for name, crisis in crises.items():
        for start in starts(name, crisis, calendar):
            left = calendar.periods + 1 - start.onset
            nodes += min(max(crisis.duration), left)
            for length in crisis.duration:
                nodes += max(exit_end(crisis, start.onset, length, calendar.periods) - start.onset - length + 1, 0)
    return nodes


def grow_tree(crises: Mapping[str, Crisis], calendar: Calendar, chain: str = "") -> Tree:
    """Builds plan and branches, and weighs them.

    Args:
        crises: those that touch the chain.
        calendar: the time axis.
        chain: what a message calls the chain.

    Raises:
        TreeError: the branches that are active in some period have a probability over one together.
    """
    periods = calendar.periods
    grown = _Grown(calendar)
    for name in sorted(crises):
        for start in starts(name, crises[name], calendar):
            grown.add(start, crises[name])
    weight = np.concatenate([np.zeros(periods), *grown.weight])
    period = np.concatenate([np.arange(1, periods + 1), *grown.period])
    taken = np.bincount(period[periods:] - 1, weight[periods:], minlength=periods)
    if taken.max(initial=0.0) > 1.0 + ROUNDING:
        _too_likely(taken, grown, calendar, chain)
    left = 1.0 - taken
    weight[:periods] = np.where(left < ROUNDING, 0.0, left)
    return Tree(
        periods,
        tuple(grown.stretches),
        tuple(grown.futures),
        period,
        np.concatenate([np.arange(-1, periods - 1), *grown.parent]),
        np.concatenate([np.full(periods, -1), *grown.stretch]),
        weight,
    )


class _Grown:
    """Stretches and futures of a tree that grows."""

    def __init__(self, calendar: Calendar) -> None:
        self._periods = calendar.periods
        self._size = calendar.periods
        self.stretches: list[Stretch] = []
        self.futures: list[Future] = []
        self.period: list[np.ndarray] = []
        self.parent: list[np.ndarray] = []
        self.stretch: list[np.ndarray] = []
        self.weight: list[np.ndarray] = []

    def add(self, start: Start, crisis: Crisis) -> None:
        """The branch of a start: its spine, and an exit for each length."""
        onset, lengths = start.onset, crisis.duration
        ages = np.arange(min(max(lengths), self._periods + 1 - onset))
        going_on = np.array([sum(q for length, q in lengths.items() if length > age) for age in ages])
        spine = self._stretch(start.crisis, onset, SPINE, onset - 2, onset, start.probability * going_on)
        for length, share in lengths.items():
            path = spine[:length]
            first, last = onset + length, exit_end(crisis, onset, length, self._periods)
            if last >= first:
                weights = np.full(last - first + 1, start.probability * share)
                away = self._stretch(start.crisis, onset, length, int(path[-1]), first, weights)
                path = np.concatenate([path, away])
            self.futures.append(Future(start.crisis, onset, length, start.probability * share, share=share, path=path))

    def _stretch(
        self, crisis: str, onset: int, length: int, leaves: int, period: int, weights: np.ndarray
    ) -> np.ndarray:
        nodes = self._size + np.arange(len(weights))
        self.period.append(period + np.arange(len(weights)))
        self.parent.append(np.concatenate([[leaves], nodes[:-1]]))
        self.stretch.append(np.full(len(weights), len(self.stretches)))
        self.weight.append(weights)
        self.stretches.append(Stretch(crisis, onset, length, int(nodes[0]), int(nodes[-1])))
        self._size += len(weights)
        return nodes


def _too_likely(taken: np.ndarray, grown: _Grown, calendar: Calendar, chain: str) -> None:
    worst = int(taken.argmax())
    names = sorted(
        {part.crisis for part, periods in zip(grown.stretches, grown.period, strict=True) if worst + 1 in periods}
    )
    of = f" of the chain of {chain}" if chain else ""
    remedies = "a shorter recovery, periods instead of to-end, or one crisis for those of one cause"
    raise TreeError(
        f"crises{of} have a probability of {taken[worst]:.15g} together in {calendar.label(worst + 1)}:"
        f" {', '.join(names)}; {remedies} leaves the plan more"
    )
