"""Rows that compare a group of countries' arrivals with all arrivals, year by year on the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bichiku.formulate.stencil import Stencil
from bichiku.read.time_path import TimePath
from bichiku.world import World


@dataclass(frozen=True)
class ShareRow:
    """A limit on the share of some countries in a material's imports (or supply).

    Attributes:
        countries: whose arrivals count.
        stage: ``exporter`` or ``origin``.
        of: ``imports`` or ``supply``.
        limit: the share by calendar year.
    """

    countries: frozenset[str]
    stage: str
    of: str
    limit: TimePath


def limited_materials(chosen: list[str] | None, world: World) -> list[str]:
    """Materials that a policy speaks of: those named, or all."""
    return sorted(world.materials) if chosen is None else sorted(set(chosen))


def counted_sources(world: World, material: str, of: str) -> list[str]:
    """Suppliers and projects whose arrivals make up a material's imports (or supply)."""
    return [
        name
        for name, row in world.sources.items()
        if row.material == material and (of == "supply" or world.is_import(name))
    ]


def add_share_rows(
    stencil: Stencil,
    world: World,
    family: str,
    rows: Mapping[tuple[str, str], ShareRow],
    sense: Literal["cap", "floor"],
) -> None:
    """Declares one row per calendar year for each (name of the limit, material)."""
    if not rows:
        return
    stencil.parameters(f"{family}_share", {key: row.limit(stencil.years) for key, row in rows.items()})
    shares = stencil.model.component(f"{family}_share")

    def rule(m: Any, name: str, material: str) -> Any:
        row = rows[name, material]
        counted = counted_sources(world, material, row.of)
        # Σ (share of this source − limit) · arrivals, so that each arrival has one coefficient
        body = sum(
            (world.share_from(source, row.countries, row.stage) - shares[name, material]) * m.arrive[source]
            for source in counted
        )
        return body <= 0 if sense == "cap" else body >= 0

    with_sources = [key for key in rows if counted_sources(world, key[1], rows[key].of)]
    stencil.add_rows(
        family,
        with_sources,
        rule,
        nodes=stencil.tree.plan,
        key=stencil.years,
        place="year",
        unit="t",
        policy=True,
    )
