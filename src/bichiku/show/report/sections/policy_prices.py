"""What each policy costs: the prices of its limits, the largest first."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bichiku.result.run import Run
from bichiku.show.report.blocks import Block, Cell, Fold, Note, Section, Table
from bichiku.show.report.case import Case
from bichiku.show.report.csv_link import csv_link
from bichiku.show.report.figures.prices import is_capacity, label, policy_prices, ranked, text
from bichiku.show.words import listed, number

MOST = 12  # rows of the first tables
MOST_OF_OTHERS = 3
HEADINGS = ("Limit", "Price", "Unit", "In words")
WORDS = (0, 1, 3, 4)  # columns of the tables that are not numbers


def section(case: Case) -> Section:
    """Ranked prices of the first strategy's limits and capacities, then of the other strategies' limits."""
    heading = "What each policy costs"
    given = [run for run in case.runs if run.strategy in case.prices]
    missing = [run.strategy for run in case.runs if run.strategy not in case.prices]
    if not given:
        return Section("prices", heading, [Note("No prices of limits were computed for these runs.")])
    prices = {run.strategy: case.prices[run.strategy] for run in given}
    limits = {name: ranked(rows[~is_capacity(rows)]) for name, rows in prices.items()}
    binding = {name: order for name, order in limits.items() if not order.empty}
    blocks: list[Block] = []
    lead = next((run.strategy for run in (*case.shown, *given) if run.strategy in binding), None)
    if lead is None:
        blocks.append(Note("No policy's limit binds in any strategy, so none of them costs anything."))
    else:
        blocks += _of_one(lead, binding.pop(lead))
        if binding:
            blocks.append(Fold("The dearest limits of the other strategies", [_of_others(binding)]))
        free = [name for name, order in limits.items() if order.empty]
        if free:
            blocks.append(Note(f"No policy's limit binds under {listed(free)}."))
    blocks += _capacities(lead or given[0].strategy, prices)
    blocks += _left_out(given, prices, missing)
    return Section("prices", heading, blocks)


def _of_one(strategy: str, order: pd.DataFrame) -> list[Block]:
    note = "Change of the expected cost of the whole horizon for a unit more of the limit, the largest first whatever "
    note += "its sign; of each limit the year in which it is dearest."
    return [policy_prices(strategy, order), _ranking(f"Limits under {strategy}", note, order, f"prices-{strategy}.csv")]


def _capacities(strategy: str, prices: dict[str, pd.DataFrame]) -> list[Block]:
    """What more capacity of a supplier or project would be worth."""
    rows = prices[strategy]
    order = ranked(rows[is_capacity(rows)])
    if order.empty:
        return []
    note = "Change of the expected cost for a tonne a year more of what a supplier or project can deliver."
    table = _ranking(f"Capacities under {strategy}", note, order, f"capacities-{strategy}.csv")
    return [Fold("What more capacity would be worth", [table])]


def _left_out(given: list[Run], prices: dict[str, pd.DataFrame], missing: list[str]) -> list[Block]:
    stuck = [run.strategy for run in given if prices[run.strategy]["price"].isna().any()]
    blocks: list[Block] = []
    if stuck:
        blocks.append(Note(f"Some limits have no price, as no plan exists a unit away from them: {listed(stuck)}."))
    if missing:
        blocks.append(Note(f"Without prices, as none were computed: {listed(missing)}."))
    return blocks


def _ranking(caption: str, note: str, order: pd.DataFrame, name: str) -> Table:
    rows = [[Cell(str(n)), *_cells(row)] for n, row in enumerate(order.head(MOST).itertuples(index=False), start=1)]
    if len(order) > MOST:
        note += f" {len(order) - MOST} smaller ones are in the CSV."
    headings = ["Rank", *HEADINGS]
    return Table(caption, headings, rows, WORDS, note, "prices", "prices.csv", csv_link(order, name))


def _of_others(binding: dict[str, pd.DataFrame]) -> Table:
    rows: list[list[Cell]] = []
    for strategy, order in binding.items():
        rows += [[Cell(strategy), *_cells(row)] for row in order.head(MOST_OF_OTHERS).itertuples(index=False)]
    everything = pd.concat([order.assign(strategy=strategy) for strategy, order in binding.items()])
    return Table(
        caption=f"The {MOST_OF_OTHERS} limits with the largest price under each strategy",
        headings=["Strategy", *HEADINGS],
        rows=rows,
        text=WORDS,
        style="prices",
        source="prices.csv",
        link=csv_link(everything, "prices-of-others.csv"),
    )


def _cells(row: Any) -> list[Cell]:
    return [
        Cell(label(row)),
        Cell(number(float(row.price))),
        Cell(text(row.unit)),
        Cell(text(row.sentence)),
    ]
