"""Share caps and floors, the cap on any one country, and the limit on concentration, from the plan's arrivals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.verification.facts import PolicyRow, Priced, RunFacts, limited_materials
from bichiku.verification.files import NOTHING
from bichiku.verification.flows import Flows
from bichiku.verification.geography import countries_of, feed_from, foreign, parts_by_country
from bichiku.verification.tree import discount
from bichiku.verification.units import ones_of
from bichiku.verification.verdict import Place

PLANES = 1e-4  # how far over its limit planes leave an index of concentration
GRAM = 1e-6  # of one tonne: what solvers do not tell from none


def share_caps(facts: RunFacts, caps: Any) -> Iterator[PolicyRow]:
    """Groups of countries that may supply so much at most."""
    yield from _group_limits(facts, "share_caps", caps, "max")


def share_floors(facts: RunFacts, floors: Any) -> Iterator[PolicyRow]:
    """Groups of countries that must supply so much at least."""
    yield from _group_limits(facts, "share_floors", floors, "min", floor=True)


def country_cap(facts: RunFacts, cap: Any) -> Iterator[PolicyRow]:
    """The cap on every country but the buyer's own and the exceptions."""
    exempt = {*cap.except_, facts.world.settings.buyer}
    for material in limited_materials(facts.world, cap.materials):
        found = {
            country
            for name in _counted(facts.world, material, cap.of)
            for country in parts_by_country(facts.world, name, cap.stage)
        }
        for country in sorted(found - exempt):
            yield from _share_rows(facts, ("country_cap", country, material), cap, cap.max, frozenset({country}))


def _group_limits(facts: RunFacts, family: str, limits: Any, key: str, floor: bool = False) -> Iterator[PolicyRow]:
    """Two limits of one name are told apart as ``name`` and ``name #2``."""
    taken: set[tuple[str, str]] = set()
    for limit in limits:
        countries = countries_of(facts.world, limit.group)
        for material in limited_materials(facts.world, limit.materials):
            name, number = limit.name or "+".join(limit.group), 1
            label = name
            while (label, material) in taken:
                number += 1
                label = f"{name} #{number}"
            taken.add((label, material))
            path = getattr(limit, key)
            yield from _share_rows(facts, (family, label, material), limit, path, countries, limit.soft, floor)


def _share_rows(
    facts: RunFacts,
    row: tuple[str, str, str],
    limit: Any,
    path: TimePath,
    countries: frozenset[str],
    soft: float | None = None,
    floor: bool = False,
) -> Iterator[PolicyRow]:
    """One row per calendar year: the group's arrivals against their share of all, both of the plan.

    Args:
        facts: what the run states.
        row: family, name of the limit and material.
        limit: the limit's keys.
        path: the share by year.
        countries: whose arrivals count.
        soft: money per tonne beyond the limit; None where it is hard.
        floor: whether the share is the least.
    """
    _, label, material = row
    world, flows = facts.world, facts.flows
    names = list(world.sources)
    counted = _counted(world, material, limit.of)
    if not counted:
        return
    columns = np.array([names.index(name) for name in counted])
    if limit.stage == "exporter":
        part = np.array([float(world.sources[name].country in countries) for name in counted])
    else:
        part = np.array([feed_from(world, name, countries) for name in counted])
    discounts = discount(world, np.arange(world.calendar.periods))
    arrived = flows["arrived"][facts.plan][:, columns]
    for year in np.unique(facts.plan_years):
        inside = facts.plan_years == year
        share = float(path(np.array([year]))[0])
        tonnes = arrived[inside].sum(axis=0)
        yield PolicyRow(
            key=(*row, "", NOTHING, NOTHING, int(year), ""),
            value=float(part @ tonnes),
            limit=share * float(tonnes.sum()),
            stated=0.0,
            scale=float(np.abs(tonnes).sum()),
            place=partial(_arrivals_place, flows, f"{label} {material} {year}", facts.plan[inside], columns[part > 0]),
            unit="t",
            floor=floor,
            priced=Priced(100.0 * share, "point", 1.0, int(year)),
            is_share=True,
            penalty=None if soft is None else soft * float(discounts[np.flatnonzero(inside)[-1]]),
        )


def _arrivals_place(flows: Flows, text: str, nodes: np.ndarray, columns: np.ndarray) -> Place:
    return flows.joint_place(text, [("arrived", int(node), int(column)) for node in nodes for column in columns])


def concentration(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    """The Herfindahl-Hirschman index of each material and year; planes keep it to within `PLANES` of its limit."""
    world, flows = facts.world, facts.flows
    names = list(world.sources)
    for material in limited_materials(world, policy.materials):
        counted = _counted(world, material, policy.of)
        columns = np.array([names.index(name) for name in counted], dtype=int)
        parts = [parts_by_country(world, name, policy.stage) for name in counted]
        countries = sorted({country for part in parts for country in part})
        if not counted:
            continue
        by_country = np.array([[part.get(country, 0.0) for country in countries] for part in parts])
        gram = GRAM * ones_of(world).tonnes
        for year in np.unique(facts.plan_years):
            inside = facts.plan_years == year
            arrived = flows["arrived"][facts.plan[inside]][:, columns].sum(axis=0)
            limit = float(policy.max(np.array([year]))[0]) + PLANES
            tonnes = arrived @ by_country
            over = float(np.linalg.norm(tonnes)) - math.sqrt(limit) * float(arrived.sum())
            # the index of rounding says nothing; a year without arrivals is at every limit
            index = float(tonnes @ tonnes) / float(arrived.sum()) ** 2 if abs(over) > gram else limit
            yield PolicyRow(
                key=("concentration", "", material, "", NOTHING, NOTHING, int(year), ""),
                value=index,
                limit=limit,
                stated=0.0,
                scale=index,
                place=partial(_arrivals_place, flows, f"{material} {year}", facts.plan[inside], columns),
                unit="t",
                planes=PLANES,
            )


def _counted(world: World, material: str, of: str) -> list[str]:
    """The sources whose arrivals are a material's imports (or supply)."""
    return [
        name
        for name, row in world.sources.items()
        if row.material == material and (of == "supply" or foreign(world, name))
    ]
