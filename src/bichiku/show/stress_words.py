"""What a dated crisis does, in the words that the screen and the page share."""

from __future__ import annotations

import math

import pandas as pd

from bichiku.show.numbers import money, three_digits, whole
from bichiku.show.phrases import lengths, listed
from bichiku.stressing.dated import DatedStress
from bichiku.stressing.filling import LEAST_SHARE, Filling

PERIODS = {"month": "months", "quarter": "quarters", "year": "years"}
MOST = 5  # of those who fill a gap
SHORT = "short"  # what nobody fills


def lasts(found: DatedStress) -> str:
    """When it begins and how long it lasts, and what people know of that."""
    resolution = found.world.calendar.resolution
    periods = resolution if found.length == 1 else PERIODS[resolution]
    thought = resolution if list(found.believed) == [1] else PERIODS[resolution]
    return (
        f"{found.crisis} from {found.month}, {found.length} {periods}; "
        f"thought possible: {lengths(found.believed)} {thought}"
    )


def stored(days: float | None) -> str:
    """What is in store when something breaks."""
    return "in store is what each plan holds" if days is None else f"in store are {days:g} days of everything"


def gap_words(found: Filling) -> str:
    """What is lost while the crisis lasts, and who fills the gap, the largest first."""
    words = {"store": " from the store", "need": " not needed", "stocking": " not put in store"}
    gap = {"less arrive": found.lost, "more are needed": found.needed}
    parts = [f"{three_digits(tonnes)} t {what}" for what, tonnes in gap.items() if tonnes > LEAST_SHARE * found.gap]
    told = f"{listed(parts)} while it lasts"
    if found.less_from_store > LEAST_SHARE * found.gap:
        told += f" and {three_digits(found.less_from_store)} t less come from the store than on the plan"
    filled = [
        f"{three_digits(tonnes)} t{words.get(means, f' {source}')}"
        for (means, source), tonnes in found.by.items()
        if means != SHORT
    ]
    short = sum(tonnes for (means, _), tonnes in found.by.items() if means == SHORT)
    told += f"; filled by {listed(filled, MOST)}" if filled else ""
    return f"{told}; {three_digits(short)} t stay short" if short else told


def days_or(value: float, otherwise: str) -> str:
    """Whole days, or words where there are none."""
    return otherwise if math.isnan(value) else f"{whole(value)} days"


def steps_of(found: DatedStress, strategy: str, material: str) -> list[str]:
    """What 30 days, the best tonne and the best step for its cost avoid; nothing where none avoids anything."""
    steps = found.tables["steps"]
    mine = steps[(steps["strategy"] == strategy) & (steps["material"] == material) & (steps["damage_avoided"] > 0.0)]
    currency = found.world.settings.currency
    told = []
    days = mine[mine["step"] == "30 days"]
    if len(days):
        told.append(f"30 days more avoid {money(float(days['damage_avoided'].iloc[0]), currency)}")
    tonnes = mine[mine["step"] != "30 days"]
    if len(tonnes):
        best = tonnes.iloc[0]
        told.append(f"a tonne a year more of {best['source']} avoids {money(float(best['damage_avoided']), currency)}")
    priced = mine[mine["avoided_per_cost"].notna()].sort_values("avoided_per_cost", ascending=False, kind="stable")
    if len(priced):
        told.append(f"cheapest next step: {_step(priced.iloc[0])}")
    return told


def _step(row: pd.Series) -> str:
    avoided = three_digits(float(row["avoided_per_cost"]))
    if row["step"] == "30 days":
        return f"more days, which avoid {avoided} for each 1 spent"
    return f"capacity of {row['source']}, which avoids {avoided} for each 1 spent"
