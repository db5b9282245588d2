"""Frontier pictures of a sweep."""

from __future__ import annotations

from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Section
from bichiku.show.report.figures.frontier import frontier_picture


def section(report: ReportData) -> Section | None:
    """One picture for each frontier; None without a sweep."""
    if not report.frontiers:
        return None
    pictures = [frontier_picture(frontier, place) for place, frontier in enumerate(report.frontiers, start=1)]
    return Section("frontiers", "Frontiers", pictures)
