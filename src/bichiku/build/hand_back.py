"""Hand-back: at the end of its path a branch gives back what the plan holds there, buying what it lacks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.cost_lines import GAP
from bichiku.model.rounding import ROUNDING
from bichiku.model.state import State
from bichiku.model.tree import Tree, rate
from bichiku.model.world import NOTHING_MORE, World


def add_hand_back(stencil: Stencil, world: World, state: State, danger: Mapping[str, float]) -> None:
    """``stock + gap + gap_scarce ≥ plan's stock``, the gap of spare tonnes first; for `danger` see `starts_a_year`."""
    tree = stencil.tree
    ends = tree.ends
    materials = list(world.materials) if len(ends) else []
    gap = stencil.variables("gap", materials, stencil.per_hand_back)
    scarce = stencil.variables("gap_scarce", materials, stencil.per_hand_back)
    stencil.elsewhere(
        "stock_on_plan",
        of=stencil.model.stock,
        at=dict.fromkeys(materials, tree.on_plan),
        outside=dict.fromkeys(materials, 0.0),
    )

    def hand_back(m: Any, material: str) -> Any:
        return m.stock[material] + gap[material] + scarce[material] >= m.stock_on_plan[material]

    stencil.add_rows("back_to_plan", materials, hand_back, nodes=ends, unit="t")

    spare = {name: spare_tonnes(beyond_use(name, world, tree, state), world, tree) for name in materials}
    stencil.parameters("spare", spare)

    def at_most_spare(m: Any, material: str) -> Any:
        return gap[material] <= m.spare[material]

    stencil.add_bounds("gap_limit", materials, at_most_spare, ends)

    first = {name: list_price(name, world, tree, state) for name in materials}
    second = {name: scarce_price(first[name], name, world, danger[name]) for name in materials}
    money = {
        "gap": {name: at_end(first[name], name, world, tree) for name in materials},
        "gap_scarce": {name: at_end(second[name], name, world, tree) for name in materials},
    }
    above = {
        "gap": {name: _above_reference(first[name], money["gap"][name], name, world, tree) for name in materials},
        "gap_scarce": {
            name: _above_reference(second[name], money["gap_scarce"][name], name, world, tree) for name in materials
        },
    }
    for step in ("gap", "gap_scarce"):
        stencil.parameters(f"{step}_price", money[step])
        stencil.parameters(f"{step}_damage", above[step])

    def cost(m: Any, material: str) -> Any:
        return m.gap_price[material] * gap[material] + m.gap_scarce_price[material] * scarce[material]

    def damage(m: Any, material: str) -> Any:
        return m.gap_damage[material] * gap[material] + m.gap_scarce_damage[material] * scarce[material]

    stencil.add_cost(GAP, materials, cost, ends, tree.end_weight, improbable=tree.end_if_begun)
    stencil.add_quantity("refill_damage", materials, damage)


def beyond_use(
    material: str, world: World, tree: Tree, state: State, more: Mapping[str, float] = NOTHING_MORE
) -> np.ndarray:
    """Tonnes that the plan could buy beyond its use in each period; negative where use is more. Shape (periods,).

    Args:
        more: capacity of suppliers, and existing capacity of projects, beyond that of the world; t/year.
    """
    plan, share = tree.plan, world.calendar.year_share
    able = np.zeros(len(plan))
    for name in world.sellers(material):
        most = world.suppliers[name].capacity_t + more.get(name, 0.0)
        able += most * share * (state.export[name] * state.route[name])[plan]
    for name in world.makers(material):
        most = world.projects[name].existing_t + more.get(name, 0.0)
        able += most * share * (state.export[name] * state.route[name])[plan]
    used = state.demand[material][plan].copy() if material in world.demand else np.zeros(len(plan))
    for name in world.consumers(material):
        row = world.projects[name]
        most = row.existing_t + more.get(name, 0.0)
        used += most * share * state.export[name][plan] * (row.input_per_output or 0.0)
    beyond = able - used
    return np.where(abs(beyond) <= ROUNDING * np.maximum(able, used), 0.0, beyond)


def spare_tonnes(beyond: np.ndarray, world: World, tree: Tree) -> np.ndarray:
    """Tonnes that can be spared in the refill periods after each node; shape (nodes,). See `beyond_use`."""
    spare = np.maximum(beyond, 0.0)
    later = np.concatenate([spare, np.full(world.refill_periods, spare[-1])])
    summed = np.concatenate([[0.0], np.cumsum(later)])
    found: np.ndarray = (summed[world.refill_periods :] - summed[: -world.refill_periods])[1:]
    return found[tree.period - 1]


def list_price(material: str, world: World, tree: Tree, state: State) -> np.ndarray:
    """Highest delivered price of a supplier, each at its own price factor; shape (nodes,)."""
    sellers = world.sellers(material)
    if not sellers:
        return np.full(tree.size, world.materials[material].reference_price)
    prices = []
    for name in sellers:
        row = world.suppliers[name]
        price = row.price * (state.price_factor[name] if name in world.floating else np.ones(tree.size))
        prices.append(price * (1.0 + row.tariff_rate) + row.freight)
    found: np.ndarray = np.max(prices, axis=0)
    return found


def scarce_price(price: np.ndarray, material: str, world: World, danger: float) -> np.ndarray:
    """Price of a tonne beyond what can be spared: it is not there if another crisis begins meanwhile."""
    short = worth(material, world)
    years = world.refill_periods / world.calendar.periods_per_year
    return np.minimum(np.maximum(price, short), price - math.expm1(-danger * years) * short)


def starts_a_year(world: World, tree: Tree, emergency: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Starts a year of the crises that put each material of a chain in an emergency."""

    def of(struck: np.ndarray) -> float:
        strikes = {part.crisis for number, part in enumerate(tree.stretches) if struck[tree.stretch == number].any()}
        return sum(rate(world.settings.crises[name], world.calendar) for name in sorted(strikes))

    return {material: of(struck) for material, struck in emergency.items()}


def worth(material: str, world: World) -> float:
    """Money lost for want of a tonne: of what is made of it, where it is only feed."""
    return _worth(material, world, frozenset({material}), world.materials[material].reference_price)


def _worth(material: str, world: World, seen: frozenset[str], otherwise: float) -> float:
    if material in world.demand:
        return min(world.shortage_costs(material))
    made = []
    for name in world.consumers(material):
        row = world.projects[name]
        if row.input_per_output and row.material not in seen:  # what is made of itself says nothing of its worth
            found = _worth(row.material, world, seen | {row.material}, world.materials[row.material].reference_price)
            made.append(found / row.input_per_output)
    return min(made, default=otherwise)


def at_end(price: np.ndarray, material: str, world: World, tree: Tree) -> np.ndarray:
    """Discounted money per tonne missing at the end of a path; shape (nodes,)."""
    row, discount = world.materials[material], world.calendar.discount(world.settings.discount_rate)
    now = price * discount[tree.period - 1]
    # the plan's stock is credited at the horizon, so a tonne missing there costs what it would not bring
    horizon = (1.0 - row.haircut) * np.maximum(now - row.reference_price * discount[-1], 0.0)
    return np.where(tree.period == tree.periods, horizon, now)


def _above_reference(price: np.ndarray, money: np.ndarray, material: str, world: World, tree: Tree) -> np.ndarray:
    row, discount = world.materials[material], world.calendar.discount(world.settings.discount_rate)
    above = np.maximum(price - row.reference_price, 0.0) * discount[tree.period - 1]
    return np.where(tree.period == tree.periods, money, above)
