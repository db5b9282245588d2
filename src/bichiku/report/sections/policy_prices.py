"""What each policy costs: the prices of its limits, the largest first."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from bichiku.report.blocks import Block, Cell, Fold, Note, Section, Table
from bichiku.report.case import Case
from bichiku.report.csv_link import csv_link
from bichiku.report.figures.prices import label, policy_prices, ranked, text
from bichiku.report.words import NONE, listed, number

MOST = 12  # rows of the first table
MOST_OF_OTHERS = 3
HEADINGS = ("Limit", "Price", "Unit", "In words", "Holds from – to")


def section(case: Case) -> Section:
    """Ranked prices of the baseline's limits, then of the other strategies'."""
    heading = "What each policy costs"
    given = [run for run in case.runs if run.strategy in case.prices]
    missing = [run.strategy for run in case.runs if run.strategy not in case.prices]
    if not given:
        return Section("policy-prices", heading, [Note("No prices of limits were computed for these runs.")])
    order = {run.strategy: ranked(case.prices[run.strategy]) for run in given}
    binding = {strategy: rows for strategy, rows in order.items() if not rows.empty}
    blocks: list[Block] = []
    lead = next((run.strategy for run in (*case.shown, *given) if run.strategy in binding), None)
    if lead is None:
        blocks.append(Note("No limit binds in any strategy, so none of them costs anything."))
    else:
        picture = policy_prices(lead, binding[lead])
        blocks += [picture] if picture else []
        blocks.append(_table(lead, binding[lead]))
        others = {strategy: rows for strategy, rows in binding.items() if strategy != lead}
        if others:
            blocks.append(Fold("The dearest limits of the other strategies", [_others(others)]))
        free = [strategy for strategy in order if strategy not in binding]
        if free:
            blocks.append(Note(f"No limit binds under {listed(free)}."))
    stuck = [run.strategy for run in given if case.prices[run.strategy]["price"].isna().any()]
    if stuck:
        blocks.append(Note(f"Some limits have no price, as no plan exists a unit away from them: {listed(stuck)}."))
    if missing:
        blocks.append(Note(f"Without prices, as none were computed: {listed(missing)}."))
    return Section("policy-prices", heading, blocks)


def _others(binding: dict[str, pd.DataFrame]) -> Table:
    rows: list[list[Cell]] = []
    for strategy, order in binding.items():
        rows += [[Cell(strategy), *_cells(row)] for row in order.head(MOST_OF_OTHERS).itertuples(index=False)]
    everything = pd.concat([order.assign(strategy=strategy) for strategy, order in binding.items()])
    return Table(
        caption=f"The {MOST_OF_OTHERS} limits with the largest price under each strategy",
        headings=["Strategy", *HEADINGS],
        rows=rows,
        text=(0, 1, 3, 4, 5),
        style="prices",
        source="prices.csv",
        link=csv_link(everything, "prices-of-others.csv"),
    )


def _table(strategy: str, order: pd.DataFrame) -> Table:
    rows = [[Cell(str(n)), *_cells(row)] for n, row in enumerate(order.head(MOST).itertuples(index=False), start=1)]
    more = f"{len(order) - MOST} smaller ones are in the CSV." if len(order) > MOST else ""
    return Table(
        caption=f"Limits under {strategy} by the size of their price",
        headings=["Rank", *HEADINGS],
        rows=rows,
        text=(0, 1, 3, 4, 5),
        note=f"Change of the expected cost for a unit more of the limit, the largest first whatever its sign. {more}".strip(),
        style="prices",
        source="prices.csv",
        link=csv_link(order, f"prices-{strategy}.csv"),
    )


def _cells(row: Any) -> list[Cell]:
    return [
        Cell(label(row)),
        Cell(number(float(row.price))),
        Cell(text(row.unit)),
        Cell(text(row.sentence)),
        Cell(_range(row.holds_from, row.holds_to)),
    ]


def _range(low: object, high: object) -> str:
    ends = []
    for end in (low, high):
        value = pd.to_numeric(pd.Series([end]), errors="coerce").iloc[0]
        ends.append(text(end) or NONE if math.isnan(value) else number(float(value)))
    return NONE if ends == [NONE, NONE] else " – ".join(ends)
