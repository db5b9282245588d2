"""How many days the plan holds."""

from __future__ import annotations

import pandas as pd

from bichiku.result.metrics.metric import Metric, Reading, Results, Scope, Shown


def _windows(results: Results) -> dict[str, pd.DataFrame]:
    """Rows of reserve.csv inside the window by material, for materials that the plan uses."""
    reserve = results.tables["reserve"]
    window = reserve[reserve["period"] <= results.outcome.world.calendar.reported]
    found = {str(name): rows for name, rows in window.groupby("material", sort=True)}
    return {material: rows for material, rows in found.items() if rows["cover_days"].notna().any()}


def _cover_at_end(results: Results, material: str) -> Reading | None:
    rows = results.once(_windows).get(material)
    return None if rows is None else Reading(float(rows.iloc[-1]["cover_days"]), str(rows.iloc[-1]["month"]))


def _least_cover(results: Results, material: str) -> Reading | None:
    rows = results.once(_windows).get(material)
    if rows is None:
        return None
    least = rows.loc[rows["cover_days"].idxmin()]
    return Reading(float(least["cover_days"]), str(least["month"]))


def _target_at_end(results: Results, material: str) -> Reading | None:
    rows = results.once(_windows).get(material)
    if rows is None or rows["target_days"].isna().all():
        return None
    return Reading(float(rows.iloc[-1]["target_days"]), str(rows.iloc[-1]["month"]))


GROUPS = (
    (
        Metric(
            "cover_days_at_end",
            "days",
            Scope.EACH,
            "stock at the end of the window over what is used in its last period, demand and feed",
            _cover_at_end,
            Shown.SCREEN | Shown.REPORT | Shown.SWEEP,
        ),
        Metric(
            "cover_days_least",
            "days",
            Scope.EACH,
            "the least at the end of any period of the window; the detail says which",
            _least_cover,
        ),
        Metric(
            "target_days_at_end",
            "days",
            Scope.EACH,
            "the target at the end of the window",
            _target_at_end,
            Shown.SCREEN | Shown.REPORT,
        ),
    ),
)
