"""Frontier pictures of a sweep."""

from __future__ import annotations

from bichiku.show.report.blocks import Section
from bichiku.show.report.case import Case
from bichiku.show.report.figures.frontier import frontier_picture


def section(case: Case) -> Section | None:
    """One picture for each frontier; None without a sweep."""
    if not case.frontiers:
        return None
    pictures = [frontier_picture(frontier, place) for place, frontier in enumerate(case.frontiers, start=1)]
    return Section("frontiers", "Frontiers", pictures)
