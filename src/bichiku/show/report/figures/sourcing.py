"""Who ships and who mines what: each material's imports by country, for the strategies shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bichiku.result.metrics.sourcing import CHINA
from bichiku.result.run import Run
from bichiku.show.numbers import percent
from bichiku.show.phrases import country, listed
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Picture
from bichiku.show.report.figures.style import INK, RED, SKY, SOFT, bare, picture

GREYS = ("#d9d9d9", "#c4c4c4")
STAGES = ("exporter", "origin")
PLACES = (-0.2, 0.2)  # of the two bars of a material, each so thick:
THICK = 0.37
NAMED = 0.095  # share from which a bar is wide enough for its country's code
NUMBERED = 0.19  # and for its share as well
ROOM = 84  # signs that titles of all panels have room for, side by side

Shares = list[tuple[str, float]]  # of countries in a bar, the largest first


def mix(run: Run, stage: str = "exporter") -> pd.DataFrame:
    """Shares of imports in the last reported year, the largest of each material first."""
    shares, year = run.tables["shares"], run.world.calendar.last_reported_year
    now = shares[(shares["year"] == year) & (shares["stage"] == stage) & (shares["share"] > 0)]
    return now.sort_values(["material", "share", "country"], ascending=[True, False, True], kind="stable")


def sourcing(report: ReportData) -> Picture | None:
    """Stacked bars by material, shipped above mined, one panel for each strategy; None where nothing is imported."""
    mixes = {run.strategy: {stage: mix(run, stage) for stage in STAGES} for run in report.shown}
    shipped = [stages["exporter"]["material"] for stages in mixes.values()]
    materials = [m for m in report.materials if any((column == m).any() for column in shipped)]
    if not materials:
        return None
    year = report.world.calendar.last_reported_year
    every = [mix(run, stage).assign(strategy=run.strategy) for run in report.runs for stage in STAGES]
    rows = pd.concat(every, ignore_index=True)
    rows = rows[["strategy", "material", "year", "stage", "country", "share", "hhi"]]
    rows.insert(5, "country_name", [country(code).partition(" ")[2] or code for code in rows["country"]])
    alt = _alt_text(report, mixes, materials)
    labels = {run.strategy: report.label(run) for run in report.shown}
    return picture(
        key="sourcing-mix",
        title=f"Who ships and who mines each material in {year}",
        units="per cent of the material's imports by weight; above by the country it is shipped from, below by the "
        "country it is mined in",
        source="shares.csv (stages exporter and origin)",
        alt=alt,
        height=1.0 + 0.46 * len(materials),
        paint=lambda figure: _paint(figure, mixes, materials, labels),
        data=rows,
    )


def _paint(
    figure: Figure, mixes: dict[str, dict[str, pd.DataFrame]], materials: list[str], labels: dict[str, str]
) -> None:
    panels = figure.subplots(1, len(mixes), sharey=True, squeeze=False)[0]
    for axes, (strategy, stages) in zip(panels, mixes.items(), strict=True):
        bars = [
            (position + at, _shares(rows, material))
            for position, material in enumerate(materials)
            for at, rows in zip(PLACES, stages.values(), strict=True)
        ]
        _bars(axes, bars)
        for position, shares in bars:
            _names(axes, position, shares, len(mixes))
        axes.set_xlim(0, 1)
        axes.set_ylim(len(materials) - 0.5, -0.5)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100 %"])
        ticks = [position + at for position in range(len(materials)) for at in PLACES]
        names = [text for material in materials for text in (f"{material}  shipped", "mined")]
        axes.set_yticks(ticks, names)
        axes.set_title(fill(labels[strategy], ROOM // len(mixes)))
        bare(axes, "left", "bottom")
    marks = [
        Patch(facecolor=RED, hatch="////", edgecolor="white", label="CHN China"),
        Patch(facecolor=SKY, label="largest country where it is not China"),
        Patch(facecolor=GREYS[0], label="others, the largest first"),
        Patch(facecolor="white", edgecolor=INK, linewidth=1.4, label="outlined: largest country"),
    ]
    figure.legend(handles=marks, loc="outside lower left", ncols=len(marks), handlelength=1.6)


def _shares(rows: pd.DataFrame, material: str) -> Shares:
    mine = rows[rows["material"] == material]
    return list(zip(mine["country"], mine["share"], strict=True))


def _bars(axes: Axes, bars: Sequence[tuple[float, Shares]]) -> None:
    """Draws bars of shares from the largest on, China hatched and the largest outlined."""
    drawn = pd.DataFrame(
        [
            (position, share, left, rank, code == CHINA)
            for position, shares in bars
            for rank, ((code, share), left) in enumerate(zip(shares, _lefts(shares), strict=True))
        ],
        columns=["position", "share", "left", "rank", "china"],
    )
    of_china = drawn["china"].astype(bool)  # which it is by itself only where something is drawn
    china, others = drawn[of_china], drawn[~of_china]
    shade = np.where(others["rank"] == 0, SKY, np.where(others["rank"] % 2, GREYS[1], GREYS[0]))
    for rows, look in ((others, {"color": shade}), (china, {"color": RED, "hatch": "////"})):
        if len(rows):
            axes.barh(rows["position"], rows["share"], THICK, rows["left"], edgecolor="white", linewidth=0.5, **look)
    first = drawn[drawn["rank"] == 0]
    if len(first):
        axes.barh(first["position"], first["share"], THICK, 0, facecolor="none", edgecolor=INK, linewidth=1.4)


def _names(axes: Axes, position: float, shares: Shares, panels: int) -> None:
    """Writes the larger countries of a bar into it."""
    if not shares:
        axes.text(0.01, position, "no imports", va="center", color=SOFT, fontsize=8)
    wide = 1.0 if panels > 1 else 0.45  # a single panel has room for more names
    for rank, ((code, share), left) in enumerate(zip(shares, _lefts(shares), strict=True)):
        if share >= NAMED * wide:
            china = code == CHINA
            label = f"{code} {percent(share)}" if share >= NUMBERED * wide else code
            box = {"boxstyle": "round,pad=0.15", "facecolor": RED, "edgecolor": "none"} if china else None
            colour = "white" if china else INK
            weight = "bold" if rank == 0 else "normal"
            middle = left + share / 2
            axes.text(
                middle, position, label, ha="center", va="center", color=colour, weight=weight, fontsize=7.2, bbox=box
            )


def _lefts(shares: Shares) -> list[float]:
    """Where each share of a bar begins."""
    return [0.0, *accumulate(share for _, share in shares)][:-1]


def _alt_text(report: ReportData, mixes: dict[str, dict[str, pd.DataFrame]], materials: list[str]) -> str:
    parts = []
    for strategy, stages in mixes.items():
        largest = stages["exporter"].drop_duplicates("material")
        led = int((largest["country"] == CHINA).sum())
        text = f"Under {strategy} China is the largest supplier of {led} of {len(materials)} materials"
        shipped, mined = (
            rows[rows["country"] == CHINA].set_index("material")["share"].sort_values(ascending=False)
            for rows in stages.values()
        )
        top = [f"{m} {percent(shipped.get(m, 0.0))} shipped and {percent(part)} mined" for m, part in mined.items()]
        parts.append(text + (f"; its largest shares are {listed(top[:3])}." if top else "."))
    year = report.world.calendar.last_reported_year
    return f"Stacked bars of import shares by country shipped from and mined in, {year}. {' '.join(parts)}"
