"""The strategies side by side, or one strategy's numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bichiku.build.program import ALL
from bichiku.result.metrics.costs import PAID_LINES
from bichiku.result.run import Run
from bichiku.show.report.blocks import Block, Cell, Fold, Note, Section, Table
from bichiku.show.report.case import Case
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.figures.strategies import strategies
from bichiku.show.report.policy_words import policy_words
from bichiku.show.report.strategy_table import COST, HHI, LARGEST, RISK, Column, columns
from bichiku.show.words import amount


def section(case: Case) -> Section:
    """The strategy table with its picture; for a single strategy its numbers and cost lines."""
    if not case.runs:
        rows = [[Cell(name), Cell(reason, shade="failed")] for name, reason in case.failed.items()]
        table = Table("Strategies without a solution", ["Strategy", "Why"], rows, text=(0, 1))
        return Section("strategies", "Strategies", [table])
    if case.single:
        demands = _demands(case.runs, "Limits of the strategy")
        parts: list[Block] = [_only_one(case), _numbers(case), _lines(case), demands]
        return Section("strategies", "The strategy in numbers", parts)
    shown = columns(case)
    costs = _side_by_side(
        case,
        [column for column in shown if column.about == COST],
        f"What each strategy costs, {case.window}",
        "Money is the expected amount of a mean year, by discounted money; expected damage, in crises and on the "
        "plan, is part of the cost to the buyer; the cost to the nation counts subsidies as a cost. Carrying the "
        "reserve is storage, interest and losses of what is held.",
    )
    risks = _side_by_side(
        case,
        [column for column in shown if column.about == RISK],
        "What each strategy leaves at risk",
        "Shares of imports by weight, all materials together weighed by what their imports cost delivered. "
        "HHI: sum of the squared shares of a material's suppliers, 1 for a single supplier.",
    )
    blocks: list[Block] = [costs, risks]
    picture = strategies(case)
    if picture:
        blocks.append(picture)
    blocks.append(Fold("What each strategy demands", [_demands(case.runs, "")]))
    return Section("strategies", "Strategies", blocks)


def _side_by_side(case: Case, shown: list[Column], caption: str, note: str) -> Table:
    rows = []
    for run in case.runs:
        name = Cell(run.strategy, "baseline" if run.strategy == case.baseline else "")
        rows.append([name, *(Cell(*column.write(run)) for column in shown)])
    for strategy, reason in case.failed.items():
        rows.append([Cell(strategy), Cell(reason, shade="failed", span=len(shown))])
    return Table(
        caption=caption,
        headings=["Strategy", *(f"{column.heading}\n{column.unit}" for column in shown)],
        rows=rows,
        note=note,
        style="dense one-line",
        source="comparison.csv; means by cost with the weights of sourcing.csv",
        link=csv_link(_for_reading(case.comparison), "comparison.csv"),
    )


def _for_reading(comparison: pd.DataFrame) -> pd.DataFrame:
    """The rows of all materials together and those the table takes a least or a mean of."""
    used = {"cover_days_at_end", "least_time_to_survive", "short_days_on_plan", LARGEST, HHI}
    return comparison[(comparison["material"] == ALL) | comparison["metric"].isin(used)]


def _demands(runs: Sequence[Run], caption: str) -> Table:
    rows = [
        [Cell(run.strategy), Cell("", items=policy_words(run.world.policies, run.world.settings.currency))]
        for run in runs
    ]
    return Table(caption, ["Strategy", "Limits"], rows, text=(0, 1), style="lines", source="inputs/model.yaml")


def _only_one(case: Case) -> Note:
    strategy = case.runs[0].strategy
    return Note(
        f"This page is about one strategy, {strategy}, so there is nothing to set it against; "
        "bichiku compare puts several side by side."
    )


def _numbers(case: Case) -> Table:
    run = case.runs[0]
    rows = []
    for column in columns(case):
        if column.heading.startswith("Extra"):
            continue
        value, note = column.write(run)
        rows.append([Cell(column.heading), Cell(value), Cell(column.unit), Cell(note)])
    return Table(
        caption=f"{run.strategy} in numbers, {case.window}",
        headings=["Measure", "Value", "Unit", "Where"],
        rows=rows,
        text=(0, 2, 3),
        source="summary.csv; means by cost with the weights of sourcing.csv",
        link=csv_link(_for_reading(case.comparison), "summary.csv"),
    )


def _lines(case: Case) -> Table:
    run = case.runs[0].strategy
    found = [(line, case.metrics.value(run, f"{line}_per_year")) for line in PAID_LINES]
    known = sorted(((line, value) for line, value in found if abs(value) > 0), key=lambda pair: -pair[1])
    rows = [[Cell(line.replace("_", " ")), Cell(amount(value, case.currency))] for line, value in known]
    total = case.metrics.value(run, "cost_per_year")
    rows.append([Cell("cost to the buyer", shade="total"), Cell(amount(total, case.currency), shade="total")])
    weighed = case.metrics.value(run, "risk_per_year")
    note = f"Beside it, risk is weighed at {amount(weighed, case.currency)} a year, which is not a cost."
    return Table(
        caption="What the cost a year is made of",
        headings=["Cost line", f"{case.currency} a year\nexpected"],
        rows=rows,
        note=note if weighed > 0 else "",
        source="summary.csv",
    )
