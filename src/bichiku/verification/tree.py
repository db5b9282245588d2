"""The plan and the branches of a model, worked out again from its settings.

The nodes of all chains stand in one list: the plan once, and each branch once. A branch exists for the materials of the
chains that its crisis touches, and what a node weighs is told by material.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.settings import Crisis
from bichiku.model.world import World

OPENING = -1  # the parent of period 1
PLAN = -1  # the branch number of plan nodes
ON = 0  # the length of a node on which the crisis goes on, and of the plan's
ROUNDING = 1e-12  # a weight smaller than this is what subtraction left over


class Window(NamedTuple):
    """Periods in which a crisis begins once at most, stood for by one onset; `years` is None for a listed onset."""

    onset: int
    probability: float
    years: float | None


class CrisisBranch(NamedTuple):
    """A crisis with one onset, and the probability that it begins there."""

    crisis: str
    onset: int
    probability: float


class CrisisFuture(NamedTuple):
    """A branch with one length.

    Attributes:
        crisis: its name.
        onset: the period in which it begins.
        length: how many periods the crisis lasts.
        probability: of its beginning there and lasting so long.
        path: numbers of its nodes, from the onset on.
    """

    crisis: str
    onset: int
    length: int
    probability: float
    path: np.ndarray

    @property
    def end(self) -> int:
        """The node at which it hands back."""
        return int(self.path[-1])


@dataclass(frozen=True)
class Nodes:
    """All nodes, the plan's first; each array has one element per node unless said otherwise.

    Attributes:
        branches: ordered by crisis and onset.
        futures: ordered by crisis, onset and length.
        branch: number of the branch, `PLAN` on the plan.
        period: counted from 1.
        onset: onset of the branch, 0 on the plan.
        length: of the crisis that is over, `ON` on the plan and where it goes on.
        parent: number of the node before, `OPENING` in period 1; a parent stands before its children.
        likely: probability of coming to the node, one on the plan.
        exists: whether the chain of a material has the node; shape (nodes, materials).
        weight: probability weight in the chain of a material, zero where it does not have the node; same shape.
    """

    branches: tuple[CrisisBranch, ...]
    futures: tuple[CrisisFuture, ...]
    branch: np.ndarray
    period: np.ndarray
    onset: np.ndarray
    length: np.ndarray
    parent: np.ndarray
    likely: np.ndarray
    exists: np.ndarray
    weight: np.ndarray

    def __len__(self) -> int:
        return len(self.period)

    def before(self, steps: int) -> np.ndarray:
        """The node so many steps back along parents; `OPENING` where that lies before the tree."""
        node = np.arange(len(self))
        for _ in range(min(steps, int(self.period.max()))):
            node = np.where(node == OPENING, OPENING, self.parent[node])
        return node

    @cached_property
    def on_plan(self) -> np.ndarray:
        """The plan's node of the same period."""
        return self.period - 1

    @cached_property
    def age(self) -> np.ndarray:
        """Periods since the onset; counted from the start of the plan on the plan."""
        return self.period - np.maximum(self.onset, 1)

    @cached_property
    def crisis(self) -> np.ndarray:
        """Name of each node's crisis, ``plan`` on the plan."""
        names = [*(branch.crisis for branch in self.branches), "plan"]
        return np.array(names, dtype=object)[self.branch]

    @cached_property
    def handed_back(self) -> dict[int, float]:
        """The nodes at which futures hand back, with the probability that one does."""
        found: dict[int, float] = {}
        for future in self.futures:
            found[future.end] = found.get(future.end, 0.0) + future.probability
        return dict(sorted(found.items()))

    def text(self, node: int, calendar: Calendar) -> str:
        """A node as findings name it: ``plan 2026-04``, ``halt@3 2026-10``, ``halt@3 over after 2 2027-01``."""
        branch = int(self.branch[node])
        name = "plan" if branch == PLAN else f"{self.branches[branch].crisis}@{self.branches[branch].onset}"
        over = f" over after {self.length[node]}" if self.length[node] != ON else ""
        return f"{name}{over} {calendar.label(int(self.period[node]))}"

    def in_chains(self, chain: np.ndarray, touched: dict[str, np.ndarray]) -> Nodes:
        """The same nodes with what each weighs for each material.

        Args:
            chain: number of each material's chain.
            touched: by crisis, whether it touches each chain.
        """
        exists = np.ones((len(self), len(chain)), dtype=bool)
        for name, chains in touched.items():
            exists[self.crisis == name] = chains[chain]
        weight = np.where(exists, self.likely[:, np.newaxis], 0.0)
        for k in range(len(chain)):
            off = self.branch != PLAN
            taken = np.bincount(self.period[off] - 1, weight[off, k], minlength=int(self.period.max()))
            left = 1.0 - taken
            weight[~off, k] = np.where(np.abs(left) > ROUNDING, left, 0.0)
        return replace(self, exists=exists, weight=weight)


class _GrownNodes(NamedTuple):
    """Nodes of one stretch, a spine or an exit, in the order of periods."""

    branch: int
    length: int
    first: int
    parent: int
    likely: list[float]


def grow_nodes(world: World, crises: Iterable[str]) -> Nodes:
    """Nodes and parents of some crises, as if each touched every chain."""
    periods, found = world.settings.periods, sorted(set(crises))
    branches = tuple(
        CrisisBranch(name, window.onset, window.probability)
        for name in found
        for window in sorted(windows(world, world.settings.crises[name]))
    )
    stretches = [_GrownNodes(PLAN, ON, 1, OPENING, [1.0] * periods)]
    begins, futures, total = [0], [], periods
    for number, branch in enumerate(branches):
        crisis = world.settings.crises[branch.crisis]
        spine = _spine(crisis, branch, periods)
        spine_at = total
        stretches.append(_GrownNodes(number, ON, branch.onset, branch.onset - 2, spine))
        begins.append(total)
        total += len(spine)
        for length, share in crisis.duration.items():
            lasting = spine_at + np.arange(min(length, len(spine)))
            nodes = max(_exit_end(crisis, branch.onset, length, periods) - (branch.onset + length) + 1, 0)
            if nodes:
                likely = [branch.probability * share] * nodes
                stretches.append(_GrownNodes(number, length, branch.onset + length, int(lasting[-1]), likely))
                begins.append(total)
            path = np.concatenate([lasting, total + np.arange(nodes)])
            futures.append(CrisisFuture(branch.crisis, branch.onset, length, branch.probability * share, path))
            total += nodes
    sizes = [len(stretch.likely) for stretch in stretches]
    parent = np.arange(-1, total - 1)
    parent[begins] = [stretch.parent for stretch in stretches]
    branch_of = np.repeat([stretch.branch for stretch in stretches], sizes)
    weights = np.concatenate([stretch.likely for stretch in stretches])
    onsets = np.array([*(branch.onset for branch in branches), 0])
    width = len(world.materials)
    return Nodes(
        branches,
        tuple(futures),
        branch_of,
        np.concatenate([stretch.first + np.arange(size) for stretch, size in zip(stretches, sizes, strict=True)]),
        onsets[branch_of],
        np.repeat([stretch.length for stretch in stretches], sizes),
        parent,
        weights,
        np.ones((total, width), dtype=bool),
        np.repeat(weights[:, np.newaxis], width, axis=1),
    )


def count_nodes(world: World) -> int:
    """How many nodes a world has if its crises touch every chain, without growing them."""
    periods, found = world.settings.periods, world.settings.periods
    for crisis in world.settings.crises.values():
        for window in windows(world, crisis):
            found += min(max(crisis.duration), periods - window.onset + 1)
            for length in crisis.duration:
                begin = window.onset + length
                found += max(_exit_end(crisis, window.onset, length, periods) - begin + 1, 0)
    return found


def _spine(crisis: Crisis, branch: CrisisBranch, periods: int) -> list[float]:
    """What each node on which the crisis goes on weighs."""
    ages = range(min(max(crisis.duration), periods - branch.onset + 1))
    above = [math.fsum(share for length, share in crisis.duration.items() if length > age) for age in ages]
    return [branch.probability * share for share in above]


def _exit_end(crisis: Crisis, onset: int, length: int, periods: int) -> int:
    """Last period of a branch whose crisis lasts so long."""
    if crisis.recovery == "to-end":
        return periods
    return min(periods, onset + length + int(crisis.recovery) - 1)


def windows(world: World, crisis: Crisis) -> Iterator[Window]:
    """When a crisis may begin, with the probability that it does."""
    if crisis.onsets is not None:
        for onset in crisis.onsets:
            yield Window(onset.period, onset.probability, None)
        return
    periods, every = world.settings.periods, crisis.onset_every or world.settings.periods
    first = crisis.first_onset if crisis.first_onset is not None else 1 + every // 2
    place = (first - 1) % every
    for begin in range(first - place, periods + 1, every):
        end = min(begin + every - 1, periods)
        years = (end - begin + 1) / world.calendar.periods_per_year
        yield Window(min(begin + place, end), -math.expm1(-rate(world, crisis) * years), years)


def rate(world: World, crisis: Crisis) -> float:
    """Beginnings a year: of the typed probability, or what the listed onsets are over the years of the horizon."""
    if crisis.onsets is not None:
        return math.fsum(onset.probability for onset in crisis.onsets) / _horizon_years(world)
    return -math.log1p(-(crisis.annual_probability or 0.0))


def effective_annual_probability(world: World, crisis: Crisis) -> float:
    """The probability that a crisis begins in a year, from those of its windows."""
    found = list(windows(world, crisis))
    never = math.prod(1.0 - window.probability for window in found)
    years = math.fsum(window.years or 0.0 for window in found) if crisis.onsets is None else _horizon_years(world)
    return 1.0 - never ** (1.0 / years) if found else 0.0


def _horizon_years(world: World) -> float:
    return world.settings.periods / world.calendar.periods_per_year


def discount_of(world: World, nodes: Nodes) -> np.ndarray:
    """Discount factor of each node's period."""
    return discount(world, nodes.period - 1)


def discount(world: World, elapsed: np.ndarray | int) -> np.ndarray:
    """Discount factor after so many periods."""
    years = np.asarray(elapsed, float) / world.calendar.periods_per_year
    return np.asarray(np.exp(-years * np.log1p(world.settings.discount_rate)))
