"""The metrics of one or several strategies, to be looked up by name."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from bichiku.program import ALL


class Least(NamedTuple):
    """The material with the smallest value of a metric.

    Attributes:
        material: its name; empty where no material has the metric.
        value: the value; not a number there.
        others: how many others have the same.
    """

    material: str
    value: float
    others: int

    @property
    def words(self) -> str:
        """The material, and how many others are like it."""
        return f"{self.material} and {self.others} more" if self.others else self.material


class MetricValues:
    """The numbers of summaries by strategy, metric and material.

    Args:
        summaries: rows with `strategy`, `metric`, `material`, `value` and `detail`, such as those of comparison.csv.
    """

    def __init__(self, summaries: pd.DataFrame) -> None:
        self._rows: dict[tuple[str, str, str], tuple[float, str]] = {}
        self._materials: dict[tuple[str, str], list[str]] = {}
        self._details: dict[tuple[str, str], dict[str, float]] = {}
        for row in summaries.itertuples(index=False):
            strategy, metric, material = str(row.strategy), str(row.metric), str(row.material)
            detail = row.detail if isinstance(row.detail, str) else ""
            self._rows[strategy, metric, material] = (float(row.value), detail)
            if material == ALL:
                self._details.setdefault((strategy, metric), {})[detail] = float(row.value)
            if material != ALL:
                self._materials.setdefault((strategy, metric), []).append(material)

    def value(self, strategy: str, metric: str, material: str = ALL) -> float:
        """A number; not a number where there is none."""
        return self._rows.get((strategy, metric, material), (math.nan, ""))[0]

    def detail(self, strategy: str, metric: str, material: str = ALL) -> str:
        """The words beside a number."""
        return self._rows.get((strategy, metric, material), (math.nan, ""))[1]

    def by_detail(self, strategy: str, metric: str) -> dict[str, float]:
        """A metric of all materials together that has a number for each of several details, such as years."""
        return self._details.get((strategy, metric), {})

    def by_material(self, strategy: str, metric: str) -> dict[str, float]:
        """A metric of every material that has it."""
        return {m: self.value(strategy, metric, m) for m in self._materials.get((strategy, metric), [])}

    def least(self, strategy: str, metric: str, worst: str = "") -> Least:
        """The material with the smallest value; of several the one with most of the metric `worst`, else by name."""
        found = {name: value for name, value in self.by_material(strategy, metric).items() if not math.isnan(value)}
        if not found:
            return Least("", math.nan, 0)
        least = min(found.values())
        alike = sorted(name for name, value in found.items() if value <= least)
        most = self.by_material(strategy, worst)
        return Least(max(alike, key=lambda name: most.get(name, 0.0)), least, len(alike) - 1)
