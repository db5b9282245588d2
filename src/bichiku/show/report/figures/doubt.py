"""What moves a choice, as a tornado around the lead in the model's own world, and how much strategies are regretted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bichiku.show.doubt_words import number_words
from bichiku.show.numbers import Scale
from bichiku.show.phrases import listed
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import BLUE, INK, ORANGE, RED, SOFT, bare, picture

MOST = 20  # bars
_ABOVE: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "ncols": 2, "borderaxespad": 0.2}


def tornado_picture(tornado: pd.DataFrame) -> Picture:
    """The lead of the best over the second at either end of each group, the widest bar on top."""
    shown = tornado.head(MOST)
    best, second, currency = (str(tornado[column].iloc[0]) for column in ("best", "second", "unit"))
    money = Scale(float(np.nanmax(abs(shown[["at_low", "at_base", "at_high"]].to_numpy()))), currency)
    turned = shown.loc[(shown[["at_low", "at_high"]] < 0).any(axis=1), "group"].tolist()
    words = f"{listed(turned)} can put {second} before {best}" if turned else f"none puts {second} before {best}"
    return picture(
        key="tornado",
        title=f"What moves the choice between {best} and {second}",
        units=f"{money.unit}, cost of {second} less that of {best} over the horizon; left of zero {second} costs less",
        source="tornado.csv",
        alt=f"Bars of the lead of {best} over {second} from the low to the high end of each range; {words}.",
        height=0.9 + 0.27 * len(shown),
        paint=lambda figure: _paint_tornado(figure, shown, money, best, second),
        data=tornado,
    )


def _paint_tornado(figure: Figure, shown: pd.DataFrame, money: Scale, best: str, second: str) -> None:
    axes = figure.subplots()
    base = float(shown["at_base"].iloc[0]) / money.divisor
    for place, row in enumerate(shown.to_dict("records")):
        ends = [(row["at_low"] / money.divisor, ORANGE, "////"), (row["at_high"] / money.divisor, BLUE, "")]
        # the longer bar first, as both may lie on one side
        for value, colour, hatch in sorted(ends, key=lambda end: -abs(end[0] - base)):
            if np.isfinite(value):
                axes.barh(place, value - base, 0.62, left=base, color=colour, hatch=hatch, edgecolor="white", lw=0.3)
    axes.axvline(base, color=SOFT, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.axvline(0.0, color=INK, linewidth=1.0)
    axes.set_yticks(np.arange(len(shown)), [number_words(str(group)) for group in shown["group"]])
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlabel(f"← {second} costs less  ·  {money.unit}  ·  {best} costs less →")
    axes.grid(axis="x")
    axes.legend(
        handles=[
            Patch(facecolor=ORANGE, hatch="////", edgecolor="white", label="at the low end"),
            Patch(facecolor=BLUE, edgecolor="white", label="at the high end"),
        ],
        **_ABOVE,
    )
    bare(axes, "left")


def regret_picture(regret: pd.DataFrame, worlds: Mapping[str, np.ndarray]) -> Picture:
    """How much each candidate is regretted: every world a tick, with the mean and what a tenth exceeds.

    Args:
        regret: regret.csv.
        worlds: regret of each candidate in each world that is counted.
    """
    shown = regret[regret["candidate"] == "yes"].sort_values("mean_regret", kind="stable")
    currency = str(shown["unit"].iloc[0])
    money = Scale(float(np.nanmax(shown["worst_regret"])), currency)
    order = [f"{row['strategy']} {money(row['mean_regret'])}" for row in shown.to_dict("records")]
    return picture(
        key="regret",
        title="How much each strategy is regretted",
        units=f"{money.unit} over the horizon more than the best candidate of the same world",
        source="regret.csv, worlds.csv",
        alt=f"Regret of each candidate in each world; mean in {money.unit}: {listed(order)}.",
        height=0.8 + 0.32 * len(shown),
        paint=lambda figure: _paint_regret(figure, shown, worlds, money),
        data=regret,
    )


def _paint_regret(figure: Figure, shown: pd.DataFrame, worlds: Mapping[str, np.ndarray], money: Scale) -> None:
    axes = figure.subplots()
    for place, row in enumerate(shown.to_dict("records")):
        values = worlds[row["strategy"]] / money.divisor
        axes.plot(values, np.full(len(values), place), "|", color=SOFT, markersize=9, markeredgewidth=0.5, alpha=0.6)
        axes.plot(row["mean_regret"] / money.divisor, place, "o", color=BLUE, markersize=6, label="mean")
        axes.plot(row["p90_regret"] / money.divisor, place, "D", color=RED, markersize=5, label="exceeded in a tenth")
    axes.set_yticks(np.arange(len(shown)), shown["strategy"].tolist())
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.set_xlabel(money.unit)
    axes.grid(axis="x")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[:2], labels[:2], **_ABOVE)
    bare(axes, "left")
