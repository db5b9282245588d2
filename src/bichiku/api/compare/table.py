"""comparison.csv: every metric of every strategy, and what each costs over the baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from bichiku.program import ALL
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.levers import LEVERS, lever_rows
from bichiku.result.metrics import shown_in
from bichiku.result.metrics.metric import Shown
from bichiku.result.run import Run

OVER_THE_BASELINE = {metric.name: f"extra_{metric.name}" for metric in shown_in(Shown.COMPARISON)}
"""Metrics that stand once more in a comparison, as what they are over the baseline, and under which name."""

COMPARISON = ResultTable(
    "comparison",
    "One row for each strategy, metric and material.",
    (
        Column("strategy", Kind.TEXT, "", "name of the strategy"),
        Column(
            "metric",
            Kind.TEXT,
            "",
            "a metric of [summary.csv](run-folder.md); "
            + " and ".join(f"`{name}`" for name in OVER_THE_BASELINE.values())
            + " over the baseline; "
            + ", ".join(f"`{name}`" for name in LEVERS)
            + ", see below; `status` for a strategy without a solution",
            role=Role.GROUP,
        ),
        Column("material", Kind.TEXT, "", "a material or `all`", role=Role.GROUP),
        Column("value", Kind.NUMBER, "see `unit`", "the number; empty for `status`", optional=True),
        Column("unit", Kind.TEXT, "", "its unit; empty for `status`", role=Role.GROUP),
        Column(
            "detail",
            Kind.TEXT,
            "",
            "the country, crisis, month or year meant, the baseline, or why there is no solution",
            role=Role.NOTE,
        ),
    ),
    key=("strategy", "metric", "material", "detail"),
)


def comparison_table(runs: Sequence[Run], failed: Mapping[str, str], baseline: str | None) -> pd.DataFrame:
    """The summaries of all runs in one long table.

    Args:
        runs: the strategies that have a solution.
        failed: strategies without one, and why.
        baseline: strategy that extra cost is counted from.
    """
    frames = []
    base = next((run.tables["summary"] for run in runs if run.strategy == baseline), None)
    for run in runs:
        summary = run.tables["summary"]
        frames.append(summary.assign(strategy=run.strategy))
        if base is not None:
            extra = [_extra(summary, base, metric) for metric in OVER_THE_BASELINE]
            frames += [rows.assign(strategy=run.strategy, detail=f"over {baseline}") for rows in extra]
            levers = [row | {"strategy": run.strategy} for row in lever_rows(summary, base, str(baseline))]
            frames.append(COMPARISON.from_rows(levers))
    status = {"metric": "status", "material": ALL, "value": math.nan, "unit": ""}
    failures = [{**status, "strategy": strategy, "detail": reason} for strategy, reason in failed.items()]
    frames.append(COMPARISON.from_rows(failures))
    return COMPARISON.from_columns(dict(pd.concat(frames, ignore_index=True).items()))


def _extra(summary: pd.DataFrame, base: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Rows of a summary that say what a metric is over that of the baseline."""
    mine = summary[summary["metric"] == metric]
    theirs = base[base["metric"] == metric].set_index("material")["value"]
    extra = mine["value"] - mine["material"].map(theirs)
    return mine.assign(metric=OVER_THE_BASELINE[metric], value=extra)
