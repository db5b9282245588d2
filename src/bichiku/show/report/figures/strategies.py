"""The strategies side by side: what each costs, what it leaves at risk and how much hangs on China."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bichiku.show.numbers import Scale, page_number
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import BLUE, INK, ORANGE, RED, SOFT, bare, beside, picture

METRICS = ("cost_per_year", "expected_damage_per_year", "china_share_exporter")


def strategies(report: ReportData) -> Picture | None:
    """Three columns of bars, one row for each strategy; None for a single strategy."""
    if report.single or not report.runs:
        return None
    names = [run.strategy for run in report.runs]
    table = pd.DataFrame({m: [report.metrics.value(name, m) for name in names] for m in METRICS}, index=names)
    if report.base is not None:
        table.insert(
            1, "extra_cost_per_year", table["cost_per_year"] - table.loc[report.base.strategy, "cost_per_year"]
        )
    alt = _alt_text(report, table)
    return picture(
        key="strategies-side-by-side",
        title="Cost, damage and dependence of each strategy",
        units=f"{report.currency} a year (expected, {report.window}); per cent of imports in the last year, "
        "materials weighed by cost",
        source="comparison.csv (cost_per_year, expected_damage_per_year, china_share_exporter)",
        alt=alt,
        height=0.7 + 0.24 * (len(names) + len(report.failed)),
        paint=lambda figure: _paint(figure, report, table),
        data=table.rename_axis("strategy").reset_index(),
    )


def _paint(figure: Figure, report: ReportData, table: pd.DataFrame) -> None:
    panels = figure.subplots(1, 3, sharey=True)
    rows = [*table.index, *report.failed]
    cost = Scale(float(table["cost_per_year"].abs().max()), report.currency)
    damage = Scale(float(table["expected_damage_per_year"].abs().max()), report.currency)
    _bars(panels[0], table["cost_per_year"], INK, "", f"Cost a year, {cost.unit}", cost)
    _bars(panels[1], table["expected_damage_per_year"], ORANGE, "\\\\\\\\", f"Of which damage, {damage.unit}", damage)
    _bars(panels[2], 100 * table["china_share_exporter"], RED, "////", "Shipped from China, %", page_number)
    for place in range(len(table), len(rows)):
        beside(panels[0], 0.0, place, "no solution", color=SOFT, style="italic")
    panels[0].set_yticks(np.arange(len(rows)), rows)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    for label in panels[0].get_yticklabels():
        label.set_fontweight("bold" if label.get_text() == report.baseline else "normal")


def _bars(axes: Axes, values: pd.Series, colour: str, hatch: str, title: str, text: Callable[[float], str]) -> None:
    largest = float(values.max()) if values.notna().any() else 0.0
    for place, value in enumerate(values):
        if math.isnan(value):
            beside(axes, 0.0, place, "–", color=SOFT)
            continue
        axes.barh(place, value, 0.66, color=colour, hatch=hatch, edgecolor="white", linewidth=0, alpha=0.85)
        beside(axes, max(value, 0.0), place, text(value))
    low, high = min(0.0, float(values.min())) if values.notna().any() else 0.0, max(0.0, largest)
    axes.set_xlim(low, high + 0.22 * ((high - low) or 1.0))
    axes.set_title(title)
    axes.set_xticks([])
    axes.axvline(0, color=BLUE if largest < 0 else INK, linewidth=0.6)
    bare(axes)


def _alt_text(report: ReportData, table: pd.DataFrame) -> str:
    cost = Scale(float(table["cost_per_year"].abs().max()), report.currency)
    parts = [f"{name} {cost(float(value))}" for name, value in table["cost_per_year"].items()]
    return f"Bars for {len(table)} strategies. Cost a year in {cost.unit}: {', '.join(parts)}."
