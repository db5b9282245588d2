"""What ranges are asked of: each country's share of a material's imports, and each reserve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bichiku.policies.shares import counted_sources
from bichiku.result.outcome import Outcome


@dataclass(frozen=True)
class Target:
    """A quantity linear in the columns, or the ratio of two such.

    Attributes:
        kind: ``share`` or ``reserve``.
        material: the material.
        name: country code, or the month of the stock.
        unit: unit of the value.
        top: value of each column of the whole program in the quantity (or the ratio's numerator).
        bottom: the ratio's denominator; None for a quantity.
    """

    kind: str
    material: str
    name: str
    unit: str
    top: np.ndarray
    bottom: np.ndarray | None


def targets(outcome: Outcome, materials: Sequence[str]) -> Iterator[Target]:
    """Shares of imports by exporter in the last reported year, and days of cover at the end of the window."""
    world, tree = outcome.world, outcome.tree
    calendar = world.calendar
    year = calendar.last_reported_year
    nodes = tree.plan[outcome.years[tree.plan] == year]
    for material in materials:
        sources = counted_sources(world, material, "imports")
        by_source = {source: _arrivals(outcome, source, nodes) for source in sources}
        total = sum(by_source.values(), np.zeros(outcome.program.shape[1]))
        for country in sorted({world.sources[source].country for source in sources}):
            mine = [by_source[source] for source in sources if world.sources[source].country == country]
            top = sum(mine, np.zeros(outcome.program.shape[1]))
            yield Target("share", material, country, "share of imports", top, total)
        last = int(tree.plan[calendar.reported - 1])
        if material in world.demand and outcome.demand[material][last] > 0:
            top = np.zeros(outcome.program.shape[1])
            stock = outcome.program.columns_of("stock", material)
            top[stock.start + last] = calendar.days / outcome.demand[material][last]
            yield Target("reserve", material, calendar.label(calendar.reported), "days", top, None)


def _arrivals(outcome: Outcome, source: str, nodes: np.ndarray) -> np.ndarray:
    """Tonnes arriving at some nodes per unit of each column; goods under way at the start are left out."""
    world = outcome.world
    vector = np.zeros(outcome.program.shape[1])
    route = outcome.state.route[source][nodes]
    if source in world.contracts:
        first = outcome.program.columns_of("contract", source).start
        columns = first + outcome.years[nodes] - int(outcome.years.min())
        np.add.at(vector, columns, route * outcome.state.export[source][nodes] * world.calendar.year_share)
        return vector
    lead = world.sources[source].lead_periods
    sent = outcome.tree.ancestor(lead)[nodes]
    first = outcome.program.columns_of("run" if source in world.projects else "ship", source).start
    np.add.at(vector, first + sent[sent >= 0], route[sent >= 0])
    return vector
