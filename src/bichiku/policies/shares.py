"""Rows that compare a group of countries' arrivals with all arrivals, year by year on the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bichiku.build.costs import PENALTY
from bichiku.build.program import ALL
from bichiku.build.stencil import Stencil
from bichiku.model.time_path import TimePath
from bichiku.model.world import World


@dataclass(frozen=True)
class ShareRow:
    """A limit on the share of some countries in a material's imports (or supply).

    Attributes:
        countries: whose arrivals count.
        stage: ``exporter`` or ``origin``.
        of: ``imports`` or ``supply``.
        limit: the share by calendar year.
        soft: money per tonne beyond the limit; None where the limit is hard.
    """

    countries: frozenset[str]
    stage: str
    of: str
    limit: TimePath
    soft: float | None = None


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
    with_sources = [key for key in rows if counted_sources(world, key[1], rows[key].of)]
    beyond = _add_beyond(stencil, world, family, {k: rows[k] for k in with_sources if rows[k].soft is not None})

    def rule(m: Any, name: str, material: str) -> Any:
        row = rows[name, material]
        counted = counted_sources(world, material, row.of)
        # Σ (share of this source − limit) · arrivals, so that each arrival has one coefficient
        body = sum(
            (world.share_from(source, row.countries, row.stage) - shares[name, material]) * m.arrive[source]
            for source in counted
        )
        excess = beyond(m, name, material)
        return body - excess <= 0 if sense == "cap" else body + excess >= 0

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


def _add_beyond(
    stencil: Stencil, world: World, family: str, soft: Mapping[tuple[str, str], ShareRow]
) -> Callable[[Any, str, str], Any]:
    """Tonnes a year beyond soft limits and their penalty; returns what each row may exceed its limit by."""
    if not soft:
        return lambda m, name, material: 0.0
    variable = stencil.variables(f"{family}_beyond", soft, stencil.per_year)
    tree, years = stencil.tree, stencil.years
    last = np.append(np.flatnonzero(np.diff(years[tree.plan])), tree.periods - 1)
    at_year_end = np.zeros(tree.size)
    at_year_end[last] = 1.0
    closing = stencil.parameters(f"{family}_year_end", {ALL: at_year_end})

    def beyond(m: Any, name: str, material: str) -> Any:
        # the row adds up all nodes of a year, and the variable counts once
        return closing[ALL] * variable[name, material] if (name, material) in soft else 0.0

    def penalty(m: Any, material: str) -> Any:
        return sum(row.soft * variable[key] for key, row in soft.items() if key[1] == material)

    materials = sorted({material for _, material in soft})
    discount = world.calendar.discount(world.settings.discount_rate)[last]
    stencil.add_cost(f"{PENALTY}_{family}", materials, penalty, last, discount, line=PENALTY)
    return beyond
