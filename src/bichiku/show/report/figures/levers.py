"""What each lever buys over the baseline: who pays for it, the damage it avoids, and the one over the other."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bichiku.program import ALL
from bichiku.show.levers import AVOIDED, BEFORE, PAYERS, RATIO, ratio_words
from bichiku.show.numbers import Scale
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import BLUE, GREEN, INK, ORANGE, RED, bare, beside, picture

STATE, INDUSTRY = PAYERS["state"], PAYERS["industry"]


def levers(report: ReportData) -> Picture | None:
    """One row for each strategy but the baseline, the most damage avoided first; None where there is none."""
    if report.base is None or len(report.runs) < 2:
        return None
    mine = report.comparison[report.comparison["material"] == ALL]
    wanted = mine[mine["metric"].isin((BEFORE, AVOIDED, RATIO, STATE, INDUSTRY))]
    table = wanted.pivot_table("value", "strategy", "metric", "first", dropna=False)
    told = wanted[wanted["metric"] == RATIO].set_index("strategy")["detail"]
    table = table.drop(index=[name for name in table.index if name == report.baseline])
    if table.empty or not {AVOIDED, STATE, INDUSTRY} <= set(table):
        return None  # nothing to set them against
    table = table.sort_values(AVOIDED, ascending=False)
    ratios = [ratio_words(float(table[RATIO].get(name, math.nan)), told.get(name, "")) for name in table.index]
    source = f"comparison.csv ({STATE}, {INDUSTRY}, {AVOIDED}, {RATIO})"
    return lever_picture(table, ratios, report.baseline, report.currency, report.window, source)


def lever_picture(
    table: pd.DataFrame, ratios: list[str], baseline: str, currency: str, window: str, source: str
) -> Picture:
    """The picture of levers in the order given.

    Args:
        table: by strategy the damage avoided and what state and industry pay more, money a year.
        ratios: damage avoided per unit of cost, in words.
        baseline: the strategy that they are set against.
        currency: of the money.
        window: what the numbers are means of.
        source: where they are from.
    """
    money = Scale(float(table[[AVOIDED, STATE, INDUSTRY]].abs().max().max()), currency)
    parts = [
        f"{name} avoids {money(float(avoided))}, {ratio} for each of cost"
        for name, avoided, ratio in zip(table.index, table[AVOIDED], ratios, strict=True)
    ]
    return picture(
        key="levers",
        title=f"What each lever buys over {baseline}",
        units=f"{money.unit} a year (expected, {window}), to the nation; damage avoided per unit of cost before damage",
        source=source,
        alt=f"Bars for {len(table)} levers, in {money.unit} a year: {'; '.join(parts)}.",
        height=0.8 + 0.27 * len(table),
        paint=lambda figure: _paint(figure, table, ratios, money),
        data=table.rename_axis("strategy").reset_index(),
    )


def _paint(figure: Figure, table: pd.DataFrame, ratios: list[str], money: Scale) -> None:
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1.5))
    rows = np.arange(len(table))
    _paid(left, table, money)
    best, worst = float(table[AVOIDED].max()), float(table[AVOIDED].min())
    reach = best if best > 0 else abs(worst) or 1.0
    for place, (value, ratio) in enumerate(zip(table[AVOIDED], ratios, strict=True)):
        colour, hatch = (GREEN, "") if value >= 0 else (RED, "////")
        right.barh(place, value, 0.66, color=colour, hatch=hatch, edgecolor="white", linewidth=0, alpha=0.85)
        beside(right, max(value, 0.0), place, f"{money(float(value))}   ({ratio})")
    # a lever that loses far more than any other buys leaves the panel, so that the others can be told apart
    right.set_xlim(min(0.0, max(1.05 * worst, -0.3 * reach)), reach * 1.4)
    right.set_title("Damage avoided (and per unit of cost)")
    right.axvline(0, color=INK, linewidth=0.6)
    right.set_xticks([])
    bare(right)
    left.set_yticks(rows, table.index)
    left.set_ylim(len(table) - 0.5, -0.5)


def _paid(axes: Axes, table: pd.DataFrame, money: Scale) -> None:
    """What the state and industry pay more, or less, than under the baseline."""
    for place, (state, industry) in enumerate(zip(table[STATE], table[INDUSTRY], strict=True)):
        axes.barh(place - 0.17, state, 0.3, color=BLUE, alpha=0.85, label="state" if place == 0 else None)
        axes.barh(place + 0.17, industry, 0.3, color=ORANGE, hatch="\\\\\\\\", edgecolor="white", linewidth=0,
                  alpha=0.85, label="industry" if place == 0 else None)  # fmt: skip
    largest = float(table[[STATE, INDUSTRY]].abs().max().max()) or 1.0
    low = min(0.0, float(table[[STATE, INDUSTRY]].min().min()))
    axes.set_xlim(1.1 * low, max(float(table[[STATE, INDUSTRY]].max().max()), 0.1 * largest) * 1.1)
    axes.set_title("State and industry pay more")
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.tick_params(axis="x", labelsize=7)
    axes.xaxis.set_major_formatter(lambda value, _: money(value))
    axes.legend(loc="lower right", fontsize=7, frameon=False)
