"""A map of two varied numbers: one cell for each point, coloured by what came of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from bichiku.show.numbers import Scale, page_number
from bichiku.show.report.data import Axis
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.frontier import sized
from bichiku.show.report.figures.style import INK, PALE, bare, picture


def map_picture(key: str, title: str, x: Axis, y: Axis, value: Axis, data: pd.DataFrame, source: str) -> Picture:
    """One map; a cell without a solution is grey and says so."""
    table = data.pivot_table(index=y.column, columns=x.column, values=value.column, dropna=False)
    least, most = page_number(float(np.nanmin(table.to_numpy()))), page_number(float(np.nanmax(table.to_numpy())))
    alt = f"Map of {value.label} over {x.label} and {y.label}: from {least} to {most} {value.unit}."

    def paint(figure: Figure) -> None:
        numbers = table.to_numpy(dtype=float)
        scale = Scale(float(np.nanmax(abs(numbers))), "")
        shown = numbers / scale.divisor
        axes = figure.subplots()
        axes.set_facecolor(PALE)
        image = axes.imshow(shown, aspect="auto", origin="lower", cmap="cividis_r")
        middle = (np.nanmin(shown) + np.nanmax(shown)) / 2
        for row in range(shown.shape[0]):
            for column in range(shown.shape[1]):
                cell = shown[row, column]
                text = "no solution" if np.isnan(cell) else page_number(float(cell))
                axes.text(column, row, text, ha="center", va="center", color="white" if cell > middle else INK)
        axes.set_xticks(range(len(table.columns)), [_tick(name) for name in table.columns])
        axes.set_yticks(range(len(table.index)), [_tick(name) for name in table.index])
        axes.set_xlabel(x.label)
        axes.set_ylabel(y.label)
        bare(axes, "left", "bottom")
        unit = sized(value.unit, scale.unit)
        figure.colorbar(image, label=f"{value.label}, {unit}", pad=0.02)

    return picture(
        key=key,
        title=title,
        units=f"{value.label} in {value.unit}",
        source=source,
        alt=alt,
        height=1.6 + 0.42 * len(table.index),
        paint=paint,
        data=data,
    )


def _tick(name: object) -> str:
    return f"{name:.12g}" if isinstance(name, float) else str(name)
