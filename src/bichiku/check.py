"""Warnings: a model that can be solved, but may not mean what its author thinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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


_RULES: dict[str, Callable[[World], Iterator[str]]] = {
    "W101": _lead_time_on_contract,
    "W102": _gap_without_supplier,
    "W103": _supply_below_demand,
}
