"""All that a run states, in one place for the rules that need several parts of it; and the rows of policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import Stocks, input_of_project, stocks_before
from bichiku.verification.damage import Damage, damage_of
from bichiku.verification.files import NOTHING, RunTable
from bichiku.verification.flows import FILE, Flows, read_flows
from bichiku.verification.hand_back import Refill, refill_of
from bichiku.verification.limits import built_capacity
from bichiku.verification.states import States, emergencies, tree_and_states
from bichiku.verification.tree import PLAN, Nodes
from bichiku.verification.verdict import Ledger, Place


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
        key: family, limit, material, crisis, onset, length, year, month as duals.csv writes them (-1: empty).
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
        bends: whether the priced number multiplies what is decided, so that the cost need not be convex in it.
        spread: whether the priced number stands in rows beside this one too, some of which duals.csv does not state.
        penalty: discounted money per tonne beyond a soft limit; None where the limit is hard.
        planes: how far cutting planes may leave the value from the limit that they keep; their duals are stated in
            place of the row's. Zero for a row that is stated as it is.
    """

    key: tuple[str, str, str, str, int, int, int, str]
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
    bends: bool = False
    spread: bool = False
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
    emergency: np.ndarray
    refill: Refill
    built: np.ndarray
    damage: Damage

    @cached_property
    def plan(self) -> np.ndarray:
        """ColumnNumbers of the plan's nodes."""
        return np.flatnonzero(self.nodes.branch == PLAN)

    @cached_property
    def use(self) -> np.ndarray:
        """Tonnes used at each node, demand and what projects take as feed; shape (nodes, materials)."""
        return self.states.demand + self.flows["sent"] @ input_of_project(self.world)

    @cached_property
    def plan_years(self) -> np.ndarray:
        """Calendar year of each plan node."""
        return self.world.calendar.years


def read_facts(world: World, flows: RunTable, branch_flows: RunTable, projects: RunTable, ledger: Ledger) -> RunFacts:
    """The tree and the states of a world, and what the flows say at them."""
    nodes, states = tree_and_states(world)
    emergency = emergencies(world, nodes, states)
    refill = refill_of(world, nodes, states, emergency)
    tonnes = read_flows(flows, branch_flows, world, nodes, ledger)
    return RunFacts(
        world,
        nodes,
        states,
        tonnes,
        stocks_before(world, nodes, tonnes),
        emergency,
        refill,
        built_capacity(world, projects),
        damage_of(world, nodes, states, tonnes, refill),
    )


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
