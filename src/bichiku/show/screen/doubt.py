"""The screen that `bichiku doubt` prints: the answer, regret by strategy, what turns the choice and what moves it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pandas as pd
from rich.console import Console

from bichiku.show.doubt_words import answer_words, counted_words, number_words
from bichiku.show.numbers import money, percent, three_digits
from bichiku.show.screen.summary import WIDEST
from bichiku.show.screen.table import plain_table

MOST_GROUPS = 12  # that the table of what moves the choice shows


def print_doubt(console: Console, title: str, tables: Mapping[str, pd.DataFrame], currency: str) -> None:
    """All of it in the width of the screen.

    Args:
        console: where to.
        title: the model's title.
        tables: those of a doubt, by name.
        currency: the money.
    """
    console.print(f"\n{title}: what turns the choice", style="bold", highlight=False)
    for sentence in answer_words(tables, currency):
        _print_wrapped(console, sentence, "  ")
    _print_regret(console, tables, currency)
    turns = tables["switching"]
    if len(turns):
        console.print("\nWhere the order turns, one number or group moving by itself", style="italic", highlight=False)
        for row in turns.to_dict("records"):
            untold = (
                f"{row['other']} costs less than {row['best']} at the {row['end']} end of {number_words(row['group'])}"
            )
            _print_wrapped(console, str(row["sentence"]) or untold, "  - ")
    _print_tornado(console, tables["tornado"])


def _print_wrapped(console: Console, text: str, begins: str) -> None:
    width = min(WIDEST, console.width)
    lines = textwrap.wrap(
        text, width, initial_indent=begins, subsequent_indent=" " * len(begins), break_on_hyphens=False
    )
    console.print("\n".join(lines), highlight=False, soft_wrap=True)


def _print_regret(console: Console, tables: Mapping[str, pd.DataFrame], currency: str) -> None:
    regret = tables["regret"]
    counted = counted_words(int(regret["worlds"].iloc[0]), tables)
    table = plain_table(f"\nCost over the horizon, and regret over {counted}", "italic")
    table.add_column("  strategy")
    for heading in (
        "cost in the model",
        "best in",
        "mean regret",
        "exceeded in a tenth",
        "worst",
        "worlds it gave way in",
    ):
        table.add_column(heading, justify="right")
    for row in regret.to_dict("records"):
        yardstick = row["candidate"] != "yes"
        table.add_row(
            f"  {row['strategy']}{' (yardstick)' if yardstick else ''}",
            money(row["cost_base"], currency),
            "-" if yardstick else percent(row["best_share"]),
            *(money(row[column], currency) for column in ("mean_regret", "p90_regret", "worst_regret")),
            f"{row['gave_way']}" if row["gave_way"] else "-",
        )
    console.print(table)
    for row in regret[regret["no_plan"] > 0].to_dict("records"):
        count = row["no_plan"]
        worlds = f"{count} world{'s' if count > 1 else ''}"
        console.print(f"  {row['strategy']} has no solution in {worlds}, see worlds.csv", highlight=False)


def _print_tornado(console: Console, tornado: pd.DataFrame) -> None:
    best, second, unit = (tornado[column].iloc[0] for column in ("best", "second", "unit"))
    table = plain_table(f"\nWhat moves the choice: cost of {second} less that of {best}, million {unit}", "italic")
    table.add_column("  number or group", overflow="fold")
    for heading in ("at its low end", "in the model", "at its high end", "range"):
        table.add_column(heading, justify="right")
    for row in tornado.head(MOST_GROUPS).to_dict("records"):
        cells = (three_digits(row[column] / 1e6) for column in ("at_low", "at_base", "at_high"))
        table.add_row(f"  {number_words(row['group'])}", *cells, row["basis"])
    console.print(table)
    if len(tornado) > MOST_GROUPS:
        console.print(f"  and {len(tornado) - MOST_GROUPS} more that move it less, in tornado.csv", highlight=False)
