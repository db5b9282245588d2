"""From whom each material comes: the picture, and the countries in words."""

from __future__ import annotations

import math

from bichiku.result.metrics.sourcing import CHINA
from bichiku.result.run import Run
from bichiku.show.numbers import percent
from bichiku.show.report.blocks import Block, Cell, Fold, Note, Section, Table
from bichiku.show.report.case import Case, last_year
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.figures.sourcing import mix, sourcing
from bichiku.show.words import NONE, country, number

NAMED = 4  # countries in a row of the table


def section(case: Case) -> Section:
    """The sourcing mix by material."""
    picture = sourcing(case)
    if picture is None:
        return Section("sourcing", "Sourcing mix by material", [Note("Nothing is imported.")])
    blocks: list[Block] = [picture, _codes(case)]
    if case.base:
        blocks.append(_in_words(case, case.base))
    others = [run for run in case.runs if case.base is None or run.strategy != case.base.strategy]
    if others:
        blocks.append(Fold("China and the largest supplier under every strategy", [_china(case)]))
    return Section("sourcing", "Sourcing mix by material", blocks)


def _in_words(case: Case, run: Run) -> Table:
    year = last_year(run.world)
    by_material = dict(list(mix(run).groupby("material")))
    rows = []
    value = case.metrics.value
    for material, row in run.world.materials.items():
        mine = by_material.get(material)
        named: list[str] = []
        if mine is not None:
            named = [f"{country(c)} {percent(s)}" for c, s in zip(mine["country"], mine["share"], strict=True)]
        rest = [f"{len(named) - NAMED} more"] if len(named) > NAMED else []
        rows.append(
            [
                Cell(material, row.name if row.name.lower() != material.lower() else ""),
                Cell(number(value(run.strategy, "imports_per_year", material))),
                Cell("", items=[*named[:NAMED], *rest]) if named else Cell("no imports"),
                *(Cell(_share(value(run.strategy, f"china_share_{s}", material))) for s in ("exporter", "origin")),
                Cell(number(value(run.strategy, "hhi_exporter", material))),
            ]
        )
    return Table(
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


def _china(case: Case) -> Table:
    rows = [[Cell(material), *(_china_cell(case, run, material) for run in case.runs)] for material in case.materials]
    chosen = case.comparison["metric"].isin(["china_share_exporter", "largest_exporter_share"])
    return Table(
        caption=f"Share shipped from {country(CHINA)} in {last_year(case.world)}, % of the material's imports",
        note="Where another country ships as much or more, it stands below with its share.",
        headings=["Material", *(run.strategy for run in case.runs)],
        rows=rows,
        style="dense",
        source="comparison.csv (china_share_exporter, largest_exporter_share)",
        link=csv_link(case.comparison[chosen], "china-share.csv"),
    )


def _china_cell(case: Case, run: Run, material: str) -> Cell:
    largest = case.metrics.detail(run.strategy, "largest_exporter_share", material)
    share = case.metrics.value(run.strategy, "largest_exporter_share", material)
    note = f"{largest} {percent(share)}" if largest and largest != CHINA else ""
    return Cell(_share(case.metrics.value(run.strategy, "china_share_exporter", material)), note)


def _codes(case: Case) -> Note:
    """Every code of the pictures and tables in words."""
    codes = sorted({code for run in case.runs for code in mix(run)["country"]})
    return Note(f"Country codes (ISO 3166-1): {', '.join(country(code) for code in codes)}.", "source")


def _share(value: float) -> str:
    return NONE if math.isnan(value) else percent(value).removesuffix(" %")
