"""The state of the world at each node: what can be shipped, what arrives, demand and prices.

An event acts in months and a crisis in periods of its branch. So the factors of events are worked out for each month of
each period, those of crises for each node, and what they leave together is the mean over a period's months.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from bichiku.model.settings import Crisis, Effect, EventEffect
from bichiku.model.tree import SPINE, Tree
from bichiku.model.world import World

Months = np.ndarray  # shape (periods, months per period)


@dataclass(frozen=True)
class Part:
    """What effects leave of a part of a supplier or project: the plant itself, or its feed from one country.

    Attributes:
        events: factor of events in each month; shape (periods, months).
        crisis: factor of the crisis of each node; shape (nodes,). One on the plan.
    """

    events: Months
    crisis: np.ndarray


@dataclass(frozen=True)
class Supply:
    """What events and crises leave of a supplier or project, or of its route.

    Attributes:
        own: of the plant itself.
        feed: by country of its feed that some effect hits; the rest of the feed is whole.
        shares: share of each of those countries.
    """

    own: Part
    feed: Mapping[str, Part]
    shares: Mapping[str, float]

    def left(self, tree: Tree) -> np.ndarray:
        """Share of the whole that is left at each node, the mean over its months; shape (nodes,)."""
        at = tree.period - 1
        feed = np.full((tree.size, self.own.events.shape[1]), 1.0 - sum(self.shares.values()))
        for country, part in self.feed.items():
            feed += self.shares[country] * part.events[at] * part.crisis[:, np.newaxis]
        months: np.ndarray = self.own.events[at] * self.own.crisis[:, np.newaxis] * feed
        return months.mean(axis=1)

    @property
    def is_cut(self) -> np.ndarray:
        """Whether the crisis of a node takes something of it; shape (nodes,)."""
        cut = self.own.crisis < 1.0
        for part in self.feed.values():
            cut = cut | (part.crisis < 1.0)
        return cut


@dataclass(frozen=True)
class State:
    """Factors and tonnes of a chain; one element per node in each array.

    Attributes:
        export: share of a supplier's or project's capacity that can be shipped, 0..1.
        route: share of its shipment that arrives, 0..1.
        demand: tonnes used in the node's period, by material with demand.
        price_factor: by supplier whose price moves.
        supply, on_route: what `export` and `route` come from, by supplier or project that some effect hits.
        demand_raised: whether a crisis raises the demand for a material above what events leave; only where one does.
    """

    export: dict[str, np.ndarray]
    route: dict[str, np.ndarray]
    demand: dict[str, np.ndarray]
    price_factor: dict[str, np.ndarray]
    supply: dict[str, Supply] = field(default_factory=dict)
    on_route: dict[str, Supply] = field(default_factory=dict)
    demand_raised: dict[str, np.ndarray] = field(default_factory=dict)


def world_state(world: World, tree: Tree) -> State:
    """Events on all nodes and crises on their branches."""
    effects = _Effects(world, tree)
    everything = np.ones(tree.size)
    supply = {name: found for name in world.sources if (found := effects.supply(name, on_route=False))}
    on_route = {name: found for name in world.sources if (found := effects.supply(name, on_route=True))}
    factors = {material: effects.factor(material, "demand_factor") for material in world.demand}
    prices = {name: effects.price(name) for name in world.floating}
    at = tree.period - 1
    calm = {material: (_monthly(world, material) * part.events)[at].sum(axis=1) for material, part in factors.items()}
    return State(
        export={name: supply[name].left(tree) if name in supply else everything for name in world.sources},
        route={name: on_route[name].left(tree) if name in on_route else everything for name in world.sources},
        demand={material: calm[material] * part.crisis for material, part in factors.items()},
        price_factor={
            name: _followed(world, name, part.events[at].mean(axis=1) * part.crisis) for name, part in prices.items()
        },
        supply=supply,
        on_route=on_route,
        demand_raised={
            material: raised
            for material, part in factors.items()
            if (raised := (part.crisis > 1.0) & (calm[material] > 0.0)).any()
        },
    )


def _monthly(world: World, material: str) -> Months:
    """Tonnes used in each month of each period: a twelfth of its own calendar year's."""
    by_year = world.demand[material]
    return np.array([[by_year[int(year)] / 12.0 for year in months] for months in world.calendar.month_years])


class _Effects:
    """All effects of a world with how fully each acts."""

    def __init__(self, world: World, tree: Tree) -> None:
        self._world, self._tree = world, tree
        self._none = np.ones((world.calendar.periods, world.calendar.months_per_period))
        self._calm = np.ones(tree.size)
        self._events = [
            (effect, event.from_, event.to) for event in world.settings.events.values() for effect in event.effects
        ]
        self._crises = [
            (effect, name, crisis) for name, crisis in world.settings.crises.items() for effect in crisis.effects
        ]
        self._strengths: dict[tuple[int, int], np.ndarray] = {}

    def _acts(self, number: int, lag: int) -> Months:
        """Whether an event's effect acts in each month, `lag` periods later than it does."""
        _, begins, ends = self._events[number]
        calendar = self._world.calendar
        months = calendar.begins[:, np.newaxis] + np.arange(calendar.months_per_period)
        months = months - lag * calendar.months_per_period
        return (months >= begins) & (months <= ends)

    def _strength(self, number: int, lag: int) -> np.ndarray:
        """How fully a crisis's effect acts at each node, 0..1, `lag` periods later along the path than it does."""
        if (number, lag) not in self._strengths:
            effect, name, crisis = self._crises[number]
            tree = self._tree
            if lag == 0:
                self._strengths[number, lag] = _strength(effect, crisis, *tree.clock(name))
            else:
                earlier = tree.ancestor(lag)
                before = self._strength(number, 0)[earlier]
                # further back than the onset lies the plan, where no crisis acts
                self._strengths[number, lag] = np.where(earlier >= 0, before, 0.0)
        return self._strengths[number, lag]

    def _lost(self, hits: Iterable[tuple[bool, int]], lag: int) -> Part:
        """What the losses of some effects leave together; each is an event's (True) or a crisis's, by its number."""
        events, crisis = self._none, self._calm
        for of_event, number in hits:
            if of_event:
                loss = self._events[number][0].loss or 0.0
                events = events * np.where(self._acts(number, lag), 1.0 - loss, 1.0)
            else:
                loss = self._crises[number][0].loss or 0.0
                crisis = crisis * (1.0 - loss * self._strength(number, lag))
        return Part(events, crisis)

    def supply(self, source: str, on_route: bool) -> Supply | None:
        """What is left of a supplier or project, or of its route; None where no effect hits it."""
        own: list[tuple[bool, int]] = []
        feed: dict[str, list[tuple[bool, int]]] = {}
        for key, effect in self._numbered():
            if effect.loss is None or bool(effect.routes) != on_route:
                continue
            hit = hits(effect, source, self._world)
            if hit is True:
                own.append(key)
            for country in hit if isinstance(hit, frozenset) else ():
                feed.setdefault(country, []).append(key)
        if not own and not feed:
            return None
        lags = {} if on_route else self._world.lags.get(source, {})
        parts = {country: self._lost(found, lags.get(country, 0)) for country, found in sorted(feed.items())}
        shares = {country: self._world.origins[source][country] for country in parts}
        return Supply(self._lost(own, 0), parts, shares)

    def _numbered(self) -> Iterator[tuple[tuple[bool, int], EventEffect]]:
        yield from (((True, i), effect) for i, (effect, *_) in enumerate(self._events))
        yield from (((False, i), effect) for i, (effect, *_) in enumerate(self._crises))

    def _multiplied(self, chosen: Iterable[tuple[tuple[bool, int], float]]) -> Part:
        events, crisis = self._none, self._calm
        for (of_event, number), factor in chosen:
            if of_event:
                events = events * np.where(self._acts(number, 0), factor, 1.0)
            else:
                crisis = crisis * (1.0 + (factor - 1.0) * self._strength(number, 0))
        return Part(events, crisis)

    def factor(self, material: str, kind: str) -> Part:
        """What effects multiply a material's demand by."""
        chosen = [
            (key, float(getattr(effect, kind)))
            for key, effect in self._numbered()
            if getattr(effect, kind) is not None and material in materials_hit(effect, self._world)
        ]
        return self._multiplied(chosen)

    def price(self, supplier: str) -> Part:
        """What effects multiply the spot price in a supplier's country by."""
        chosen = [
            (key, effect.price_factor)
            for key, effect in self._numbered()
            if effect.price_factor is not None and moves_price(effect, supplier, self._world)
        ]
        return self._multiplied(chosen)


def _followed(world: World, supplier: str, factor: np.ndarray) -> np.ndarray:
    """What the price of a supplier is multiplied by, of which a contract follows its index."""
    row = world.suppliers[supplier]
    return factor if row.kind == "spot" else 1.0 + row.index * (factor - 1.0)


def _strength(effect: Effect, crisis: Crisis, age: np.ndarray, length: np.ndarray) -> np.ndarray:
    """How fully an effect acts at nodes, by age (-1 before its crisis) and length (`SPINE` while that goes on)."""
    own = np.inf if effect.duration is None else float(effect.duration)
    lasts = np.where(length == SPINE, np.inf, length)
    ended = np.minimum(effect.start + own, lasts)
    begun = effect.start < lasts
    full = begun & (age >= effect.start) & (age < ended)
    strength = np.where(full, 1.0, 0.0)
    if effect.return_over:
        with np.errstate(invalid="ignore"):
            after = age - ended  # 0 in the first period after the effect
        # mean over each period of a straight line from 1 down to 0
        returning = begun & (after >= 0) & (after < effect.return_over)
        strength = np.where(returning, 1.0 - (after + 0.5) / effect.return_over, strength)
    return strength


def hits(effect: EventEffect, source: str, world: World) -> bool | frozenset[str]:
    """Whether an effect hits a supplier or project itself, or the countries of its feed that it hits.

    The selectors narrow each other. An effect that hits the plant does not hit its feed as well.
    """
    row = world.sources[source]
    if effect.suppliers and source not in effect.suppliers:
        return False
    if effect.routes and row.route not in effect.routes:
        return False
    if effect.materials and row.material not in effect.materials:
        return False
    if not effect.countries:
        return True
    countries = world.members(effect.countries)
    if row.country in countries:
        return True
    feed = frozenset(c for c, share in world.origins[source].items() if c in countries and share > 0.0)
    return feed or False


def share_hit(effect: EventEffect, source: str, world: World) -> float:
    """The share of a supplier or project that an effect hits."""
    hit = hits(effect, source, world)
    if isinstance(hit, bool):
        return float(hit)
    return sum(world.origins[source][country] for country in hit)


def materials_hit(effect: EventEffect, world: World) -> list[str]:
    """Materials named by an effect; where it selects suppliers, those that the ones it hits themselves offer."""
    if effect.countries or effect.suppliers or effect.routes:
        return sorted({row.material for source, row in world.sources.items() if hits(effect, source, world) is True})
    return sorted(set(effect.materials or world.materials) & set(world.materials))


def moves_price(effect: EventEffect, supplier: str, world: World) -> bool:
    """Whether a price factor moves the price of a supplier, of a contract as if it were spot."""
    row = world.floating[supplier]
    if effect.market or not (effect.countries or effect.suppliers or effect.routes):
        return row.material in materials_hit(effect, world)
    if effect.materials and row.material not in effect.materials:
        return False
    if effect.suppliers and supplier not in effect.suppliers:
        return False
    if effect.routes and row.route not in effect.routes:
        return False
    return not effect.countries or row.country in world.members(effect.countries)
