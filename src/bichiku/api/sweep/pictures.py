"""The pictures of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from bichiku.show.report.data import Axis, Frontier
from bichiku.show.report.figures.frontier import frontier_picture, moves
from bichiku.show.report.figures.frontier_map import map_picture

SOURCE = "frontier.csv"


def pictures(frontier: pd.DataFrame, units: Mapping[str, str], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name and SVG of cost against what was varied, against the Chinese share and against CVaR; a map for two axes.

    Args:
        frontier: one row for each point: the varied numbers, ``status`` and metrics.
        units: unit of each metric column.
        words: the columns that were varied, one or two, each in words.
    """
    solved = frontier[frontier["status"] == "optimal"]
    if solved.empty:
        return
    cost = Axis("cost_per_year", "Cost a year", units["cost_per_year"])
    damage = Axis("cvar_damage", "CVaR of damage", units["cvar_damage"])
    varied, *others = [Axis(path, text, "") for path, text in words.items()]
    lines = others[0] if others else None
    title = f"Cost and damage over {_in_a_sentence(varied)}"
    whole = Frontier(title, varied, cost, frontier, damage, series=lines, source=SOURCE)
    yield "cost-and-damage", str(frontier_picture(whole, 1).svg)
    share = Axis("china_share_exporter", "Share of imports shipped from China, by value", "")
    for key, heading, across in [
        ("cost-against-china-share", "Cost against the Chinese share of imports", share),
        ("cost-against-cvar", "Cost against CVaR of damage", damage),
    ]:
        if moves(solved[across.column]):
            ordered = solved.sort_values(across.column, kind="stable")
            trade = Frontier(heading, across, cost, ordered, series=lines, swept=varied, source=SOURCE)
            yield key, str(frontier_picture(trade, 1).svg)
    if lines:
        for value in (cost, damage):
            key = f"map-{value.column.replace('_', '-')}"
            heading = f"{value.label} over {_in_a_sentence(varied)} and {_in_a_sentence(lines)}"
            picture = map_picture(key, heading, varied, lines, value, frontier, SOURCE)
            yield picture.key, str(picture.svg)


def _in_a_sentence(axis: Axis) -> str:
    return axis.label[:1].lower() + axis.label[1:]
