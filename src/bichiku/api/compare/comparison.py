"""Strategies side by side, and their folder: comparison.csv, comparison.md and report.html."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from bichiku.api.arguments import runs_of
from bichiku.api.compare.table import COMPARISON, comparison_table
from bichiku.model.faults import Fault, ModelFaults, nearest
from bichiku.program import ALL
from bichiku.result.differences import differences
from bichiku.result.run import FIRST_TOLD, REPORT, Run
from bichiku.result.staging import settle, staged
from bichiku.version import __version__


@dataclass(frozen=True, repr=False)
class Comparison:
    """Strategies side by side.

    Attributes:
        runs: those that have a solution.
        failed: the others, and why.
        baseline: the strategy that extra cost is counted from.
    """

    runs: tuple[Run, ...]
    failed: Mapping[str, str]
    baseline: str

    def __repr__(self) -> str:
        return f"<Comparison over {self.baseline!r}: {', '.join([*(run.strategy for run in self.runs), *self.failed])}>"

    @cached_property
    def table(self) -> pd.DataFrame:
        """The long table of comparison.csv: one row by strategy, metric and material, with value, unit and detail."""
        return comparison_table(self.runs, self.failed, self.baseline)

    @property
    def markdown(self) -> str:
        """The strategies as a table in words."""
        # the drawing library takes half a second to load
        from bichiku.show.report import comparison_markdown

        return comparison_markdown(self.table, self.runs, self.failed, self.baseline)

    @property
    def findings(self) -> list[str]:
        """The answer in three sentences."""
        # the drawing library takes half a second to load
        from bichiku.show.report import ReportData, key_findings

        return key_findings(ReportData(self.runs, self.failed, self.baseline, self.table))

    @property
    def warnings(self) -> list[str]:
        """What strategies differ in from the first beside policies: settings and tables, one line each."""
        return differences(self.runs)

    def write(self, output: str | Path = "runs") -> Path:
        """Writes the folder whole or not at all, never over another, and returns it.

        Raises:
            CannotWrite: the output folder cannot be written to.
        """
        from bichiku.show.report import render_report

        output = Path(output)
        content = [run.manifest.get("resolved_model") for run in self.runs], self.table.to_csv(), __version__
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
        page = render_report(self.runs, self.failed, self.baseline, self.table)
        with staged(output) as folder:
            COMPARISON.write(self.table, folder)
            (folder / "comparison.md").write_text(self.markdown, encoding="utf-8")
            (folder / REPORT).write_text(page, encoding="utf-8")
            return settle(folder, output, f"{self.runs[0].model.name}-comparison-{digest}")

    def _repr_html_(self) -> str:
        """The numbers that matter most, one row for each strategy, as a notebook shows them."""
        whole = self.table[self.table["material"] == ALL]
        told = [f"{metric} ({unit})" for metric, unit in zip(whole["metric"], whole["unit"], strict=True)]
        wide = whole.assign(told=told).loc[whole["metric"].isin(FIRST_TOLD)]
        wide = wide.pivot_table(index="strategy", columns="told", values="value", sort=False)
        failed = "".join(f"<p>{html.escape(f'{name}: {reason}')}</p>" for name, reason in self.failed.items())
        return f"{wide.to_html(border=0, float_format='{:,.4g}'.format)}{failed}"


def compare(runs: Iterable[Run], baseline: str | None = None, failed: Mapping[str, str] | None = None) -> Comparison:
    """Puts strategies side by side.

    Args:
        runs: solved or read back; of the same periods and currency, under names of their own (see `Run.called`).
        baseline: the strategy that extra cost is counted from; the first when None.
        failed: strategies without a solution, and why.

    Raises:
        ModelFaults: the runs are of other periods or money, a strategy is given twice, or the baseline is none of them.
    """
    runs, failed = tuple(runs_of("compare", runs)), dict(failed or {})
    if not runs:
        raise ModelFaults([Fault("compare", None, "", "no run is given")])
    names = [*(run.strategy for run in runs), *failed]
    if baseline is not None and baseline not in names:
        raise ModelFaults([Fault("baseline", None, "", f"no strategy {baseline!r}", nearest(baseline, names))])
    check_comparable(runs)
    return Comparison(runs, failed, baseline or runs[0].strategy)


def check_comparable(runs: Sequence[Run]) -> None:
    """Runs can be compared over the same periods and in the same currency, under names of their own.

    Raises:
        ModelFaults: they cannot.
    """
    faults = []
    first = runs[0]
    for run in runs[1:]:
        same = {
            "currency": run.world.settings.currency == first.world.settings.currency,
            "periods": run.world.calendar == first.world.calendar,
        }
        faults += [
            Fault(str(run.folder), None, what, f"{run.strategy} has other {what} than {first.strategy}", HINT[what])
            for what, equal in same.items()
            if not equal
        ]
    faults += same_names([run.strategy for run in runs])
    if faults:
        raise ModelFaults(faults)


def same_names(names: Sequence[str]) -> list[Fault]:
    """A fault for each name under which more than one strategy would stand."""
    hint = "name each run, in order, with --as NAME"
    return [
        Fault("compare", None, "", f"strategy {name!r} is given more than once", hint)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]


HINT = {
    "currency": "compare runs in one currency",
    "periods": "compare runs of one start, periods, resolution and report_until",
}
