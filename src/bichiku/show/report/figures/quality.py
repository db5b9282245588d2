"""What the answer rests on: sourced, derived and assumed rows, by material."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bichiku.program import ALL
from bichiku.result.metrics.basis import BASES
from bichiku.result.run import Run
from bichiku.show.numbers import percent
from bichiku.show.phrases import listed
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import BLUE, INK, ORANGE, PALE, SKY, bare, picture

LOOKS = {"sourced": (BLUE, ""), "derived": (SKY, "...."), "assumed": (ORANGE, "////"), "not stated": (PALE, "xxxx")}


def quality(report: ReportData, run: Run) -> Picture | None:
    """Shares of delivered cost by basis, for all materials and for each; None where nothing is bought."""
    table = _shares(report, run)
    if table.empty:
        return None
    alt = _alt_text(run, table)
    return picture(
        key="data-quality",
        title=f"What the supply cost rests on: {run.strategy}",
        units=f"per cent of the delivered cost of what the plan buys, {report.window}, by the basis of the supplier's "
        "or project's row",
        source="summary.csv (cost_sourced, cost_derived, cost_assumed, cost_not_stated)",
        alt=alt,
        height=0.7 + 0.22 * len(table),
        paint=lambda figure: _paint(figure, table),
        data=table.rename_axis("material").reset_index(),
    )


def _shares(report: ReportData, run: Run) -> pd.DataFrame:
    value = report.metrics.value
    rows = {
        material: [value(run.strategy, f"cost_{basis.replace(' ', '_')}", material) for basis in BASES]
        for material in (ALL, *run.world.materials)
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(BASES)).dropna()


def _paint(figure: Figure, table: pd.DataFrame) -> None:
    axes = figure.subplots()
    left = np.zeros(len(table))
    places = np.arange(len(table)) + np.where(table.index == ALL, -0.35, 0.0)
    for basis in table.columns:
        colour, hatch = LOOKS[basis]
        widths = table[basis].to_numpy(dtype=float)
        axes.barh(places, widths, 0.74, left, color=colour, hatch=hatch, edgecolor="white", linewidth=0.5)
        for place, start, width in zip(places, left, widths, strict=True):
            if width >= 0.04:
                plain = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
                axes.text(
                    start + width / 2, place, percent(float(width)), ha="center", va="center", fontsize=7.2, bbox=plain
                )
        left = left + widths
    names = ["all materials" if name == ALL else name for name in table.index]
    axes.set_yticks(places, names)
    axes.get_yticklabels()[0].set_fontweight("bold")
    axes.set_ylim(places[-1] + 0.5, places[0] - 0.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])
    bare(axes)
    used = [basis for basis in table.columns if table[basis].gt(0).any()]
    patches = [Patch(facecolor=LOOKS[b][0], hatch=LOOKS[b][1], edgecolor="white", label=b) for b in used]
    figure.legend(handles=patches, loc="outside lower left", ncols=4, handlelength=1.8, labelcolor=INK)


def _alt_text(run: Run, table: pd.DataFrame) -> str:
    parts = [f"{percent(float(table.loc[ALL, basis]))} {basis}" for basis in table.columns if ALL in table.index]
    weak = table.drop(index=ALL, errors="ignore")["assumed"].sort_values(ascending=False)
    worst = [f"{name} {percent(float(value))}" for name, value in weak.items() if value > 0]
    end = f" Most assumed: {listed(worst[:4])}." if worst else ""
    return f"Stacked bars of supply cost by basis under {run.strategy}: {listed(parts)} in all.{end}"
