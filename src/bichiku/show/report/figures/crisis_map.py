"""The crisis map: for each crisis and material the day on which it first runs short."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bichiku.result.run import Run
from bichiku.show.numbers import page_days
from bichiku.show.phrases import listed
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import INK, SOFT, bare, picture

EDGES = (30.0, 60.0, 90.0, 180.0)  # days; the last class has no upper end
COLOURS = ("#67000d", "#b3261e", "#e8683c", "#f9b27c", "#fde3cb")  # dark is soon; lightness alone tells them apart
NEVER = "#f7f7f7"
FEW = 7  # materials whose names fit side by side


def first_short(run: Run) -> pd.Series:
    """Days until short by crisis and material: the least over the onsets in the window, empty where never short."""
    crises = run.tables["crises"]
    inside = crises[crises["onset"] <= run.world.calendar.reported]
    days_left = pd.to_numeric(inside["time_to_survive_days"])
    return days_left.groupby([inside["crisis"], inside["material"]]).min()


def shortest(run: Run) -> pd.DataFrame:
    """The same as a table with a row for each crisis and a column for each material, in the model's order."""
    found = first_short(run)
    crises, materials = (set(found.index.get_level_values(level)) for level in (0, 1))
    columns = [name for name in run.world.materials if name in materials]
    rows = [name for name in run.world.settings.crises if name in crises]
    values = [[found.get((row, column), math.nan) for column in columns] for row in rows]
    return pd.DataFrame(values, index=rows, columns=columns, dtype=float)


def shade(value: float) -> int | None:
    """The class of a number of days as shown, nought the shortest; None for never."""
    return None if math.isnan(value) else int(np.searchsorted(EDGES, float(f"{value:.3g}"), side="right"))


def classes() -> list[str]:
    """The classes in words."""
    middle = [f"{low:.0f} to {high:.0f}" for low, high in pairwise(EDGES)]
    return [f"under {EDGES[0]:.0f} days", *middle, f"{EDGES[-1]:.0f} or more"]


def crisis_map(run: Run, key: str = "crisis-map") -> Picture | None:
    """The map of one strategy; None without crises."""
    table = shortest(run)
    if table.empty:
        return None
    alt = _alt_text(run, table)
    long = first_short(run).rename("days_until_short").reset_index()
    return picture(
        key=key,
        title=f"Days until each material runs short, by crisis: {run.strategy}",
        units="days that a material lasts from the onset, the least over all onsets in "
        f"{run.world.calendar.window_label}; a dot means not short in that crisis",
        source="crises.csv (time_to_survive_days)",
        alt=alt,
        height=1.75 + 0.27 * len(table),
        paint=lambda figure: paint_days(figure, table),
        data=long,
    )


def paint_days(figure: Figure, table: pd.DataFrame) -> None:
    """Days until short as coloured cells: a row for each crisis, a column for each material."""
    axes = _axes(figure, len(table.columns))
    values = table.to_numpy(dtype=float)
    coded = np.vectorize(lambda value: -1 if math.isnan(value) else shade(value))(values)
    colours = ListedColormap([NEVER, *COLOURS])
    edges = np.arange(-1.5, len(COLOURS) + 0.5)
    axes.pcolormesh(coded, cmap=colours, norm=BoundaryNorm(edges, colours.N), edgecolors="white", linewidth=1.5)
    for row in range(len(table)):
        for column in range(len(table.columns)):
            code = coded[row, column]
            text = page_days(values[row, column]) if code >= 0 else "·"
            colour = SOFT if code < 0 else "white" if code < 2 else INK
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour, fontsize=8)
    axes.set_yticks(np.arange(len(table)) + 0.5, table.index)
    axes.set_xticks(np.arange(len(table.columns)) + 0.5, table.columns)
    axes.xaxis.tick_top()
    if len(table.columns) > FEW:
        for label in axes.get_xticklabels():
            label.set(rotation=40, ha="left", rotation_mode="anchor")
    axes.invert_yaxis()
    bare(axes, "left", "bottom", "top")
    axes.tick_params(top=False, pad=3)
    patches = [Patch(facecolor=colour, label=name) for colour, name in zip(COLOURS, classes(), strict=True)]
    patches.append(Patch(facecolor=NEVER, edgecolor="#999999", linewidth=0.5, label="not short"))
    figure.legend(handles=patches, loc="outside lower left", ncols=len(patches), handlelength=1.4)


def _axes(figure: Figure, columns: int) -> Axes:
    """The whole width for many materials, a part of it for few."""
    if columns > FEW:
        return figure.subplots()
    axes, rest = figure.subplots(1, 2, width_ratios=[columns, FEW + 1 - columns])
    rest.set_visible(False)
    return axes


def _alt_text(run: Run, table: pd.DataFrame) -> str:
    found = first_short(run).dropna().sort_values(kind="stable")
    start = f"Map of {len(table)} crises by {len(table.columns)} materials under {run.strategy}."
    if found.empty:
        return f"{start} No material runs short in any of them."
    worst = [
        f"{material} after {page_days(float(left))} days in {crisis}" for (crisis, material), left in found.items()
    ]
    return f"{start} {len(found)} pairs run short, soonest {listed(worst, 4)}."
