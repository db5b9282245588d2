"""A second builder of the linear program, written from docs/formulation.md alone.

Plain Python and SciPy, no modelling language, nothing of the product but the read inputs (`World`).
Tests build and solve each model twice and compare: what both builders get wrong in the same way is
all that agreement cannot show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

import numpy as np

from bichiku.model.world import World
from oracles.second_policies import state_policies
from oracles.second_program import Affine, Column, Cone, SecondProgram, matrix_of, total
from oracles.second_scope import check_stated
from oracles.second_tree import PERIODS_PER_YEAR, Branch, Node, second_tree

OPENING = None


def second_objective(world: World, leeway: float = 0.0) -> float:
    """The least expected discounted cost of a world, all constants included.

    Args:
        world: the world of one strategy.
        leeway: what every limit on concentration is raised by.

    Raises:
        NotStated: as `second_program`.
        InfeasibleError, NotOptimalError: as `SecondProgram.solve`.
    """
    return second_program(world, leeway).solve()[0]


def second_program(world: World, leeway: float = 0.0) -> SecondProgram:
    """The whole program of a world.

    Raises:
        NotStated: the world holds a policy, key or column that this builder does not state.
    """
    check_stated(world)
    return SecondBuilder(world, leeway).program()


class SecondBuilder:
    """The program of a world as it grows.

    Attributes:
        world: what it is made from.
        leeway: what every limit on concentration is raised by.
        tree: nodes, weights and states.
        days: length of a period.
        years: calendar year of each period.
        plan: the nodes of the plan, in order.
        sources: rows of suppliers and projects by name.
        upper: the variables and their upper bounds.
        at_most_zero: rows that are zero or less.
        equal_zero: rows that are zero.
        cones: rows that no plane can state.
        lines: the cost lines, which add up to the objective.
    """

    def __init__(self, world: World, leeway: float) -> None:
        self.world = world
        self.leeway = leeway
        self.tree = second_tree(world)
        self.last = world.settings.periods
        self.per_year = PERIODS_PER_YEAR[world.settings.resolution]
        self.days = 365.0 / self.per_year
        self.years = {t: (world.settings.start + (t - 1) * 12 // self.per_year) // 12 for t in range(1, self.last + 1)}
        self.plan = [node for node in self.tree.nodes if node.crisis is None]
        self.sources = {**world.suppliers, **world.projects}
        self.upper: dict[Column, float | None] = {}
        self.at_most_zero: list[Affine] = []
        self.equal_zero: list[Affine] = []
        self.cones: list[Cone] = []
        self.lines: dict[str, Affine] = defaultdict(Affine)

    def program(self) -> SecondProgram:
        for node in self.tree.nodes:
            self._decisions(node)
        self._decisions_before_the_start()
        for node in self.tree.nodes:
            for material in self.world.materials:
                self._balance(material, node)
            self._running_limits(node)
            self._node_cost(node)
        self._investment_cost()
        self._back_to_the_plan()
        self._terminal_value()
        state_policies(self)
        columns = {column: i for i, column in enumerate(self.upper)}
        objective = total(self.lines.values())
        c = np.zeros(len(columns))
        for column, coefficient in objective.terms.items():
            c[columns[column]] += coefficient
        a_ub, b_ub = matrix_of(self.at_most_zero, columns)
        a_eq, b_eq = matrix_of(self.equal_zero, columns)
        bounds = [(0.0, upper) for upper in self.upper.values()]
        return SecondProgram(
            c, a_ub, b_ub, a_eq, b_eq, bounds, objective.constant, columns, dict(self.lines), self.tree, self.cones
        )

    # Numbers of a node

    def discount(self, period: int) -> float:
        """What money at the beginning of a period is worth today."""
        return (1.0 + self.world.settings.discount_rate) ** (-(period - 1) / self.per_year)

    def demand(self, material: str, node: Node) -> float:
        """Tonnes wanted in the node's period, moved by events and crises."""
        if material not in self.world.demand:
            return 0.0
        per_year = self.world.demand[material][self.years[node.period]]
        return per_year / self.per_year * self.tree.states[node].demand_factor[material]

    def _end(self, node: Node) -> int:
        """Last period of the node's own branch (or of the plan)."""
        return self.last if node.crisis is None else self.tree.members[Branch(node.crisis, node.onset)][-1].period

    # Variables

    def variable(self, *column: Hashable, upper: float | None = None) -> Affine:
        """A new variable of zero or more."""
        self.upper[column] = upper
        return Affine({column: 1.0})

    def _decisions(self, node: Node) -> None:
        state = self.tree.states[node]
        for name, row in self.world.suppliers.items():
            if row.kind == "spot" and node.period + row.lead_periods <= self._end(node):
                self.variable("ship", name, node, upper=row.capacity_t * state.export[name] / self.per_year)
        for name, row in self.world.projects.items():
            if node.period + row.lead_periods <= self._end(node):
                self.variable("run", name, node)
        for name, row in self.world.materials.items():
            self.variable("stock", name, node, upper=row.storage_limit_t)
            self.variable("short", name, node)
        for (material, tranche), row in self.world.tranches.items():
            waits = node.crisis is not None and node.period - node.onset < row.delay_periods
            most = 0.0 if waits else row.max_share * self.demand(material, node)
            self.variable("saved", material, tranche, node, upper=most)

    def _decisions_before_the_start(self) -> None:
        for name, row in self.world.suppliers.items():
            if row.kind == "contract":
                for year in set(self.years.values()):
                    self.variable("contract", name, year, upper=row.capacity_t)
        for name, row in self.world.projects.items():
            self.variable("build", name, upper=row.max_build_t)

    # Balances and limits

    def arrivals(self, source: str, node: Node) -> Affine:
        """Tonnes that a supplier or project delivers at a node."""
        row, state = self.sources[source], self.tree.states[node]
        arrives = state.route[source]
        if source in self.world.suppliers and row.kind == "contract":
            share = state.export[source] * arrives / self.per_year
            return Affine({("contract", source, self.years[node.period]): share})
        sent = self.tree.ancestor(node, row.lead_periods)
        if sent is OPENING:
            return Affine(constant=arrives * row.in_transit_t if source in self.world.suppliers else 0.0)
        return Affine({("ship" if source in self.world.suppliers else "run", source, sent): arrives})

    def stock_before(self, material: str, node: Node) -> Affine:
        """Tonnes in stock when the node's period begins."""
        parent = self.tree.parents[node]
        if parent is OPENING:
            return Affine(constant=self.world.materials[material].opening_stock_t)
        return Affine({("stock", material, parent): 1.0})

    def _saved(self, material: str, node: Node) -> Affine:
        return total(Affine({("saved", m, tranche, node): 1.0}) for m, tranche in self.world.tranches if m == material)

    def _balance(self, material: str, node: Node) -> None:
        row = self.world.materials[material]
        kept = self.stock_before(material, node) * (1.0 - row.loss_rate) ** (1.0 / self.per_year)
        stock = Affine({("stock", material, node): 1.0})
        unmet = self._saved(material, node) + Affine({("short", material, node): 1.0})
        demand = Affine(constant=self.demand(material, node))
        after = kept - demand + unmet
        for source in self.sources:
            if self.sources[source].material == material:
                after.add(self.arrivals(source, node))
        for name, project in self.world.projects.items():
            if project.input_material == material and ("run", name, node) in self.upper:
                after.add(Affine({("run", name, node): 1.0}), -project.input_per_output)
        self.equal_zero.append(stock - after)
        self.at_most_zero.append(unmet - demand)
        if row.release_rate_t_per_day is not None:
            self.at_most_zero.append(kept - stock - Affine(constant=row.release_rate_t_per_day * self.days))

    def _running_limits(self, node: Node) -> None:
        for name, row in self.world.projects.items():
            if ("run", name, node) in self.upper:
                capacity = Affine(constant=row.existing_t)
                if node.period > row.build_periods:
                    capacity.add(Affine({("build", name): 1.0}))
                can_run = capacity * (self.tree.states[node].export[name] / self.per_year)
                self.at_most_zero.append(Affine({("run", name, node): 1.0}) - can_run)

    def _back_to_the_plan(self) -> None:
        for branch, nodes in self.tree.members.items():
            end = nodes[-1]
            if end.period == self.last:
                continue
            on_plan = Node(None, None, end.period)
            for material in self.world.materials:
                gap = self.variable("gap", material, branch)
                stock = Affine({("stock", material, end): 1.0})
                self.at_most_zero.append(Affine({("stock", material, on_plan): 1.0}) - stock - gap)
                weight = self.tree.probabilities[branch] * self.discount(end.period)
                self.lines["gap"].add(gap, weight * self._gap_price(material, on_plan))

    def _gap_price(self, material: str, on_plan: Node) -> float:
        prices = []
        for row in self.world.suppliers.values():
            if row.material == material:
                moved = self.tree.states[on_plan].price_factor[material] if row.kind == "spot" else 1.0
                prices.append(row.price * moved * (1.0 + row.tariff_rate) + row.freight)
        return max(prices) if prices else self.world.materials[material].reference_price

    # Cost

    def _node_cost(self, node: Node) -> None:
        money = self.tree.weights[node] * self.discount(node.period)
        for name, row in self.world.suppliers.items():
            arrivals = self.arrivals(name, node)
            factor = self.tree.states[node].price_factor[row.material] if row.kind == "spot" else 1.0
            self.lines["purchase"].add(arrivals, money * row.price * factor)
            self.lines["freight"].add(arrivals, money * row.freight)
            self.lines["tariff"].add(arrivals, money * row.price * factor * row.tariff_rate)
        for name, row in self.world.materials.items():
            stocks = self.stock_before(name, node) + Affine({("stock", name, node): 1.0})
            rate = row.storage_cost_rate * row.reference_price / self.per_year
            self.lines["holding"].add(stocks * 0.5, money * rate)
        for name, row in self.world.projects.items():
            if ("run", name, node) in self.upper:
                self.lines["running"].add(Affine({("run", name, node): 1.0}), money * row.running_cost)
        self.lines["substitution"].add(self.substitution_cost(node), money)
        self.lines["shortage"].add(self.shortage_cost(node), money)

    def substitution_cost(self, node: Node) -> Affine:
        """Money for what is saved at a node, not discounted."""
        return Affine({("saved", k, i, node): row.cost for (k, i), row in self.world.tranches.items()})

    def shortage_cost(self, node: Node) -> Affine:
        """Money that the shortage of a node costs, not discounted."""
        return Affine({("short", k, node): row.shortage_cost or 0.0 for k, row in self.world.materials.items()})

    def _investment_cost(self) -> None:
        for name, row in self.world.projects.items():
            build = Affine({("build", name): 1.0})
            self.lines["investment"].add(build, row.capex)
            self.lines["subsidy"].add(build, -row.capex * row.subsidy_rate)

    def _terminal_value(self) -> None:
        for node in self.tree.nodes:
            if node.period == self.last:
                for name, row in self.world.materials.items():
                    worth = self.tree.weights[node] * self.discount(self.last + 1) * row.reference_price
                    stock = Affine({("stock", name, node): 1.0})
                    self.lines["terminal stock value"].add(stock, -worth * (1.0 - row.haircut))
