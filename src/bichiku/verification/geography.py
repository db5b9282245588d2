"""Which countries a policy or an effect means, and how much of a source counts for them."""

from __future__ import annotations

from collections.abc import Iterable

from bichiku.model.world import World


def countries_of(world: World, names: Iterable[str]) -> frozenset[str]:
    """Country codes, with group names replaced by the countries of the group."""
    groups = {group for row in world.countries.values() for group in row.groups}
    named = set(names)
    of_groups = {code for code, row in world.countries.items() if named.intersection(row.groups)}
    return frozenset((named - groups) | of_groups)


def feed_from(world: World, source: str, countries: Iterable[str]) -> float:
    """The share of a source's feed that comes from some countries."""
    wanted = set(countries)
    return sum(share for country, share in world.origins[source].items() if country in wanted)


def parts_by_country(world: World, source: str, stage: str) -> dict[str, float]:
    """How a tonne of a source is divided between countries at a stage; zero shares left out."""
    if stage == "exporter":
        return {world.sources[source].country: 1.0}
    return {country: share for country, share in world.origins[source].items() if share > 0}


def foreign(world: World, source: str) -> bool:
    """Whether a source lies outside the buyer's country, so that its arrivals are imports."""
    return world.settings.buyer is None or world.sources[source].country != world.settings.buyer
