"""What can be shipped, what arrives, demand and prices at every node, worked out again from the effects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bichiku.model.settings import Effect, EventEffect
from bichiku.model.world import World
from bichiku.verification.geography import countries_of, feed_from
from bichiku.verification.tree import Nodes


@dataclass(frozen=True)
class States:
    """Factors at every node.

    Attributes:
        export: share of capacity that can be shipped; shape (nodes, sources).
        route: share of a shipment that arrives; shape (nodes, sources).
        demand: tonnes used, events and crises included; shape (nodes, materials).
        price: factor on spot prices; shape (nodes, materials).
    """

    export: np.ndarray
    route: np.ndarray
    demand: np.ndarray
    price: np.ndarray


def states_of(world: World, nodes: Nodes) -> States:
    """All effects of events and crises, multiplied."""
    sources, materials = list(world.sources), list(world.materials)
    export, route = np.ones((len(nodes), len(sources))), np.ones((len(nodes), len(sources)))
    demand_factor, price = np.ones((len(nodes), len(materials))), np.ones((len(nodes), len(materials)))
    for effect, strength in _acting(world, nodes):
        at = np.flatnonzero(strength)
        reach = _reach(world, effect)
        hit = np.flatnonzero(reach)
        if effect.loss is not None:
            factors = route if effect.routes else export
            factors[np.ix_(at, hit)] *= 1.0 - np.outer(strength[at], effect.loss * reach[hit])
        on = np.array([materials.index(name) for name in _materials(world, effect, reach)], dtype=int)
        for given, factors in [(effect.demand_factor, demand_factor), (effect.price_factor, price)]:
            if given is not None and len(on):
                factors[np.ix_(at, on)] *= 1.0 + (given - 1.0) * strength[at][:, np.newaxis]
    return States(export, route, _demand(world, nodes) * demand_factor, price)


def _demand(world: World, nodes: Nodes) -> np.ndarray:
    years = world.calendar.years[nodes.period - 1]
    tonnes = np.zeros((len(nodes), len(world.materials)))
    for k, material in enumerate(world.materials):
        for year, yearly in world.demand.get(material, {}).items():
            tonnes[years == year, k] = yearly / world.calendar.periods_per_year
    return tonnes


def _acting(world: World, nodes: Nodes) -> Iterator[tuple[EventEffect, np.ndarray]]:
    """Each effect with how fully it acts at each node, from zero to one."""
    length = world.calendar.months_per_period
    first_month = world.calendar.begins[nodes.period - 1]
    months = first_month[:, np.newaxis] + np.arange(length)
    for event in world.settings.events.values():
        share = ((months >= event.from_) & (months <= event.to)).mean(axis=1)
        for plain in event.effects:
            yield plain, share
    for name, crisis in world.settings.crises.items():
        numbers = [i for i, branch in enumerate(nodes.branches) if branch.crisis == name]
        own = np.isin(nodes.branch, numbers)
        for effect in crisis.effects:
            full = crisis.duration if effect.duration is None else effect.duration
            since = nodes.period - nodes.onset - effect.start  # periods from the effect's begin to this one's
            yield effect, np.where(own, _mean_strength(since, full, effect), 0.0)


def _mean_strength(since: np.ndarray, full: int, effect: Effect) -> np.ndarray:
    """The mean over a period of: nothing, then one for `full` periods, then a line down to zero."""

    def area(end: np.ndarray) -> np.ndarray:
        flat = np.clip(end, 0, full).astype(float)
        if not effect.return_over:
            return flat
        slope = np.clip(end - full, 0, effect.return_over)
        return flat + slope - slope**2 / (2.0 * effect.return_over)

    return area(since + 1) - area(since)


def _reach(world: World, effect: EventEffect) -> np.ndarray:
    """The share of each source that an effect selects; its selectors narrow each other."""
    wanted = countries_of(world, effect.countries or ())
    reach = np.zeros(len(world.sources))
    for i, (name, source) in enumerate(world.sources.items()):
        selected = (
            (not effect.suppliers or name in effect.suppliers)
            and (not effect.routes or source.route in effect.routes)
            and (not effect.materials or source.material in effect.materials)
        )
        if selected:
            whole = not effect.countries or source.country in wanted
            reach[i] = 1.0 if whole else feed_from(world, name, wanted)
    return reach


def _materials(world: World, effect: EventEffect, reach: np.ndarray) -> set[str]:
    """The materials whose demand and price an effect moves."""
    if effect.countries or effect.suppliers or effect.routes:
        return {source.material for source, share in zip(world.sources.values(), reach, strict=True) if share > 0}
    return set(effect.materials or world.materials)
