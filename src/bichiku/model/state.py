"""The state of the world at each node: what can be shipped, what arrives, demand and prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.settings import Event, EventEffect
from bichiku.model.tree import Tree
from bichiku.model.world import World


@dataclass(frozen=True)
class State:
    """Factors by supplier, project or material; one element per node in each array.

    Attributes:
        export: share of a supplier's or project's capacity that can be shipped, 0..1.
        route: share of its shipment that arrives, 0..1.
        demand_factor: by material.
        price_factor: by material; moves spot prices.
    """

    export: dict[str, np.ndarray]
    route: dict[str, np.ndarray]
    demand_factor: dict[str, np.ndarray]
    price_factor: dict[str, np.ndarray]


def world_state(world: World, tree: Tree) -> State:
    """Events on all nodes and crises on their branches, multiplied together."""
    state = State(
        export={name: np.ones(tree.size) for name in world.sources},
        route={name: np.ones(tree.size) for name in world.sources},
        demand_factor={name: np.ones(tree.size) for name in world.materials},
        price_factor={name: np.ones(tree.size) for name in world.materials},
    )
    for effect, strength in _strengths(world, tree):
        _apply(effect, strength, world, state)
    return state


def demand_by_node(world: World, years: np.ndarray, state: State) -> dict[str, np.ndarray]:
    """Tonnes of each material used in each node's period, its factor included; `years` is the year of each node."""
    share_of_year = world.calendar.year_share
    return {
        material: np.array([by_year[int(year)] for year in years]) * share_of_year * state.demand_factor[material]
        for material, by_year in world.demand.items()
    }


def _strengths(world: World, tree: Tree) -> Iterator[tuple[EventEffect, np.ndarray]]:
    """Every effect with how fully it acts at each node, 0..1."""
    for event in world.settings.events.values():
        covered = _event_cover(event, world.calendar)[tree.period - 1]
        for event_effect in event.effects:
            yield event_effect, covered
    names = [branch.crisis for branch in tree.branches]
    for name, crisis in world.settings.crises.items():
        mine = np.isin(tree.branch, [i for i, crisis_name in enumerate(names) if crisis_name == name])
        since = tree.since_onset
        for effect in crisis.effects:
            duration = effect.duration or crisis.duration
            after = since - effect.start - duration  # 0 in the first period after the effect
            full = (since >= effect.start) & (after < 0)
            strength = np.where(full, 1.0, 0.0)
            if effect.return_over:
                returning = (after >= 0) & (after < effect.return_over)
                # mean over each period of a straight line from 1 down to 0
                strength = np.where(returning, 1.0 - (after + 0.5) / effect.return_over, strength)
            yield effect, np.where(mine, strength, 0.0)


def _event_cover(event: Event, calendar: Calendar) -> np.ndarray:
    """Share of each period's months in which an event acts."""
    months = np.minimum(calendar.ends, event.to) - np.maximum(calendar.begins, event.from_) + 1
    return np.maximum(months, 0) / calendar.months_per_period


def _apply(effect: EventEffect, strength: np.ndarray, world: World, state: State) -> None:
    hit = {source: share for source in world.sources if (share := share_hit(effect, source, world)) > 0.0}
    if effect.loss is not None:
        factors = state.route if effect.routes else state.export
        for source, share in hit.items():
            factors[source] *= 1.0 - share * effect.loss * strength
    for material in materials_hit(effect, hit, world):
        if effect.demand_factor is not None:
            state.demand_factor[material] *= 1.0 + (effect.demand_factor - 1.0) * strength
        if effect.price_factor is not None:
            state.price_factor[material] *= 1.0 + (effect.price_factor - 1.0) * strength


def share_hit(effect: EventEffect, source: str, world: World) -> float:
    """The share of a supplier or project that an effect selects; its selectors narrow each other."""
    row = world.sources[source]
    if effect.suppliers and source not in effect.suppliers:
        return 0.0
    if effect.routes and row.route not in effect.routes:
        return 0.0
    if effect.materials and row.material not in effect.materials:
        return 0.0
    if effect.countries:
        countries = world.members(effect.countries)
        return 1.0 if row.country in countries else world.share_from(source, countries, "origin")
    return 1.0


def materials_hit(effect: EventEffect, hit: dict[str, float], world: World) -> list[str]:
    """Materials named by an effect; where it selects suppliers, those of them that these offer."""
    if effect.countries or effect.suppliers or effect.routes:
        return sorted({world.sources[source].material for source in hit})
    return sorted(effect.materials or world.materials)
