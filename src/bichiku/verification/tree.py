"""The plan and the branches of a model, worked out again from its settings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.settings import Crisis
from bichiku.model.world import World

OPENING = -1  # the parent of period 1
PLAN = -1  # the branch number of plan nodes
ROUNDING = 1e-12  # a weight smaller than this is what subtraction left over


class CrisisBranch(NamedTuple):
    """A crisis with one onset; `returns` where it hands back to the plan before the horizon."""

    crisis: str
    onset: int
    end: int
    probability: float
    returns: bool


@dataclass(frozen=True)
class Nodes:
    """All nodes, the plan's first; each array has one element per node unless said otherwise.

    Attributes:
        branches: ordered by crisis and onset.
        branch: number of the branch, `PLAN` on the plan.
        period: counted from 1.
        onset: onset of the branch, 0 on the plan.
        parent: number of the node before, `OPENING` in period 1.
        weight: probability weight.
        first: number of each branch's first node; shape (branches,).
        last: number of each branch's last node; shape (branches,).
    """

    branches: tuple[CrisisBranch, ...]
    branch: np.ndarray
    period: np.ndarray
    onset: np.ndarray
    parent: np.ndarray
    weight: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def __len__(self) -> int:
        return len(self.period)

    def before(self, steps: int) -> np.ndarray:
        """The node so many steps back along parents; `OPENING` where that lies before the tree."""
        node = np.arange(len(self))
        for _ in range(min(steps, int(self.period.max()))):
            node = np.where(node == OPENING, OPENING, self.parent[node])
        return node

    @property
    def on_plan(self) -> np.ndarray:
        """The plan's node of the same period."""
        return self.period - 1

    def text(self, node: int, calendar: Calendar) -> str:
        """A node as findings name it: ``plan 2026-04``, ``halt@3 2026-10``."""
        branch = int(self.branch[node])
        name = "plan" if branch == PLAN else f"{self.branches[branch].crisis}@{self.branches[branch].onset}"
        return f"{name} {calendar.label(int(self.period[node]))}"


def grow_nodes(world: World) -> Nodes:
    """Nodes, parents and weights of a world."""
    periods = world.settings.periods
    branches = tuple(sorted(_weighed(world)))
    lengths = [branch.end - branch.onset + 1 for branch in branches]
    begins = periods + np.cumsum([0, *lengths], dtype=int)[:-1]
    spans = [np.arange(branch.onset, branch.end + 1) for branch in branches]
    period = np.concatenate([np.arange(1, periods + 1), *spans])
    branch_of = np.repeat([PLAN, *range(len(branches))], [periods, *lengths])
    parent = np.arange(-1, len(period) - 1)
    parent[begins] = np.array([branch.onset - 2 for branch in branches], dtype=int)  # plan node of period onset - 1
    weight = np.concatenate(
        [
            _left_over(branches, periods),
            *(np.full(len(span), branch.probability) for span, branch in zip(spans, branches, strict=True)),
        ]
    )
    onset = np.repeat([0, *(branch.onset for branch in branches)], [periods, *lengths])
    last = begins + np.array(lengths, dtype=int) - 1
    return Nodes(branches, branch_of, period, onset, parent, weight, begins, last)


def count_nodes(world: World) -> int:
    """How many nodes a world has, without growing them."""
    periods = world.settings.periods
    each = [
        sum(_end(crisis, onset, periods) - onset + 1 for onset in _onsets(crisis, periods))
        for crisis in world.settings.crises.values()
    ]
    return periods + sum(each)


def _left_over(branches: tuple[CrisisBranch, ...], periods: int) -> np.ndarray:
    """The plan's weight in each period."""
    left = np.ones(periods)
    for branch in branches:
        left[branch.onset - 1 : branch.end] -= branch.probability
    return np.where(np.abs(left) > ROUNDING, left, 0.0)


def _weighed(world: World) -> list[CrisisBranch]:
    """Branches with probabilities, onset by onset as later ones depend on earlier ones."""
    settings = world.settings
    rates = {
        name: -math.log(1.0 - crisis.annual_probability)
        for name, crisis in settings.crises.items()
        if crisis.annual_probability
    }
    all_rates = sum(rates.values())
    onsets = {name: _onsets(crisis, settings.periods) for name, crisis in settings.crises.items()}
    found: list[CrisisBranch] = []
    inside = np.zeros(settings.periods + 1)  # by period, probability of the branches that began before it
    for period in range(1, settings.periods + 1):
        running = 1.0 - float(inside[period])
        for name, crisis in settings.crises.items():
            if period not in onsets[name]:
                continue
            listed = onsets[name][period]
            if listed is not None:
                probability = listed
            elif name in rates:
                window = (crisis.onset_every or 0) / world.calendar.periods_per_year
                probability = running * (1.0 - math.exp(-all_rates * window)) * rates[name] / all_rates
            else:
                probability = 0.0
            end = _end(crisis, period, settings.periods)
            inside[period + 1 : end + 1] += probability
            found.append(CrisisBranch(name, period, end, probability, end < settings.periods))
    return found


def _end(crisis: Crisis, onset: int, periods: int) -> int:
    """Last period of a branch."""
    length = periods if crisis.recovery == "to-end" else crisis.duration + int(crisis.recovery)
    return min(periods, onset + length - 1)


def _onsets(crisis: Crisis, periods: int) -> dict[int, float | None]:
    """Periods in which a crisis may begin, with the probability where one is listed."""
    if crisis.onsets is not None:
        return {onset.period: onset.probability for onset in crisis.onsets}
    step = crisis.onset_every or periods
    first = crisis.first_onset if crisis.first_onset is not None else 1 + step // 2
    return dict.fromkeys(range(first, periods + 1, step))
