"""The crisis map of the baseline, and those of the other strategies as small tables."""

from __future__ import annotations

import math

import pandas as pd

from bichiku.show.numbers import Scale, page_days, page_money, page_number
from bichiku.show.phrases import listed
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Element, Fold, Note, PageCell, PageTable, Section
from bichiku.show.report.figures.crisis_map import crisis_map, first_short, shade

EXPECTED, WORST = "expected_damage_of_onset_year", "worst_damage_of_onset_year"


def section(report: ReportData) -> Section:
    """Days until short by crisis and material."""
    heading = "Crisis map"
    picture = crisis_map(report.base) if report.base else None
    if report.base is None or picture is None:
        return Section("crises", heading, [Note("The model has no crisis that begins in the reported window.")])
    elements: list[Element] = [picture]
    if len(report.runs) > 1:
        elements.append(Fold("Days until short under every strategy", [_all_strategies(report)]))
    elements.append(_by_year_of_onset(report))
    elements.append(Fold("What each crisis does", [_damage(report)]))
    return Section("crises", heading, elements)


def _all_strategies(report: ReportData) -> PageTable:
    """The pairs of crisis and material that some strategy leaves short, so that the table stays small."""
    columns = {run.strategy: first_short(run).dropna() for run in report.runs}
    pairs = list(dict.fromkeys(pair for found in columns.values() for pair in found.index))
    order = list(dict.fromkeys(crisis for run in report.runs for crisis in run.world.settings.crises))
    pairs.sort(key=lambda pair: (order.index(pair[0]), pair[1]))
    rows = []
    for crisis, material in pairs:
        values = [float(found.get((crisis, material), math.nan)) for found in columns.values()]
        rows.append([PageCell(crisis), PageCell(material), *(_days_cell(value) for value in values)])
    if not pairs:
        rows.append([PageCell("none"), PageCell("no crisis leaves any material short", span=1 + len(columns))])
    short = {material for _, material in pairs}
    never = [material for material in report.materials if material not in short]
    long = pd.DataFrame(columns).rename_axis(["crisis", "material"]).reset_index()
    return PageTable(
        caption=f"Days that each material lasts from the onset, the least over all onsets in {report.window}",
        headings=["Crisis", "Material", *columns],
        rows=rows,
        text=(0, 1),
        note=f"A dot means not short in that crisis. Short in no crisis under any strategy: {listed(never, 60)}."
        if never
        else "",
        style="dense map",
        source="crises.csv (time_to_survive_days)",
        link=csv_link(long, "crisis-map-all.csv"),
    )


def _days_cell(value: float) -> PageCell:
    code = shade(value)
    return PageCell("·") if code is None else PageCell(page_days(value), shade=f"soon-{code}")


def _by_year_of_onset(report: ReportData) -> PageTable:
    """Expected damage of the crises that begin in each year, and the worst of them, under each strategy."""
    expected = {run.strategy: report.metrics.by_detail(run.strategy, EXPECTED) for run in report.runs}
    worst = {
        run.strategy: {text[:4]: value for text, value in report.metrics.by_detail(run.strategy, WORST).items()}
        for run in report.runs
    }
    years = sorted({year for found in expected.values() for year in found})
    money = Scale(max((value for found in worst.values() for value in found.values()), default=0.0), report.currency)
    rows = [
        [
            PageCell(run.strategy),
            *(
                PageCell(money(values[run.strategy].get(year, math.nan)))
                for year in years
                for values in (expected, worst)
            ),
        ]
        for run in report.runs
    ]
    return PageTable(
        caption=f"Damage of the crises that begin in each year, {money.unit}",
        headings=["Strategy", *(f"{year}\n{what}" for year in years for what in ("expected", "worst"))],
        rows=rows,
        text=(0,),
        source="summary.csv (expected_damage_of_onset_year, worst_damage_of_onset_year)",
    )


def _damage(report: ReportData) -> PageTable:
    """The crises of the baseline by the damage of their worst future."""
    run = report.base
    assert run is not None
    crises = run.tables["crises"]
    inside = crises[crises["onset"] <= run.world.calendar.reported]
    futures = inside.groupby(["crisis", "month", "length"], sort=False).agg(
        damage=("damage", "sum"), probability=("probability", "first"), typed=("annual_probability", "first")
    )
    worst = futures.reset_index().sort_values("damage", ascending=False, kind="stable").drop_duplicates("crisis")
    begins = futures["probability"].groupby(["crisis", "month"]).sum()
    chance = 1.0 - (1.0 - begins.clip(upper=1.0)).groupby("crisis").prod()  # of one window or more
    rows = []
    for found in worst.itertuples(index=False):
        odds = float(chance[found.crisis])
        mine = (inside["crisis"] == found.crisis) & (inside["month"] == found.month)
        short = inside[mine & (inside["length"] == found.length)]
        short = short[short["short_days"] > 0].sort_values("short_days", ascending=False)
        names = [f"{r.material} {page_days(float(r.short_days))}" for r in short.itertuples(index=False)]
        rows.append(
            [
                PageCell(str(found.crisis)),
                PageCell("–" if math.isnan(odds) else page_number(100 * odds)),
                PageCell(page_money(float(found.damage), report.currency)),
                PageCell(str(found.month)),
                PageCell(str(found.length)),
                PageCell(listed(names, 5) or "none"),
            ]
        )
    return PageTable(
        caption=f"Crises under {run.strategy}, the one with the most damage first",
        headings=[
            "Crisis",
            "Chance to begin\n% in the window",
            "Damage\nworst future",
            "Worst onset",
            "Periods\nthat it lasts",
            "Days short",
        ],
        rows=rows,
        text=(0, 3, 5),
        source="crises.csv (probability, damage, short_days)",
        link=csv_link(inside, "crises.csv"),
    )
