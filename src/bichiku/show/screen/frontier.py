"""The screen that `bichiku sweep` prints: one line for each point."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich.console import Console

from bichiku.show.numbers import money, percent, whole
from bichiku.show.screen.table import plain_table


def print_frontier(console: Console, frontier: pd.DataFrame, paths: Sequence[str], currency: str) -> None:
    """The varied numbers, cost a year, damage, Chinese share and days held at each point."""
    table = plain_table()
    for path in paths:
        table.add_column(f"  {path}", justify="right", overflow="fold")
    for heading in ("cost a year", "expected damage a year", "CVaR of damage", "China's share", "days held, least"):
        table.add_column(heading, justify="right")
    for row in frontier.to_dict("records"):
        varied = [f"{row[path]:g}" if isinstance(row[path], float) else str(row[path]) for path in paths]
        if row["status"] != "optimal":
            table.add_row(*varied, str(row["status"]))
            continue
        table.add_row(
            *varied,
            money(row["cost_per_year"], currency),
            money(row["expected_damage_per_year"], currency),
            money(row["cvar_damage"], currency),
            percent(row["china_share_exporter"]),
            whole(row["cover_days_at_end_least"]),
        )
    console.print(table)
