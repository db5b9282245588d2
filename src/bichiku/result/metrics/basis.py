"""How much of an answer rests on sourced, derived and assumed rows."""

from __future__ import annotations

from functools import partial

import pandas as pd

from bichiku.program import ALL
from bichiku.result.metrics.metric import Metric, Reading, Results, Scope, Shown

BASES = ("sourced", "derived", "assumed", "not stated")

_ROWS = {
    "sourced": (
        "plan's arrivals that rest on sourced rows, all years to the last of the window",
        "the same by delivered cost",
    ),
    "derived": ("derived rows", "derived rows"),
    "assumed": ("assumed rows", "assumed rows"),
    "not stated": ("rows without a basis", "rows without a basis"),
}


def _window(results: Results) -> pd.DataFrame:
    """What arrives on the plan up to the last reported year, with its delivered cost as `cost`."""
    sourcing = results.tables["sourcing"]
    last_year = results.outcome.world.calendar.last_reported_year
    window = sourcing[(sourcing["year"] <= last_year) & (sourcing["tonnes"] > 0)]
    return window.assign(cost=window["tonnes"] * window["delivered_cost"])


def _share(results: Results, material: str, basis: str, amount: str) -> Reading | None:
    """The part of tonnes or cost that rests on rows of a basis."""
    window = results.once(_window)
    mine = window if material == ALL else window[window["material"] == material]
    total = mine[amount].sum()
    return Reading(float(mine.loc[mine["basis"] == basis, amount].sum() / total)) if total > 0 else None


GROUPS = (
    tuple(
        metric
        for basis in BASES
        for metric in (
            Metric(
                f"tonnage_{basis.replace(' ', '_')}",
                "share of tonnes",
                Scope.BOTH,
                _ROWS[basis][0],
                partial(_share, basis=basis, amount="tonnes"),
            ),
            Metric(
                f"cost_{basis.replace(' ', '_')}",
                "share of cost",
                Scope.BOTH,
                _ROWS[basis][1],
                partial(_share, basis=basis, amount="cost"),
                Shown.SCREEN | Shown.REPORT,
            ),
        )
    ),
)
