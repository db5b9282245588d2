"""Names and lists as sentences hold them."""

from __future__ import annotations

from collections.abc import Mapping

from bichiku.model.countries import country_name
from bichiku.model.world import World


def country(code: str) -> str:
    """A country by code and in words: ``CHN China``."""
    name = country_name(code)
    return code if name == code else f"{code} {name}"


def lengths(periods: Mapping[int, float]) -> str:
    """The length of a crisis in periods: ``6``, or ``3 (40 %), 6 (60 %)``."""
    if len(periods) == 1:
        return str(next(iter(periods)))
    return ", ".join(f"{length} ({100 * share:.3g} %)" for length, share in periods.items())


def listed(items: list[str], most: int = 6) -> str:
    """``a, b and c``; beyond `most` how many more there are."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def choice_words(world: World) -> str:
    """What a choice between strategies turns on: what a tonne short costs, and crises, neither of which is bought."""
    rows = [world.materials[name] for name in world.demand]
    assumed = sum(row.basis in (None, "assumed") for row in rows)
    whose = f"{assumed} of {len(rows)} materials"
    if assumed == len(rows):
        whose = {1: "the one material", 2: "both materials"}.get(assumed, f"all {assumed} materials")
    costs = f"what a shortage costs, assumed for {whose}" if assumed else "what a shortage costs"
    return f"{costs}, and on odds and force of crises, which are all assumed" if world.settings.crises else costs
