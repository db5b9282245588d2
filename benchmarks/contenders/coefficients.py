"""What every contender needs to know of the model: arrays with one number per node, taken from tree and state.

Nothing here is stated in any tool's words; each contender writes ``docs/formulation.md`` from it in its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bichiku.model.calendar import DAYS_PER_YEAR
from bichiku.model.state import State
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.policies import Policies
from bichiku.policies.reserve_days import target_days


class NotInBenchmark(ValueError):
    """The strategy uses a policy that the contenders do not state."""


@dataclass(frozen=True)
class Coefficients:
    """One strategy's numbers; arrays have shape (nodes,) unless said otherwise."""

    world: World
    tree: Tree
    state: State

    def __post_init__(self) -> None:
        others = self.world.policies.model_copy(update={"reserve_days": None})
        if others != Policies():
            raise NotInBenchmark(f"strategy {self.world.strategy} has policies other than reserve_days")
        for name, row in self.world.materials.items():
            if row.storage_limit_t is not None or row.release_rate_t_per_day is not None:
                raise NotInBenchmark(f"{name} has a storage limit or a release rate")

    @cached_property
    def year_share(self) -> float:
        """Years in a period."""
        return self.world.calendar.days / DAYS_PER_YEAR

    @cached_property
    def year(self) -> np.ndarray:
        """Number of each node's calendar year, from zero."""
        years = self.world.calendar.years[self.tree.period - 1]
        return years - years.min()

    @cached_property
    def factor(self) -> np.ndarray:
        """Weight times discount of each node."""
        discount = self.world.calendar.discount(self.world.settings.discount_rate)
        return self.tree.weight * discount[self.tree.period - 1]

    @cached_property
    def demand(self) -> dict[str, np.ndarray]:
        years = self.world.calendar.years[self.tree.period - 1]
        return {
            name: np.array([by_year[int(year)] for year in years]) * self.year_share * self.state.demand_factor[name]
            for name, by_year in self.world.demand.items()
        }

    @cached_property
    def tranches(self) -> list[tuple[str, str]]:
        return [key for key in self.world.tranches if key[0] in self.world.demand]

    @cached_property
    def buildable(self) -> list[str]:
        return [name for name, row in self.world.projects.items() if row.max_build_t > 0]

    @cached_property
    def ends(self) -> np.ndarray:
        """Branches that hand back to the plan; shape (returning branches,)."""
        return np.flatnonzero([branch.returns for branch in self.tree.branches])

    def of(self, material: str) -> list[str]:
        """Suppliers and projects of a material."""
        return [name for name, row in self.world.sources.items() if row.material == material]

    def lead(self, source: str) -> int:
        return 0 if source in self.world.contracts else int(self.world.sources[source].lead_periods)

    def under_way(self, source: str) -> float:
        """Tonnes that arrive from a source in each period before its first shipment could."""
        return float(self.world.spot[source].in_transit_t) if source in self.world.spot else 0.0

    def keep(self, material: str) -> float:
        return float((1.0 - self.world.materials[material].loss_rate) ** self.year_share)

    def ship_limit(self, source: str) -> np.ndarray:
        return self.world.spot[source].capacity_t * self.year_share * self.state.export[source]

    def contract_arrival(self, source: str) -> np.ndarray:
        """Share of a yearly contract that arrives at each node."""
        return self.year_share * self.state.export[source] * self.state.route[source]

    def run_share(self, project: str) -> np.ndarray:
        """Share of a project's yearly capacity that can run at each node."""
        return self.year_share * self.state.export[project]

    def usable(self, project: str) -> np.ndarray:
        """Whether what is built can run, zero or one."""
        return (self.tree.period > self.world.projects[project].build_periods).astype(float)

    def saved_limit(self, tranche: tuple[str, str]) -> np.ndarray:
        row, tree = self.world.tranches[tranche], self.tree
        ready = (tree.branch < 0) | (tree.period - tree.onset >= row.delay_periods)
        return row.max_share * self.demand[tranche[0]] * ready

    def arrival_cost(self, source: str) -> np.ndarray:
        """Expected discounted price, tariff and freight of a tonne that arrives; nothing for projects."""
        if source in self.world.projects:
            return np.zeros(self.tree.size)
        row = self.world.suppliers[source]
        moved = self.state.price_factor[row.material] if row.kind == "spot" else 1.0
        return self.factor * (row.price * moved * (1.0 + row.tariff_rate) + row.freight)

    def holding_cost(self, material: str) -> np.ndarray:
        """Expected discounted cost of a tonne in store at one end of a period."""
        row = self.world.materials[material]
        return self.factor * row.storage_cost_rate * row.reference_price * self.year_share / 2

    def terminal_value(self, material: str) -> np.ndarray:
        """Expected discounted value of a tonne left at the horizon; zero before it."""
        row = self.world.materials[material]
        last = self.world.calendar.discount(self.world.settings.discount_rate)[-1]
        at_end = self.tree.weight * (self.tree.period == self.tree.periods)
        return at_end * last * row.reference_price * (1.0 - row.haircut)

    def gap_cost(self, material: str) -> np.ndarray:
        """Expected discounted cost of a tonne missing at the end of each returning branch; shape of `ends`."""
        nodes = self.tree.last[self.ends]
        plan_factor = self.state.price_factor[material][self.tree.on_plan[nodes]]
        sellers = [name for name, row in self.world.suppliers.items() if row.material == material]
        if not sellers:
            return self.factor[nodes] * self.world.materials[material].reference_price
        prices = [[self.world.delivered_price(name, float(moved)) for name in sellers] for moved in plan_factor]
        return self.factor[nodes] * np.max(prices, axis=1)

    def net_capex(self, project: str) -> float:
        row = self.world.projects[project]
        return float(row.capex * (1.0 - row.subsidy_rate))

    def target(self, material: str) -> np.ndarray | None:
        """Tonnes of reserve asked for at each plan node, shape (periods,); None without a target."""
        days = target_days(self.world, material)
        if days is None:
            return None
        return days * self.demand[material][: self.tree.periods] / self.world.calendar.days
