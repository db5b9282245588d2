"""The screen that `bichiku compare` prints: the answer in sentences, and one line for each strategy."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import pandas as pd
from rich.console import Console

from bichiku.result.run import Run
from bichiku.show.levers import PAYERS, lever_rows
from bichiku.show.screen.summary import WIDEST, print_strategies
from bichiku.show.screen.table import plain_table


def print_comparison(
    console: Console,
    runs: Sequence[Run],
    failed: Mapping[str, str],
    baseline: str,
    findings: Sequence[str],
    comparison: pd.DataFrame,
) -> None:
    """What the page says first, in the width of the screen.

    Args:
        console: where to.
        runs: strategies with a solution.
        failed: the others, and why.
        baseline: the strategy that extra cost is counted from.
        findings: the answer in sentences.
        comparison: the table of comparison.csv.
    """
    width = min(WIDEST, console.width)
    console.print(f"\n{runs[0].world.settings.model}: {len(runs)} strategies", style="bold", highlight=False)
    for sentence in findings:
        lines = textwrap.wrap(sentence, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        console.print("\n".join(lines), highlight=False, soft_wrap=True)
    print_strategies(console, runs, baseline)
    _print_levers(console, runs, baseline, comparison)
    for name, reason in failed.items():
        console.print(f"  {name}: {reason}", highlight=False)


def _print_levers(console: Console, runs: Sequence[Run], baseline: str, comparison: pd.DataFrame) -> None:
    """What each strategy buys over the baseline, and who pays; nothing where the baseline has no solution."""
    unit, rows = lever_rows(comparison, runs, baseline)
    if not rows:
        return
    table = plain_table(f"\nWhat each lever buys over {baseline}, {unit}")
    table.add_column("  lever")
    for heading in ("cost before damage", "damage avoided", "per unit of cost", *PAYERS):
        table.add_column(heading, justify="right")
    table.add_column("helps against what begins in")
    for name, *cells in rows:
        table.add_row(f"  {name}", *cells)
    console.print(table)
