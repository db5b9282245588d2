"""Names and lists as sentences hold them."""

from __future__ import annotations

from collections.abc import Mapping

from bichiku.model.countries import country_name
from bichiku.model.tables import ShortageRow
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


def _weakest_basis(world: World, material: str) -> str | None:
    """The basis of what a shortage costs: of its tranches where it has some, and of those the weakest."""
    tranches = [row.basis for row in world.rows if isinstance(row, ShortageRow) and row.material == material]
    bases = tranches or [world.materials[material].basis]
    return next((basis for basis in (None, "assumed") if basis in bases), bases[0])


def choice_words(world: World) -> str:
    """What a choice between strategies turns on: what a tonne short costs, and crises, neither of which is bought."""
    bases = [_weakest_basis(world, name) for name in world.demand]
    weak = [basis for basis in bases if basis in (None, "assumed")]
    whose = f"{len(weak)} of {len(bases)} materials"
    if len(weak) == len(bases):
        whose = {1: "the one material", 2: "both materials"}.get(len(weak), f"all {len(weak)} materials")
    said = " or ".join(word for word, basis in (("assumed", "assumed"), ("of no stated basis", None)) if basis in weak)
    costs = f"what a shortage costs, {said} for {whose}" if weak else "what a shortage costs"
    return f"{costs}, and on odds and force of crises, which are all assumed" if world.settings.crises else costs
