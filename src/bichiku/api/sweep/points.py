"""One point of a sweep, solved from where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bichiku.model.faults import ModelFaults
from bichiku.model.world import World
from bichiku.program import ALL
from bichiku.reading.model import model_of
from bichiku.result.metrics import shown_in
from bichiku.result.metrics.metric import Shown
from bichiku.result.pipeline import Clock, NoSolution, grow, optimise
from bichiku.result.tables import summarise
from bichiku.solving import HotProgram
from bichiku.solving.certificate import certify

UNCERTIFIED = "fails its certificate"
COST = "cost_per_year"  # the metric that every solved point has
SWEPT = {metric.name if ALL in metric.scope else f"{metric.name}_least": metric for metric in shown_in(Shown.SWEEP)}
"""What is kept of a point: metrics for all materials together, or the least of any material where there is none."""


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
            return {"status": UNCERTIFIED}
        summary = summarise(outcome, [metric.name for metric in SWEPT.values()])
        found: dict[str, Any] = {"status": "optimal"}
        for name, metric in SWEPT.items():
            rows = summary[summary["metric"] == metric.name]
            chosen = rows[rows["material"] == ALL] if ALL in metric.scope else rows
            found[name] = float(chosen["value"].min())
        return found
