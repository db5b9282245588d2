"""A second builder of the linear program, written from docs/formulation.md alone.

Plain Python and SciPy, no modelling language, nothing of the product but the read inputs (`World`).
Tests build and solve each model twice and compare: what both builders get wrong in the same way is
all that agreement cannot show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator

import numpy as np

from bichiku.model.world import World
from oracles.second_crises import damage_of, hand_back, keep_the_reserve, ration
from oracles.second_policies import state_policies
from oracles.second_program import Affine, Column, Cone, SecondProgram, matrix_of, total
from oracles.second_scope import check_stated
from oracles.second_state import PERIODS_PER_YEAR
from oracles.second_tree import Future, Node, second_tree

OPENING = None
CLOSE = 1e-9  # periods


def second_objective(world: World, leeway: float = 0.0) -> float:
    """The least expected discounted cost of a world, all constants included.

    Args:
        world: the world of one strategy.
        leeway: what every limit on concentration is raised by.

    Raises:
        ValueError, NotStated: as `second_program`.
        InfeasibleError, NotOptimalError: as `SecondProgram.solve`.
    """
    return second_program(world, leeway).solve()[0]


def second_program(world: World, leeway: float = 0.0) -> SecondProgram:
    """The whole program of a world.

    Raises:
        ValueError: the world breaks a rule of the text, as `second_tree`.
        NotStated: the world holds a policy, key or column that this builder does not state.
    """
    check_stated(world)
    return SecondBuilder(world, leeway).program()


class SecondBuilder:
    """The program of a world as it grows.

    Attributes:
        world: what it is made from.
        leeway: what every limit on concentration is raised by.
        tree: chains, nodes, weights and states.
        days: length of a period.
        years: calendar year in which each period begins.
        sources: rows of suppliers and projects by name.
        upper: the variables and their upper bounds.
        at_most_zero: rows that are zero or less.
        equal_zero: rows that are zero.
        cones: rows that no plane can state.
        lines: the cost lines, which add up to the objective.
        damages: the damage of each future whose crisis touches anything.
        emergencies: whether a material is in an emergency at a node, as far as it was asked.
    """

    def __init__(self, world: World, leeway: float) -> None:
        self.world = world
        self.leeway = leeway
        self.tree = second_tree(world)
        self.last = world.settings.periods
        self.per_year = PERIODS_PER_YEAR[world.settings.resolution]
        self.days = 365.0 / self.per_year
        self.years = {t: (world.settings.start + (t - 1) * 12 // self.per_year) // 12 for t in range(1, self.last + 1)}
        self.sources = {**world.suppliers, **world.projects}
        self.upper: dict[Column, float | None] = {}
        self.at_most_zero: list[Affine] = []
        self.equal_zero: list[Affine] = []
        self.cones: list[Cone] = []
        self.lines: dict[str, Affine] = defaultdict(Affine)
        self.damages: dict[Future, Affine] = {}
        self.emergencies: dict[tuple[str, Node], bool] = {}
        self._ends = self._last_periods()

    def program(self) -> SecondProgram:
        self._decisions_before_the_start()
        for node in self.tree.nodes:
            self._decisions(node)
        for node in self.tree.nodes:
            for material in self.materials(node):
                self._balance(material, node)
                keep_the_reserve(self, material, node)
            self._running_limits(node)
            self._ramps(node)
            self._substitution_waits(node)
            for name in self.spot(node):
                ration(self, name, node)
            self._node_cost(node)
        self._investment_cost()
        hand_back(self)
        self._terminal_value()
        self.damages = damage_of(self)
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
            c,
            a_ub,
            b_ub,
            a_eq,
            b_eq,
            bounds,
            objective.constant,
            columns,
            dict(self.lines),
            self.tree,
            self.cones,
            self.damages,
        )

    # Numbers of a node

    def discount(self, period: int) -> float:
        """What money at the beginning of a period is worth today."""
        return (1.0 + self.world.settings.discount_rate) ** (-(period - 1) / self.per_year)

    def demand(self, material: str, node: Node) -> float:
        """Tonnes wanted in the node's period, moved by events and crises."""
        return self.tree.state(node).demand[material]

    def materials(self, node: Node) -> list[str]:
        """The materials of the node's chain."""
        return sorted(self.tree.chains[node.chain].materials)

    def spot(self, node: Node) -> list[str]:
        """The spot suppliers of the node's chain."""
        sources = self.tree.chains[node.chain].sources
        return [name for name, row in self.world.suppliers.items() if row.kind == "spot" and name in sources]

    def projects(self, node: Node) -> list[str]:
        """The projects of the node's chain."""
        return [name for name in self.world.projects if name in self.tree.chains[node.chain].sources]

    def tranches(self, node: Node) -> Iterator[tuple[str, str]]:
        """The substitution tranches of the node's chain."""
        return (key for key in self.world.tranches if key[0] in self.tree.chains[node.chain].materials)

    def plan(self, material: str) -> list[Node]:
        """The nodes of the plan of a material's chain, in order."""
        chain = self.tree.chain_of(material)
        return [self.tree.plan(chain, period) for period in range(1, self.last + 1)]

    def _last_periods(self) -> dict[Node, int]:
        """The last period of any path through a node (of the plan: the horizon)."""
        ends = {node: self.last for node in self.tree.nodes if node.crisis is None}
        for path in self.tree.paths.values():
            for node in path:
                ends[node] = max(ends.get(node, 0), path[-1].period)
        return ends

    # Variables

    def variable(self, *column: Hashable, upper: float | None = None) -> Affine:
        """A new variable of zero or more."""
        self.upper[column] = upper
        return Affine({column: 1.0})

    def _decisions(self, node: Node) -> None:
        state = self.tree.state(node)
        for name in self.spot(node):
            row = self.world.suppliers[name]
            if node.period + row.lead_periods <= self._ends[node]:
                self.variable("ship", name, node, upper=row.capacity_t * state.export[name] / self.per_year)
        for name in self.projects(node):
            if node.period + self.world.projects[name].lead_periods <= self._ends[node]:
                self.variable("run", name, node)
        for name in self.materials(node):
            self.variable("stock", name, node, upper=self.world.materials[name].storage_limit_t)
            self.variable("short", name, node)
            for begin, end, _ in self.shortage_tranches(name)[:-1]:
                self.variable("short_in", name, end, node, upper=(end - begin) * self.demand(name, node))
        for material, tranche in self.tranches(node):
            most = self.world.tranches[material, tranche].max_share * self.demand(material, node)
            self.variable("saved", material, tranche, node, upper=most)

    def _decisions_before_the_start(self) -> None:
        for name, row in self.world.suppliers.items():
            if row.kind == "contract":
                for year in set(self.years.values()):
                    self.variable("contract", name, year, upper=row.capacity_t)
                    if row.minimum_t:
                        taken = Affine({("contract", name, year): -1.0}, row.minimum_t)
                        self.at_most_zero.append(taken)
        for name, row in self.world.projects.items():
            self.variable("build", name, upper=row.max_build_t)

    # Balances and limits

    def arrivals(self, source: str, node: Node) -> Affine:
        """Tonnes that a supplier or project delivers at a node."""
        row, state = self.sources[source], self.tree.state(node)
        arrives = state.route[source]
        if source in self.world.suppliers and row.kind == "contract":
            return self._offered(source, node) - self.refused(source, node)
        sent = self.tree.ancestor(node, row.lead_periods)
        if sent is OPENING:
            return Affine(constant=arrives * (row.in_transit_t or 0.0) if source in self.world.suppliers else 0.0)
        return Affine({("ship" if source in self.world.suppliers else "run", source, sent): arrives})

    def _offered(self, contract: str, node: Node) -> Affine:
        """Tonnes that a contract would deliver at a node."""
        state = self.tree.state(node)
        share = state.export[contract] * state.route[contract] / self.per_year
        return Affine({("contract", contract, self.years[node.period]): share})

    def refused(self, contract: str, node: Node) -> Affine:
        """Tonnes of a commitment that are paid and not taken."""
        if not self.world.suppliers[contract].minimum_t:
            return Affine()
        column = ("refused", contract, node)
        if column not in self.upper:
            refused = self.variable(*column)
            self.at_most_zero.append(refused - self._offered(contract, node))
        return Affine({column: 1.0})

    def shortage_tranches(self, material: str) -> list[tuple[float, float, float]]:
        """Shares of demand from which and to which a tonne short costs so much, in rising order."""
        ends = sorted(
            (part.row.up_to, part.row.cost) for key, part in self.world.shortage.items() if key[0] == material
        )
        if not ends:
            return [(0.0, 1.0, self.world.materials[material].shortage_cost or 0.0)]
        begins = [0.0, *(end for end, _ in ends)]
        return [(begin, end, cost) for begin, (end, cost) in zip(begins, ends, strict=False)]

    def stock_before(self, material: str, node: Node) -> Affine:
        """Tonnes in stock when the node's period begins."""
        parent = self.tree.parents[node]
        if parent is OPENING:
            return Affine(constant=self.world.materials[material].opening_stock_t)
        return Affine({("stock", material, parent): 1.0})

    def feed(self, material: str, node: Node) -> Affine:
        """Tonnes that the projects that run at a node take in."""
        found = Affine()
        for name, project in self.world.projects.items():
            if project.input_material == material and ("run", name, node) in self.upper:
                found.add(Affine({("run", name, node): 1.0}), project.input_per_output)
        return found

    def use(self, material: str, node: Node) -> Affine:
        """Demand and feed."""
        return self.feed(material, node) + Affine(constant=self.demand(material, node))

    def _saved(self, material: str, node: Node) -> Affine:
        return total(Affine({("saved", m, tranche, node): 1.0}) for m, tranche in self.world.tranches if m == material)

    def _balance(self, material: str, node: Node) -> None:
        row = self.world.materials[material]
        kept = self.stock_before(material, node) * (1.0 - row.loss_rate) ** (1.0 / self.per_year)
        stock = Affine({("stock", material, node): 1.0})
        unmet = self._saved(material, node) + Affine({("short", material, node): 1.0})
        after = kept - self.use(material, node) + unmet
        for source in self.sources:
            if self.sources[source].material == material:
                after.add(self.arrivals(source, node))
        self.equal_zero.append(stock - after)
        self.at_most_zero.append(unmet - Affine(constant=self.demand(material, node)))
        tranches = self.shortage_tranches(material)
        if len(tranches) > 1:  # what falls into the cheaper tranches is no more than what is short
            cheaper = total(Affine({("short_in", material, end, node): 1.0}) for _, end, _ in tranches[:-1])
            self.at_most_zero.append(cheaper - Affine({("short", material, node): 1.0}))
        if row.release_rate_t_per_day is not None:
            self.at_most_zero.append(kept - stock - Affine(constant=row.release_rate_t_per_day * self.days))

    def _running_limits(self, node: Node) -> None:
        for name in self.projects(node):
            row = self.world.projects[name]
            if ("run", name, node) in self.upper:
                capacity = Affine(constant=row.existing_t)
                if self.is_built(name, node.period):
                    capacity.add(Affine({("build", name): 1.0}))
                can_run = capacity * (self.tree.state(node).export[name] / self.per_year)
                self.at_most_zero.append(Affine({("run", name, node): 1.0}) - can_run)

    def is_built(self, project: str, period: int) -> bool:
        """Whether what is built of a project is usable in a period."""
        row = self.world.projects[project]
        age = period - row.build_periods
        return age > 0 and (row.life_years is None or age <= row.life_years * self.per_year + CLOSE)

    def _ramps(self, node: Node) -> None:
        """Shipping and running rise by a part of capacity from one period to the next."""
        parent = self.tree.parents[node]
        for name in (*self.spot(node), *self.projects(node)):
            row = self.sources[name]
            kind = "ship" if name in self.world.suppliers else "run"
            if not row.ramp_periods or (kind, name, node) not in self.upper:
                continue
            if kind == "ship":
                capacity, before = Affine(constant=row.capacity_t), row.in_transit_t
            else:
                capacity, before = Affine(constant=row.existing_t), row.existing_t / self.per_year
                if self.is_built(name, node.period):
                    capacity.add(Affine({("build", name): 1.0}))
            if parent is OPENING and before is None:
                continue
            rise = Affine({(kind, name, node): 1.0})
            if parent is OPENING:
                rise = rise - Affine(constant=before)
            elif (kind, name, parent) in self.upper:
                rise = rise - Affine({(kind, name, parent): 1.0})
            self.at_most_zero.append(rise - capacity * (1.0 / self.per_year / row.ramp_periods))

    def _substitution_waits(self, node: Node) -> None:
        """In the first ages of a branch no more is saved than at the node before it."""
        if node.crisis is None:
            return
        for material, tranche in self.tranches(node):
            if node.age < self.world.tranches[material, tranche].delay_periods:
                row = Affine({("saved", material, tranche, node): 1.0})
                if node.onset > 1:
                    before = self.tree.plan(node.chain, node.onset - 1)
                    row = row - Affine({("saved", material, tranche, before): 1.0})
                self.at_most_zero.append(row)

    # Cost

    def price_factor(self, supplier: str, node: Node) -> float:
        """What moves the price of a supplier at a node; a contract's price never moves."""
        return self.tree.state(node).price_factor.get(supplier, 1.0)

    def _node_cost(self, node: Node) -> None:
        money = self.tree.weights[node] * self.discount(node.period)
        for name, row in self.world.suppliers.items():
            if name not in self.tree.chains[node.chain].sources:
                continue
            arrivals, factor = self.arrivals(name, node), self.price_factor(name, node)
            self.lines["purchase"].add(arrivals, money * row.price * factor)
            self.lines["freight"].add(arrivals, money * row.freight)
            self.lines["tariff"].add(arrivals, money * row.price * factor * row.tariff_rate)
            if row.kind == "contract":
                self.lines["refused"].add(self.refused(name, node), money * row.price * factor)
        for name in self.materials(node):
            row = self.world.materials[name]
            stocks = self.stock_before(name, node) + Affine({("stock", name, node): 1.0})
            rate = row.storage_cost_rate * row.reference_price / self.per_year
            self.lines["holding"].add(stocks * 0.5, money * rate)
        for name in self.projects(node):
            project = self.world.projects[name]
            usable = Affine(constant=project.existing_t)
            if self.is_built(name, node.period):
                usable.add(Affine({("build", name): 1.0}))
            self.lines["fixed"].add(usable, money * (project.fixed_cost or 0.0) / self.per_year)
            if ("run", name, node) in self.upper:
                running = self.world.projects[name].running_cost
                self.lines["running"].add(Affine({("run", name, node): 1.0}), money * running)
        self.lines["substitution"].add(self.substitution_cost(node), money)
        self.lines["shortage"].add(self.shortage_cost(node), money)

    def substitution_cost(self, node: Node) -> Affine:
        """Money for what is saved at a node, not discounted."""
        return Affine({("saved", k, i, node): self.world.tranches[k, i].cost for k, i in self.tranches(node)})

    def shortage_cost(self, node: Node) -> Affine:
        """Money that the shortage of a node costs, not discounted."""
        found = Affine()
        for material in self.materials(node):
            *cheaper, (_, _, dearest) = self.shortage_tranches(material)
            found.add(Affine({("short", material, node): dearest}))
            for _, end, cost in cheaper:  # what falls into a cheaper tranche costs so much less
                found.add(Affine({("short_in", material, end, node): cost - dearest}))
        return found

    def _investment_cost(self) -> None:
        for name, row in self.world.projects.items():
            build = Affine({("build", name): 1.0})
            self.lines["investment"].add(build, row.capex)
            self.lines["subsidy"].add(build, -row.capex * row.subsidy_rate)
            if row.life_years is not None:
                used = max(self.last - row.build_periods, 0) / self.per_year / row.life_years
                left = max(1.0 - used, 0.0) * self.discount(self.last + 1)
                self.lines["remainder"].add(build, -(row.capex - row.capex * row.subsidy_rate) * left)

    def _terminal_value(self) -> None:
        for node in self.tree.nodes:
            if node.period == self.last:
                for name in self.materials(node):
                    row = self.world.materials[name]
                    worth = self.tree.weights[node] * self.discount(self.last + 1) * row.reference_price
                    stock = Affine({("stock", name, node): 1.0})
                    self.lines["terminal stock value"].add(stock, -worth * (1.0 - row.haircut))
