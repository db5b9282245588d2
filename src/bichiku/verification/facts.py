"""All that a run states, in one place for the rules that need several parts of it; and the rows of policies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import Stocks
from bichiku.verification.damage import Damage
from bichiku.verification.flows import FILE, Flows
from bichiku.verification.states import States
from bichiku.verification.tree import PLAN, Nodes
from bichiku.verification.verdict import Place


@dataclass(frozen=True)
class PolicyRow:
    """One row ``value <= limit`` (or ``>=`` where `floor`).

    Attributes:
        key: policy, limit, material, crisis, onset, year, month as duals.csv writes them (-1: empty).
        value: what the run does.
        limit: what the policy allows.
        stated: the limit as duals.csv writes it; zero where it is a share of arrivals.
        scale: magnitude of the terms involved.
        place: where the numbers that keep or break it stand.
        unit: unit of the limit.
        floor: whether it is a limit from below.
        file: file of these numbers.
        share: the share that a share limit allows.
        penalty: discounted money per tonne beyond a soft limit; None where the limit is hard.
    """

    key: tuple[str, str, str, str, int, int, str]
    value: float
    limit: float
    stated: float
    scale: float
    place: Callable[[], Place]
    unit: str
    floor: bool = False
    file: str = FILE
    share: float = 0.0
    penalty: float | None = None

    @property
    def slack(self) -> float:
        """How far the row is from its limit."""
        return self.value - self.limit if self.floor else self.limit - self.value


@dataclass(frozen=True)
class Facts:
    """All that the policies are read against."""

    world: World
    nodes: Nodes
    states: States
    flows: Flows
    stocks: Stocks
    built: np.ndarray
    damage: Damage

    @property
    def plan(self) -> np.ndarray:
        """Numbers of the plan's nodes."""
        return np.flatnonzero(self.nodes.branch == PLAN)

    @property
    def plan_years(self) -> np.ndarray:
        """Calendar year of each plan node."""
        return self.world.calendar.years


def limited_materials(world: World, chosen: list[str] | None) -> list[str]:
    """Materials that a policy speaks of: those named, or all."""
    return sorted(world.materials if chosen is None else set(chosen))
