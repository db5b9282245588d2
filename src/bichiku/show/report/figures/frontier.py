"""A frontier: what came of each value that a sweep tried."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from bichiku.show.numbers import Scale, page_number
from bichiku.show.phrases import listed
from bichiku.show.report.data import Axis, Frontier
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SOFT, picture

SIZE_WORDS = {"k": "thousands", "m": "millions", "bn": "billions"}
LOOKS = (
    (BLUE, "-", "o"),
    (RED, (0, (4, 1.5)), "s"),
    (BLACK, (0, (1.5, 1.2)), "^"),
    (GREEN, (0, (6, 1, 1, 1)), "D"),
    (PURPLE, "-", "v"),
    (ORANGE, (0, (4, 1.5)), "P"),
)


def frontier_picture(frontier: Frontier, place: int) -> Picture:
    """One frontier; `place` numbers those of a page."""
    key = f"frontier-{place}"
    alt = _alt_text(frontier)
    axes = [axis for axis in (frontier.y, frontier.second) if axis]
    units = [f"{axis.label} in {axis.unit}" if axis.unit else axis.label for axis in (frontier.x, *axes)]
    return picture(
        key=key,
        title=frontier.title,
        units="; ".join(units),
        source=frontier.source,
        alt=alt,
        height=0.5 + 2.4 * len(axes),
        paint=lambda figure: _paint(figure, frontier, axes),
        data=frontier.data,
    )


def _paint(figure: Figure, frontier: Frontier, outcomes: list[Axis]) -> None:
    panels = figure.subplots(len(outcomes), 1, sharex=True, squeeze=False)[:, 0]
    for axes, axis in zip(panels, outcomes, strict=True):
        _panel(axes, frontier, axis)
    panels[-1].set_xlabel(_titled(frontier.x, frontier.x.unit))
    if frontier.series:
        panels[0].legend(title=frontier.series, loc="best", title_fontsize=8.5)


def _panel(axes: Axes, frontier: Frontier, axis: Axis) -> None:
    data = frontier.data
    y = pd.to_numeric(data[axis.column])
    scale = Scale(float(y.abs().max()) if y.notna().any() else 0.0, "")
    unit = sized(axis.unit, scale.unit)
    x = _positions(data[frontier.x.column])
    groups = data[frontier.series].astype(str) if frontier.series else pd.Series("", index=data.index)
    for (name, where), (colour, dash, marker) in zip(
        groups.groupby(groups, sort=False).groups.items(), LOOKS * (1 + groups.nunique() // len(LOOKS)), strict=False
    ):
        axes.plot(x[where], y[where] / scale.divisor, color=colour, linestyle=dash, marker=marker, label=str(name))
    if y.isna().any():
        bottom = axes.get_ylim()[0]
        missing = x[y.isna()]
        axes.plot(missing, np.full(len(missing), bottom), "x", color=SOFT, clip_on=False)
        axes.annotate(
            "no solution", (float(missing.iloc[-1]), bottom), (4, 5), textcoords="offset points", color=SOFT, fontsize=8
        )
    axes.set_title(_titled(axis, unit))
    axes.grid(axis="y")
    axes.margins(x=0.04)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(float(value))))
    names = data[frontier.x.column]
    if not pd.api.types.is_numeric_dtype(names):
        axes.set_xticks(range(names.nunique()), [str(name) for name in names.drop_duplicates()])


def _positions(column: pd.Series) -> pd.Series:
    """Numbers as they are; names by the order in which they first appear."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    return pd.Series(pd.factorize(column)[0].astype(float), index=column.index)


def sized(unit: str, size: str) -> str:
    """A unit with the size of its numbers: ``USD m a year``, ``t, thousands``."""
    if not size:
        return unit
    money, _, rest = unit.partition(" ")
    if re.fullmatch("[A-Z]{3}", money):
        return f"{money} {size} {rest}".strip()
    return f"{unit}, {SIZE_WORDS[size]}"


def _titled(axis: Axis, unit: str) -> str:
    return f"{axis.label}, {unit}" if unit else axis.label


def _tick(value: float) -> str:
    """A tick of the axis: exact, without noughts at the end."""
    return re.sub(r"(\.\d*?)0+\Z", r"\1", f"{value:,.6f}").removesuffix(".").replace("-", "−")


def _alt_text(frontier: Frontier) -> str:
    data = frontier.data
    y = pd.to_numeric(data[frontier.y.column])
    parts = []
    if y.notna().any():
        for name, at in (("least", y.idxmin()), ("most", y.idxmax())):
            where = data.loc[at, frontier.x.column]
            spot = page_number(float(where)) if isinstance(where, int | float | np.number) else str(where)
            parts.append(f"{name} {page_number(float(y[at]))} {frontier.y.unit} at {frontier.x.label} {spot}")
    missing = int(y.isna().sum())
    end = f" {missing} of {len(data)} points have no solution." if missing else ""
    return f"Line of {frontier.y.label} over {frontier.x.label}: {listed(parts) or 'no point has a solution'}.{end}"
