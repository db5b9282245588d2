"""What each policy costs: the prices of its limits, the largest first."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bichiku.result.run import Run
from bichiku.show.numbers import page_number
from bichiku.show.phrases import listed
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.data import ReportData
from bichiku.show.report.elements import Element, Fold, Note, PageCell, PageTable, Section
from bichiku.show.report.figures.prices import is_capacity, label, policy_prices, ranked, text

MOST = 12  # rows of the first tables
MOST_OF_OTHERS = 3
HEADINGS = ("Limit", "Price", "Unit", "In words")
NO_PRICE = (
    "a unit more of any one of them would save nothing. Limits that hold only together, a limit on concentration and "
    "one that nothing can be moved from have no such price, and may cost much all the same: see what the strategies "
    "cost."
)
WORDS = (0, 1, 3, 4)  # columns of the tables that are not numbers


def section(report: ReportData) -> Section:
    """Ranked prices of the first strategy's limits and capacities, then of the other strategies' limits."""
    heading = "What each policy costs"
    given = [run for run in report.runs if "prices" in run.tables]
    missing = [run.strategy for run in report.runs if "prices" not in run.tables]
    if not given:
        return Section("prices", heading, [Note("No prices of limits were computed for these runs.")])
    prices = {run.strategy: run.prices for run in given}
    limits = {name: ranked(rows[~is_capacity(rows)]) for name, rows in prices.items()}
    binding = {name: order for name, order in limits.items() if not order.empty}
    elements: list[Element] = []
    lead = next((run.strategy for run in (*report.shown, *given) if run.strategy in binding), None)
    if lead is None:
        elements.append(Note(f"No limit has a price in any strategy: {NO_PRICE}"))
    else:
        elements += _of_one(lead, binding.pop(lead))
        if binding:
            elements.append(Fold("The dearest limits of the other strategies", [_of_others(binding)]))
        free = [name for name, order in limits.items() if order.empty]
        if free:
            elements.append(Note(f"No limit has a price under {listed(free)}: {NO_PRICE}"))
    elements += _capacities(lead or given[0].strategy, prices)
    elements += _left_out(given, prices, missing)
    return Section("prices", heading, elements)


def _of_one(strategy: str, order: pd.DataFrame) -> list[Element]:
    note = "Change of the expected cost of the whole horizon for a unit more of the limit, whatever its sign the "
    note += "largest first for a unit or as far as it holds; of each limit the year in which it is dearest."
    table = _ranking(f"Limits under {strategy}", note, order, f"prices-{strategy}.csv")
    bars = policy_prices(strategy, order)
    return [table] if bars is None else [bars, table]


def _capacities(strategy: str, prices: dict[str, pd.DataFrame]) -> list[Element]:
    """What more capacity of a supplier or project would be worth."""
    rows = prices[strategy]
    order = ranked(rows[is_capacity(rows)])
    if order.empty:
        return []
    note = "Change of the expected cost for a tonne a year more of what a supplier or project can deliver."
    table = _ranking(f"Capacities under {strategy}", note, order, f"capacities-{strategy}.csv")
    return [Fold("What more capacity would be worth", [table])]


def _left_out(given: list[Run], prices: dict[str, pd.DataFrame], missing: list[str]) -> list[Element]:
    stuck = [run.strategy for run in given if prices[run.strategy]["price"].isna().any()]
    elements: list[Element] = []
    if stuck:
        elements.append(
            Note(f"Some limits have no price, as no plan was found a step away from them: {listed(stuck)}.")
        )
    if missing:
        elements.append(Note(f"Without prices, as none were computed: {listed(missing)}."))
    return elements


def _ranking(caption: str, note: str, order: pd.DataFrame, name: str) -> PageTable:
    rows = [[PageCell(str(n)), *_cells(row)] for n, row in enumerate(order.head(MOST).itertuples(index=False), start=1)]
    if len(order) > MOST:
        note += f" {len(order) - MOST} smaller ones are in the CSV."
    headings = ["Rank", *HEADINGS]
    return PageTable(caption, headings, rows, WORDS, note, "prices", "prices.csv", csv_link(order, name))


def _of_others(binding: dict[str, pd.DataFrame]) -> PageTable:
    rows: list[list[PageCell]] = []
    for strategy, order in binding.items():
        rows += [[PageCell(strategy), *_cells(row)] for row in order.head(MOST_OF_OTHERS).itertuples(index=False)]
    everything = pd.concat([order.assign(strategy=strategy) for strategy, order in binding.items()])
    return PageTable(
        caption=f"The {MOST_OF_OTHERS} limits with the largest price under each strategy",
        headings=["Strategy", *HEADINGS],
        rows=rows,
        text=WORDS,
        style="prices",
        source="prices.csv",
        link=csv_link(everything, "prices-of-others.csv"),
    )


def _cells(row: Any) -> list[PageCell]:
    return [
        PageCell(label(row)),
        PageCell(page_number(float(row.price))),
        PageCell(text(row.unit)),
        PageCell(text(row.sentence)),
    ]
