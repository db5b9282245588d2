"""How many of the days held are for supply crises, and how many pay only where prices rise."""

from __future__ import annotations

from bichiku.result.run import Run
from bichiku.show.numbers import NOISE, page_days
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Note, PageCell, PageTable, Section

READINGS = {
    "cover_days_of_last_year": "Held",
    "cover_days_at_list_prices": "For target and supply crises",
    "cover_days_for_price_rises": "Only where prices rise",
}


def section(report: ReportData) -> Section | None:
    """A table for each run that is split; nothing where none is."""
    tables = [_table(report, run) for run in report.runs if run.is_split]
    if not tables:
        return None
    text = "What is held for the target and supply crises is the stock that the strategy would hold if no event or "
    text += "crisis moved a price, from a solve of its own. The rest pays only where prices rise; below zero, less is "
    text += "held because prices move. Mean stock of the last twelve months of the window over their mean use."
    return Section("split", "What the days are held for", [Note(text), *tables])


def _table(report: ReportData, run: Run) -> PageTable:
    summary = run.summary
    chosen = summary[summary["metric"].isin(READINGS)]
    value = report.metrics.value
    return PageTable(
        caption=f"Days held under {run.strategy}, {run.world.calendar.last_year_label}",
        headings=["Material", *READINGS.values()],
        rows=[
            [PageCell(name), *_cells([value(run.strategy, metric, name) for metric in READINGS])]
            for name in report.materials
        ],
        style="dense",
        source=f"summary.csv ({', '.join(READINGS)})",
        link=csv_link(chosen, f"split-{run.strategy}.csv"),
    )


def _cells(days: list[float]) -> list[PageCell]:
    held = days[0]
    return [PageCell(page_days(0.0 if abs(each) <= NOISE * abs(held) else each)) for each in days]
