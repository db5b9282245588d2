"""A solved strategy: the solution read back as tonnes by supplier, material and node."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bichiku.model.state import State, demand_by_node
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.program import LinearProgram, Quantity
from bichiku.solving import Solution

SHORT_TOLERANCE = 1e-6  # a period counts as short when it lacks more than this share of its demand
STOCK_TOLERANCE = 1e-6  # a stock counts as back when it lacks no more than this share of the plan's


@dataclass(frozen=True)
class Outcome:
    """World, tree and solution together; the arrays below have shape (nodes,) unless said otherwise."""

    world: World
    tree: Tree
    state: State
    program: LinearProgram
    solution: Solution

    def values(self, variable: str, *index: str) -> np.ndarray:
        """Values of all copies of a variable; empty where the model has none."""
        return self.solution.x[self.program.columns_of(variable, *index)]

    @cached_property
    def years(self) -> np.ndarray:
        """Calendar year of each node."""
        return self.world.calendar.years[self.tree.period - 1]

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

    def arrivals(self, source: str) -> Quantity:
        """Tonnes that come in from a supplier or project, as a quantity of the program."""
        return self.program.quantities["arrive", source]

    @cached_property
    def arrived(self) -> dict[str, np.ndarray]:
        """Tonnes that come in at each node, by supplier and project."""
        return {name: self.arrivals(name).at(self.solution.x) for name in self.world.sources}

    @cached_property
    def demand(self) -> dict[str, np.ndarray]:
        """Tonnes used in each node's period, by material with demand."""
        return demand_by_node(self.world, self.years, self.state)

    @cached_property
    def stock(self) -> dict[str, np.ndarray]:
        """Tonnes in store at the end of each node's period, by material."""
        return {material: self.values("stock", material) for material in self.world.materials}

    @cached_property
    def short(self) -> dict[str, np.ndarray]:
        """Tonnes of demand not met, by material with demand."""
        return {material: self.values("short", material) for material in self.world.demand}

    def short_days(self, material: str) -> np.ndarray:
        """Days of demand not met at each node."""
        demand = self.demand[material]
        share = np.divide(self.short[material], demand, out=np.zeros(self.tree.size), where=demand > 0)
        return share * self.world.calendar.days

    def cover_days(self, material: str) -> np.ndarray:
        """Days that the stock would last at the demand of the period; not a number without demand."""
        demand = self.demand.get(material, np.zeros(self.tree.size))
        cover = np.full(self.tree.size, np.nan)
        return np.divide(self.stock[material] * self.world.calendar.days, demand, out=cover, where=demand > 0)

    def line_by_node(self, line: str, material: str) -> np.ndarray:
        """Expected discounted money of one cost line at each node."""
        money = np.zeros(self.tree.size)
        for part in self.program.cost_lines:
            if part.line == line and part.material == material:
                money += part.money.at(self.solution.x)
        return money
