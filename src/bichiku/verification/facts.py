"""All that a run states, in one place for the rules that need several parts of it; and the rows of policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import Stocks
from bichiku.verification.damage import Damage
from bichiku.verification.files import NOTHING
from bichiku.verification.flows import FILE, Flows
from bichiku.verification.states import States
from bichiku.verification.tree import PLAN, Nodes
from bichiku.verification.verdict import Place


@dataclass(frozen=True)
class Priced:
    """The number of model.yaml that a row's limit moves with, and that prices.csv gives a price of.

    Attributes:
        value: the number as it stands.
        unit: one unit of it.
        move: by how much the row's limit moves for one unit.
        year: the calendar year that it is for, or -1.
        unit_told: whether its sentence names the unit beside the number.
    """

    value: float
    unit: str
    move: float
    year: int = NOTHING
    unit_told: bool = True


@dataclass(frozen=True)
class PolicyRow:
    """One row ``value <= limit`` (or ``>=`` where `floor`).

    Attributes:
        key: family, limit, material, crisis, onset, year, month as duals.csv writes them (-1: empty).
        value: what the run does.
        limit: what the policy allows.
        stated: the limit as duals.csv writes it; zero where it is a share of arrivals.
        scale: magnitude of the terms involved.
        place: where the numbers that keep or break it stand.
        unit: unit of the limit.
        floor: whether it is a limit from below.
        file: file of these numbers.
        priced: the number whose price is told; None where there is none.
        is_share: whether the limit is a share of arrivals, so that its dual is not its price.
        penalty: discounted money per tonne beyond a soft limit; None where the limit is hard.
        planes: how far cutting planes may leave the value from the limit that they keep; their duals are stated in
            place of the row's. Zero for a row that is stated as it is.
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
    priced: Priced | None = None
    is_share: bool = False
    penalty: float | None = None
    planes: float = 0.0

    @property
    def slack(self) -> float:
        """How far the row is from its limit."""
        return self.value - self.limit if self.floor else self.limit - self.value


@dataclass(frozen=True)
class RunFacts:
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


@dataclass(frozen=True)
class Statement:
    """What a policy asks for, worked out from the written numbers.

    Attributes:
        rows: its rows, from what the strategy asks for.
        holds: what must hold of each family of rows that it has.
    """

    rows: Callable[[RunFacts, Any], Iterator[PolicyRow]]
    holds: Mapping[str, str]


def limited_materials(world: World, chosen: list[str] | None) -> list[str]:
    """Materials that a policy speaks of: those named, or all."""
    return sorted(world.materials if chosen is None else set(chosen))
