"""prices.csv: one row for each number a person may move."""

from __future__ import annotations

import math

import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import Outcome
from bichiku.result.prices.limits import all_limits
from bichiku.result.prices.prices import prices_of
from bichiku.result.prices.sentences import sentence, values
from bichiku.solving import HotProgram

PRICES = ResultTable(
    "prices",
    "What one unit more of each number that a person can set would cost: limits of policies, and capacities of "
    "suppliers and projects. Limits by year are priced up to the last year of the reported window.",
    (
        Column(
            "policy",
            Kind.TEXT,
            "",
            "the policies of `duals.csv` but concentration and release, and `supplier_capacity`, `project_capacity` "
            "(free capacity more), `project_build_limit`",
            role=Role.GROUP,
        ),
        Column(
            "limit",
            Kind.TEXT,
            "",
            "name of the share limit, country, supplier or project; empty for other policies",
        ),
        Column("material", Kind.TEXT, "", "the material; empty for limits on all together", role=Role.GROUP),
        Column("year", Kind.YEAR, "", "calendar year; empty for the whole horizon", optional=True),
        Column(
            "value",
            Kind.NUMBER,
            "see `unit`",
            "the number as it stands: days, points of share (hundredths), t/year, millions of money",
        ),
        Column(
            "price",
            Kind.NUMBER,
            "see `unit`",
            "rise of expected discounted cost for one unit more; negative is a saving. Of a step that was solved again "
            "what all of it costs over its size. Empty where there is no solution a step away, or where the solver "
            "could not tell; the sentence says which",
            optional=True,
        ),
        Column("unit", Kind.TEXT, "", "money per unit of the value", role=Role.GROUP),
        Column(
            "holds_from",
            Kind.NUMBER,
            "unit of the value",
            "the price holds from this value of the number ...",
            optional=True,
        ),
        Column(
            "holds_to",
            Kind.NUMBER,
            "unit of the value",
            "... to this one, all else equal. Empty: there is no end, or, with `holds_from` empty too, the capacity "
            "lies idle",
            optional=True,
        ),
        Column(
            "method",
            Kind.TEXT,
            "",
            "`ranging`: exact, from the optimal basis, for a whole step at least: a day, a percentage point, 1 % of "
            "tonnes or of money (one unit of what is zero); `re-solve`: solved again a step away, as the exact price "
            "ends before; `short range`: exact, ends before a whole step and could not be solved again, the sentence "
            "says why",
            role=Role.NOTE,
        ),
        Column("sentence", Kind.TEXT, "", "the row in words", role=Role.WORDS),
    ),
    key=("policy", "limit", "material", "year"),
)


def prices_table(outcome: Outcome, hot: HotProgram) -> pd.DataFrame:
    """Prices of all limits and capacities whose year lies in the reported window.

    `price` is the rise of expected discounted cost for one unit more of `value`, negative where it saves;
    it holds while the number lies between `holds_from` and `holds_to` and all else stays. An empty
    `holds_to` has no end; an empty price has no solution a step away, or the solver could not tell it.
    """
    last_year = outcome.world.calendar.last_reported_year
    limits = [limit for limit in all_limits(outcome) if limit.year is None or limit.year <= last_year]
    currency = outcome.world.settings.currency
    rows = []
    for limit, price in zip(limits, prices_of(limits, hot, outcome), strict=True):
        low, high = values(limit, price)
        unit = limit.unit.removesuffix("s") if limit.unit in ("days", "points") else limit.unit
        rows.append(
            {
                "policy": limit.family,
                "limit": limit.name,
                "material": limit.material,
                "year": limit.year,
                "value": limit.value,
                "price": price.price,
                "unit": f"{currency} per {unit}",
                "holds_from": low,
                "holds_to": high if math.isfinite(high) else math.nan,
                "method": price.method,
                "sentence": sentence(limit, price, currency),
            }
        )
    return PRICES.from_rows(rows)
