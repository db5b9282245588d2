"""What the rules work out of a world, each thing once: its trees, the most that can arrive, the numbers of its program.

An array of a material, supplier or project has one element for each node of its chain's tree. The plan's nodes have the
same numbers in every chain.

All bounds hold for every plan whatever: they may be loose, but none can be exceeded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np

from bichiku.build import build, build_policies
from bichiku.build.coupling import coupled_futures
from bichiku.checking.program import Piece
from bichiku.model.chains import Chain, LastWorld
from bichiku.model.state import State
from bichiku.model.tables import SupplierRow
from bichiku.model.tree import BEFORE, Tree
from bichiku.model.world import World
from bichiku.policies import Policies
from bichiku.policies.budget import BUDGET
from bichiku.policies.survive import SURVIVE, surviving_nodes
from bichiku.result.pipeline import grow

T = TypeVar("T")

TOLERANCE = 1e-6  # relative; what the solver lets pass as kept, see `certify`


class Found(NamedTuple):
    """What a rule has found: what it is about, and what is the matter."""

    subject: str
    message: str


class Physics:
    """A world without its policies, with what follows from it by arithmetic.

    Args:
        world: the world; what it asks for is left out.
    """

    def __init__(self, world: World) -> None:
        self.world = world.without_policies(Policies())
        self.chains = grow(self.world)
        self.chain_of = {material: chain for chain in self.chains for material in chain.world.materials}
        self._arrivals: tuple[float | None, dict[str, np.ndarray]] | None = None

    @cached_property
    def piece(self) -> Piece:
        """The linear program without policies."""
        return Piece.whole(build(self.world, self.chains))

    @cached_property
    def demand(self) -> dict[str, np.ndarray]:
        """Tonnes of each material with demand used at each node; shape (nodes,)."""
        return {material: self.chain_of[material].state.demand[material] for material in self.world.demand}

    @cached_property
    def offers(self) -> dict[str, list[str]]:
        """Suppliers and projects of each material."""
        offers: dict[str, list[str]] = {material: [] for material in self.world.materials}
        for name, row in self.world.sources.items():
            offers[row.material].append(name)
        return offers

    def buildable(self, project: str, investment: float | None) -> float:
        """The most of a project that can be added, within a budget for investment; t of output a year."""
        row = self.world.projects[project]
        net = row.capex * (1.0 - row.subsidy_rate)
        if investment is None or net == 0.0:
            return row.max_build_t
        return min(row.max_build_t, investment / net)

    def most_arrivals(self, investment: float | None) -> dict[str, np.ndarray]:
        """The most that can arrive from each supplier and project at each node; shape (nodes,).

        Args:
            investment: the budget for it, as strategies next to each other mostly share.
        """
        if self._arrivals is None or self._arrivals[0] != investment:
            self._arrivals = (investment, self._find_arrivals(investment))
        return self._arrivals[1]

    def _find_arrivals(self, investment: float | None) -> dict[str, np.ndarray]:
        arrivals = {name: self._most_bought(name) for name in self.world.suppliers}
        arrivals |= {name: np.zeros(self._chain(name).tree.size) for name in self.world.projects}
        waiting = dict(self.world.projects)
        while ready := [n for n, row in waiting.items() if self._has_input(row.input_material, arrivals)]:
            for name in ready:
                arrivals[name] = self._most_made(name, investment)
                del waiting[name]
        return arrivals

    def _has_input(self, material: str | None, arrivals: dict[str, np.ndarray]) -> bool:
        if material is None or self.world.materials[material].opening_stock_t > 0:
            return True
        return any(arrivals[name].any() for name in self.offers[material])

    def _chain(self, source: str) -> Chain:
        return self.chain_of[self.world.sources[source].material]

    def _most_bought(self, name: str) -> np.ndarray:
        row, state, tree = self.world.suppliers[name], self._chain(name).state, self._chain(name).tree
        capacity = row.capacity_t * self.world.calendar.year_share * state.export[name]
        if row.kind == "contract":
            return capacity * state.route[name]
        due = tree.ancestor(row.lead_periods)
        return state.route[name] * np.where(due == BEFORE, row.under_way, capacity[due])

    def _most_made(self, name: str, investment: float | None) -> np.ndarray:
        row, state, tree = self.world.projects[name], self._chain(name).state, self._chain(name).tree
        built = np.where(self.world.is_usable(name, tree.period), self.buildable(name, investment), 0.0)
        capacity = (row.existing_t + built) * self.world.calendar.year_share * state.export[name]
        due = tree.ancestor(row.lead_periods)
        return state.route[name] * np.where(due == BEFORE, 0.0, capacity[due])


_PHYSICS = LastWorld(Physics)


class Facts:
    """A world with what follows from it by arithmetic.

    Args:
        world: the world.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.physics = _PHYSICS.of(world)
        self._done: dict[Any, Any] = {}

    def once(self, work: Callable[[Facts], T]) -> T:
        """What a function makes of these facts, which is worked out once and kept as long as they are."""
        if work not in self._done:
            self._done[work] = work(self)
        found: T = self._done[work]
        return found

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The chains, without policies."""
        return self.physics.chains

    @property
    def trees(self) -> list[Tree]:
        """The trees of the chains."""
        return [chain.tree for chain in self.chains]

    def tree(self, material: str) -> Tree:
        """The tree of a material's chain."""
        return self.physics.chain_of[material].tree

    def state(self, material: str) -> State:
        """The state of a material's chain."""
        return self.physics.chain_of[material].state

    @property
    def physical_piece(self) -> Piece:
        """The linear program without policies; a target that rises takes nothing off what a branch must keep here."""
        return self.physics.piece

    @cached_property
    def policy_piece(self) -> tuple[Piece, np.ndarray]:
        """What policies add to it, and the part of the whole that each part of the physical piece belongs to."""
        asked = {"policies": self.world.settings.policies}
        chains = [
            replace(chain, world=replace(chain.world, settings=chain.world.settings.model_copy(update=asked)))
            for chain in self.chains
        ]
        return self.physical_piece.joined(build_policies(self.world, chains))

    # Time

    @cached_property
    def plan_years(self) -> list[int]:
        """Calendar years of the horizon."""
        return sorted({int(year) for year in self.world.calendar.years})

    @property
    def year_share(self) -> float:
        """Length of a period in years."""
        return self.world.calendar.year_share

    def on_plan(self, year: int) -> np.ndarray:
        """Numbers of the plan's nodes in a calendar year."""
        return np.flatnonzero(self.world.calendar.years == year)

    # Use

    @property
    def demand(self) -> dict[str, np.ndarray]:
        """Tonnes of each material with demand used at each node; shape (nodes,)."""
        return self.physics.demand

    def most_saved(self, material: str) -> np.ndarray:
        """The most of a material's demand that substitution can save at each node; shape (nodes,)."""
        tree, demand = self.tree(material), self.demand[material]
        before = np.where(tree.before_branch == BEFORE, 0.0, demand[tree.before_branch])
        saved = np.zeros(tree.size)
        for (name, _), row in self.world.tranches.items():
            if name == material:
                delayed = (tree.stretch >= 0) & (tree.age < row.delay_periods)
                saved += row.max_share * np.where(delayed, np.minimum(before, demand), demand)
        return np.minimum(saved, demand)

    # Supply

    @property
    def _investment(self) -> float | None:
        asked = BUDGET.asked(self.world)
        return None if asked is None else asked.investment

    def buildable(self, project: str) -> float:
        """The most of a project that can be added, within the budget for investment; t of output a year."""
        return self.physics.buildable(project, self._investment)

    @cached_property
    def most_arrivals(self) -> dict[str, np.ndarray]:
        """The most that can arrive from each supplier and project at each node; shape (nodes,)."""
        return self.physics.most_arrivals(self._investment)

    def under_way(self, name: str) -> np.ndarray:
        """What arrives from a supplier at each node because it was shipped before the start; shape (nodes,)."""
        row = self.world.sources[name]
        if not isinstance(row, SupplierRow) or row.kind == "contract":
            return np.zeros(self.tree(row.material).size)
        due = self.tree(row.material).ancestor(row.lead_periods)
        return np.where(due == BEFORE, self.state(row.material).route[name] * row.under_way, 0.0)

    def arrivals(self, sources: Iterable[str]) -> np.ndarray:
        """The most that can arrive from some suppliers and projects of one chain together at each node.

        The shape is (nodes,) of their chain, or (periods,) for no source at all.
        """
        found = [self.most_arrivals[name] for name in sources]
        return np.sum(found, axis=0) if found else np.zeros(self.world.calendar.periods)

    @cached_property
    def yearly(self) -> dict[str, np.ndarray]:
        """The most that can arrive from each supplier and project in each year of the plan."""
        periods, count = self.world.calendar.periods, len(self.plan_years)
        at = np.searchsorted(self.plan_years, self.world.calendar.years)
        return {name: np.bincount(at, most[:periods], minlength=count) for name, most in self.most_arrivals.items()}

    def offers(self, material: str) -> list[str]:
        """Suppliers and projects of a material."""
        return self.physics.offers[material]

    def sellers(self, material: str, of: str = "supply") -> list[str]:
        """Those of a material's suppliers and projects, or its imports' only, that can deliver on the plan."""
        return [
            name
            for name in self.physics.offers[material]
            if self.yearly[name].any() and (of == "supply" or self.world.is_import(name))
        ]

    # Stock

    def most_stock(self, material: str, least_use: np.ndarray) -> np.ndarray:
        """A bound on a material's stock at the end of the first nodes; below zero where the use cannot be met.

        Args:
            material: the material.
            least_use: tonnes that demand takes at least at each of these nodes.
        """
        row, tree = self.world.materials[material], self.tree(material)
        keep = self.world.kept(material)
        offers = self.offers(material)
        change = (self.arrivals(offers)[: len(least_use)] if offers else 0.0) - least_use
        limit = np.inf if row.storage_limit_t is None else row.storage_limit_t
        stock = np.empty(len(least_use))
        for node, parent in enumerate(tree.parent[: len(least_use)]):
            before = row.opening_stock_t if parent == BEFORE else stock[parent]
            stock[node] = min(keep * before + change[node], limit)
        return stock

    def surviving(self, material: str) -> np.ndarray:
        """Nodes at which the policy ``survive`` allows no shortage of a material."""
        asked = SURVIVE.asked(self.world)
        none = np.array([], dtype=int)
        return none if asked is None else surviving_nodes(asked, self.tree(material), self.world.calendar)

    # Damage

    @property
    def has_likely_crisis(self) -> bool:
        """Whether some future has a probability above zero."""
        return any(future.probability > 0.0 for tree in self.trees for future in tree.futures)

    @cached_property
    def most_damage(self) -> float:
        """No future with a probability can do more damage; discounted money."""
        most = {chain.name: self._damage(chain) for chain in self.chains}
        damages = [
            sum(most[name][0][path].sum() + most[name][1][path[-1]] for name, path in future.paths.items())
            for future in coupled_futures(self.chains)
            if future.probability > 0.0
        ]
        return float(max(damages, default=0.0))

    def _damage(self, chain: Chain) -> tuple[np.ndarray, np.ndarray]:
        """The most damage at each node of a path, and at its end besides; shape (nodes,) each."""
        world, tree, state = chain.world, chain.tree, chain.state
        passing, at_end = np.zeros(tree.size), np.zeros(tree.size)
        for material, demand in state.demand.items():  # all of it short, or saved where that is dearer
            tranches = [row.cost for key, row in world.tranches.items() if key[0] == material]
            passing += demand * max(*world.shortage_costs(material), *tranches, 0.0)
        for name, row in world.floating.items():
            dearer = np.maximum(state.price_factor[name] - state.price_factor[name][tree.on_plan], 0.0)
            passing += self.most_arrivals[name] * dearer * row.price * (1.0 + row.tariff_rate)
        passing *= world.calendar.discount(world.settings.discount_rate)[tree.period - 1]
        for material in world.materials if len(tree.ends) else ():
            at_end += self._refill_damage(material, tree)
        return passing, at_end

    def _refill_damage(self, material: str, tree: Tree) -> np.ndarray:
        """Damage of buying back all that the plan can hold of a material at the end of a path; shape (nodes,)."""
        program = self.physical_piece.program
        lacking = np.maximum(self.most_stock(material, np.zeros(tree.periods)), 0.0)[tree.on_plan[tree.ends]]
        spare = np.minimum(program.column_upper[program.columns_of("gap", material)], lacking)
        bought = np.zeros(program.shape[1])
        bought[program.columns_of("gap", material)] = spare
        bought[program.columns_of("gap_scarce", material)] = lacking - spare
        return program.quantities["refill_damage", material].at(bought)


def beyond(value: float, limit: float) -> bool:
    """Whether a value is above a limit by more than rounding and the solver's tolerance."""
    return value > limit + TOLERANCE * (1.0 + abs(limit))


def years_text(years: Iterable[int]) -> str:
    """Years in increasing order, runs of them as ``2027 to 2030``."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
