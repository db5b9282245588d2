"""A second builder of the linear program, written from docs/formulation.md alone.

Plain Python and SciPy, no modelling language, nothing of the product but the read inputs (`World`).
Tests build and solve each model twice and compare: what both builders get wrong in the same way is
all that agreement cannot show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable

import numpy as np

from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.read.settings import CountryCap, ShareLimit
from oracles.second_program import Affine, Column, SecondProgram, matrix_of, total
from oracles.second_tree import PERIODS_PER_YEAR, Branch, Node, second_tree

OPENING = None


def second_objective(world: World) -> float:
    """The least expected discounted cost of a world, all constants included; raises as `SecondProgram.solve`."""
    return second_program(world).solve()[0]


def second_program(world: World) -> SecondProgram:
    """The whole linear program of a world."""
    return _Builder(world).program()


class _Builder:
    def __init__(self, world: World) -> None:
        self.world = world
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
        self._policies()
        columns = {column: i for i, column in enumerate(self.upper)}
        objective = total(self.lines.values())
        c = np.zeros(len(columns))
        for column, coefficient in objective.terms.items():
            c[columns[column]] += coefficient
        a_ub, b_ub = matrix_of(self.at_most_zero, columns)
        a_eq, b_eq = matrix_of(self.equal_zero, columns)
        bounds = [(0.0, upper) for upper in self.upper.values()]
        return SecondProgram(
            c, a_ub, b_ub, a_eq, b_eq, bounds, objective.constant, columns, dict(self.lines), self.tree
        )

    # Numbers of a node

    def _discount(self, period: int) -> float:
        return (1.0 + self.world.settings.discount_rate) ** (-(period - 1) / self.per_year)

    def _demand(self, material: str, node: Node) -> float:
        """Tonnes wanted in the node's period, moved by events and crises."""
        if material not in self.world.demand:
            return 0.0
        per_year = self.world.demand[material][self.years[node.period]]
        return per_year / self.per_year * self.tree.states[node].demand_factor[material]

    def _end(self, node: Node) -> int:
        """Last period of the node's own branch (or of the plan)."""
        return self.last if node.crisis is None else self.tree.members[Branch(node.crisis, node.onset)][-1].period

    # Variables

    def _variable(self, *column: Hashable, upper: float | None = None) -> Affine:
        self.upper[column] = upper
        return Affine({column: 1.0})

    def _decisions(self, node: Node) -> None:
        state = self.tree.states[node]
        for name, row in self.world.suppliers.items():
            if row.kind == "spot" and node.period + row.lead_periods <= self._end(node):
                self._variable("ship", name, node, upper=row.capacity_t * state.export[name] / self.per_year)
        for name, row in self.world.projects.items():
            if node.period + row.lead_periods <= self._end(node):
                self._variable("run", name, node)
        for name, row in self.world.materials.items():
            self._variable("stock", name, node, upper=row.storage_limit_t)
            self._variable("short", name, node)
        for (material, tranche), row in self.world.tranches.items():
            waits = node.crisis is not None and node.period - node.onset < row.delay_periods
            most = 0.0 if waits else row.max_share * self._demand(material, node)
            self._variable("saved", material, tranche, node, upper=most)

    def _decisions_before_the_start(self) -> None:
        for name, row in self.world.suppliers.items():
            if row.kind == "contract":
                for year in set(self.years.values()):
                    self._variable("contract", name, year, upper=row.capacity_t)
        for name, row in self.world.projects.items():
            self._variable("build", name, upper=row.max_build_t)

    # Balances and limits

    def _arrivals(self, source: str, node: Node) -> Affine:
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

    def _stock_before(self, material: str, node: Node) -> Affine:
        parent = self.tree.parents[node]
        if parent is OPENING:
            return Affine(constant=self.world.materials[material].opening_stock_t)
        return Affine({("stock", material, parent): 1.0})

    def _saved(self, material: str, node: Node) -> Affine:
        return total(Affine({("saved", m, tranche, node): 1.0}) for m, tranche in self.world.tranches if m == material)

    def _balance(self, material: str, node: Node) -> None:
        row = self.world.materials[material]
        kept = self._stock_before(material, node) * (1.0 - row.loss_rate) ** (1.0 / self.per_year)
        stock = Affine({("stock", material, node): 1.0})
        unmet = self._saved(material, node) + Affine({("short", material, node): 1.0})
        demand = Affine(constant=self._demand(material, node))
        after = kept - demand + unmet
        for source in self.sources:
            if self.sources[source].material == material:
                after.add(self._arrivals(source, node))
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
                gap = self._variable("gap", material, branch)
                stock = Affine({("stock", material, end): 1.0})
                self.at_most_zero.append(Affine({("stock", material, on_plan): 1.0}) - stock - gap)
                weight = self.tree.probabilities[branch] * self._discount(end.period)
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
        money = self.tree.weights[node] * self._discount(node.period)
        for name, row in self.world.suppliers.items():
            arrivals = self._arrivals(name, node)
            factor = self.tree.states[node].price_factor[row.material] if row.kind == "spot" else 1.0
            self.lines["purchase"].add(arrivals, money * row.price * factor)
            self.lines["freight"].add(arrivals, money * row.freight)
            self.lines["tariff"].add(arrivals, money * row.price * factor * row.tariff_rate)
        for name, row in self.world.materials.items():
            stocks = self._stock_before(name, node) + Affine({("stock", name, node): 1.0})
            rate = row.storage_cost_rate * row.reference_price / self.per_year
            self.lines["holding"].add(stocks * 0.5, money * rate)
        for name, row in self.world.projects.items():
            if ("run", name, node) in self.upper:
                self.lines["running"].add(Affine({("run", name, node): 1.0}), money * row.running_cost)
        self.lines["substitution"].add(self._substitution_cost(node), money)
        self.lines["shortage"].add(self._shortage_cost(node), money)

    def _substitution_cost(self, node: Node) -> Affine:
        return Affine({("saved", k, i, node): row.cost for (k, i), row in self.world.tranches.items()})

    def _shortage_cost(self, node: Node) -> Affine:
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
                    worth = self.tree.weights[node] * self._discount(self.last + 1) * row.reference_price
                    stock = Affine({("stock", name, node): 1.0})
                    self.lines["terminal stock value"].add(stock, -worth * (1.0 - row.haircut))

    # Policies

    def _policies(self) -> None:
        policies = self.world.settings.policies
        if policies.reserve_days is not None:
            self._reserve_days()
        for cap in policies.share_caps:
            self._share_limit(cap, cap.group, cap.max, 1.0)
        for floor in policies.share_floors:
            self._share_limit(floor, floor.group, floor.min, -1.0)
        if policies.country_cap is not None:
            self._country_cap()
        if policies.survive is not None:
            self._survive()
        if policies.risk is not None:
            self._risk()
        if policies.expected_shortage is not None:
            self._expected_shortage()
        if policies.budget is not None:
            self._budget()

    def _reserve_days(self) -> None:
        months = 12 // self.per_year
        for material in self.world.demand:
            path = self.world.settings.policies.reserve_days.of(material)
            if path is None:
                continue
            for node in self.plan:
                last_month = self.world.settings.start + node.period * months - 1
                target = float(path(np.array([last_month]))[0]) * self._demand(material, node) / self.days
                self.at_most_zero.append(Affine({("stock", material, node): -1.0}, target))

    def _share_limit(self, limit: ShareLimit | CountryCap, group: Iterable[str], path: TimePath, sign: float) -> None:
        """Sign 1 for a cap, -1 for a floor; the group's share of what the limit is `of`, material by material."""
        countries = self.world.members(group)
        for material in limit.materials or self.world.materials:
            for year in sorted(set(self.years.values())):
                bound = float(path(np.array([year]))[0])
                of_group, of_all = Affine(), Affine()
                for source, row in self.sources.items():
                    domestic = row.country == self.world.settings.buyer
                    if row.material != material or (limit.of == "imports" and domestic):
                        continue
                    arrivals = total(self._arrivals(source, n) for n in self.plan if self.years[n.period] == year)
                    of_all.add(arrivals)
                    of_group.add(arrivals, self._share_from(source, countries, limit.stage))
                self.at_most_zero.append((of_group - of_all * bound) * sign)

    def _share_from(self, source: str, countries: Iterable[str], stage: str) -> float:
        if stage == "exporter":
            return 1.0 if self.sources[source].country in countries else 0.0
        return sum(share for country, share in self.world.origins[source].items() if country in countries)

    def _country_cap(self) -> None:
        cap = self.world.settings.policies.country_cap
        countries = {row.country for row in self.sources.values()}
        for shares in self.world.origins.values():
            countries |= set(shares)
        for country in sorted(countries - {self.world.settings.buyer} - set(cap.except_)):
            self._share_limit(cap, [country], cap.max, 1.0)

    def _survive(self) -> None:
        survive = self.world.settings.policies.survive
        months = 12 // self.per_year
        for branch, nodes in self.tree.members.items():
            begins = self.world.settings.start + (branch.onset - 1) * months
            if branch.crisis not in survive.crises or (survive.from_ is not None and begins < survive.from_):
                continue
            for node in nodes:
                if survive.days is None or (node.period - branch.onset) * self.days < survive.days:
                    for material in survive.materials or self.world.materials:
                        self.at_most_zero.append(Affine({("short", material, node): 1.0}))

    def _risk(self) -> None:
        risk = self.world.settings.policies.risk
        threshold = self._variable("threshold")
        cvar = total([threshold])
        likely = sum(self.tree.probabilities.values())
        for branch, nodes in self.tree.members.items():
            damage = Affine()
            for node in nodes:
                damage.add(self._substitution_cost(node) + self._shortage_cost(node), self._discount(node.period))
            excess = self._variable("excess", branch)
            self.at_most_zero.append(damage - threshold - excess)
            if likely > 0:
                cvar.add(excess, self.tree.probabilities[branch] / likely / (1.0 - risk.level))
        if risk.weight is not None:
            self.lines["risk"].add(cvar, risk.weight)
        if risk.limit is not None:
            self.at_most_zero.append(cvar - Affine(constant=risk.limit))

    def _expected_shortage(self) -> None:
        policy = self.world.settings.policies.expected_shortage
        for material in policy.materials or self.world.materials:
            days_short = Affine(constant=-policy.max_days)
            for node in self.tree.nodes:
                demand = self._demand(material, node)
                if demand > 0:
                    days_each = self.tree.weights[node] * self.days / demand
                    days_short.add(Affine({("short", material, node): 1.0}), days_each)
            self.at_most_zero.append(days_short)

    def _budget(self) -> None:
        budget = self.world.settings.policies.budget
        if budget.investment is not None:
            spent = self.lines["investment"] + self.lines["subsidy"]
            self.at_most_zero.append(spent - Affine(constant=budget.investment))
        if budget.reserve_per_year is not None:
            for year in sorted(set(self.years.values())):
                nodes = [node for node in self.plan if self.years[node.period] == year]
                rise = Affine(constant=-budget.reserve_per_year)
                for name, row in self.world.materials.items():
                    rise.add(Affine({("stock", name, nodes[-1]): 1.0}), row.reference_price)
                    rise.add(self._stock_before(name, nodes[0]), -row.reference_price)
                self.at_most_zero.append(rise)
