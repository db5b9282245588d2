"""What events and a crisis do to supply, demand and prices in a period, written from docs/formulation.md alone.

It shares nothing with the product but the read inputs (`World`), so that agreement is evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bichiku.model.settings import Effect, EventEffect
from bichiku.model.tables import ProjectRow, SupplierRow
from bichiku.model.world import World

PERIODS_PER_YEAR = {"month": 12, "quarter": 4, "year": 1}
ROUNDING = 1e-12
WHOLE = ""  # stands for a source itself, beside the countries of its feed


class Moment(NamedTuple):
    """A period of the plan (crisis None), of a crisis that goes on (length 0), or of one after it lasted `length`."""

    crisis: str | None
    onset: int
    length: int
    period: int

    @property
    def age(self) -> int:
        """Periods since the onset."""
        return self.period - self.onset


class Left(NamedTuple):
    """What a crisis alone leaves of a supplier or project: of itself, of its feed by country, and on its route."""

    own: float
    feed: dict[str, float]
    route: float

    def hit(self, world: World, source: str) -> set[str]:
        """The countries of the feed whose part is hit."""
        parts = {country for country, share in world.origins[source].items() if share > 0}
        if self.own < 1.0 - ROUNDING or self.route < 1.0 - ROUNDING:
            return parts
        return {country for country in parts if self.feed[country] < 1.0 - ROUNDING}


@dataclass(frozen=True)
class State:
    """What can be shipped and what arrives (by supplier or project), demand (by material) and spot prices."""

    export: dict[str, float]
    route: dict[str, float]
    demand: dict[str, float]
    price_factor: dict[str, float]

    def changed_from(self, other: State, sources: set[str], materials: set[str]) -> bool:
        """Whether anything is other for these sources and materials."""
        return any(
            abs(value - after[name]) > ROUNDING * (1.0 + abs(value))
            for before, after, names in (
                (self.export, other.export, sources),
                (self.route, other.route, sources),
                (self.demand, other.demand, materials),
                (self.price_factor, other.price_factor, sources),
            )
            for name, value in before.items()
            if name in names
        )


class States:
    """The state at every moment of a world, and what its crises alone leave of the supply."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.months = 12 // PERIODS_PER_YEAR[world.settings.resolution]
        self._known: dict[Moment, State] = {}
        self._left: dict[tuple[str, Moment], Left] = {}

    def at(self, moment: Moment) -> State:
        """The state at a moment."""
        if moment not in self._known:
            self._known[moment] = self._state(moment)
        return self._known[moment]

    def calm(self, period: int) -> State:
        """What events alone leave in a period."""
        return self.at(Moment(None, 0, 0, period))

    def left_by_crisis(self, source: str, moment: Moment) -> Left:
        """What the crisis's effects alone leave of a source."""
        if (source, moment) not in self._left:
            self._left[source, moment] = self._left_of(source, moment)
        return self._left[source, moment]

    def _left_of(self, source: str, moment: Moment) -> Left:
        own = self._lost(source, moment, None, WHOLE, on_route=False)
        feed = {c: self._lost(source, moment, None, c, on_route=False) for c in self.world.origins[source]}
        on_route = {c: self._lost(source, moment, None, c, on_route=True) for c in self.world.origins[source]}
        whole = self._lost(source, moment, None, WHOLE, on_route=True)
        return Left(own, feed, whole * self._by_share(source, on_route))

    def left_by_events(self, source: str, period: int, countries: set[str]) -> float:
        """The share of a source's capacity that events alone leave of the parts of its feed from some countries."""
        calm = Moment(None, 0, 0, period)
        parts = []
        for month in self.months_of(period):
            own = self._lost(source, calm, month, WHOLE, on_route=False)
            feed = {c: self._lost(source, calm, month, c, on_route=False) for c in countries}
            parts.append(own * self._by_share(source, feed))
        return sum(parts) / len(parts)

    def months_of(self, period: int) -> range:
        """The months of a period, counted as the settings count them."""
        begins = self.world.settings.start + (period - 1) * self.months
        return range(begins, begins + self.months)

    def _state(self, moment: Moment) -> State:
        world, months = self.world, self.months_of(moment.period)
        sources = [*world.suppliers, *world.projects]
        export, route = {}, {}
        for source in sources:
            export[source] = sum(self._passes(source, moment, month, on_route=False) for month in months) / len(months)
            route[source] = sum(self._passes(source, moment, month, on_route=True) for month in months) / len(months)
        demand, price_factor = {}, {}
        for material in world.materials:
            by_month = [self._moves_demand(material, moment, month) for month in months]
            demand[material] = 0.0
            if material in world.demand:
                yearly = [world.demand[material][month // 12] for month in months]
                demand[material] = sum(t / 12.0 * factor for t, factor in zip(yearly, by_month, strict=True))
        for name, row in world.suppliers.items():
            if row.kind == "spot" or row.index:
                by_month = [self._moves_price(name, moment, month) for month in months]
                price_factor[name] = sum(by_month) / len(months)
                if row.kind == "contract":  # follows the spot price of its country by a share
                    price_factor[name] = 1.0 - row.index + row.index * price_factor[name]
        return State(export, route, demand, price_factor)

    # Losses

    def _passes(self, source: str, moment: Moment, month: int, on_route: bool) -> float:
        own = self._lost(source, moment, month, WHOLE, on_route)
        feed = {c: self._lost(source, moment, month, c, on_route) for c in self.world.origins[source]}
        return own * self._by_share(source, feed)

    def _by_share(self, source: str, feed: dict[str, float]) -> float:
        return sum(self.world.origins[source][country] * left for country, left in feed.items())

    def _lost(self, source: str, moment: Moment, month: int | None, part: str, on_route: bool) -> float:
        """The product of ``1 - loss * strength`` over what hits a part of a source; without a month no event counts."""
        lag = 0 if on_route or part == WHOLE else self.world.lags.get(source, {}).get(part, 0)
        left = 1.0
        for effect, strength in self._acting(moment, month, lag):
            if effect.loss is not None and bool(effect.routes) == on_route and self.hits(effect, source, part):
                left *= 1.0 - effect.loss * strength
        return left

    def _acting(self, moment: Moment, month: int | None, lag: int = 0) -> Iterator[tuple[EventEffect, float]]:
        """Effects with the strength that they have so many periods before a month of a moment."""
        settings = self.world.settings
        if month is not None:
            for event in settings.events.values():
                if event.from_ <= month - lag * self.months <= event.to:
                    for effect in event.effects:
                        yield effect, 1.0
        if moment.crisis is not None:
            for timed in settings.crises[moment.crisis].effects:
                yield timed, strength(timed, moment.age - lag, moment.length)

    def hits(self, effect: EventEffect, source: str, part: str) -> bool:
        """Whether an effect hits a source itself, or the part of its feed from a country."""
        if not self._selects(effect, source):
            return False
        row = self._row(source)
        countries = self.world.members(effect.countries or [])
        itself = not effect.countries or row.country in countries
        return itself if part == WHOLE else not itself and part in countries

    def _selects(self, effect: EventEffect, source: str) -> bool:
        """Whether suppliers, routes and materials of an effect let a source through."""
        row = self._row(source)
        return (
            (not effect.suppliers or source in effect.suppliers)
            and (not effect.routes or row.route in effect.routes)
            and (not effect.materials or row.material in effect.materials)
        )

    def _row(self, source: str) -> SupplierRow | ProjectRow:
        return self.world.suppliers[source] if source in self.world.suppliers else self.world.projects[source]

    # Demand and prices

    def _moves_demand(self, material: str, moment: Moment, month: int) -> float:
        factor = 1.0
        for effect, strong in self._acting(moment, month):
            if effect.demand_factor is not None and material in self._materials(effect):
                factor *= 1.0 + (effect.demand_factor - 1.0) * strong
        return factor

    def _moves_price(self, supplier: str, moment: Moment, month: int) -> float:
        factor = 1.0
        for effect, strong in self._acting(moment, month):
            if effect.price_factor is None:
                continue
            if effect.market or not (effect.countries or effect.suppliers or effect.routes):
                moved = self._row(supplier).material in self._materials(effect)
            else:
                moved = self.hits(effect, supplier, WHOLE)
            if moved:
                factor *= 1.0 + (effect.price_factor - 1.0) * strong
        return factor

    def _materials(self, effect: EventEffect) -> set[str]:
        """The materials that an effect names, or that the suppliers and projects that it selects offer."""
        if effect.countries or effect.suppliers or effect.routes:
            sources = [*self.world.suppliers, *self.world.projects]
            return {self._row(source).material for source in sources if self.hits(effect, source, WHOLE)}
        return set(effect.materials or self.world.materials)


def strength(effect: Effect, age: int, length: int) -> float:
    """How fully an effect of a crisis acts at an age; length 0 is the spine, on which the crisis goes on."""
    if age < effect.start or (length and effect.start >= length):
        return 0.0
    end = ends(effect, length)
    if age < end:
        return 1.0
    fading = age - end + 1
    return 1.0 - (fading - 0.5) / effect.return_over if fading <= effect.return_over else 0.0


def ends(effect: Effect, length: int) -> float:
    """The age from which an effect fades."""
    end = math.inf if effect.duration is None else effect.start + effect.duration
    return min(end, length) if length else end
