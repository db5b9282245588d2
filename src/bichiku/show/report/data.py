"""What a report is about: the runs, the comparison of them, and which strategies it looks at closely."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from bichiku.model.world import World
from bichiku.result.levers import NATION_COST
from bichiku.result.metrics.crises import short_on_plan
from bichiku.result.run import Run
from bichiku.show.metric_values import MetricValues

SHOWN = 3  # strategies that the pictures tell apart
SOONEST = ("least_time_to_survive", "worst_crisis_short_days")  # and of those alike who is short for longest
NEGLIGIBLE = 5e-4  # share of the cost a year below which damage on the plan is not told
PLAN_DAMAGE = "expected_damage_on_plan_per_year"


@dataclass(frozen=True)
class Axis:
    """One axis of a frontier.

    Attributes:
        column: column of the frontier's data.
        label: what it is, in words.
        unit: unit of the numbers.
    """

    column: str
    label: str
    unit: str


@dataclass(frozen=True)
class Frontier:
    """A picture of a sweep.

    Attributes:
        title: heading of the picture.
        x: what was varied; numbers, or names in the order given.
        y: what came of it; an empty value means no solution there.
        data: one row for each point.
        second: another outcome, drawn in a panel below over the same x.
        series: column that tells lines apart, when more than one setting was varied, and what it is in words.
        swept: column whose value each point carries, where x is an outcome too; then only points that no other beats
            in both are joined.
        source: file that holds the data.
    """

    title: str
    x: Axis
    y: Axis
    data: pd.DataFrame
    second: Axis | None = None
    series: Axis | None = None
    swept: Axis | None = None
    source: str = "sweep.csv"


@dataclass(frozen=True)
class ReportData:
    """All that a report is made from.

    Attributes:
        runs: the strategies that have a solution.
        failed: strategies without one, and why.
        baseline: strategy that others are counted from; it may be among the failed.
        comparison: see `bichiku.api.compare.table`.
        frontiers: pictures of sweeps.
    """

    runs: Sequence[Run]
    failed: Mapping[str, str]
    baseline: str
    comparison: pd.DataFrame
    frontiers: Sequence[Frontier] = ()

    @cached_property
    def metrics(self) -> MetricValues:
        return MetricValues(self.comparison)

    @cached_property
    def base(self) -> Run | None:
        """The baseline; the first strategy with a solution where the baseline has none."""
        return next((run for run in self.runs if run.strategy == self.baseline), self.runs[0] if self.runs else None)

    @property
    def single(self) -> bool:
        """Whether the page is about one strategy and not about a comparison."""
        return len(self.runs) + len(self.failed) <= 1

    @property
    def world(self) -> World:
        """The baseline's world."""
        if self.base is None:
            raise ValueError("no strategy has a solution")
        return self.base.world

    @cached_property
    def currency(self) -> str:
        return self.world.settings.currency if self.runs else ""

    @cached_property
    def cheapest(self) -> Run | None:
        """The strategy that costs least a year, subsidies included."""
        known = [run for run in self.runs if not math.isnan(self.metrics.value(run.strategy, NATION_COST))]
        return min(known, key=lambda run: self.metrics.value(run.strategy, NATION_COST), default=None)

    @cached_property
    def safest(self) -> Run | None:
        """The strategy with the least damage in the worst crises; among equals the least expected, then cheapest.

        Numbers that read the same (to three digits) count as equal.
        """

        def rank(run: Run) -> tuple[float, float, float]:
            value = self.metrics.value
            tail, expected = value(run.strategy, "cvar_damage"), value(run.strategy, "expected_damage_per_year")
            return _digits(tail), _digits(expected), value(run.strategy, NATION_COST)

        known = [run for run in self.runs if not math.isnan(self.metrics.value(run.strategy, "cvar_damage"))]
        return min(known, key=rank, default=None)

    @cached_property
    def shown(self) -> list[Run]:
        """Up to three strategies for the pictures: baseline, cheapest, safest, then the others in order."""
        chosen: list[Run] = []
        for run in (self.base, self.cheapest, self.safest, *self.runs):
            if run is not None and all(run.strategy != other.strategy for other in chosen):
                chosen.append(run)
        return chosen[:SHOWN]

    @cached_property
    def materials(self) -> list[str]:
        """Materials of all runs, in the order of the first that has them."""
        return list(dict.fromkeys(material for run in self.runs for material in run.world.materials))

    @cached_property
    def window(self) -> str:
        """The months that the numbers speak of, such as ``2026-01 to 2030-12``."""
        return self.world.calendar.window_label

    def short_on_plan(self, run: Run) -> dict[str, float]:
        """Materials that a strategy's plan leaves short without any crisis, and their days short, the most first."""
        return short_on_plan(self.metrics.by_material(run.strategy, "short_days_on_plan"), run.world.calendar)

    def loses_on_plan(self, run: Run) -> bool:
        """Whether so much of the damage falls on the plan that it must be told apart from that of crises."""
        part, cost = (self.metrics.value(run.strategy, name) for name in (PLAN_DAMAGE, "cost_per_year"))
        return part >= NEGLIGIBLE * abs(cost) > 0 or bool(self.short_on_plan(run))

    def role(self, run: Run) -> str:
        """Why a strategy is among those shown, in a word or two."""
        if self.single:
            return ""
        names = {"baseline": self.base, "cheapest": self.cheapest, "least damage": self.safest}
        return ", ".join(name for name, other in names.items() if other is not None and other.strategy == run.strategy)

    def label(self, run: Run) -> str:
        """A strategy's name, with why it is among those shown."""
        role = self.role(run)
        return f"{run.strategy} ({role})" if role else run.strategy


def _digits(value: float) -> float:
    return float(f"{value:.3g}")
