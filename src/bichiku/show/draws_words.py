"""Draws in the words that the screen and the page share."""

from __future__ import annotations

import pandas as pd

from bichiku.show.numbers import money
from bichiku.stressing.drawn import DrawnStress

EXPLAINED = {
    "from_sampling": "other crises drawn than expected",
    "from_onsets": "begun in other periods than the model says",
    "from_meeting": "begun before others were over",
}
FIT = (
    "Each crisis of the model begins at random at its own yearly rate, whatever the others do, and lasts as its "
    "duration says; several may be on at once, and their effects multiply. While one goes on it does not begin again. "
    "Dated onsets happen or not, each with its probability. Demand and prices are the model's."
)


def promise_rows(found: DrawnStress, strategy: str) -> pd.DataFrame:
    """Promise against draws of one strategy."""
    promise = found.tables["promise"]
    rows: pd.DataFrame = promise[promise["strategy"] == strategy]
    return rows


def difference(found: DrawnStress, strategy: str) -> str:
    """Where the difference between expected damage promised and drawn comes from."""
    rows = promise_rows(found, strategy)
    row = rows[rows["measure"] == "expected"].iloc[0]
    currency = found.world.settings.currency
    parts = [f"{money(float(row[part]), currency)} {words}" for part, words in EXPLAINED.items()]
    return f"of the difference, {'; '.join(parts)}"


def not_knowing(found: DrawnStress, strategy: str) -> float:
    """Mean money that not knowing onsets and lengths costs in operation."""
    draws = found.tables["draws"]
    mine = draws[draws["strategy"] == strategy]
    return float((mine["cost"] - mine["cost_foreseen"]).mean())
