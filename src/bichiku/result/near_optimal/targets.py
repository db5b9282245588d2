"""What ranges are asked of: each country's share of a material's imports, and each reserve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bichiku.policies.shares import counted_sources
from bichiku.program import Quantity
from bichiku.result.outcome import Outcome


@dataclass(frozen=True)
class Target:
    """A quantity linear in the columns, or the ratio of two such.

    Attributes:
        kind: ``share`` or ``reserve``.
        material: the material.
        name: country code, or the month of the stock.
        unit: unit of the value.
        top: value of each column in the quantity (or the ratio's numerator); shape (columns,).
        top_constant: what no column moves of it, such as goods under way at the start.
        bottom, bottom_constant: the ratio's denominator; `bottom` is None for a quantity.
    """

    kind: str
    material: str
    name: str
    unit: str
    top: np.ndarray
    top_constant: float = 0.0
    bottom: np.ndarray | None = None
    bottom_constant: float = 0.0

    def at(self, x: np.ndarray) -> float:
        """Its value at a point; not a number where a ratio has no denominator."""
        top = float(self.top @ x) + self.top_constant
        if self.bottom is None:
            return top
        bottom = float(self.bottom @ x) + self.bottom_constant
        return top / bottom if bottom > 0 else float("nan")

    @property
    def columns(self) -> np.ndarray:
        """Numbers of the columns that move it."""
        moving = self.top != 0.0
        return np.flatnonzero(moving if self.bottom is None else moving | (self.bottom != 0.0))

    def of(self, columns: np.ndarray) -> Target:
        """The target over some columns."""
        return replace(self, top=self.top[columns], bottom=None if self.bottom is None else self.bottom[columns])


def targets(outcome: Outcome, materials: Sequence[str]) -> Iterator[Target]:
    """Shares of imports by exporter in the last reported year, and days of cover at the end of the window."""
    world, calendar = outcome.world, outcome.world.calendar
    columns = outcome.program.shape[1]
    year = calendar.last_reported_year
    nodes = outcome.plan[outcome.plan_years == year]
    for material in materials:
        part = outcome.of(material)
        size = part.tree.size
        sources = counted_sources(world, material, "imports")
        total, under_way = Quantity.total(map(outcome.arrivals, sources), size).summed(nodes, columns)
        for country in sorted({world.sources[source].country for source in sources}):
            mine = [outcome.arrivals(source) for source in sources if world.sources[source].country == country]
            top, constant = Quantity.total(mine, size).summed(nodes, columns)
            yield Target("share", material, country, "share of imports", top, constant, total, under_way)
        last = int(outcome.plan[calendar.reported - 1])
        use = part.use(material)[last]
        if use > 0:
            top = np.zeros(columns)
            stock = outcome.program.columns_of("stock", material)
            top[stock.start + last] = calendar.days
            used, demand = _use(material, outcome, last)
            yield Target("reserve", material, calendar.label(calendar.reported), "days", top, 0.0, used, demand)


def _use(material: str, outcome: Outcome, node: int) -> tuple[np.ndarray, float]:
    """Tonnes used at a node of the plan: of feed as a vector over all columns, of demand as a constant."""
    vector = np.zeros(outcome.program.shape[1])
    for name in outcome.world.consumers(material):
        vector[outcome.program.columns_of("run", name).start + node] = (
            outcome.world.projects[name].input_per_output or 0.0
        )
    demand = outcome.demand[material][node] if material in outcome.world.demand else 0.0
    return vector, float(demand)
