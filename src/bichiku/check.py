"""Warnings: a model that can be solved, but may not mean what its author thinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bichiku.formulate.shares import counted_sources, limited_materials
from bichiku.read.tables import SupplierRow
from bichiku.tree import onset_periods
from bichiku.world import World


@dataclass(frozen=True)
class Advice:
    """One warning, with the code by which it is documented in ``docs/messages.md``."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def advice(world: World) -> list[Advice]:
    """All warnings about a world."""
    return [Advice(code, message) for code, rule in _RULES.items() for message in rule(world)]


def _lead_time_on_contract(world: World) -> Iterator[str]:
    for name, row in world.contracts.items():
        if row.lead_periods or row.in_transit_t:
            yield f"{name}: contracts deliver through the whole year; lead_periods and in_transit_t are not used"


def _gap_without_supplier(world: World) -> Iterator[str]:
    sold = {row.material for row in world.suppliers.values()}
    for material in world.materials:
        if material not in sold and world.settings.crises:
            yield f"{material}: no supplier sells it, so what a crisis leaves missing is priced at its reference price"


def _supply_below_demand(world: World) -> Iterator[str]:
    for material, by_year in world.demand.items():
        peak = max(by_year.values())
        suppliers = sum(row.capacity_t for row in world.suppliers.values() if row.material == material)
        projects = sum(row.existing_t + row.max_build_t for row in world.projects.values() if row.material == material)
        if suppliers + projects < peak:
            have = suppliers + projects
            yield f"{material}: all suppliers and projects together make {have:,.6g} t a year, demand is {peak:,.6g} t"


def _never_begins(world: World) -> Iterator[str]:
    for name, crisis in world.settings.crises.items():
        periods = world.calendar.periods
        if not onset_periods(crisis, periods):
            yield f"{name}: its first onset lies after the last period, {periods}, so it never begins"


def _floor_without_supplier(world: World) -> Iterator[str]:
    for floor in world.policies.share_floors:
        group = world.members(floor.group)
        if not floor.min(world.calendar.years).any():
            continue
        for material in limited_materials(floor.materials, world):
            sources = counted_sources(world, material, floor.of)
            if sources and not any(_can_sell(world, s) and world.share_from(s, group, floor.stage) for s in sources):
                name = floor.name or "+".join(floor.group)
                yield f"{name}: nobody in the group can sell {material}, so the floor is kept only by buying none"


def _can_sell(world: World, source: str) -> bool:
    row = world.sources[source]
    if isinstance(row, SupplierRow):
        return row.capacity_t > 0
    return row.existing_t > 0 or (row.max_build_t > 0 and row.build_periods < world.calendar.periods)


_RULES: dict[str, Callable[[World], Iterator[str]]] = {
    "W101": _lead_time_on_contract,
    "W102": _gap_without_supplier,
    "W103": _supply_below_demand,
    "W104": _never_begins,
    "W105": _floor_without_supplier,
}
