"""How many days the plan holds."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bichiku.result.metrics import Metric
from bichiku.result.outcome import Outcome


def reserve_metrics(outcome: Outcome, reserve: pd.DataFrame) -> Iterator[Metric]:
    """Days of cover at the end of the window and the least on the way, beside the target."""
    window = reserve[reserve["period"] <= outcome.world.calendar.reported]
    for name, rows in window.groupby("material", sort=True):
        material = str(name)
        if rows["cover_days"].notna().any():
            last = rows.iloc[-1]
            least = rows.loc[rows["cover_days"].idxmin()]
            yield Metric("cover_days_at_end", material, float(last["cover_days"]), "days", str(last["month"]))
            yield Metric("cover_days_least", material, float(least["cover_days"]), "days", str(least["month"]))
            if rows["target_days"].notna().any():
                yield Metric("target_days_at_end", material, float(last["target_days"]), "days", str(last["month"]))
