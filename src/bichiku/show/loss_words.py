"""The map of losses in the words that the screen and the page share."""

from __future__ import annotations

import pandas as pd

from bichiku.show.phrases import country
from bichiku.stressing.loss_map import LossMap
from bichiku.stressing.losses import COUNTRY, PAIR

SHOWN_MONTHS = 12
WHY_THEY_DIFFER = (
    "The static figure is what is left of supply without the largest supplier, as a share of use. It knows no store, "
    "no substitution and no time, and counts either what the plan buys from the others, as if nobody could ship more, "
    "or their whole capacity, as if it came at once and were all for this buyer. The loss beside it is operated: the "
    "store goes first, others ship more after their lead times, and feed from the lost country is lost as well."
)


def loss_words(kind: str, loss: str) -> str:
    """A loss as people name it."""
    if kind in (COUNTRY, PAIR):
        return " and ".join(country(code) for code in loss.split("+"))
    return f"{kind} {loss}"


def shown_months(found: LossMap) -> int:
    """The length that is told where one is told: a year, or the longest."""
    return SHOWN_MONTHS if SHOWN_MONTHS in found.months else max(found.months)


def worst_losses(found: LossMap, strategy: str, months: int) -> pd.DataFrame:
    """Damage of each loss of so many months, summed over materials at their worst starts; the worst first."""
    losses = found.losses
    mine = losses[(losses["strategy"] == strategy) & (losses["months"] == months)]
    total = mine.groupby(["kind", "loss"], sort=False).agg(
        damage=("damage", "sum"), mean_damage=("mean_damage", "sum"), first=("time_to_survive_days", "min")
    )
    return total.sort_values("damage", ascending=False, kind="stable").reset_index()
