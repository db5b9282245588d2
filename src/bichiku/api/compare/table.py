"""comparison.csv: every metric of every strategy, and what each costs over the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from bichiku.result.run import Run

COLUMNS = ["strategy", "metric", "material", "value", "unit", "detail"]
EXTRA = {
    "cost_per_year": "extra_cost_per_year",
    "nation_cost_per_year": "extra_nation_cost_per_year",
}


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
            frames += [_extra(summary, base, metric, f"over {baseline}", run.strategy) for metric in EXTRA]
    for strategy, reason in failed.items():
        row = {"strategy": strategy, "metric": "status", "material": "all", "unit": "", "detail": reason}
        frames.append(pd.DataFrame([row]))
    return pd.concat(frames, ignore_index=True).reindex(columns=COLUMNS)


def _extra(summary: pd.DataFrame, base: pd.DataFrame, metric: str, detail: str, strategy: str) -> pd.DataFrame:
    mine = summary[summary["metric"] == metric]
    theirs = base[base["metric"] == metric].set_index("material")["value"]
    extra = mine["value"] - mine["material"].map(theirs)
    return mine.assign(metric=EXTRA[metric], value=extra, detail=detail, strategy=strategy)
