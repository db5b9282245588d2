"""What exists at a node and how tonnes move: variables, balances and physical limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.state import State
from bichiku.model.tree import Tree
from bichiku.model.world import World


def add_balances(stencil: Stencil, world: World, state: State) -> None:
    """Declares the physical part of the stencil."""
    _add_symbols(stencil, world, state)
    _add_arrivals(stencil, world)
    _add_stock_balance(stencil, world)
    _add_capacities(stencil, world)
    _add_commitments(stencil, world)
    _add_ramps(stencil, world)
    _add_demand_limits(stencil, world)
    _add_stock_limits(stencil, world)


def _add_symbols(stencil: Stencil, world: World, state: State) -> None:
    tree = stencil.tree
    stock = stencil.variables("stock", world.materials, stencil.per_node)
    stencil.elsewhere(
        "stock_before",
        of=stock,
        at=dict.fromkeys(world.materials, tree.parent),
        outside={name: row.opening_stock_t for name, row in world.materials.items()},
    )
    stencil.variables("short", world.demand, stencil.per_node)
    stencil.variables("saved", _tranches(world), stencil.per_node)
    ship = stencil.variables("ship", world.spot, stencil.per_node)
    stencil.elsewhere(
        "ship_due",
        of=ship,
        at={name: tree.ancestor(row.lead_periods) for name, row in world.spot.items()},
        outside={name: row.under_way for name, row in world.spot.items()},
    )
    stencil.variables("contract", world.contracts, stencil.per_year)
    stencil.variables("refused", world.committed, stencil.per_node)
    in_parts = [key for key in world.shortage if key[0] in world.demand]
    stencil.variables("short_part", in_parts, stencil.per_node)
    stencil.variables("build", _buildable(world), stencil.once)
    run = stencil.variables("run", world.projects, stencil.per_node)
    stencil.elsewhere(
        "run_due",
        of=run,
        at={name: tree.ancestor(row.lead_periods) for name, row in world.projects.items()},
        outside=dict.fromkeys(world.projects, 0.0),
    )
    stencil.parameters("export", state.export)
    stencil.parameters("route", state.route)
    stencil.parameters("demand", state.demand)
    stencil.parameters("price_factor", state.price_factor)


def _tranches(world: World) -> list[tuple[str, str]]:
    return [key for key in world.tranches if key[0] in world.demand]


def _buildable(world: World) -> list[str]:
    return [name for name, row in world.projects.items() if row.max_build_t > 0]


def _add_arrivals(stencil: Stencil, world: World) -> None:
    share_of_year = world.calendar.year_share

    def arrive(m: Any, source: str) -> Any:
        if source in world.projects:
            return m.route[source] * m.run_due[source]
        if source in world.contracts:
            offered = share_of_year * m.export[source] * m.route[source] * m.contract[source]
            return offered - m.refused[source] if source in world.committed else offered
        return m.route[source] * m.ship_due[source]

    stencil.add_quantity("arrive", world.sources, arrive)

    def saved(m: Any, material: str) -> Any:
        return sum(m.saved[key] for key in _tranches(world) if key[0] == material)

    stencil.expressions("saved_in_all", world.demand, saved)

    def feed(m: Any, material: str) -> Any:
        return sum(world.projects[name].input_per_output * m.run[name] for name in world.consumers(material))

    stencil.expressions("feed", world.materials, feed)


def _add_stock_balance(stencil: Stencil, world: World) -> None:
    def balance(m: Any, material: str) -> Any:
        arrivals = sum(m.arrive[name] for name, row in world.sources.items() if row.material == material)
        use = 0.0
        if material in world.demand:
            use = m.demand[material] - m.saved_in_all[material] - m.short[material]
        return m.stock[material] == world.kept(material) * m.stock_before[material] + arrivals - m.feed[material] - use

    stencil.add_rows("balance", world.materials, balance, nodes=stencil.all_nodes, unit="t")


def _add_capacities(stencil: Stencil, world: World) -> None:
    year_share = world.calendar.year_share
    nodes = stencil.all_nodes

    def spot(m: Any, source: str) -> Any:
        return m.ship[source] <= world.spot[source].capacity_t * year_share * m.export[source]

    def contract(m: Any, source: str) -> Any:
        return m.contract[source] <= world.contracts[source].capacity_t

    def build(m: Any, project: str) -> Any:
        return m.build[project] <= world.projects[project].max_build_t

    stencil.add_bounds("spot_capacity", world.spot, spot, nodes)
    stencil.add_bounds("contract_capacity", world.contracts, contract, nodes)
    stencil.add_bounds("build_limit", _buildable(world), build, nodes)

    usable = {name: world.is_usable(name, stencil.tree.period) for name in _buildable(world)}
    stencil.parameters("usable", {name: flags.astype(float) for name, flags in usable.items()})

    def existing_only(m: Any, project: str) -> Any:
        return m.run[project] <= world.projects[project].existing_t * year_share * m.export[project]

    def with_build(m: Any, project: str) -> Any:
        built = world.projects[project].existing_t + m.build[project] * m.usable[project]
        return m.run[project] <= built * year_share * m.export[project]

    # without this, a project could use up its input for output that nobody will see
    in_time = {name: stencil.tree.reaches(row.lead_periods) for name, row in world.projects.items()}

    def in_vain(m: Any, project: str) -> Any:
        return m.run[project] <= 0

    delayed = [name for name, row in world.projects.items() if row.lead_periods]
    stencil.add_bounds("run_in_vain", delayed, in_vain, lambda project: np.flatnonzero(~in_time[project]))
    fixed = [name for name in world.projects if name not in usable]
    stencil.add_bounds("fixed_capacity", fixed, existing_only, nodes)
    stencil.add_rows("project_capacity", usable, with_build, nodes=nodes, unit="t")


def _add_commitments(stencil: Stencil, world: World) -> None:
    """A contract takes its minimum, and what is offered of it may be paid for and refused."""
    _, first = np.unique(stencil.years[stencil.tree.plan], return_index=True)
    share_of_year = world.calendar.year_share

    def minimum(m: Any, source: str) -> Any:
        return m.contract[source] >= world.contracts[source].minimum_t

    def refused(m: Any, source: str) -> Any:
        return m.refused[source] <= share_of_year * m.export[source] * m.route[source] * m.contract[source]

    stencil.add_rows("contract_minimum", world.committed, minimum, nodes=first, unit="t/year")
    stencil.add_rows("refused_limit", world.committed, refused, nodes=stencil.all_nodes, unit="t")


def ramped_nodes(name: str, world: World, tree: Tree) -> np.ndarray:
    """Nodes at which what a supplier ships or a project runs is limited by what it did before."""
    row = world.sources[name]
    if name in world.spot and world.spot[name].in_transit_t is None:
        return np.flatnonzero(tree.parent >= 0)
    return np.arange(tree.size) if row.ramp_periods else np.empty(0, dtype=int)


def _add_ramps(stencil: Stencil, world: World) -> None:
    tree, year_share = stencil.tree, world.calendar.year_share
    shipping = [name for name, row in world.spot.items() if row.ramp_periods]
    running = [name for name, row in world.projects.items() if row.ramp_periods]
    for symbol, of, names, outside in (
        ("ship_before", "ship", shipping, {name: world.spot[name].under_way for name in shipping}),
        ("run_before", "run", running, {name: world.projects[name].existing_t * year_share for name in running}),
    ):
        stencil.elsewhere(symbol, of=getattr(stencil.model, of), at=dict.fromkeys(names, tree.parent), outside=outside)

    def ship(m: Any, source: str) -> Any:
        row = world.spot[source]
        return m.ship[source] - m.ship_before[source] <= row.capacity_t * year_share / row.ramp_periods

    def run(m: Any, project: str) -> Any:
        row = world.projects[project]
        capacity = row.existing_t + (m.build[project] * m.usable[project] if row.max_build_t > 0 else 0.0)
        return m.run[project] - m.run_before[project] <= capacity * year_share / row.ramp_periods

    nodes = {name: ramped_nodes(name, world, tree) for name in (*shipping, *running)}
    stencil.add_rows("ship_ramp", shipping, ship, nodes=lambda name: nodes[name], unit="t")
    stencil.add_rows("run_ramp", running, run, nodes=lambda name: nodes[name], unit="t")


def _add_demand_limits(stencil: Stencil, world: World) -> None:
    tree, nodes = stencil.tree, stencil.all_nodes
    late = {key: world.tranches[key].delay_periods for key in _tranches(world)}
    delayed = {key: (tree.age >= 0) & (tree.age < delay) for key, delay in late.items() if delay}

    def tranche(m: Any, material: str, name: str) -> Any:
        return m.saved[material, name] <= world.tranches[material, name].max_share * m.demand[material]

    stencil.elsewhere(
        "saved_before_branch",
        of=stencil.model.saved,
        at=dict.fromkeys(delayed, tree.before_branch),
        outside=dict.fromkeys(delayed, 0.0),
    )

    def not_yet(m: Any, material: str, name: str) -> Any:
        return m.saved[material, name] <= m.saved_before_branch[material, name]

    stencil.add_rows("tranche_delay", delayed, not_yet, nodes=lambda key: np.flatnonzero(delayed[key]), unit="t")

    def short_only(m: Any, material: str) -> Any:
        return m.short[material] <= m.demand[material]

    def together(m: Any, material: str) -> Any:
        return m.saved_in_all[material] + m.short[material] <= m.demand[material]

    def part(m: Any, material: str, name: str) -> Any:
        return m.short_part[material, name] <= world.shortage[material, name].share * m.demand[material]

    def parts(m: Any, material: str) -> Any:
        return m.short[material] == sum(m.short_part[key] for key in world.shortage if key[0] == material)

    tranches = list(stencil.model.short_part)
    stencil.add_bounds("short_part_limit", tranches, part, nodes)
    in_parts = dict.fromkeys(material for material, _ in tranches)
    stencil.add_rows("short_parts", in_parts, parts, nodes=nodes, unit="t")

    with_tranches = {key[0] for key in _tranches(world)}
    stencil.add_bounds("tranche_limit", _tranches(world), tranche, nodes)
    stencil.add_bounds("short_limit", [k for k in world.demand if k not in with_tranches], short_only, nodes)
    both = [k for k in world.demand if k in with_tranches]
    stencil.add_rows("demand_limit", both, together, nodes=nodes, unit="t")


def _add_stock_limits(stencil: Stencil, world: World) -> None:
    days, nodes = world.calendar.days, stencil.all_nodes
    stored = {name: row.storage_limit_t for name, row in world.materials.items() if row.storage_limit_t is not None}
    released = {
        name: row.release_rate_t_per_day
        for name, row in world.materials.items()
        if row.release_rate_t_per_day is not None
    }

    def storage(m: Any, material: str) -> Any:
        return m.stock[material] <= stored[material]

    def release(m: Any, material: str) -> Any:
        return world.kept(material) * m.stock_before[material] - m.stock[material] <= released[material] * days

    stencil.add_bounds("storage_limit", stored, storage, nodes)
    stencil.add_rows("release_limit", released, release, nodes=nodes, unit="t")
