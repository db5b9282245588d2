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
from bichiku.show.report.figures.style import BLACK, BLUE, GREEN, ORANGE, PALE, PURPLE, RED, SOFT, picture

SIZE_WORDS = {"k": "thousands", "m": "millions", "bn": "billions"}
LEAST_MOVE = 1e-3  # of the largest number: what moves less is said not to move
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


def moves(values: pd.Series) -> bool:
    """Whether numbers differ by more than a thousandth, below which a difference is the solver's as soon as real."""
    return bool(values.max() - values.min() > LEAST_MOVE * values.abs().max())


def _paint(figure: Figure, frontier: Frontier, outcomes: list[Axis]) -> None:
    panels = figure.subplots(len(outcomes), 1, sharex=True, squeeze=False)[:, 0]
    for axes, axis in zip(panels, outcomes, strict=True):
        _panel(axes, frontier, axis)
    below = [_titled(frontier.x, sized(frontier.x.unit, _x_scale(frontier).unit))]
    if frontier.swept:
        below.append(f"beside each point: {frontier.swept.label}; joined are those that no other point beats in both")
    panels[-1].set_xlabel("\n".join(below))
    if frontier.series:
        panels[0].legend(title=frontier.series.label, loc="best", title_fontsize=8.5)


def _panel(axes: Axes, frontier: Frontier, axis: Axis) -> None:
    data = frontier.data
    y = pd.to_numeric(data[axis.column])
    scale = Scale(float(y.abs().max()) if y.notna().any() else 0.0, "")
    x_scale = _x_scale(frontier)
    x = _positions(data[frontier.x.column]) / x_scale.divisor
    still = y.notna().any() and not moves(y)
    groups = data[frontier.series.column].map(_named) if frontier.series else pd.Series("", index=data.index)
    for (name, where), (colour, dash, marker) in zip(
        groups.groupby(groups, sort=False).groups.items(), LOOKS * (1 + groups.nunique() // len(LOOKS)), strict=False
    ):
        line = {"color": colour, "linestyle": dash, "marker": marker, "label": str(name)}
        if frontier.swept:
            joined = where[_efficient(x[where], y[where])]
            axes.plot(x[joined], y[joined] / scale.divisor, **line)
            rest = where.difference(joined, sort=False)
            axes.plot(x[rest], y[rest] / scale.divisor, marker, color=colour, markerfacecolor="white")
            _carry(axes, x[where], y[where] / scale.divisor, data.loc[where, frontier.swept.column])
        else:
            axes.plot(x[where], y[where] / scale.divisor, **line)
    if still:
        _hold_still(axes, float(y.mean()) / scale.divisor)
    _grey_out(axes, x, y, data)
    note = " (does not move: all points within 0.1 %)" if still else ""
    axes.set_title(_titled(axis, sized(axis.unit, scale.unit)) + note)
    axes.grid(axis="y")
    axes.margins(x=0.04)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(float(value))))
    names = data[frontier.x.column]
    if not pd.api.types.is_numeric_dtype(names):
        axes.set_xticks(range(names.nunique()), [str(name) for name in names.drop_duplicates()])


def _x_scale(frontier: Frontier) -> Scale:
    """The size of the numbers on the axis below: money has one, what was varied stands as it was typed."""
    column = frontier.data[frontier.x.column]
    money = frontier.swept is not None and frontier.x.unit and pd.api.types.is_numeric_dtype(column)
    return Scale(float(column.abs().max()) if money else 0.0, "")


def _efficient(x: pd.Series, y: pd.Series) -> np.ndarray:
    """Which points no other one beats: at most as much of both, and less of one by more than a thousandth."""
    least_x, least_y = (LEAST_MOVE * float(values.abs().max()) for values in (x, y))
    kept = []
    for here, cost in zip(x, y, strict=True):
        no_worse = (x <= here + least_x) & (y <= cost + least_y)
        kept.append(not (no_worse & ((x < here - least_x) | (y < cost - least_y))).any())
    return np.array(kept, dtype=bool)


def _carry(axes: Axes, x: pd.Series, y: pd.Series, values: pd.Series) -> None:
    """Writes beside each point the value that was swept; points in one place share a label."""
    spots: dict[tuple[str, str], list[str]] = {}
    places: dict[tuple[str, str], tuple[float, float]] = {}
    for across, up, value in zip(x, y, values, strict=True):
        spot = f"{across:.3g}", f"{up:.3g}"
        spots.setdefault(spot, []).append(_named(value))
        places.setdefault(spot, (float(across), float(up)))
    for spot, names in spots.items():
        axes.annotate(listed(names, 4), places[spot], (5, 4), textcoords="offset points", fontsize=7.5, color=SOFT)


def _hold_still(axes: Axes, level: float) -> None:
    """A scale on which a difference of a thousandth cannot be seen."""
    room = 0.05 * abs(level) or 1.0
    axes.set_ylim(level - room, level + room)


def _grey_out(axes: Axes, x: pd.Series, y: pd.Series, data: pd.DataFrame) -> None:
    """A grey region over the values without any solution, half way to the next that has one, with the reason."""
    places = np.unique(x)
    found = np.array([y[x == place].notna().any() for place in places])
    edges = np.concatenate([[places[0]], (places[1:] + places[:-1]) / 2, [places[-1]]])
    margin = 0.03 * ((places[-1] - places[0]) or 1.0)
    edges[0], edges[-1] = edges[0] - margin, edges[-1] + margin
    start = 0
    for end in range(1, len(places) + 1):
        if end < len(places) and found[end] == found[start]:
            continue
        if not found[start]:
            inside = (x >= places[start]) & (x <= places[end - 1])
            reasons = data.loc[inside, "status"].unique() if "status" in data else []
            why = f"no solution: {', '.join(map(str, reasons))}" if len(reasons) else "no solution"
            axes.axvspan(edges[start], edges[end], color=PALE, zorder=0, linewidth=0)
            axes.text(
                (edges[start] + edges[end]) / 2, 0.5, why, rotation=90 if end - start < 2 else 0, fontsize=8,
                transform=axes.get_xaxis_transform(), ha="center", va="center", color=SOFT,
            )  # fmt: skip
        start = end


def _named(value: object) -> str:
    """A swept value as it was typed."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _positions(column: pd.Series) -> pd.Series:
    """Numbers as they are; names by the order in which they first appear."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    return pd.Series(pd.factorize(column)[0].astype(float), index=column.index)


def sized(unit: str, size: str) -> str:
    """A unit with the size of its numbers: ``USD m a year``, ``t, thousands``."""
    if not size:
        return unit.replace("/year", " a year")
    money, _, rest = unit.replace("/year", " a year").partition(" ")
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
