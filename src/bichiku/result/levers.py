"""What a lever buys: damage avoided over the baseline, what that costs before damage, and the ratio of both."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import pandas as pd

from bichiku.model.rounding import difference
from bichiku.program import ALL

NATION_COST, DAMAGE, OF_ONSET_YEAR = "nation_cost_per_year", "expected_damage_per_year", "expected_damage_of_onset_year"
NOISE = 1e-9  # of the baseline's cost, below which two amounts are one

LEVERS = {
    "extra_cost_before_damage_per_year": "change of the cost to the nation, expected damage left out",
    "damage_avoided_per_year": "expected damage less than under the baseline",
    "damage_avoided_per_cost": "the second over the first; empty where cost before damage does not rise, and the "
    "detail says that it saves money, costs nothing, or costs less and loses more",
    "damage_avoided_of_onset_year": "the same of the crises that begin in a calendar year, which the detail names; "
    "money of the whole horizon",
}
"""Rows of comparison.csv that set a strategy against the baseline as a lever."""

SAVES, COSTS_NOTHING, LOSES = "saves money", "costs nothing", "loses more"


def lever_rows(summary: pd.DataFrame, base: pd.DataFrame, baseline: str) -> Iterator[dict[str, object]]:
    """Rows of a strategy, all materials together.

    Args:
        summary: its summary.csv.
        base: that of the baseline.
        baseline: the baseline's name.
    """
    mine, theirs = _values(summary), _values(base)
    less = partial(difference, share=NOISE, beside=theirs[NATION_COST])
    cost = less(mine[NATION_COST] - mine[DAMAGE], theirs[NATION_COST] - theirs[DAMAGE])
    avoided = less(theirs[DAMAGE], mine[DAMAGE])
    unit = str(summary.loc[summary["metric"] == NATION_COST, "unit"].iloc[0])
    over = f"over {baseline}"
    ratio = avoided / cost if cost > 0.0 else math.nan
    without = COSTS_NOTHING if cost == 0.0 else SAVES if avoided >= 0.0 else LOSES
    told = over if cost > 0.0 else f"{without} {over}"
    yield _row("extra_cost_before_damage_per_year", cost, unit, over)
    yield _row("damage_avoided_per_year", avoided, unit, over)
    yield _row("damage_avoided_per_cost", ratio, "money per money", told)
    of_base = _by_year(base)
    for year, (damage, money) in _by_year(summary).items():
        if year in of_base:
            yield _row("damage_avoided_of_onset_year", less(of_base[year][0], damage), money, year)


def _row(metric: str, value: float, unit: str, detail: str) -> dict[str, object]:
    return {"metric": metric, "material": ALL, "value": value, "unit": unit, "detail": detail}


def _values(summary: pd.DataFrame) -> dict[str, float]:
    whole = summary[summary["material"] == ALL]
    return dict(zip(whole["metric"], whole["value"], strict=True))


def _by_year(summary: pd.DataFrame) -> dict[str, tuple[float, str]]:
    """Expected damage of the crises that begin in each year, with its unit."""
    mine = summary[(summary["metric"] == OF_ONSET_YEAR) & (summary["material"] == ALL)]
    return {str(row.detail): (float(row.value), str(row.unit)) for row in mine.itertuples()}
