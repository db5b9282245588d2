"""The cost lines: what each node's decisions cost, as expected discounted money."""

from __future__ import annotations

from functools import partial
from typing import Any, TypedDict

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.cost_lines import (
    FIXED,
    FREIGHT,
    HOLDING,
    INVESTMENT,
    PURCHASE,
    REFUSED,
    REMAINDER,
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
    _add_investment(stencil, world)
    _add_terminal_value(stencil, world)


def price_paid(world: World, m: Any, supplier: str) -> Any:
    """Money per tonne delivered, before freight and tariff."""
    row = world.suppliers[supplier]
    return row.price * m.price_factor[supplier] if supplier in world.floating else row.price


def substitution_cost(world: World, m: Any, material: str) -> Any:
    """Money spent on saving a material at a node, undiscounted."""
    return sum(row.cost * m.saved[key] for key, row in world.tranches.items() if key[0] == material)


def shortage_cost(world: World, m: Any, material: str) -> Any:
    """Lost output for want of a material at a node, undiscounted."""
    parts = [key for key in world.shortage if key[0] == material]
    if parts:
        return sum(world.shortage[key].cost * m.short_part[key] for key in parts)
    return (world.materials[material].shortage_cost or 0.0) * m.short[material]


def node_discount(stencil: Stencil, world: World) -> np.ndarray:
    """Discount factor of each node's period; shape (nodes,)."""
    return world.calendar.discount(world.settings.discount_rate)[stencil.tree.period - 1]


class _Counted(TypedDict):
    """What money counts for at each node, and what it does once the node's branch has begun; see `Cost`."""

    factor: np.ndarray
    improbable: np.ndarray


def _counted(stencil: Stencil, world: World) -> _Counted:
    discount = node_discount(stencil, world)
    return {"factor": stencil.tree.weight * discount, "improbable": stencil.tree.if_begun * discount}


def _add_supply(stencil: Stencil, world: World) -> None:
    nodes, counted = stencil.all_nodes, _counted(stencil, world)
    sellers = {material: world.sellers(material) for material in world.materials}

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

    def refused(m: Any, material: str) -> Any:
        return sum(price_paid(world, m, name) * m.refused[name] for name in sellers[material] if name in m.refused)

    refusing = dict.fromkeys(row.material for row in world.committed.values())
    stencil.add_cost(REFUSED, refusing, refused, nodes, **counted)
    for line, rule in [(PURCHASE, purchase), (FREIGHT, freight), (TARIFF, tariff), (RUNNING, running)]:
        stencil.add_cost(line, world.materials, rule, nodes, **counted)


def _add_holding(stencil: Stencil, world: World) -> None:
    year_share = world.calendar.year_share

    def holding(m: Any, material: str) -> Any:
        row = world.materials[material]
        rate = row.storage_cost_rate * row.reference_price * year_share
        return rate * (m.stock_before[material] + m.stock[material]) / 2

    stencil.add_cost(HOLDING, world.materials, holding, stencil.all_nodes, **_counted(stencil, world))


def _add_damage(stencil: Stencil, world: World) -> None:
    counted = _counted(stencil, world)
    for line, cost in [(SUBSTITUTION, substitution_cost), (SHORTAGE, shortage_cost)]:
        stencil.add_cost(line, world.demand, partial(cost, world), stencil.all_nodes, **counted)

    _add_damage_by_part(stencil, world)


def _add_damage_by_part(stencil: Stencil, world: World) -> None:
    """Discounted money of each part of damage if a node is reached, as quantities; refill is added at the hand-back."""
    discount = {material: node_discount(stencil, world) for material in world.materials}
    stencil.parameters("damage_discount", discount)
    on_plan = {name: stencil.number("price_factor", name)[stencil.tree.on_plan] for name in world.floating}
    dearer = {name: np.maximum(stencil.number("price_factor", name) - on_plan[name], 0.0) for name in world.floating}
    stencil.parameters("dearer", dearer)

    def shortage(m: Any, material: str) -> Any:
        return m.damage_discount[material] * shortage_cost(world, m, material)

    def substitution(m: Any, material: str) -> Any:
        return m.damage_discount[material] * substitution_cost(world, m, material)

    def purchases(m: Any, material: str) -> Any:
        risen = [name for name in world.sellers(material) if name in dearer and dearer[name].any()]
        paid = sum(
            world.suppliers[name].price * (1.0 + world.suppliers[name].tariff_rate) * m.dearer[name] * m.arrive[name]
            for name in risen
        )
        return m.damage_discount[material] * paid

    stencil.add_quantity("shortage_damage", world.demand, shortage)
    stencil.add_quantity("substitution_damage", world.demand, substitution)
    stencil.add_quantity("dearer_purchases", world.materials, purchases)


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

    tree, year_share = stencil.tree, world.calendar.year_share

    def fixed(m: Any, material: str) -> Any:
        money = 0.0
        for name in world.makers(material):
            row = world.projects[name]
            usable = row.existing_t + (m.build[name] * m.usable[name] if name in m.build else 0.0)
            money += (row.fixed_cost or 0.0) * year_share * usable
        return money

    kept_up = dict.fromkeys(row.material for row in world.projects.values() if row.fixed_cost is not None)
    stencil.add_cost(FIXED, kept_up, fixed, stencil.all_nodes, **_counted(stencil, world))
    at_the_end = world.calendar.discount(world.settings.discount_rate)[-1]

    def remainder(m: Any, material: str) -> Any:
        rows = {name: world.projects[name] for name in _built(world, m, material)}
        left = {name: row.capex * (1.0 - row.subsidy_rate) * world.remainder(name) for name, row in rows.items()}
        return -sum(left[name] * m.build[name] for name in rows)

    lasting = dict.fromkeys(row.material for row in world.projects.values() if row.life_years and row.max_build_t > 0)
    stencil.add_cost(REMAINDER, lasting, remainder, tree.plan[-1:], np.array([at_the_end]))


def _built(world: World, m: Any, material: str) -> list[str]:
    return [name for name in m.build if world.projects[name].material == material]


def _add_terminal_value(stencil: Stencil, world: World) -> None:
    tree = stencil.tree
    nodes = np.flatnonzero(tree.period == tree.periods)
    at_the_end = world.calendar.discount(world.settings.discount_rate)[-1]

    def value(m: Any, material: str) -> Any:
        row = world.materials[material]
        return -row.reference_price * (1.0 - row.haircut) * m.stock[material]

    stencil.add_cost(
        TERMINAL,
        world.materials,
        value,
        nodes,
        tree.weight[nodes] * at_the_end,
        improbable=tree.if_begun[nodes] * at_the_end,
    )
