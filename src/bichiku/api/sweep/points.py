"""One point of a sweep, solved from where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bichiku.model.faults import ModelFaults
from bichiku.model.world import World
from bichiku.program import ALL
from bichiku.read.model import model_of
from bichiku.result.pipeline import Clock, NoSolution, grow, optimise
from bichiku.result.tables import TABLES
from bichiku.result.tables.summary import summary_table
from bichiku.solve import HotProgram
from bichiku.solve.certificate import certify

METRICS = (
    "cost_per_year",
    "nation_cost_per_year",
    "reserve_carrying_cost_per_year",
    "expected_damage_per_year",
    "cvar_damage",
    "worst_crisis_damage",
    "china_share_exporter",
    "china_share_origin",
)
LEAST_DAYS = "cover_days_at_end_least"
SUMMARISED = ("sourcing", "shares", "reserve", "crises")


@dataclass
class PointSolver:
    """Solves the points of one strategy one after the other, keeping the program in the solver between them.

    Attributes:
        base: the world that is varied.
        paths: what is varied, one path for each axis.
    """

    base: World
    paths: tuple[str, ...]
    _hot: HotProgram | None = None

    def settings(self, values: tuple[str, ...]) -> list[str]:
        """What is set at a point, as `--set` takes it."""
        return [f"{path}={value}" for path, value in zip(self.paths, values, strict=True)]

    def texts(self, values: tuple[str, ...]) -> str:
        """A point in words."""
        return " and ".join(self.settings(values))

    def world(self, values: tuple[str, ...]) -> World:
        """The world of a point.

        Raises:
            ModelFaults: a value does not fit.
        """
        strategy = self.base.strategy
        return model_of(self.base).assigned(self.settings(values), [strategy])[strategy]

    def check(self, values: tuple[str, ...]) -> None:
        """Reads a point and grows its tree, which is all that can be wrong with its input.

        Raises:
            ModelFaults: the values do not fit, by themselves or together; each fault names the point.
        """
        try:
            grow(self.world(values))
        except ModelFaults as error:
            at = self.texts(values)
            faults = [replace(fault, message=f"{fault.message}; at {at}") for fault in error.faults]
            raise ModelFaults(faults, error.all_found) from error

    def solve(self, values: tuple[str, ...]) -> dict[str, Any]:
        """Metrics of one point; its ``status`` says when it has no solution.

        Raises:
            ModelFaults: a value does not fit.
        """
        try:
            self._hot, outcome, _ = optimise(self.world(values), Clock(), hot=self._hot)
        except NoSolution as failure:
            return {"status": failure.status.value}
        if not certify(outcome.program, outcome.solution).holds:
            return {"status": "fails its certificate"}
        summary = summary_table(outcome, {name: TABLES[name](outcome) for name in SUMMARISED})
        whole = summary[summary["material"] == ALL].set_index("metric")["value"]
        days = summary.loc[summary["metric"] == "cover_days_at_end", "value"]
        found: dict[str, Any] = {"status": "optimal", "objective": outcome.solution.objective}
        found.update({metric: float(whole.get(metric, np.nan)) for metric in METRICS})
        found[LEAST_DAYS] = float(days.min()) if len(days) else np.nan
        return found
