"""The strategies side by side: what each costs, what it leaves at risk and how much hangs on China."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bichiku.show.numbers import Scale, page_number
from bichiku.show.report.blocks import Picture
from bichiku.show.report.case import Case
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.figures.style import BLUE, INK, ORANGE, RED, SOFT, bare, beside, draw

METRICS = ("cost_per_year", "expected_damage_per_year", "china_share_exporter")


def strategies(case: Case) -> Picture | None:
    """Three columns of bars, one row for each strategy; None for a single strategy."""
    if case.single or not case.runs:
        return None
    names = [run.strategy for run in case.runs]
    table = pd.DataFrame({m: [case.metrics.value(name, m) for name in names] for m in METRICS}, index=names)
    if case.base is not None:
        table.insert(1, "extra_cost_per_year", table["cost_per_year"] - table.loc[case.base.strategy, "cost_per_year"])
    alt = _in_words(case, table)
    return Picture(
        key="strategies-side-by-side",
        title="Cost, damage and dependence of each strategy",
        units=f"{case.currency} a year (expected, {case.window}); per cent of imports in the last year, "
        "materials weighed by cost",
        source="comparison.csv (cost_per_year, expected_damage_per_year, china_share_exporter)",
        alt=alt,
        svg=draw(
            "strategies-side-by-side",
            alt,
            0.7 + 0.24 * (len(names) + len(case.failed)),
            lambda figure: _paint(figure, case, table),
        ),
        link=csv_link(table.rename_axis("strategy").reset_index(), "strategies-side-by-side.csv"),
    )


def _paint(figure: Figure, case: Case, table: pd.DataFrame) -> None:
    panels = figure.subplots(1, 3, sharey=True)
    rows = [*table.index, *case.failed]
    cost = Scale(float(table["cost_per_year"].abs().max()), case.currency)
    damage = Scale(float(table["expected_damage_per_year"].abs().max()), case.currency)
    _bars(panels[0], table["cost_per_year"], INK, "", f"Cost a year, {cost.unit}", cost)
    _bars(panels[1], table["expected_damage_per_year"], ORANGE, "\\\\\\\\", f"Of which damage, {damage.unit}", damage)
    _bars(panels[2], 100 * table["china_share_exporter"], RED, "////", "Shipped from China, %", page_number)
    for place in range(len(table), len(rows)):
        beside(panels[0], 0.0, place, "no solution", color=SOFT, style="italic")
    panels[0].set_yticks(np.arange(len(rows)), rows)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    for label in panels[0].get_yticklabels():
        label.set_fontweight("bold" if label.get_text() == case.baseline else "normal")


def _bars(axes: Axes, values: pd.Series, colour: str, hatch: str, title: str, text: Callable[[float], str]) -> None:
    largest = float(values.max()) if values.notna().any() else 0.0
    for place, value in enumerate(values):
        if math.isnan(value):
            beside(axes, 0.0, place, "–", color=SOFT)
            continue
        axes.barh(place, value, 0.66, color=colour, hatch=hatch, edgecolor="white", linewidth=0, alpha=0.85)
        beside(axes, max(value, 0.0), place, text(value))
    axes.set_xlim(min(0.0, float(values.min())) if values.notna().any() else 0.0, (largest or 1.0) * 1.22)
    axes.set_title(title)
    axes.set_xticks([])
    axes.axvline(0, color=BLUE if largest < 0 else INK, linewidth=0.6)
    bare(axes)


def _in_words(case: Case, table: pd.DataFrame) -> str:
    cost = Scale(float(table["cost_per_year"].abs().max()), case.currency)
    parts = [f"{name} {cost(float(value))}" for name, value in table["cost_per_year"].items()]
    return f"Bars for {len(table)} strategies. Cost a year in {cost.unit}: {', '.join(parts)}."
