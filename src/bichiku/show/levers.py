"""What each lever buys over the baseline, and who pays: one table for the screen, for markdown and for the page."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from bichiku.program import ALL
from bichiku.result.levers import LOSES, SAVES
from bichiku.result.run import Run
from bichiku.show.numbers import NO_NUMBER, Scale, page_number

BEFORE, AVOIDED, RATIO = "extra_cost_before_damage_per_year", "damage_avoided_per_year", "damage_avoided_per_cost"
PAYERS = {
    "state": "extra_paid_by_state_per_year",
    "industry": "extra_paid_by_industry_per_year",
    "output lost": "extra_shortage_per_year",
}
OF_YEAR = "damage_avoided_of_onset_year"


def lever_headings(unit: str, baseline: str) -> list[str]:
    """Headings of the columns, the strategy first."""
    more = [f"{payer}, {unit}" for payer in PAYERS]
    return [
        "lever",
        f"cost before damage over {baseline}, {unit}",
        f"damage avoided, {unit}",
        "avoided per unit of cost",
        *more,
        "helps against what begins in",
    ]


def lever_rows(comparison: pd.DataFrame, runs: Sequence[Run], baseline: str) -> tuple[str, list[list[str]]]:
    """Unit of the money, and one row for each strategy but the baseline; none where the baseline has no solution."""
    mine = comparison[comparison["material"] == ALL]
    if baseline not in {run.strategy for run in runs} or mine.empty:
        return "", []
    money = (BEFORE, AVOIDED, *PAYERS.values())
    sizes = mine.loc[mine["metric"].isin(money), "value"].abs()
    scale = Scale(float(sizes.max()) if len(sizes) else 0.0, runs[0].world.settings.currency)
    rows = []
    for run in runs:
        if run.strategy == baseline:
            continue
        of_run = mine[mine["strategy"] == run.strategy]
        found = dict(zip(of_run["metric"], of_run["value"], strict=True))
        told = dict(zip(of_run["metric"], of_run["detail"], strict=True))
        rows.append(
            [
                run.strategy,
                scale(found.get(BEFORE, math.nan), sign=True),
                scale(found.get(AVOIDED, math.nan)),
                ratio_words(found.get(RATIO, math.nan), told.get(RATIO, "")),
                *(scale(found.get(metric, math.nan), sign=True) for metric in PAYERS.values()),
                _years(of_run[of_run["metric"] == OF_YEAR]),
            ]
        )
    return f"{scale.unit} a year", rows


def ratio_words(value: float, detail: str) -> str:
    """Damage avoided per unit of cost, or what stands in its place where cost before damage does not rise."""
    if math.isnan(value):
        return next((words for words in (SAVES, LOSES) if detail.startswith(words)), NO_NUMBER)
    return page_number(value)


def _years(of_year: pd.DataFrame) -> str:
    """The years of onset of which a lever avoids a tenth of what it avoids in its best year, or more."""
    best = float(of_year["value"].max()) if len(of_year) else 0.0
    if best <= 0:
        return NO_NUMBER
    years = sorted(int(year) for year in of_year.loc[of_year["value"] >= best / 10, "detail"])
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
