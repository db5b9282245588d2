"""The pictures of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from bichiku.show.report.data import Axis, Frontier
from bichiku.show.report.figures.frontier import frontier_picture
from bichiku.show.report.figures.frontier_map import map_picture

SOURCE = "frontier.csv"


def pictures(frontier: pd.DataFrame, units: Mapping[str, str], paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name and SVG of cost against what was varied, against the Chinese share and against CVaR; a map for two axes.

    Args:
        frontier: one row for each point: the varied numbers, ``status`` and metrics.
        units: unit of each metric column.
        paths: the columns that were varied, one or two.
    """
    solved = frontier[frontier["status"] == "optimal"]
    if solved.empty:
        return
    cost = Axis("cost_per_year", "Cost a year", units["cost_per_year"])
    damage = Axis("cvar_damage", "CVaR of damage", units["cvar_damage"])
    varied = Axis(paths[0], paths[0], "")
    lines = paths[1] if len(paths) > 1 else None
    whole = Frontier(f"Cost and damage over {paths[0]}", varied, cost, frontier, damage, lines, SOURCE)
    yield "cost-and-damage", str(frontier_picture(whole, 1).svg)
    share = Axis("china_share_exporter", "Chinese share of imports by value", "share")
    for key, title, across in [
        ("cost-against-china-share", "Cost against the Chinese share of imports", share),
        ("cost-against-cvar", "Cost against CVaR of damage", damage),
    ]:
        if solved[across.column].max() > solved[across.column].min():
            ordered = solved.sort_values(across.column, kind="stable")
            yield key, str(frontier_picture(Frontier(title, across, cost, ordered, None, lines, SOURCE), 1).svg)
    if lines:
        for value in (cost, damage):
            key = f"map-{value.column.replace('_', '-')}"
            title = f"{value.label} over {paths[0]} and {lines}"
            picture = map_picture(key, title, varied, Axis(lines, lines, ""), value, frontier, SOURCE)
            yield picture.key, str(picture.svg)
