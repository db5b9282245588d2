"""What a buyer may lose: each country it is supplied from, pairs of the largest, each route and each group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from bichiku.model.settings import Crisis, Effect, Onset
from bichiku.model.world import World
from bichiku.result.held_plan import HeldPlan

LARGEST = 5  # countries of which every pair is lost
MONTHS = (1, 3, 6, 12, 24)  # that a loss lasts
COUNTRY, PAIR, ROUTE, GROUP = "country", "pair", "route", "group"


@dataclass(frozen=True)
class Loss:
    """Something that is lost whole.

    Attributes:
        kind: `COUNTRY`, `PAIR`, `ROUTE` or `GROUP`.
        names: the countries, the route or the group.
    """

    kind: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """What tables call it."""
        return "+".join(self.names)

    def effect(self) -> Effect:
        """Nothing of it is left."""
        selected = {"routes": list(self.names)} if self.kind == ROUTE else {"countries": list(self.names)}
        return Effect.model_validate({**selected, "loss": 1.0})


def losses_of(world: World, held: HeldPlan) -> list[Loss]:
    """Everything that may be lost, in the order of kinds and names; the buyer's own country is not."""
    countries = supply_by_country(world, held)
    largest = sorted(countries, key=lambda code: (-countries[code], code))[:LARGEST]
    routes = {row.route for row in world.sources.values() if row.route is not None}
    groups = [name for name, members in world.groups.items() if members & set(countries)]
    return [
        *(Loss(COUNTRY, (code,)) for code in sorted(countries)),
        *(Loss(PAIR, (one, other)) for one, other in combinations(sorted(largest), 2)),
        *(Loss(ROUTE, (route,)) for route in sorted(routes)),
        *(Loss(GROUP, (name,)) for name in sorted(groups)),
    ]


def supply_by_country(world: World, held: HeldPlan) -> dict[str, float]:
    """What the plan ships from each country, or from its feed, in money at reference prices; all that could ship."""
    found: dict[str, float] = {}
    for source, row in world.sources.items():
        price = world.materials[row.material].reference_price
        value = float(held.shipments[source].sum()) * price
        for country, share in {row.country: 1.0, **world.origins[source]}.items():
            if country != world.settings.buyer:
                found[country] = found.get(country, 0.0) + value * share
    return found


def lengths_of(world: World, months: tuple[int, ...] = MONTHS) -> dict[int, int]:
    """Periods to months, of the losses that last whole periods of the model; others are left out."""
    per_period = world.calendar.months_per_period
    return {count // per_period: count for count in months if count % per_period == 0}


def crisis_of(loss: Loss, world: World) -> Crisis:
    """The loss as a crisis whose lengths are all as likely, with a year, or the longest lead time, to recover in."""
    lengths = lengths_of(world)
    leads = [row.lead_periods for row in world.suppliers.values()]
    leads += [row.lead_periods for row in world.projects.values()]
    return Crisis(
        onsets=[Onset(period=1, probability=1.0)],
        duration=dict.fromkeys(lengths, 1.0 / len(lengths)),
        recovery=max(world.calendar.periods_per_year, *leads),
        effects=[loss.effect()],
    )
