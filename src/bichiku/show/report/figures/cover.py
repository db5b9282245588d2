"""Days of cover over time against the target, a small picture for each material."""

from __future__ import annotations

import math
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bichiku.result.run import Run
from bichiku.show.numbers import page_days
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import INK, RULE, dashes, picture, side_by_side

COLUMNS = 5
TARGET = (0, (1, 2))
ONE_DAY = 1.0  # the least that an axis shows: where nothing is held, hundredths of a day would stand at it


def cover(report: ReportData) -> Picture | None:
    """One panel for each material held; None where no material is."""
    frames = {run.strategy: _window(run) for run in report.runs}
    held = {m for rows in frames.values() for m in rows.loc[rows["cover_days"].notna(), "material"]}
    materials = [material for material in report.materials if material in held]
    if not materials:
        return None
    alt = _alt_text(report, frames)
    panel_rows = math.ceil(len(materials) / COLUMNS)
    return picture(
        key="cover",
        title="Days of cover on the plan, against the target",
        units="days of current use, demand and feed, in stock at the end of each period; each panel has its own scale",
        source="reserve.csv (cover_days, target_days)",
        alt=alt,
        height=0.6 + 1.35 * panel_rows,
        paint=lambda figure: _paint(figure, report, frames, materials),
        data=_wide(frames),
    )


def _window(run: Run) -> pd.DataFrame:
    """The reported window of reserve.csv, with the time in years at which each stock is counted."""
    calendar, reserve = run.world.calendar, run.tables["reserve"]
    rows = reserve[reserve["period"] <= calendar.reported]
    return rows.assign(at=(calendar.ends[rows["period"].to_numpy() - 1] + 1) / 12.0)


def _wide(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A column of days and one of targets for each strategy; far shorter than one row for each number."""
    columns = {}
    for strategy, rows in frames.items():
        by_month = rows.set_index(["material", "month"])
        columns[f"{strategy} cover_days"] = by_month["cover_days"]
        if by_month["target_days"].notna().any():
            columns[f"{strategy} target_days"] = by_month["target_days"]
    return pd.DataFrame(columns).sort_index().reset_index()


def _paint(figure: Figure, report: ReportData, frames: dict[str, pd.DataFrame], materials: list[str]) -> None:
    columns = min(COLUMNS, len(materials))
    panels = figure.subplots(math.ceil(len(materials) / columns), columns, squeeze=False, sharex=True).ravel()
    shown = [run.strategy for run in report.shown]
    others = [strategy for strategy in frames if strategy not in shown]
    for axes, material in zip(panels, materials, strict=False):
        for strategy in others:
            _line(axes, frames[strategy], material, color=RULE, linewidth=0.7, zorder=1)
        for place in reversed(range(len(shown))):
            _line(axes, frames[shown[place]], material, **dashes(place), linewidth=1.5, zorder=3)
        for place, strategy in enumerate(shown):
            _target(axes, frames[strategy], material, dashes(place)["color"])
        axes.set_title(fill(material, 26), fontsize=8.5)
        axes.set_ylim(0, max(ONE_DAY, axes.get_ylim()[1]))
        axes.grid(axis="y")
        axes.locator_params(axis="y", nbins=4)
        axes.tick_params(labelsize=7.5)
    for place, axes in enumerate(panels):
        axes.set_visible(place < len(materials))
        axes.tick_params(labelbottom=place + columns >= len(materials))
    years = sorted({int(month[:4]) for rows in frames.values() for month in rows["month"]})
    ticks = [*years, years[-1] + 1]
    labels = [str(year) if len(ticks) <= 4 or year in (ticks[0], ticks[-1]) else "" for year in ticks]
    panels[0].set_xticks(ticks, labels)  # which all panels share
    handles = [
        Line2D([], [], label=report.label(run), linewidth=1.5, **dashes(i)) for i, run in enumerate(report.shown)
    ]
    if others:
        label = "the other strategies" if len(others) > 1 else "the other strategy"
        handles.append(Line2D([], [], color=RULE, linewidth=1.0, label=label))
    handles.append(Line2D([], [], color=INK, linestyle=TARGET, linewidth=1.0, label="target, in its strategy's colour"))
    figure.legend(handles=handles, loc="outside lower left", ncols=side_by_side(handles), handlelength=2.6)


def _line(axes: Axes, rows: pd.DataFrame, material: str, **look: object) -> None:
    mine = rows[rows["material"] == material]
    axes.plot(mine["at"].to_numpy(), mine["cover_days"].to_numpy(dtype=float), **look)  # type: ignore[arg-type]


def _target(axes: Axes, rows: pd.DataFrame, material: str, colour: str) -> None:
    mine = rows[rows["material"] == material]
    target = mine["target_days"].to_numpy(dtype=float)
    if not np.isnan(target).all():
        axes.plot(mine["at"].to_numpy(), target, color=colour, linestyle=TARGET, linewidth=1.1, zorder=4)


def _alt_text(report: ReportData, frames: dict[str, pd.DataFrame]) -> str:
    parts = []
    for run in report.shown:
        rows = frames[run.strategy]
        last = rows[rows["period"] == rows["period"].max()].dropna(subset=["cover_days"])
        if last.empty:
            continue
        low, high = last.loc[last["cover_days"].idxmin()], last.loc[last["cover_days"].idxmax()]
        parts.append(
            f"Under {run.strategy} cover in {low['month']} runs from {page_days(float(low['cover_days']))} days of "
            f"{low['material']} to {page_days(float(high['cover_days']))} days of {high['material']}."
        )
    return f"Lines of days of cover by month, a panel for each material. {' '.join(parts)}"
