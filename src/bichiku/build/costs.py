"""The cost lines: what each node's decisions cost, as expected discounted money."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from bichiku.build.balances import returning_ends
from bichiku.build.stencil import Stencil
from bichiku.model.cost_lines import (
    FREIGHT,
    GAP,
    HOLDING,
    INVESTMENT,
    PURCHASE,
    RUNNING,
    SHORTAGE,
    SUBSIDY,
    SUBSTITUTION,
    TARIFF,
    TERMINAL,
)
from bichiku.model.world import World


def add_costs(stencil: Stencil, world: World) -> None:
    """Declares every cost line but those that policies add."""
    _add_supply(stencil, world)
    _add_holding(stencil, world)
    _add_damage(stencil, world)
    _add_gap(stencil, world)
    _add_investment(stencil, world)
    _add_terminal_value(stencil, world)


def price_paid(world: World, m: Any, supplier: str) -> Any:
    """Money per tonne delivered, before freight and tariff."""
    row = world.suppliers[supplier]
    return row.price * m.price_factor[row.material] if row.kind == "spot" else row.price


def substitution_cost(world: World, m: Any, material: str) -> Any:
    """Money spent on saving a material at a node, undiscounted."""
    return sum(row.cost * m.saved[key] for key, row in world.tranches.items() if key[0] == material)


def shortage_cost(world: World, m: Any, material: str) -> Any:
    """Lost output for want of a material at a node, undiscounted."""
    return (world.materials[material].shortage_cost or 0.0) * m.short[material]


def node_discount(stencil: Stencil, world: World) -> np.ndarray:
    """Discount factor of each node's period; shape (nodes,)."""
    return world.calendar.discount(world.settings.discount_rate)[stencil.tree.period - 1]


def _add_supply(stencil: Stencil, world: World) -> None:
    nodes = stencil.all_nodes
    factor = stencil.tree.weight * node_discount(stencil, world)
    sellers = {
        material: [name for name, row in world.suppliers.items() if row.material == material]
        for material in world.materials
    }

    def purchase(m: Any, material: str) -> Any:
        return sum(price_paid(world, m, name) * m.arrive[name] for name in sellers[material])

    def freight(m: Any, material: str) -> Any:
        return sum(world.suppliers[name].freight * m.arrive[name] for name in sellers[material])

    def tariff(m: Any, material: str) -> Any:
        return sum(
            world.suppliers[name].tariff_rate * price_paid(world, m, name) * m.arrive[name]
            for name in sellers[material]
            if world.suppliers[name].tariff_rate
        )

    def running(m: Any, material: str) -> Any:
        return sum(row.running_cost * m.run[name] for name, row in world.projects.items() if row.material == material)

    for line, rule in [(PURCHASE, purchase), (FREIGHT, freight), (TARIFF, tariff), (RUNNING, running)]:
        stencil.add_cost(line, world.materials, rule, nodes, factor)


def _add_holding(stencil: Stencil, world: World) -> None:
    year_share = world.calendar.year_share

    def holding(m: Any, material: str) -> Any:
        row = world.materials[material]
        rate = row.storage_cost_rate * row.reference_price * year_share
        return rate * (m.stock_before[material] + m.stock[material]) / 2

    factor = stencil.tree.weight * node_discount(stencil, world)
    stencil.add_cost(HOLDING, world.materials, holding, stencil.all_nodes, factor)


def _add_damage(stencil: Stencil, world: World) -> None:
    factor = stencil.tree.weight * node_discount(stencil, world)
    for line, cost in [(SUBSTITUTION, substitution_cost), (SHORTAGE, shortage_cost)]:
        stencil.add_cost(line, world.demand, partial(cost, world), stencil.all_nodes, factor)

    def damage(m: Any, material: str) -> Any:
        return shortage_cost(world, m, material) + substitution_cost(world, m, material)

    stencil.expressions("damage", world.demand, damage)


def _add_gap(stencil: Stencil, world: World) -> None:
    nodes = returning_ends(stencil)
    tree = stencil.tree
    prices = {material: _gap_price(stencil, world, material) for material in stencil.model.gap}
    stencil.parameters("gap_price", prices)

    def gap(m: Any, material: str) -> Any:
        return m.gap_price[material] * m.gap[material]

    factor = (tree.weight * node_discount(stencil, world))[nodes]
    stencil.add_cost(GAP, prices, gap, nodes, factor)


def _gap_price(stencil: Stencil, world: World, material: str) -> np.ndarray:
    """Highest delivered price among a material's suppliers, at the plan's price factor of each period."""
    plan_factor = stencil.number("price_factor", material)[stencil.tree.on_plan]
    sellers = [name for name, row in world.suppliers.items() if row.material == material]
    if not sellers:
        return np.full(stencil.tree.size, world.materials[material].reference_price)
    factors, back = np.unique(plan_factor, return_inverse=True)
    highest = np.array([max(world.delivered_price(name, factor) for name in sellers) for factor in factors])
    return highest[back]


def _add_investment(stencil: Stencil, world: World) -> None:
    start, undiscounted = np.array([0]), np.ones(1)

    def investment(m: Any, material: str) -> Any:
        return sum(world.projects[name].capex * m.build[name] for name in _built(world, m, material))

    def subsidy(m: Any, material: str) -> Any:
        return -sum(
            world.projects[name].subsidy_rate * world.projects[name].capex * m.build[name]
            for name in _built(world, m, material)
        )

    stencil.add_cost(INVESTMENT, world.materials, investment, start, undiscounted)
    stencil.add_cost(SUBSIDY, world.materials, subsidy, start, undiscounted)


def _built(world: World, m: Any, material: str) -> list[str]:
    return [name for name in m.build if world.projects[name].material == material]


def _add_terminal_value(stencil: Stencil, world: World) -> None:
    tree = stencil.tree
    nodes = np.flatnonzero(tree.period == tree.periods)
    at_the_end = world.calendar.discount(world.settings.discount_rate)[-1]

    def value(m: Any, material: str) -> Any:
        row = world.materials[material]
        return -row.reference_price * (1.0 - row.haircut) * m.stock[material]

    stencil.add_cost(TERMINAL, world.materials, value, nodes, tree.weight[nodes] * at_the_end)
