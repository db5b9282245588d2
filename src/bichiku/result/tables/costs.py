"""costs.csv: expected discounted money by cost line, material and calendar year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.model.cost_lines import (
    FREIGHT,
    GAP,
    HOLDING,
    INVESTMENT,
    PENALTY,
    PURCHASE,
    RISK,
    RUNNING,
    SHORTAGE,
    SUBSIDY,
    SUBSTITUTION,
    TARIFF,
    TERMINAL,
)
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
        Column("unit", Kind.TEXT, "", "currency, expected and discounted", role=Role.GROUP),
    ),
    key=("line", "material", "year"),
)

LINE_TEXTS = {
    PURCHASE: "goods that arrive, at the price paid",
    FREIGHT: "freight of goods that arrive",
    TARIFF: "tariff on goods that arrive",
    HOLDING: "storage cost on the mean of opening and closing stock",
    RUNNING: "running cost of projects",
    SUBSTITUTION: "cost of material saved",
    SHORTAGE: "value of output lost",
    GAP: "buying back the plan's stock at the end of a branch",
    INVESTMENT: "capex, in the first year",
    SUBSIDY: "zero or less, in the first year",
    TERMINAL: "zero or less, in the last year",
    RISK: "weight times CVaR; only where the risk policy has a weight",
    PENALTY: "tonnes beyond soft share limits; only where there is one",
}
"""What each cost line is."""


def costs_table(outcome: Outcome) -> pd.DataFrame:
    """The lines sum to the objective. Investment falls in the first year, the terminal stock value in the last."""
    years = outcome.years
    first, count = int(years.min()), int(years.max()) - int(years.min()) + 1
    lines: dict[tuple[str, str], np.ndarray] = {}
    for part in outcome.program.cost_lines:
        money = part.money.at(outcome.solution.x)
        key = (part.line, part.material)
        lines[key] = lines.get(key, np.zeros(count)) + np.bincount(years - first, money, minlength=count)
    unit = f"{outcome.world.settings.currency} expected and discounted"
    return COSTS.from_rows(
        {"line": line, "material": material, "year": first + i, "value": value, "unit": unit}
        for (line, material), by_year in lines.items()
        for i, value in enumerate(by_year)
    )
