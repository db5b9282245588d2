"""Pyomo as its documentation teaches it: a concrete model of rules, ``SolverFactory("highs")`` as it comes.

In Pyomo 6.10 that name gives `pyomo.contrib.solver`'s persistent interface behind the classic wrapper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

from contenders.coefficients import Coefficients
from contenders.race import OPTIONS, Answer, race


@dataclass(frozen=True)
class Model:
    """The Pyomo model and where its numbers came from."""

    pyomo: pyo.ConcreteModel
    numbers: Coefficients


def build(c: Coefficients) -> Model:
    """Declares variables, constraints and cost node by node."""
    m = pyo.ConcreteModel()
    _add_variables(m, c)
    _add_constraints(m, c)
    _add_cost(m, c)
    m.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return Model(m, c)


def _add_variables(m: Any, c: Coefficients) -> None:
    world, tree = c.world, c.tree
    m.nodes = pyo.RangeSet(0, tree.size - 1)
    m.years = pyo.RangeSet(0, int(c.year.max()))
    m.ends = pyo.Set(initialize=c.ends.tolist())
    m.materials = pyo.Set(initialize=list(world.materials))
    m.used = pyo.Set(initialize=list(world.demand))
    m.spot = pyo.Set(initialize=list(world.spot))
    m.contracts = pyo.Set(initialize=list(world.contracts))
    m.projects = pyo.Set(initialize=list(world.projects))
    m.buildable = pyo.Set(initialize=c.buildable)
    m.tranches = pyo.Set(initialize=c.tranches, dimen=2)
    m.targets = pyo.Set(initialize=[k for k in world.demand if c.target(k) is not None])
    ship = {name: c.ship_limit(name).tolist() for name in world.spot}
    saved = {key: c.saved_limit(key).tolist() for key in c.tranches}
    positive = pyo.NonNegativeReals
    m.ship = pyo.Var(m.spot, m.nodes, domain=positive, bounds=lambda m, s, n: (0, ship[s][n]))
    m.contract = pyo.Var(
        m.contracts, m.years, domain=positive, bounds=lambda m, s, y: (0, world.contracts[s].capacity_t)
    )
    m.build = pyo.Var(m.buildable, domain=positive, bounds=lambda m, p: (0, world.projects[p].max_build_t))
    m.run = pyo.Var(m.projects, m.nodes, domain=positive)
    m.stock = pyo.Var(m.materials, m.nodes, domain=positive)
    m.short = pyo.Var(m.used, m.nodes, domain=positive)
    m.saved = pyo.Var(m.tranches, m.nodes, domain=positive, bounds=lambda m, k, t, n: (0, saved[k, t][n]))
    m.gap = pyo.Var(m.materials, m.ends, domain=positive)


def _arrivals(m: Any, c: Coefficients) -> Any:
    """A function of source and node: tonnes that arrive."""
    ancestor = {lead: c.tree.ancestor(lead).tolist() for lead in {c.lead(name) for name in c.world.sources}}
    route = {name: c.state.route[name].tolist() for name in c.world.sources}
    delivered = {name: c.contract_arrival(name).tolist() for name in c.world.contracts}
    year = c.year.tolist()

    def arrive(source: str, n: int) -> Any:
        if source in delivered:
            return delivered[source][n] * m.contract[source, year[n]]
        sent = ancestor[c.lead(source)][n]
        if sent < 0:
            return route[source][n] * c.under_way(source)
        flow = m.run if source in c.world.projects else m.ship
        return route[source][n] * flow[source, sent]

    return arrive


def _add_constraints(m: Any, c: Coefficients) -> None:
    world, tree = c.world, c.tree
    arrive = _arrivals(m, c)
    parent, last, on_plan = tree.parent.tolist(), tree.last.tolist(), tree.on_plan.tolist()
    demand = {k: values.tolist() for k, values in c.demand.items()}
    keep = {k: c.keep(k) for k in world.materials}
    sources = {k: c.of(k) for k in world.materials}
    eaters = {k: [p for p, row in world.projects.items() if row.input_material == k] for k in world.materials}
    share = {p: c.run_share(p).tolist() for p in world.projects}
    usable = {p: c.usable(p).tolist() for p in c.buildable}
    tranches = {k: [t for name, t in c.tranches if name == k] for k in world.materials}
    target = {k: found.tolist() for k in m.targets if (found := c.target(k)) is not None}

    def balance(m: Any, k: str, n: int) -> Any:
        before = m.stock[k, parent[n]] if parent[n] >= 0 else world.materials[k].opening_stock_t
        arrivals = sum(arrive(source, n) for source in sources[k])
        inputs = sum(world.projects[p].input_per_output * m.run[p, n] for p in eaters[k])
        use = 0.0
        if k in demand:
            use = demand[k][n] - sum(m.saved[k, t, n] for t in tranches[k]) - m.short[k, n]
        return m.stock[k, n] == keep[k] * before + arrivals - inputs - use

    def capacity(m: Any, p: str, n: int) -> Any:
        built = m.build[p] * usable[p][n] if p in usable else 0.0
        return m.run[p, n] <= (world.projects[p].existing_t + built) * share[p][n]

    def demand_limit(m: Any, k: str, n: int) -> Any:
        return sum(m.saved[k, t, n] for t in tranches[k]) + m.short[k, n] <= demand[k][n]

    def back_to_plan(m: Any, k: str, b: int) -> Any:
        return m.stock[k, last[b]] + m.gap[k, b] >= m.stock[k, on_plan[last[b]]]

    def reserve_days(m: Any, k: str, n: int) -> Any:
        return m.stock[k, n] >= target[k][n]

    m.balance = pyo.Constraint(m.materials, m.nodes, rule=balance)
    m.capacity = pyo.Constraint(m.projects, m.nodes, rule=capacity)
    m.demand_limit = pyo.Constraint(m.used, m.nodes, rule=demand_limit)
    m.back_to_plan = pyo.Constraint(m.materials, m.ends, rule=back_to_plan)
    m.reserve_days = pyo.Constraint(m.targets, pyo.RangeSet(0, tree.periods - 1), rule=reserve_days)


def _add_cost(m: Any, c: Coefficients) -> None:
    world, tree = c.world, c.tree
    arrive = _arrivals(m, c)
    parent, factor = tree.parent.tolist(), c.factor.tolist()
    delivered = {name: c.arrival_cost(name).tolist() for name in world.suppliers}
    holding = {k: c.holding_cost(k).tolist() for k in world.materials}
    terminal = {k: c.terminal_value(k).tolist() for k in world.materials}
    gap = {k: dict(zip(c.ends.tolist(), c.gap_cost(k).tolist(), strict=True)) for k in world.materials}

    def stored(k: str, n: int) -> Any:
        before = m.stock[k, parent[n]] if parent[n] >= 0 else world.materials[k].opening_stock_t
        return holding[k][n] * (before + m.stock[k, n]) - terminal[k][n] * m.stock[k, n]

    def cost(m: Any) -> Any:
        supply = sum(delivered[s][n] * arrive(s, n) for s in delivered for n in m.nodes)
        running = sum(factor[n] * world.projects[p].running_cost * m.run[p, n] for p in m.projects for n in m.nodes)
        store = sum(stored(k, n) for k in m.materials for n in m.nodes)
        saved = sum(factor[n] * world.tranches[k, t].cost * m.saved[k, t, n] for k, t in m.tranches for n in m.nodes)
        loss = {k: world.materials[k].shortage_cost or 0.0 for k in m.used}
        short = sum(factor[n] * loss[k] * m.short[k, n] for k in m.used for n in m.nodes)
        gaps = sum(gap[k][b] * m.gap[k, b] for k in m.materials for b in m.ends)
        build = sum(c.net_capex(p) * m.build[p] for p in m.buildable)
        return supply + running + store + saved + short + gaps + build

    m.cost = pyo.Objective(rule=cost)


def solve(model: Model) -> Answer:
    """Solves with the default interface and reads variables and duals back."""
    m, c = model.pyomo, model.numbers
    solver = pyo.SolverFactory("highs")
    # its own log switches the output on, so that option is not ours to set
    options = {name: value for name, value in OPTIONS.items() if name != "output_flag"}
    results = solver.solve(m, solver_options=options)
    pyo.assert_optimal_termination(results)
    highs = solver._solver_model
    nodes = range(c.tree.size)
    values: dict[tuple[str, str], np.ndarray] = {}
    for name, index, copies in [
        ("ship", m.spot, nodes),
        ("contract", m.contracts, m.years),
        ("run", m.projects, nodes),
        ("stock", m.materials, nodes),
        ("short", m.used, nodes),
    ]:
        variable = m.component(name)
        for key in index:
            values[name, key] = np.array([variable[key, copy].value for copy in copies])
    for k, t in m.tranches:
        values["saved", f"{k}/{t}"] = np.array([m.saved[k, t, n].value for n in nodes])
    for p in m.buildable:
        values["build", p] = np.array([m.build[p].value])
    for k in m.materials if len(c.ends) else []:
        values["gap", k] = np.zeros(len(c.tree.branches))
        values["gap", k][c.ends] = [m.gap[k, b].value for b in m.ends]
    duals = {k: np.array([m.dual[m.reserve_days[k, n]] for n in range(c.tree.periods)]) for k in m.targets}
    size = (highs.getNumRow(), highs.getNumCol(), highs.getNumNz())
    return Answer(values, duals, pyo.value(m.cost), size, results.timing_info["highs_time"])


if __name__ == "__main__":
    race(build, solve)
