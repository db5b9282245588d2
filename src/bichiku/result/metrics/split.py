"""How many of the days held are for supply crises, and how many pay only where prices rise; of a split run alone.

The days are those of the last twelve months of the reported window taken together, its mean stock over its mean use: a
month of little use, in which a stock covers many days, does not count for more than another.
"""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from bichiku.result.metrics.metric import Metric, Reading, Results, Scope, Shown

LISTED = "_at_list_prices"


def _last_year(results: Results) -> dict[str, pd.DataFrame]:
    """Rows of split.csv in the window's last twelve months, for materials that are used; none of a run not split."""
    split = results.tables.get("split")
    if split is None:
        return {}
    calendar = results.outcome.world.calendar
    last = split[split["period"].between(calendar.reported - calendar.periods_per_year + 1, calendar.reported)]
    found = {str(name): rows for name, rows in last.groupby("material", sort=True)}
    return {name: rows for name, rows in found.items() if (rows[["use_t", f"use_t{LISTED}"]] > 0).any(axis=None)}


def _days(results: Results, material: str, suffix: str) -> Reading | None:
    """Days that the mean stock would last at the mean use; empty without use."""
    rows = results.once(_last_year).get(material)
    if rows is None:
        return None
    calendar = results.outcome.world.calendar
    use = float(rows[f"use_t{suffix}"].sum())
    days = float(rows[f"stock_t{suffix}"].sum()) * calendar.days / use if use > 0 else math.nan
    return Reading(days, calendar.last_year_label)


def _for_price_rises(results: Results, material: str) -> Reading | None:
    held, listed = (_days(results, material, suffix) for suffix in ("", LISTED))
    return None if held is None or listed is None else Reading(held.value - listed.value, held.detail)


GROUPS = (
    (
        Metric(
            "cover_days_of_last_year",
            "days",
            Scope.EACH,
            "only of a run with `--split`: mean stock of the last twelve months of the window over their mean use",
            partial(_days, suffix=""),
            Shown.SCREEN | Shown.REPORT,
        ),
        Metric(
            "cover_days_at_list_prices",
            "days",
            Scope.EACH,
            "the same if no event and no crisis moved a price: what is held for supply crises, and for the target if "
            "there is one",
            partial(_days, suffix=LISTED),
            Shown.SCREEN | Shown.REPORT,
        ),
        Metric(
            "cover_days_for_price_rises",
            "days",
            Scope.EACH,
            "the former less the latter: what pays only where prices rise; negative where less is held because prices "
            "move",
            _for_price_rises,
            Shown.SCREEN | Shown.REPORT,
        ),
    ),
)
