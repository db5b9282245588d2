"""From whom each material comes: the picture, and the countries in words."""

from __future__ import annotations

import math

from bichiku.result.metrics.sourcing import CHINA
from bichiku.result.run import Run
from bichiku.show.numbers import NO_NUMBER, page_number, percent
from bichiku.show.phrases import country
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Element, Fold, Note, PageCell, PageTable, Section
from bichiku.show.report.figures.sourcing import STAGES, mix, sourcing

NAMED = 4  # countries in a row of the table


def section(report: ReportData) -> Section:
    """The sourcing mix by material."""
    picture = sourcing(report)
    if picture is None:
        return Section("sourcing", "Sourcing mix by material", [Note("Nothing is imported.")])
    elements: list[Element] = [picture, _codes(report)]
    if report.base:
        elements.append(_alt_text(report, report.base))
    others = [run for run in report.runs if report.base is None or run.strategy != report.base.strategy]
    if others:
        elements.append(Fold("China and the largest supplier under every strategy", [_china(report)]))
    return Section("sourcing", "Sourcing mix by material", elements)


def _alt_text(report: ReportData, run: Run) -> PageTable:
    year = run.world.calendar.last_reported_year
    by_material = dict(list(mix(run).groupby("material")))
    rows = []
    value = report.metrics.value
    for material, row in run.world.materials.items():
        mine = by_material.get(material)
        named: list[str] = []
        if mine is not None:
            named = [f"{country(c)} {percent(s)}" for c, s in zip(mine["country"], mine["share"], strict=True)]
        rest = [f"{len(named) - NAMED} more"] if len(named) > NAMED else []
        rows.append(
            [
                PageCell(material, row.name if row.name.lower() != material.lower() else ""),
                PageCell(page_number(value(run.strategy, "imports_per_year", material))),
                PageCell("", items=[*named[:NAMED], *rest]) if named else PageCell("no imports"),
                *(PageCell(_share(value(run.strategy, f"china_share_{s}", material))) for s in ("exporter", "origin")),
                PageCell(page_number(value(run.strategy, "hhi_exporter", material))),
            ]
        )
    return PageTable(
        caption=f"Suppliers in {year} under {run.strategy}, the largest first",
        headings=[
            "Material",
            "Imports\nt a year",
            "Countries that ship it\nISO code, name, share of imports",
            "China, shipped\n% of imports",
            "China, mined\n% of imports",
            "HHI\n0 to 1",
        ],
        rows=rows,
        text=(0, 2),
        style="suppliers",
        source="shares.csv, summary.csv",
        link=csv_link(mix(run), f"suppliers-{run.strategy}.csv"),
    )


def _china(report: ReportData) -> PageTable:
    year = report.world.calendar.last_reported_year
    rows = [
        [PageCell(material), *(_china_cell(report, run, material) for run in report.runs)]
        for material in report.materials
    ]
    chosen = report.comparison["metric"].isin(["china_share_exporter", "largest_exporter_share"])
    return PageTable(
        caption=f"Share shipped from {country(CHINA)} in {year}, % of the material's imports",
        note="Where another country ships as much or more, it stands below with its share.",
        headings=["Material", *(run.strategy for run in report.runs)],
        rows=rows,
        style="dense",
        source="comparison.csv (china_share_exporter, largest_exporter_share)",
        link=csv_link(report.comparison[chosen], "china-share.csv"),
    )


def _china_cell(report: ReportData, run: Run, material: str) -> PageCell:
    largest = report.metrics.detail(run.strategy, "largest_exporter_share", material)
    share = report.metrics.value(run.strategy, "largest_exporter_share", material)
    note = f"{largest} {percent(share)}" if largest and largest != CHINA else ""
    return PageCell(_share(report.metrics.value(run.strategy, "china_share_exporter", material)), note)


def _codes(report: ReportData) -> Note:
    """Every code of the pictures and tables in words."""
    codes = sorted({code for run in report.runs for stage in STAGES for code in mix(run, stage)["country"]})
    return Note(f"Country codes (ISO 3166-1): {', '.join(country(code) for code in codes)}.", "source")


def _share(value: float) -> str:
    return NO_NUMBER if math.isnan(value) else percent(value).removesuffix(" %")
