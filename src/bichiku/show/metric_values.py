"""The metrics of one or several strategies, to be looked up by name."""

from __future__ import annotations

import math

import pandas as pd

from bichiku.program import ALL


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

    def least(self, strategy: str, metric: str) -> tuple[str, float]:
        """The material with the smallest value, and the value; no name and not a number where none has it."""
        found = [(value, name) for name, value in self.by_material(strategy, metric).items() if not math.isnan(value)]
        return (min(found)[1], min(found)[0]) if found else ("", math.nan)
