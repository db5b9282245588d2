"""comparison.md: the strategy table as markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from bichiku.result.differences import differences
from bichiku.result.run import Run
from bichiku.show.levers import lever_headings, lever_rows
from bichiku.show.report.data import ReportData
from bichiku.show.report.key_findings import key_findings
from bichiku.show.report.strategy_table import strategy_columns

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def comparison_markdown(comparison: pd.DataFrame, runs: Sequence[Run], failed: Mapping[str, str], baseline: str) -> str:
    """The three sentences and the table; a strategy without a solution says so in its row."""
    report = ReportData(runs, failed, baseline, comparison)
    sentences = " ".join(escaped(sentence) for sentence in key_findings(report))
    if not runs:
        rows = [f"| {escaped(strategy)} | {escaped(reason)} |" for strategy, reason in failed.items()]
        table = "\n".join(["| strategy | |", "| --- | --- |", *rows])
        return f"# Strategies side by side\n\n{sentences}\n\n{table}\n"
    shown = strategy_columns(report)
    lines = [
        f"| strategy | {' | '.join(escaped(f'{column.heading}, {column.unit}') for column in shown)} |",
        f"| --- |{' ---: |' * len(shown)}",
    ]
    for run in runs:
        name = escaped(run.strategy)
        cells = [f"**{name}** (baseline)" if run.strategy == baseline else name]
        for column in shown:
            value, note = column.write(run)
            cells.append(escaped(f"{value} ({note})" if note else value))
        lines.append(f"| {' | '.join(cells)} |")
    for strategy, reason in failed.items():
        lines.append(f"| {escaped(strategy)} | {escaped(reason)} |{' |' * (len(shown) - 1)}")
    title = escaped(report.world.settings.model)
    notes = (
        f"Reported window {report.window}; money is the expected amount of a mean year, in {report.currency}. The cost "
        "to the nation counts subsidies as a cost. Shares and HHI of all materials together weigh each by the "
        "delivered cost of its imports in the last year. All digits of a number are in comparison.csv; the weights are "
        "those of sourcing.csv in each run."
    )
    differ = "".join(f"\n{escaped(text)}.\n" for text in differences(runs))
    head = f"# {title}: strategies side by side\n\n{sentences}\n\n"
    return head + "\n".join(lines) + f"\n{differ}\n{escaped(notes)}\n{_levers(comparison, runs, baseline)}"


def _levers(comparison: pd.DataFrame, runs: Sequence[Run], baseline: str) -> str:
    """What each lever buys as a section of its own; empty where there is nothing to set against the baseline."""
    unit, rows = lever_rows(comparison, runs, baseline)
    if not rows:
        return ""
    cells = [[escaped(text) for text in row] for row in (lever_headings(unit, baseline), *rows)]
    cells.insert(1, ["---", *["---:"] * (len(cells[0]) - 2), "---"])
    return "\n## What each lever buys\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in cells)


def escaped(text: str) -> str:
    """Text that markdown leaves as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
