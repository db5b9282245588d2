"""A solved strategy: the solution read back as tonnes by supplier, material and node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bichiku.build.coupling import CoupledFuture, coupled_futures
from bichiku.model.chains import Chain
from bichiku.model.paths import Paths
from bichiku.model.state import State
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.program import LinearProgram, Quantity
from bichiku.solving import Solution

SHORT_TOLERANCE = 1e-6  # a period counts as short when it lacks more than this share of its demand
STOCK_TOLERANCE = 1e-6  # a stock counts as back when it lacks no more than this share of the plan's
DAMAGE_PARTS = {  # column of crises.csv to the quantity behind it
    "shortage": "shortage_damage",
    "substitution": "substitution_damage",
    "dearer_purchases": "dearer_purchases",
    "dearer_refill": "refill_damage",
}
AT_END = ("dearer_refill",)  # parts of damage that fall at the end of a path alone


class ByChain(Mapping[str, np.ndarray]):
    """A number at each node of its chain, by name; worked out when it is first asked for."""

    def __init__(self, of: Sequence[tuple[str, ChainOutcome]], attribute: str) -> None:
        self._of, self._attribute = dict(of), attribute

    def __getitem__(self, name: str) -> np.ndarray:
        found: np.ndarray = getattr(self._of[name], self._attribute)[name]
        return found

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


@dataclass(frozen=True)
class ChainOutcome:
    """One chain of a solved strategy; the arrays below have shape (nodes of its tree,) unless said otherwise.

    Attributes:
        chain: the chain.
        program, solution: of the whole strategy.
    """

    chain: Chain
    program: LinearProgram
    solution: Solution

    @property
    def world(self) -> World:
        """The chain's part of the world."""
        return self.chain.world

    @property
    def tree(self) -> Tree:
        return self.chain.tree

    @property
    def state(self) -> State:
        return self.chain.state

    @property
    def years(self) -> np.ndarray:
        """Calendar year of each node."""
        return self.chain.years

    def values(self, variable: str, *index: str) -> np.ndarray:
        """Values of all copies of a variable; empty where the program has none."""
        return self.solution.x[self.program.columns_of(variable, *index)]

    def quantity(self, name: str, index: str) -> np.ndarray:
        """A quantity of the program at each node; zero where the program has none."""
        found = self.program.quantities.get((name, index))
        return np.zeros(self.tree.size) if found is None else found.at(self.solution.x)

    @cached_property
    def shipped(self) -> dict[str, np.ndarray]:
        """Tonnes sent off at each node, by supplier and project."""
        year_share = self.world.calendar.year_share
        found = {}
        for name in self.world.suppliers:
            if name in self.world.contracts:
                by_year = self.values("contract", name)[self.years - int(self.years.min())]
                found[name] = self.state.export[name] * by_year * year_share
            else:
                found[name] = self.values("ship", name)
        for name in self.world.projects:
            found[name] = self.values("run", name)
        return found

    @cached_property
    def arrived(self) -> dict[str, np.ndarray]:
        """Tonnes that come in at each node, by supplier and project."""
        return {name: self.quantity("arrive", name) for name in self.world.sources}

    @property
    def demand(self) -> dict[str, np.ndarray]:
        """Tonnes used in each node's period, by material with demand."""
        return self.state.demand

    @cached_property
    def feed(self) -> dict[str, np.ndarray]:
        """Tonnes that projects use as feed at each node, by material."""
        return {
            material: sum(
                (
                    (world.projects[name].input_per_output or 0.0) * self.shipped[name]
                    for name in world.consumers(material)
                ),
                np.zeros(self.tree.size),
            )
            for world in [self.world]
            for material in world.materials
        }

    @cached_property
    def stock(self) -> dict[str, np.ndarray]:
        """Tonnes in store at the end of each node's period, by material."""
        return {material: self.values("stock", material) for material in self.world.materials}

    @cached_property
    def short(self) -> dict[str, np.ndarray]:
        """Tonnes of demand not met, by material with demand."""
        return {material: self.values("short", material) for material in self.world.demand}

    def stock_before(self, material: str) -> np.ndarray:
        """Tonnes in store at the beginning of each node's period, before storage losses."""
        opening = self.world.materials[material].opening_stock_t
        return np.where(self.tree.parent >= 0, self.stock[material][self.tree.parent], opening)

    def short_days(self, material: str) -> np.ndarray:
        """Days of demand not met at each node."""
        demand = self.demand[material]
        share = np.divide(self.short[material], demand, out=np.zeros(self.tree.size), where=demand > 0)
        return share * self.world.calendar.days

    def use(self, material: str) -> np.ndarray:
        """Tonnes of a material used at each node: demand, and feed of the projects that run."""
        return self.demand.get(material, np.zeros(self.tree.size)) + self.feed[material]

    def use_at_full_running(self, material: str) -> np.ndarray:
        """Demand, and feed of existing and built capacity where all of it that is usable runs."""
        world, found = self.world, self.demand.get(material, np.zeros(self.tree.size)).copy()
        for name in world.consumers(material):
            row = world.projects[name]
            built = float(self.values("build", name).sum())
            capacity = row.existing_t + np.where(world.is_usable(name, self.tree.period), built, 0.0)
            found += capacity * self.state.export[name] * world.calendar.year_share * (row.input_per_output or 0.0)
        return found

    def cover_days(self, material: str, full_running: bool = False) -> np.ndarray:
        """Days that the stock would last at the use of the period; not a number without use."""
        use = self.use_at_full_running(material) if full_running else self.use(material)
        cover = np.full(self.tree.size, np.nan)
        return np.divide(self.stock[material] * self.world.calendar.days, use, out=cover, where=use > 0)

    def damage_part(self, part: str, material: str) -> np.ndarray:
        """Discounted money of one part of damage at each node, if the node is reached; see `DAMAGE_PARTS`."""
        return self._damage[part, material]

    @cached_property
    def _damage(self) -> dict[tuple[str, str], np.ndarray]:
        return {
            (part, material): self.quantity(quantity, material)
            for part, quantity in DAMAGE_PARTS.items()
            for material in self.world.materials
        }

    def damage_parts(self, paths: Paths, material: str) -> dict[str, np.ndarray]:
        """Discounted damage to a material along each path, by part; shape (paths,)."""
        by_node = {name: self.damage_part(name, material) for name in DAMAGE_PARTS}
        return {name: damage[paths.ends] if name in AT_END else paths.sum(damage) for name, damage in by_node.items()}


@dataclass(frozen=True)
class Outcome:
    """World, chains and solution together. What is asked of a material or source is at the nodes of its chain."""

    world: World
    chains: tuple[Chain, ...]
    program: LinearProgram
    solution: Solution

    @property
    def plan(self) -> np.ndarray:
        """Numbers of the plan's nodes, alike in every chain."""
        return np.arange(self.world.calendar.periods)

    @property
    def plan_years(self) -> np.ndarray:
        """Calendar year of each of the plan's nodes."""
        return self.world.calendar.years

    @cached_property
    def by_chain(self) -> dict[str, ChainOutcome]:
        """The outcome of each chain, by its name."""
        return {chain.name: ChainOutcome(chain, self.program, self.solution) for chain in self.chains}

    @cached_property
    def _of_material(self) -> dict[str, ChainOutcome]:
        return {material: part for part in self.by_chain.values() for material in part.world.materials}

    def of(self, material: str) -> ChainOutcome:
        """The outcome of a material's chain."""
        return self._of_material[material]

    def of_source(self, source: str) -> ChainOutcome:
        """The outcome of the chain of a supplier or project."""
        return self.of(self.world.sources[source].material)

    def tree_of(self, chain: str) -> Tree:
        """The tree of a chain."""
        return self.by_chain[chain].tree

    def number(self, name: str, *index: str) -> np.ndarray:
        """A part of the state by its name, of a material, supplier or project; shape (nodes of its chain,)."""
        (of,) = index
        part = self.of(of) if of in self._of_material else self.of_source(of)
        found: np.ndarray = getattr(part.state, name)[of]
        return found

    @cached_property
    def futures(self) -> list[CoupledFuture]:
        """The futures of all chains, those of one crisis, onset and length as one."""
        return coupled_futures(self.chains)

    def arrivals(self, source: str) -> Quantity:
        """Tonnes that come in from a supplier or project, as a quantity of the program."""
        return self.program.quantities["arrive", source]

    @cached_property
    def arrived(self) -> Mapping[str, np.ndarray]:
        """Tonnes that come in at each node, by supplier and project."""
        return ByChain([(name, self.of_source(name)) for name in self.world.sources], "arrived")

    @cached_property
    def shipped(self) -> Mapping[str, np.ndarray]:
        """Tonnes sent off at each node, by supplier and project."""
        return ByChain([(name, self.of_source(name)) for name in self.world.sources], "shipped")

    @cached_property
    def demand(self) -> Mapping[str, np.ndarray]:
        """Tonnes used in each node's period, by material with demand."""
        return ByChain([(name, self.of(name)) for name in self.world.demand], "demand")

    @cached_property
    def stock(self) -> Mapping[str, np.ndarray]:
        """Tonnes in store at the end of each node's period, by material."""
        return ByChain([(name, self.of(name)) for name in self.world.materials], "stock")

    @cached_property
    def short(self) -> Mapping[str, np.ndarray]:
        """Tonnes of demand not met, by material with demand."""
        return ByChain([(name, self.of(name)) for name in self.world.demand], "short")

    def values(self, variable: str, *index: str) -> np.ndarray:
        """Values of all copies of a variable; empty where the program has none."""
        return self.solution.x[self.program.columns_of(variable, *index)]
