"""The pictures of a dated crisis: the store as it empties, and who fills the gap."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bichiku.show.numbers import page_number
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    SKY,
    SOFT,
    YELLOW,
    dashes,
    picture,
    side_by_side,
)
from bichiku.stressing.dated import DatedStress
from bichiku.stressing.filling import filling
from bichiku.stressing.gap import TAKING

COLUMNS = 3
PLANNED = (0, (1, 2))
ROOM = 1.35  # of the highest bar, for a legend above it
MOST_SOURCES = 3  # suppliers and projects of a material with a colour of their own
SOURCES = ((BLUE, ""), (SKY, "////"), (GREEN, "...."))
OTHERS, STORE, SAVED, NEED, SHORT = (PALE, "xx"), (ORANGE, ""), (PURPLE, "\\\\\\\\"), (YELLOW, "++"), (RED, "")


def stock_curves(found: DatedStress) -> Picture | None:
    """The store of each material in each period, a panel for each, beside the plan's; None where none is touched."""
    months = found.tables["months"]
    materials = list(dict.fromkeys(months["material"]))
    if not materials:
        return None

    def paint(axes: Axes, material: str) -> None:
        for place, strategy in enumerate(found.strategies):
            mine = months[(months["strategy"] == strategy) & (months["material"] == material)]
            at = np.arange(len(mine) + 1)
            opening = _opening(found, strategy, material)
            axes.plot(at, [opening, *mine["stock_t"]], **dashes(place), linewidth=1.5, zorder=3)
            colour = dashes(place)["color"]
            axes.plot(at[1:], mine["plan_stock_t"].to_numpy(), color=colour, linestyle=PLANNED, linewidth=1.0)
        _periods(axes, months[months["material"] == material], found)
        axes.set_ylim(bottom=0)

    handles: list[object] = [
        Line2D([], [], label=name, linewidth=1.5, **dashes(place)) for place, name in enumerate(found.strategies)
    ]
    handles.append(Line2D([], [], color=INK, linestyle=PLANNED, linewidth=1.0, label="on the plan"))
    handles.append(Patch(color=PALE, label="while the crisis lasts"))
    return picture(
        key="stock",
        title="The store, period by period",
        units="tonnes in store; each panel has its own scale",
        source="months.csv (stock_t, plan_stock_t)",
        alt=_stock_in_words(found),
        height=_height(materials),
        paint=lambda figure: _panels(figure, materials, paint, handles),
        data=months[["strategy", "material", "month", "stock_t", "plan_stock_t"]],
    )


def gap_filled(found: DatedStress, strategy: str) -> Picture | None:
    """What is lost in each period, filled by source, a panel for each material; None where nothing is lost."""
    gap = found.tables["gap"]
    mine = gap[gap["strategy"] == strategy]
    months = found.tables["months"]
    of_strategy = months[months["strategy"] == strategy]
    materials = [name for name in dict.fromkeys(of_strategy["material"]) if filling(found, strategy, name).gap > 0.0]
    if not materials:
        return None

    def paint(axes: Axes, material: str) -> None:
        rows = of_strategy[of_strategy["material"] == material]
        layers = _layers(mine[mine["material"] == material], rows["period"].to_numpy())
        at = np.arange(len(rows)) + 0.5
        base = np.zeros(len(rows))
        for label, (colour, hatch), tonnes in layers:
            axes.bar(
                at, tonnes, 1.0, bottom=base, color=colour, hatch=hatch, edgecolor="white", linewidth=0.3, label=label
            )
            base += tonnes
        lost = _lost(mine[mine["material"] == material], rows["period"].to_numpy())
        axes.step(np.arange(len(rows) + 1), [*lost, lost[-1]], where="post", color=INK, linewidth=1.2, zorder=4)
        _periods(axes, rows, found)
        axes.set_ylim(0, ROOM * max(base.max(), lost.max()))
        axes.legend(fontsize=7, loc="upper left", ncols=3)

    handles: list[object] = [
        Line2D([], [], color=INK, linewidth=1.2, label="what is lost: given less than on the plan, or taken more")
    ]
    return picture(
        key=f"gap-{strategy}",
        title=f"What is lost and who fills the gap: {strategy}",
        units="tonnes a period against the plan; each panel has its own scale",
        source="gap.csv (change_t)",
        alt=_gap_in_words(found, strategy, materials),
        height=_height(materials, 1.75),
        paint=lambda figure: _panels(figure, materials, paint, handles),
        data=mine,
    )


def _layers(rows: pd.DataFrame, periods: np.ndarray) -> list[tuple[str, tuple[str, str], np.ndarray]]:
    """Label, look and tonnes in each period of those who fill the gap."""
    found = []
    sources = rows[rows["means"].isin(["supplier", "project"]) & (rows["change_t"] > 0.0)]
    largest = list(sources.groupby("source")["change_t"].sum().sort_values(ascending=False, kind="stable").index)
    for place, source in enumerate(largest[:MOST_SOURCES]):
        found.append((source, SOURCES[place], _by_period(sources[sources["source"] == source], periods)))
    if others := largest[MOST_SOURCES:]:
        label = f"{len(others)} other{'s' if len(others) > 1 else ''}"
        found.append((label, OTHERS, _by_period(sources[sources["source"].isin(others)], periods)))
    for means, label, look, sign in (
        ("substitution", "substitution", SAVED, 1.0),
        ("store", "the store", STORE, 1.0),
        ("stocking", "not put in store", NEED, -1.0),
        ("need", "not needed", NEED, -1.0),
        ("short", "short", SHORT, 1.0),
    ):
        change = rows[rows["means"] == means]
        signed = change.assign(change_t=sign * change["change_t"])
        tonnes = _by_period(signed[signed["change_t"] > 0.0], periods)
        if tonnes.any():
            found.append((label, look, tonnes))
    return found


def _lost(rows: pd.DataFrame, periods: np.ndarray) -> np.ndarray:
    """Tonnes in each period that some give less than on the plan, or take more."""
    signed = rows["change_t"].where(~rows["means"].isin(TAKING), -rows["change_t"])
    return -_by_period(rows.assign(change_t=signed)[signed < 0.0], periods)


def _by_period(rows: pd.DataFrame, periods: np.ndarray) -> np.ndarray:
    return rows.groupby("period")["change_t"].sum().reindex(periods, fill_value=0.0).to_numpy(dtype=float)


def _panels(figure: Figure, materials: list[str], paint: Callable[[Axes, str], None], handles: list[object]) -> None:
    columns = min(COLUMNS, len(materials))
    panels = figure.subplots(math.ceil(len(materials) / columns), columns, squeeze=False).ravel()
    for axes, material in zip(panels, materials, strict=False):
        paint(axes, material)
        axes.set_title(material, fontsize=8.5)
        axes.grid(axis="y")
        axes.locator_params(axis="y", nbins=4)
        axes.tick_params(labelsize=7.5)
    for axes in panels[len(materials) :]:
        axes.set_visible(False)
    known: list[Line2D | Patch] = [handle for handle in handles if isinstance(handle, Line2D | Patch)]
    figure.legend(handles=known, loc="outside lower left", ncols=side_by_side(known), handlelength=2.6)


def _periods(axes: Axes, rows: pd.DataFrame, found: DatedStress) -> None:
    """Months below the axis, and a shade while the crisis lasts."""
    labels = list(dict.fromkeys(rows["month"]))
    every = max(1, math.ceil(len(labels) / 6))
    axes.set_xticks(np.arange(len(labels))[::every], labels[::every])
    axes.set_xlim(0, len(labels))
    axes.axvspan(0, min(found.length, len(labels)), color=PALE, alpha=0.6, zorder=0, linewidth=0)
    axes.spines["left"].set_color(SOFT)


def _opening(found: DatedStress, strategy: str, material: str) -> float:
    harm = found.tables["harm"].set_index(["strategy", "material"])
    return float(harm.loc[(strategy, material), "stock_t"])


def _height(materials: list[str], row: float = 1.5) -> float:
    return 0.6 + row * math.ceil(len(materials) / COLUMNS) + (1.0 if len(materials) <= COLUMNS else 0.0)


def _stock_in_words(found: DatedStress) -> str:
    parts = []
    for strategy in found.strategies:
        months = found.tables["months"]
        mine = months[months["strategy"] == strategy]
        for material, rows in mine.groupby("material", sort=False):
            opening = page_number(_opening(found, strategy, str(material)))
            least = rows.loc[rows["stock_t"].idxmin()]
            parts.append(
                f"{strategy}: {material} from {opening} t to {page_number(float(least['stock_t']))} t "
                f"at the end of {least['month']}."
            )
    return f"Lines of tonnes in store by period, a panel for each material. {' '.join(parts)}"


def _gap_in_words(found: DatedStress, strategy: str, materials: list[str]) -> str:
    parts = [f"{name} {page_number(filling(found, strategy, name).gap)} t" for name in materials]
    lost = f"Lost or needed more while it lasts: {', '.join(parts)}."
    return f"Bars of who fills the gap by period, a panel for each material. {lost}"
