"""What is built, whether the plan runs it or it stands by, and who pays."""

from __future__ import annotations

import pandas as pd

from bichiku.result.run import Run
from bichiku.show.built import STANDBY, built_projects
from bichiku.show.numbers import Scale, page_number, percent
from bichiku.show.phrases import country
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Element, Fold, Note, PageCell, PageTable, Section


def section(report: ReportData) -> Section | None:
    """The projects of the baseline, and of every strategy what it builds; None where the model has none."""
    if report.base is None or not any(len(run.tables["projects"]) for run in report.runs):
        return None
    elements: list[Element] = [_of_one(report, report.base)]
    if len(report.runs) > 1:
        elements.append(Fold("What is built under every strategy", [_of_all(report)]))
    return Section("projects", "What is built", elements)


def _of_one(report: ReportData, run: Run) -> Element:
    found = built_projects(run)
    if found.empty:
        return Note(f"Nothing new is built under {run.strategy}.")
    money = Scale(float(found["investment"].max()), report.currency)
    rows = [
        [
            PageCell(str(row.project)),
            PageCell(str(row.material)),
            PageCell(country(str(row.country))),
            PageCell(page_number(float(row.built_t_per_year))),
            PageCell(STANDBY if row.standby else page_number(float(row.used_t_per_year))),
            PageCell(money(float(row.investment))),
            PageCell(money(float(row.subsidy)), percent(row.subsidy / row.investment) if row.investment else ""),
        ]
        for row in found.itertuples(index=False)
    ]
    return PageTable(
        caption=f"Projects built under {run.strategy}, the dearest first",
        headings=[
            "Project",
            "Makes",
            "In",
            "Built\nt a year",
            "Runs on the plan\nt a year, mean",
            f"Investment\n{money.unit}",
            f"Paid by the state\n{money.unit}",
        ],
        rows=rows,
        text=(0, 1, 2),
        note=f"{STANDBY.capitalize()}: the plan without a crisis does not run what is built, so it is there for crises "
        "alone. The mean is over the whole horizon, the years before it stands among them, and of the whole project, "
        "what stood before included.",
        source="projects.csv",
        link=csv_link(run.tables["projects"], f"projects-{run.strategy}.csv"),
    )


def _of_all(report: ReportData) -> PageTable:
    built = {run.strategy: built_projects(run).set_index("project") for run in report.runs}
    names = list(dict.fromkeys(name for run in report.runs for name in run.world.projects))
    names = [name for name in names if any(name in found.index for found in built.values())]
    rows = [[PageCell(name), *(_cell(found, name) for found in built.values())] for name in names]
    every = pd.concat([run.tables["projects"].assign(strategy=run.strategy) for run in report.runs])
    return PageTable(
        caption="Capacity built, t a year",
        headings=["Project", *built],
        rows=rows or [[PageCell("none"), PageCell("nothing is built under any strategy", span=len(built))]],
        style="dense",
        note="A dot means not built.",
        source="projects.csv",
        link=csv_link(every, "projects-of-all.csv"),
    )


def _cell(found: pd.DataFrame, name: str) -> PageCell:
    if name not in found.index:
        return PageCell("·")
    row = found.loc[name]
    return PageCell(page_number(float(row["built_t_per_year"])), STANDBY if row["standby"] else "")
