"""What exists at a node and how tonnes move: variables, balances and physical limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.state import State, demand_by_node
from bichiku.model.world import World


def add_balances(stencil: Stencil, world: World, state: State) -> None:
    """Declares the physical part of the stencil."""
    _add_symbols(stencil, world, state)
    _add_arrivals(stencil, world)
    _add_stock_balance(stencil, world)
    _add_capacities(stencil, world)
    _add_demand_limits(stencil, world)
    _add_stock_limits(stencil, world)
    _add_back_to_plan(stencil, world)


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
        outside={name: row.in_transit_t for name, row in world.spot.items()},
    )
    stencil.variables("contract", world.contracts, stencil.per_year)
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
    stencil.parameters("demand", demand_by_node(world, stencil.years, state))
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
            return share_of_year * m.export[source] * m.route[source] * m.contract[source]
        return m.route[source] * m.ship_due[source]

    stencil.add_quantity("arrive", world.sources, arrive)

    def saved(m: Any, material: str) -> Any:
        return sum(m.saved[key] for key in _tranches(world) if key[0] == material)

    stencil.expressions("saved_in_all", world.demand, saved)


def _add_stock_balance(stencil: Stencil, world: World) -> None:
    def balance(m: Any, material: str) -> Any:
        arrivals = sum(m.arrive[name] for name, row in world.sources.items() if row.material == material)
        inputs = sum(
            row.input_per_output * m.run[name] for name, row in world.projects.items() if row.input_material == material
        )
        use = 0.0
        if material in world.demand:
            use = m.demand[material] - m.saved_in_all[material] - m.short[material]
        return m.stock[material] == world.kept(material) * m.stock_before[material] + arrivals - inputs - use

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

    usable = {name: stencil.tree.period > world.projects[name].build_periods for name in _buildable(world)}
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


def _add_demand_limits(stencil: Stencil, world: World) -> None:
    tree, nodes = stencil.tree, stencil.all_nodes
    ready = {key: (tree.since_onset >= world.tranches[key].delay_periods).astype(float) for key in _tranches(world)}
    stencil.parameters("ready", ready)

    def tranche(m: Any, material: str, name: str) -> Any:
        share = world.tranches[material, name].max_share
        return m.saved[material, name] <= share * m.demand[material] * m.ready[material, name]

    def short_only(m: Any, material: str) -> Any:
        return m.short[material] <= m.demand[material]

    def together(m: Any, material: str) -> Any:
        return m.saved_in_all[material] + m.short[material] <= m.demand[material]

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


def _add_back_to_plan(stencil: Stencil, world: World) -> None:
    tree = stencil.tree
    ends = returning_ends(stencil)
    gap = stencil.variables("gap", world.materials if len(ends) else [], stencil.per_branch)
    stencil.elsewhere(
        "stock_on_plan",
        of=stencil.model.stock,
        at=dict.fromkeys(gap, tree.on_plan),
        outside=dict.fromkeys(gap, 0.0),
    )

    def hand_back(m: Any, material: str) -> Any:
        return m.stock[material] + m.gap[material] >= m.stock_on_plan[material]

    stencil.add_rows("back_to_plan", gap, hand_back, nodes=ends, unit="t")


def returning_ends(stencil: Stencil) -> np.ndarray:
    """Last nodes of the branches that hand back to the plan before the horizon."""
    tree = stencil.tree
    returns = np.array([branch.returns for branch in tree.branches], dtype=bool)
    return tree.last[returns]
