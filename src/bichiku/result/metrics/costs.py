"""What a strategy costs a year, by line and material."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bichiku.model.cost_lines import GAP, INVESTMENT, LINES, PENALTY, RISK, SUBSIDY, TERMINAL
from bichiku.program import ALL
from bichiku.result.metrics import Metric
from bichiku.result.outcome import Outcome

STOCK_CHANGE = "stock_change"
SOMETIMES = (GAP, RISK, PENALTY)  # lines that only crises or policies bring in
YEARLY_LINES = tuple(STOCK_CHANGE if line == TERMINAL else line for line in LINES)
PAID_LINES = tuple(line for line in YEARLY_LINES if line != RISK)  # a weight on risk is paid to nobody


def cost_metrics(outcome: Outcome) -> Iterator[Metric]:
    """The objective, and expected money a year: the buyer's, the nation's, by line, by material."""
    currency = outcome.world.settings.currency
    unit = f"{currency}/year"
    costs = cost_by_line_and_material(outcome)
    yield Metric("objective", ALL, outcome.solution.objective, currency, "whole horizon")
    for material in [ALL, *outcome.world.materials]:
        mine = {line: 0.0 for line in YEARLY_LINES if line not in SOMETIMES or any(f == line for f, _ in costs)}
        for (line, owner), value in costs.items():
            if material in (ALL, owner):
                mine[line] += value
        total = sum(value for line, value in mine.items() if line in PAID_LINES)
        yield Metric("cost_per_year", material, total, unit, "buyer")
        yield Metric("nation_cost_per_year", material, total - mine[SUBSIDY], unit, "subsidy counted as a cost")
        for line, value in mine.items():
            yield Metric(f"{line}_per_year", material, value, unit)
    carrying = {material: _carrying_cost(outcome, material) for material in outcome.world.materials}
    for material, value in {ALL: sum(carrying.values()), **carrying}.items():
        yield Metric("reserve_carrying_cost_per_year", material, value, unit, "storage, interest and losses")


def cost_by_line_and_material(outcome: Outcome) -> dict[tuple[str, str], float]:
    """Expected money a year in the reported window, by cost line and material.

    Each line's discounted money inside the window is spread evenly over it (divided by the sum of the
    window's discounted years). Investment is spread over the whole horizon instead. Stock counts by its
    change (`STOCK_CHANGE`): what was there at the start is charged, and what is there at the end of the
    window, on the plan and in branches, is credited, both valued as the terminal stock value is; so a stock
    bought is an asset and a stock used up is a cost. With no `report_until` the lines sum to the objective
    plus the value of the opening stock, over the horizon's discounted years.
    """
    world, tree, calendar = outcome.world, outcome.tree, outcome.world.calendar
    discount = calendar.discount(world.settings.discount_rate)
    in_window = window_years(outcome)
    horizon_years = discount[:-1].sum() * calendar.year_share
    inside = tree.period <= calendar.reported
    at_end = np.flatnonzero(tree.period == calendar.reported)
    result: dict[tuple[str, str], float] = {}
    for part in outcome.program.cost_lines:
        key = (part.line, part.material)
        if part.line == TERMINAL:
            row = world.materials[part.material]
            stock = tree.weight[at_end] @ outcome.stock[part.material][at_end]
            drawn = row.opening_stock_t - stock * discount[calendar.reported]
            value = row.reference_price * (1.0 - row.haircut) * drawn
            result[STOCK_CHANGE, part.material] = float(value / in_window)
            continue
        money = part.money.at(outcome.solution.x)
        spread = part.line in (INVESTMENT, SUBSIDY)
        yearly = money.sum() / horizon_years if spread else money[inside].sum() / in_window
        # penalties of caps and of floors are two sets of terms on one line
        result[key] = result.get(key, 0.0) + float(yearly)
    return result


def window_years(outcome: Outcome) -> float:
    """Discounted years of the reported window, which money inside it is spread over."""
    calendar = outcome.world.calendar
    discount = calendar.discount(outcome.world.settings.discount_rate)
    return float(discount[: calendar.reported].sum() * calendar.year_share)


def _carrying_cost(outcome: Outcome, material: str) -> float:
    """Money a year for holding the plan's mean stock: storage, interest and what is lost in store."""
    world = outcome.world
    row = world.materials[material]
    stock = outcome.stock[material][outcome.tree.plan][: world.calendar.reported].mean()
    rate = row.storage_cost_rate + world.settings.discount_rate + row.loss_rate
    return float(rate * row.reference_price * stock)
