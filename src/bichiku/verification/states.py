"""What can be shipped, what arrives, demand and prices at every node, worked out again from the effects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bichiku.model.settings import Effect, EventEffect
from bichiku.model.tables import ProjectRow
from bichiku.model.world import World
from bichiku.verification.chains import chain_of_material, related
from bichiku.verification.geography import countries_of, foreign
from bichiku.verification.tree import ON, OPENING, PLAN, Nodes, grow_nodes


@dataclass(frozen=True)
class States:
    """Factors at every node.

    Attributes:
        export: share of capacity that can be shipped; shape (nodes, sources).
        route: share of a shipment that arrives; shape (nodes, sources).
        demand: tonnes used, events and crises included; shape (nodes, materials).
        price: factor on the price of a source, one but for spot suppliers; shape (nodes, sources).
        cut: whether the crisis takes some of a source's capacity or shipments; shape (nodes, sources).
        raised: whether the crisis raises the demand for a material; shape (nodes, materials).
        changed: whether the crisis changes anything of a material, its suppliers and projects; (nodes, materials).
        whole: share of capacity that a rationed source ships of what is not hit; shape (nodes, sources).
        rest: share of the plan's mean shipments that it ships of what is hit; shape (nodes, sources).
    """

    export: np.ndarray
    route: np.ndarray
    demand: np.ndarray
    price: np.ndarray
    cut: np.ndarray
    raised: np.ndarray
    changed: np.ndarray
    whole: np.ndarray
    rest: np.ndarray


class _Factor(NamedTuple):
    """A product of factors: of events by month, shape (periods, months), and of the crisis by node."""

    events: np.ndarray
    crisis: np.ndarray


def tree_and_states(world: World) -> tuple[Nodes, States]:
    """Nodes of the crises that touch a chain, with what each weighs in each chain, and the states at them."""
    chain, crises = chain_of_material(world), list(world.settings.crises)
    nodes = grow_nodes(world, crises)
    states = states_of(world, nodes)
    touched = {}
    for name in crises:
        by_material = states.changed[nodes.crisis == name].any(axis=0)
        touched[name] = np.array([by_material[chain == number].any() for number in range(chain.max() + 1)])
    left = [name for name in crises if touched[name].any()]
    if len(left) < len(crises):
        nodes = grow_nodes(world, left)
        states = states_of(world, nodes)
    return nodes.in_chains(chain, {name: touched[name] for name in left}), states


def states_of(world: World, nodes: Nodes) -> States:
    """All effects of events and crises."""
    acting = _Acting(world, nodes)
    shape = len(nodes), len(world.sources)
    export, route, price, whole, rest = (np.ones(shape) for _ in range(5))
    cut, changed = (np.zeros(shape, dtype=bool) for _ in range(2))
    materials = list(world.materials)
    for column, name in enumerate(world.sources):
        shipping, arriving = acting.loss(name, on_routes=False), acting.loss(name, on_routes=True)
        export[:, column], calm = shipping.share(nodes)
        route[:, column], calm_route = arriving.share(nodes)
        on_route = arriving.cut
        cut[:, column] = shipping.cut | on_route
        whole[:, column], rest[:, column] = shipping.rationed(nodes, on_route)
        price[:, column], calm_price = acting.price(name)
        changed[:, column] = (
            (export[:, column] != calm) | (route[:, column] != calm_route) | (price[:, column] != calm_price)
        )
    demand, calm_demand = acting.demand()
    of_material = np.array([[row.material == name for name in materials] for row in world.sources.values()])
    changed = (changed.astype(int) @ of_material.reshape(len(world.sources), len(materials)).astype(int)) > 0
    changed |= demand != calm_demand
    return States(export, route, demand, price, cut, demand > calm_demand, changed, whole, rest)


@dataclass(frozen=True)
class _Loss:
    """Losses of one source: of itself, and of each part of its feed with its share."""

    own: _Factor
    parts: list[tuple[float, _Factor]]

    @cached_property
    def cut(self) -> np.ndarray:
        """Whether the crisis takes any part."""
        return np.asarray((self.own.crisis < 1.0) | np.any([part.crisis < 1.0 for _, part in self.parts], axis=0))

    def _means(self) -> list[np.ndarray]:
        """Of events alone, the mean over each period's months of what they leave of each part."""
        return [share * (self.own.events * part.events).mean(axis=1) for share, part in self.parts]

    def share(self, nodes: Nodes) -> tuple[np.ndarray, np.ndarray]:
        """What is left at each node, and what events alone leave there."""
        means = [mean[nodes.period - 1] for mean in self._means()]
        calm = np.sum(means, axis=0)
        left = np.sum([part.crisis * mean for (_, part), mean in zip(self.parts, means, strict=True)], axis=0)
        return self.own.crisis * left, calm

    def rationed(self, nodes: Nodes, on_route: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shares of capacity, of parts that are not hit, and of the plan's mean shipments, of those that are."""
        all_hit = (self.own.crisis < 1.0) | on_route
        whole, rest = np.zeros(len(nodes)), np.zeros(len(nodes))
        for (share, part), mean in zip(self.parts, self._means(), strict=True):
            hit = all_hit | (part.crisis < 1.0)
            whole += np.where(hit, 0.0, mean[nodes.period - 1])
            rest += np.where(hit, share * part.crisis, 0.0)
        return whole, self.own.crisis * rest


class _Acting:
    """Effects with how fully each acts: by month for events, by node for crises."""

    def __init__(self, world: World, nodes: Nodes) -> None:
        self.world, self.nodes = world, nodes
        calendar = world.calendar
        self.months = calendar.begins[:, np.newaxis] + np.arange(calendar.months_per_period)
        self.events = [(effect, event) for event in world.settings.events.values() for effect in event.effects]
        self.crises = [
            (effect, self._strength(name, effect))
            for name in sorted({branch.crisis for branch in nodes.branches})
            for effect in world.settings.crises[name].effects
        ]
        self._own = {id(effect): countries_of(world, effect.countries or ()) for effect, _ in self.events + self.crises}

    def _strength(self, name: str, effect: Effect) -> np.ndarray:
        """How fully an effect of a crisis acts at each node."""
        nodes, age = self.nodes, self.nodes.age
        endless = int(nodes.period.max()) + 1
        own_end = endless if effect.duration is None else effect.start + effect.duration
        over = nodes.length != ON
        end = np.where(over, np.minimum(own_end, nodes.length), own_end)
        strength = ((age >= effect.start) & (age < end)).astype(float)
        if effect.return_over:
            nth = age - end + 1
            fading = (nth >= 1) & (nth <= effect.return_over)
            strength = np.where(fading, 1.0 - (nth - 0.5) / effect.return_over, strength)
        never = over & (effect.start >= nodes.length)
        return np.where((nodes.crisis == name) & ~never, strength, 0.0)

    def _at_event(self, event: object, lag: int = 0) -> np.ndarray:
        """Whether an event acts in each month, or did so many periods before; shape (periods, months)."""
        months = self.months - lag * self.world.calendar.months_per_period
        return (months >= event.from_) & (months <= event.to)  # type: ignore[attr-defined]

    def _back(self, strength: np.ndarray, lag: int) -> np.ndarray:
        """The strength so many periods before along the path."""
        node = self.nodes.before(lag)
        return np.where(node == OPENING, 0.0, strength[node])

    def loss(self, name: str, on_routes: bool) -> _Loss:
        """Losses of a source on its route, or at shipping."""
        world = self.world
        lags = {} if on_routes else world.lags.get(name, {})
        origins = {country: share for country, share in world.origins[name].items() if share > 0}
        own = _Factor(np.ones(self.months.shape), np.ones(len(self.nodes)))
        parts = {country: _Factor(own.events.copy(), own.crisis.copy()) for country in origins}
        for effect, by in [*self.events, *self.crises]:
            if effect.loss is None or bool(effect.routes) != on_routes or not self._selects(effect, name):
                continue
            wanted = self._own[id(effect)]
            itself = self._hits_itself(effect, name)
            for country, factor in [("", own)] if itself else list(parts.items()):
                if not itself and country not in wanted:
                    continue
                lag = lags.get(country, 0)
                if isinstance(by, np.ndarray):
                    factor.crisis[:] *= 1.0 - effect.loss * self._back(by, lag)
                else:
                    factor.events[:] *= 1.0 - effect.loss * self._at_event(by, lag)
        return _Loss(own, [(share, parts[country]) for country, share in origins.items()])

    def _selects(self, effect: EventEffect, name: str) -> bool:
        """Whether an effect's suppliers, routes and materials hold a source."""
        source = self.world.sources[name]
        return (
            (not effect.suppliers or name in effect.suppliers)
            and (not effect.routes or source.route in effect.routes)
            and (not effect.materials or source.material in effect.materials)
        )

    def _materials(self, effect: EventEffect) -> set[str]:
        """The materials whose demand (and, by the market, prices) an effect moves."""
        if not (effect.countries or effect.suppliers or effect.routes):
            return set(effect.materials or self.world.materials)
        return {source.material for name, source in self.world.sources.items() if self._hits_itself(effect, name)}

    def _hits_itself(self, effect: EventEffect, name: str) -> bool:
        """Whether an effect hits a source by its name, route or own country, and not by its feed."""
        in_country = not effect.countries or self.world.sources[name].country in self._own[id(effect)]
        return in_country and self._selects(effect, name)

    def _moves_price(self, effect: EventEffect, name: str) -> bool:
        if effect.market or not (effect.countries or effect.suppliers or effect.routes):
            return self.world.sources[name].material in self._materials(effect)
        return self._hits_itself(effect, name)

    def price(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The price factor of a source at each node, and what events alone leave of it."""
        by_month, by_node = np.ones(self.months.shape), np.ones(len(self.nodes))
        supplier = self.world.suppliers.get(name)
        follows = 0.0 if supplier is None else 1.0 if supplier.kind == "spot" else supplier.index
        if follows:
            for effect, by in [*self.events, *self.crises]:
                if effect.price_factor is None or not self._moves_price(effect, name):
                    continue
                if isinstance(by, np.ndarray):
                    by_node *= 1.0 + (effect.price_factor - 1.0) * by
                else:
                    by_month *= 1.0 + (effect.price_factor - 1.0) * self._at_event(by)
        calm = by_month.mean(axis=1)[self.nodes.period - 1]
        return 1.0 + follows * (calm * by_node - 1.0), 1.0 + follows * (calm - 1.0)

    def demand(self) -> tuple[np.ndarray, np.ndarray]:
        """Tonnes used at each node, and what events alone leave of them; shape (nodes, materials) each."""
        world, nodes = self.world, self.nodes
        tonnes, calm = (np.zeros((len(nodes), len(world.materials))) for _ in range(2))
        years = world.calendar.month_years
        for k, material in enumerate(world.materials):
            yearly = world.demand.get(material)
            if yearly is None:
                continue
            by_month = np.array([[yearly[int(year)] / 12.0 for year in row] for row in years])
            by_node = np.ones(len(nodes))
            for effect, by in [*self.events, *self.crises]:
                if effect.demand_factor is None or material not in self._materials(effect):
                    continue
                if isinstance(by, np.ndarray):
                    by_node *= 1.0 + (effect.demand_factor - 1.0) * by
                else:
                    by_month *= 1.0 + (effect.demand_factor - 1.0) * self._at_event(by)
            calm[:, k] = by_month.sum(axis=1)[nodes.period - 1]
            tonnes[:, k] = calm[:, k] * by_node
        return tonnes, calm


def emergencies(world: World, nodes: Nodes, states: States) -> np.ndarray:
    """Whether a material is in an emergency at a node; shape (nodes, materials)."""
    materials = list(world.materials)
    hit = states.raised.copy()
    for column, row in enumerate(world.sources.values()):
        large = max(row.existing_t, row.max_build_t) if isinstance(row, ProjectRow) else row.capacity_t
        if large > 0:
            hit[:, materials.index(row.material)] |= states.cut[:, column]
    found = ((hit.astype(int) @ related(world).astype(int)) > 0) & nodes.exists
    found[nodes.branch == PLAN] = False
    for node in np.flatnonzero(nodes.branch != PLAN):
        if nodes.parent[node] != OPENING:
            found[node] |= found[nodes.parent[node]] & nodes.exists[node]
    return found


def is_rationed(world: World, name: str) -> bool:
    """Whether what is left of a source in a crisis is shared with others: a spot supplier from abroad."""
    return name in world.spot and foreign(world, name)
