"""prices.csv: one row for each number a person may move."""

from __future__ import annotations

import math

import pandas as pd

from bichiku.result.outcome import Outcome
from bichiku.result.prices.limits import all_limits
from bichiku.result.prices.prices import prices_of
from bichiku.result.prices.sentences import sentence, values
from bichiku.solve import HotProgram

COLUMNS = ["policy", "limit", "material", "year", "value", "price", "unit", "holds_from", "holds_to", "method"]
COLUMNS += ["sentence"]


def prices_table(outcome: Outcome, hot: HotProgram) -> pd.DataFrame:
    """Prices of all limits and capacities whose year lies in the reported window.

    `price` is the rise of expected discounted cost for one unit more of `value`, negative where it saves;
    it holds while the number lies between `holds_from` and `holds_to` and all else stays. An empty
    `holds_to` has no end; an empty price has no solution a unit away, or the solver could not tell it.
    """
    last_year = int(outcome.world.calendar.years[outcome.world.calendar.reported - 1])
    limits = [limit for limit in all_limits(outcome) if limit.year is None or limit.year <= last_year]
    currency = outcome.world.settings.currency
    records = []
    for limit, price in zip(limits, prices_of(limits, hot), strict=True):
        low, high = values(limit, price)
        unit = limit.unit.removesuffix("s") if limit.unit in ("days", "points") else limit.unit
        records.append(
            (
                limit.family,
                limit.name,
                limit.material,
                "" if limit.year is None else limit.year,
                limit.value,
                price.price,
                f"{currency} per {unit}",
                low,
                high if math.isfinite(high) else math.nan,
                price.method,
                sentence(limit, price, currency),
            )
        )
    return pd.DataFrame(records, columns=COLUMNS)
