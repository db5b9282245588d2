"""Draws in the words that the screen and the page share."""

from __future__ import annotations

import pandas as pd

from bichiku.model.rounding import difference as difference_of
from bichiku.show.numbers import money, percent
from bichiku.stressing.drawn import DrawnStress

EXPLAINED = {
    "from_sampling": "other crises drawn than expected",
    "from_onsets": "begun in other periods than the model says",
    "from_meeting": "begun before others were over",
}
FROM_NOISE = "at other demand and prices than the model's"
FIT = (
    "Each crisis of the model begins at random at its own yearly rate, whatever the others do, and lasts as its "
    "duration says; several may be on at once, and their effects multiply. While one goes on it does not begin again. "
    "Dated onsets happen or not, each with its probability."
)


def explained(found: DrawnStress) -> dict[str, str]:
    """Where a difference from the promise may come from, by column of promise.csv."""
    return {**EXPLAINED, "from_noise": FROM_NOISE} if found.noise else EXPLAINED


def noise_words(found: DrawnStress) -> str:
    """How far demand and prices lie from the model's, as a sentence without its full stop."""
    if not found.noise:
        return "demand and prices are the model's"
    spreads = f"{percent(found.noise.demand)} for demand and {percent(found.noise.price)} for spot prices"
    return f"noise of {spreads}, by year and material, where a crisis is on"


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
    parts = [f"{money(float(row[part]), currency)} {words}" for part, words in explained(found).items()]
    return f"of the difference, {'; '.join(parts)}"


def not_knowing(found: DrawnStress, strategy: str) -> float:
    """Mean money that not knowing what comes costs in operation."""
    draws = found.tables["draws"]
    mine = draws[draws["strategy"] == strategy]
    return difference_of(float(mine["cost"].mean()), float(mine["cost_foreseen"].mean()))


def unknown(found: DrawnStress) -> str:
    """What who operates does not know."""
    return "onsets, lengths and noise" if found.noise else "onsets and lengths"
