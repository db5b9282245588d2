"""The strategies side by side, or one strategy's numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from bichiku.program import ALL
from bichiku.result.differences import differences
from bichiku.result.metrics.costs import PAID_LINES
from bichiku.result.run import Run
from bichiku.show.levers import lever_headings, lever_rows
from bichiku.show.numbers import NOISE, page_money
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Element, Fold, Note, PageCell, PageTable, Section
from bichiku.show.report.figures.levers import levers
from bichiku.show.report.figures.strategies import strategies
from bichiku.show.report.policy_words import policy_words
from bichiku.show.report.strategy_table import COST, HHI, LARGEST, RISK, StrategyColumn, strategy_columns

COUNTED = (
    "Expected damage is what falls in that time; the worst tenth of a year and the worst crisis count all damage of "
    "the crises that begin in it, also what falls later."
)


def section(report: ReportData) -> Section:
    """The strategy table with its picture; for a single strategy its numbers and cost lines."""
    if not report.runs:
        rows = [[PageCell(name), PageCell(reason, shade="failed")] for name, reason in report.failed.items()]
        table = PageTable("Strategies without a solution", ["Strategy", "Why"], rows, text=(0, 1))
        return Section("strategies", "Strategies", [table])
    if report.single:
        demands = _demands(report.runs, "Limits of the strategy")
        parts: list[Element] = [_only_one(report), _numbers(report), _lines(report), demands]
        return Section("strategies", "The strategy in numbers", parts)
    shown = strategy_columns(report)
    costs = _side_by_side(
        report,
        [column for column in shown if column.about == COST],
        f"What each strategy costs, {report.window}",
        "Money is the expected amount of a mean year, by discounted money; expected damage, in crises and on the "
        "plan, is part of the cost to the buyer; the cost to the nation counts subsidies as a cost. Carrying the "
        f"reserve is storage, interest and losses of what is held. {COUNTED}",
    )
    risks = _side_by_side(
        report,
        [column for column in shown if column.about == RISK],
        "What each strategy leaves at risk",
        "Shares of imports by weight, all materials together weighed by what their imports cost delivered. "
        "HHI: sum of the squared shares of a material's suppliers, 1 for a single supplier.",
    )
    notes = [Note(f"{text}.") for text in differences(report.runs)]
    elements: list[Element] = [*notes, costs, risks]
    elements += _levers(report)
    elements += [found for found in (levers(report), strategies(report)) if found]
    elements.append(Fold("What each strategy demands", [_demands(report.runs, "")]))
    return Section("strategies", "Strategies", elements)


def _levers(report: ReportData) -> list[Element]:
    """What each strategy buys over the baseline, and who pays."""
    unit, rows = lever_rows(report.comparison, report.runs, report.baseline)
    if not rows:
        return []
    table = PageTable(
        caption=f"What each lever buys over {report.baseline}",
        headings=[
            f"{text[:1].upper()}{text[1:]}".replace(", ", "\n") for text in lever_headings(unit, report.baseline)
        ],
        rows=[[PageCell(cell) for cell in row] for row in rows],
        text=(0, 7),
        note="Cost is to the nation, subsidies counted, and its change leaves damage out; a lever that lowers it saves "
        "money. Output lost is paid by nobody; state and industry share the rest. The last column names the years of "
        "onset in which the lever lowers damage, also what falls later, by a tenth of its best year's or more.",
        style="dense one-line",
        source="comparison.csv",
    )
    return [table]


def _side_by_side(report: ReportData, shown: list[StrategyColumn], caption: str, note: str) -> PageTable:
    rows = []
    for run in report.runs:
        name = PageCell(run.strategy, "baseline" if run.strategy == report.baseline else "")
        rows.append([name, *(PageCell(*column.write(run)) for column in shown)])
    for strategy, reason in report.failed.items():
        rows.append([PageCell(strategy), PageCell(reason, shade="failed", span=len(shown))])
    return PageTable(
        caption=caption,
        headings=["Strategy", *(f"{column.heading}\n{column.unit}" for column in shown)],
        rows=rows,
        note=note,
        style="dense one-line",
        source="comparison.csv; means by cost with the weights of sourcing.csv",
        link=csv_link(_for_reading(report.comparison), "comparison.csv"),
    )


def _for_reading(comparison: pd.DataFrame) -> pd.DataFrame:
    """The rows of all materials together and those the table takes a least or a mean of."""
    used = {"cover_days_at_end", "least_time_to_survive", "short_days_on_plan", LARGEST, HHI}
    return comparison[(comparison["material"] == ALL) | comparison["metric"].isin(used)]


def _demands(runs: Sequence[Run], caption: str) -> PageTable:
    rows = [
        [PageCell(run.strategy), PageCell("", items=policy_words(run.world.policies, run.world.settings.currency))]
        for run in runs
    ]
    return PageTable(caption, ["Strategy", "Limits"], rows, text=(0, 1), style="lines", source="inputs/model.yaml")


def _only_one(report: ReportData) -> Note:
    strategy = report.runs[0].strategy
    return Note(
        f"This page is about one strategy, {strategy}, so there is nothing to set it against; "
        "bichiku compare puts several side by side."
    )


def _numbers(report: ReportData) -> PageTable:
    run = report.runs[0]
    rows = []
    for column in strategy_columns(report):
        if column.heading.startswith("Extra"):
            continue
        value, note = column.write(run)
        rows.append([PageCell(column.heading), PageCell(value), PageCell(column.unit), PageCell(note)])
    return PageTable(
        caption=f"{run.strategy} in numbers, {report.window}",
        headings=["Measure", "Value", "Unit", "Where"],
        rows=rows,
        text=(0, 2, 3),
        note=COUNTED,
        source="summary.csv; means by cost with the weights of sourcing.csv",
        link=csv_link(_for_reading(report.comparison), "summary.csv"),
    )


def _lines(report: ReportData) -> PageTable:
    run = report.runs[0].strategy
    found = [(line, report.metrics.value(run, f"{line}_per_year")) for line in PAID_LINES]
    least = NOISE * max((abs(value) for _, value in found if not math.isnan(value)), default=0.0)
    known = sorted(((line, value) for line, value in found if abs(value) > least), key=lambda pair: -pair[1])
    rows = [[PageCell(line.replace("_", " ")), PageCell(page_money(value, report.currency))] for line, value in known]
    total = report.metrics.value(run, "cost_per_year")
    rows.append(
        [PageCell("cost to the buyer", shade="total"), PageCell(page_money(total, report.currency), shade="total")]
    )
    beside = [
        f"{words} {page_money(value, report.currency)} a year"
        for words, metric in (
            ("risk is weighed at", "risk_per_year"),
            ("penalties of soft limits come to", "penalty_per_year"),
        )
        if (value := report.metrics.value(run, metric)) > least
    ]
    note = f"Beside it, {' and '.join(beside)}, which is not a cost." if beside else ""
    return PageTable(
        caption="What the cost a year is made of",
        headings=["Cost line", f"{report.currency} a year\nexpected"],
        rows=rows,
        note=note,
        source="summary.csv",
    )
