"""costs.csv: expected money by cost line, material and calendar year, discounted and not."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from bichiku.model.cost_lines import (
    FIXED,
    FREIGHT,
    GAP,
    HOLDING,
    INVESTMENT,
    PENALTY,
    PURCHASE,
    REFUSED,
    REMAINDER,
    RISK,
    RUNNING,
    SHORTAGE,
    SUBSIDY,
    SUBSTITUTION,
    TARIFF,
    TERMINAL,
    UNPAID,
)
from bichiku.program import CostLine
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import Outcome

COSTS = ResultTable(
    "costs",
    "Expected discounted money by cost line, material and calendar year. All rows together sum to the objective.",
    (
        Column("line", Kind.TEXT, "", "see below", role=Role.GROUP),
        Column("material", Kind.TEXT, "", "a material, or `all` for risk", role=Role.GROUP),
        Column("year", Kind.YEAR, "", "calendar year in which the period begins"),
        Column("value", Kind.NUMBER, "see `unit`", "positive is a cost, negative a gain"),
        Column(
            "undiscounted",
            Kind.NUMBER,
            "currency, expected",
            "the same as money of its time: without the discount to the beginning of its period (to the end of the "
            "horizon for the value of stock there); empty for risk and penalty, which nobody pays",
            optional=True,
        ),
        Column("unit", Kind.TEXT, "", "currency, expected and discounted", role=Role.GROUP),
    ),
    key=("line", "material", "year"),
)


LINE_TEXTS = {
    PURCHASE: "goods that arrive, at the price paid",
    FREIGHT: "freight of goods that arrive",
    TARIFF: "tariff on goods that arrive",
    HOLDING: "storage cost on the mean of opening and closing stock",
    REFUSED: "what contracts committed and was not taken, at the price paid; only with such a contract",
    RUNNING: "running cost of projects",
    FIXED: "upkeep of capacity, running or idle; only where a project has a `fixed_cost`",
    SUBSTITUTION: "cost of material saved",
    SHORTAGE: "value of output lost",
    GAP: "buying back the plan's stock at the end of a branch, of tonnes that can be spared and beyond",
    INVESTMENT: "capex, in the first year",
    SUBSIDY: "zero or less, in the first year",
    REMAINDER: "zero or less, in the last year: what is left of the life of what was built, without the state's part; "
    "only where a project has `life_years`",
    TERMINAL: "zero or less, in the last year",
    RISK: "weight times CVaR; only where the risk policy has a weight",
    PENALTY: "tonnes beyond soft share limits; only where there is one",
}
"""What each cost line is."""


def costs_table(outcome: Outcome) -> pd.DataFrame:
    """The lines sum to the objective. Investment falls in the first year, the terminal stock value in the last."""
    years = outcome.plan_years
    first, count = int(years.min()), int(years.max()) - int(years.min()) + 1
    lines: dict[tuple[str, str], np.ndarray] = {}
    for part in outcome.program.cost_lines:
        money = part.money.at(outcome.solution.x)
        key = (part.line, part.material)
        both = np.array([money, money / _discount(outcome, part)])
        by_year = [np.bincount(years[part.periods - 1] - first, values, minlength=count) for values in both]
        lines[key] = lines.get(key, np.zeros((2, count))) + np.array(by_year)
    unit = f"{outcome.world.settings.currency} expected and discounted"
    return COSTS.from_rows(
        {
            "line": line,
            "material": material,
            "year": first + i,
            "value": value,
            "undiscounted": math.nan if line in UNPAID else undiscounted,
            "unit": unit,
        }
        for (line, material), by_year in lines.items()
        for i, (value, undiscounted) in enumerate(by_year.T)
    )


def _discount(outcome: Outcome, part: CostLine) -> np.ndarray:
    """The discount factor of each amount of a cost line: of its period, and of the horizon's end for stock there."""
    factors = outcome.world.calendar.discount(outcome.world.settings.discount_rate)
    found: np.ndarray = factors[part.periods - (0 if part.line == TERMINAL else 1)]
    return found
