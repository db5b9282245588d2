"""A comparison on disk: comparison.csv, comparison.md and report.html in one folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

import bichiku
from bichiku.api.compare.table import comparison_table
from bichiku.model.faults import Fault, ModelFaults
from bichiku.result.saved_run import REPORT, SavedRun
from bichiku.result.staging import settle, staged
from bichiku.show.report import comparison_markdown, render_report

WORLD_SETTINGS = ("buyer", "discount_rate", "events", "crises")
WORLD_TABLES = ("materials", "demand", "suppliers", "projects", "origins", "tranches", "countries")


@dataclass(frozen=True)
class Comparison:
    """Strategies of one world side by side.

    Attributes:
        runs: those that have a solution.
        failed: the others, and why.
        baseline: the strategy that extra cost is counted from.
    """

    runs: tuple[SavedRun, ...]
    failed: Mapping[str, str]
    baseline: str

    @cached_property
    def table(self) -> pd.DataFrame:
        """The long table of comparison.csv."""
        return comparison_table(self.runs, self.failed, self.baseline)


def check_one_world(runs: Sequence[SavedRun]) -> None:
    """Strategies can be compared over the same tables, periods and currency, under names of their own.

    Raises:
        ModelFaults: they do not.
    """
    faults = []
    first = runs[0]
    for run in runs[1:]:
        faults += [
            Fault(str(run.folder), None, what, f"{run.strategy} is of another world", "compare runs of one model")
            for what, equal in _same(first, run).items()
            if not equal
        ]
    names = [run.strategy for run in runs]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.append(Fault("compare", None, "", f"strategy {name!r} is given more than once"))
    if faults:
        raise ModelFaults(faults)


def _same(one: SavedRun, other: SavedRun) -> dict[str, bool]:
    """What must not differ between compared runs, and whether it does not."""
    ours, theirs = one.world, other.world
    tables = {name: getattr(ours, name) == getattr(theirs, name) for name in WORLD_TABLES}
    currency = ours.settings.currency == theirs.settings.currency
    return {"currency": currency, "periods": ours.calendar == theirs.calendar, **tables}


def differences_besides_policy(runs: Sequence[SavedRun]) -> list[str]:
    """Settings other than policies in which some strategies differ from the first, one line each."""
    first = runs[0]
    return [
        f"{run.strategy} and {first.strategy} differ in {key}, not in policies alone"
        for run in runs[1:]
        for key in WORLD_SETTINGS
        if getattr(run.world.settings, key) != getattr(first.world.settings, key)
    ]


def write_comparison(comparison: Comparison, output: Path) -> Path:
    """Writes the folder whole or not at all, never over another.

    Raises:
        CannotWrite: the output folder cannot be written to.
    """
    runs, table = comparison.runs, comparison.table
    content = [run.manifest.get("resolved_model") for run in runs], table.to_csv(), bichiku.__version__
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
    prices = {run.strategy: run.tables["prices"] for run in runs if "prices" in run.tables}
    page = render_report(runs, comparison.failed, comparison.baseline, table, prices=prices)
    with staged(output) as folder:
        table.to_csv(folder / "comparison.csv", index=False, lineterminator="\n")
        text = comparison_markdown(table, runs, comparison.failed, comparison.baseline)
        (folder / "comparison.md").write_text(text, encoding="utf-8")
        (folder / REPORT).write_text(page, encoding="utf-8")
        return settle(folder, output, f"{runs[0].model}-comparison-{digest}")
