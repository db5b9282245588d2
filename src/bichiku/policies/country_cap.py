"""Any-one-country cap: the share cap for every country but the buyer's own."""

from __future__ import annotations

from bichiku.build.stencil import Stencil
from bichiku.model.world import World
from bichiku.policies.shares import ShareRow, add_share_rows, counted_sources, limited_materials


def add_country_cap(stencil: Stencil, world: World) -> None:
    """``country's arrivals ≤ max · all arrivals`` for each country that supplies the material."""
    add_share_rows(stencil, world, "country_cap", country_rows(world), "cap")


def country_rows(world: World) -> dict[tuple[str, str], ShareRow]:
    """What the cap limits, by (country, material); empty without the policy."""
    policy = world.policies.country_cap
    if policy is None:
        return {}
    exempt = {*policy.except_, world.settings.buyer}
    rows: dict[tuple[str, str], ShareRow] = {}
    for material in limited_materials(policy.materials, world):
        for country in sorted(_countries(world, material, policy.stage, policy.of) - exempt):
            rows[country, material] = ShareRow(frozenset({country}), policy.stage, policy.of, policy.max)
    return rows


def _countries(world: World, material: str, stage: str, of: str) -> set[str]:
    sources = counted_sources(world, material, of)
    if stage == "exporter":
        return {world.sources[source].country for source in sources}
    return {country for source in sources for country, share in world.origins[source].items() if share > 0}
