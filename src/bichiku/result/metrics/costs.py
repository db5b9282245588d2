"""What a strategy costs a year, by line and material."""

from __future__ import annotations

from functools import partial

import numpy as np

from bichiku.model.cost_lines import (
    FIXED,
    FREIGHT,
    GAP,
    HOLDING,
    INVESTMENT,
    LINES,
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
from bichiku.program import ALL
from bichiku.result.metrics.metric import MONEY, MONEY_PER_YEAR, Metric, Reading, Results, Scope, Shown
from bichiku.result.outcome import Outcome

STOCK_CHANGE = "stock_change"
SOMETIMES = (GAP, REFUSED, FIXED, REMAINDER, RISK, PENALTY)  # lines that only some rows, crises or policies bring in
YEARLY_LINES = tuple(STOCK_CHANGE if line == TERMINAL else line for line in LINES)
PAID_LINES = tuple(line for line in YEARLY_LINES if line not in UNPAID)

_LINE_TEXTS = {
    PURCHASE: "goods, without freight and tariff",
    FREIGHT: "freight",
    TARIFF: "tariff",
    HOLDING: "storage",
    REFUSED: "goods that contracts committed, paid and not taken; only with such a contract",
    RUNNING: "running projects",
    FIXED: "keeping up projects, running or idle; only where a project has a `fixed_cost`",
    SUBSTITUTION: "saving or replacing material",
    SHORTAGE: "output lost for want of material",
    GAP: "buying back the plan's stock at the end of a branch",
    INVESTMENT: "building projects",
    SUBSIDY: "zero or less: what the state pays of it",
    REMAINDER: "zero or less: what is left at the horizon of the life of what was built, without the part that the "
    "state paid; only where `life_years` is given",
    STOCK_CHANGE: "value of the stock at the start less that at the end of the window; negative where stock was built "
    "up",
    RISK: "weight times the CVaR of each year of onset that ends in the window; only where the risk policy has a "
    "weight. Nobody pays it: not a part of `cost_per_year`",
    PENALTY: "penalties of soft share limits; only where there is one. Nobody pays them: not a part of `cost_per_year`",
}


def lines_of(results: Results, material: str) -> dict[str, float]:
    """Expected money a year by line, of a material or of all."""
    costs = results.once(cost_by_line_and_material)
    mine = {line: 0.0 for line in YEARLY_LINES if line not in SOMETIMES or any(f == line for f, _ in costs)}
    for (line, owner), value in costs.items():
        if material in (ALL, owner):
            mine[line] += value
    return mine


def _objective(results: Results, material: str) -> Reading:
    return Reading(results.outcome.solution.objective, "whole horizon")


def _cost(results: Results, material: str) -> Reading:
    lines = results.once(lines_of, material)
    return Reading(sum(value for line, value in lines.items() if line in PAID_LINES), "buyer")


def nation_cost(results: Results, material: str) -> Reading:
    """Expected cost a year with subsidies counted as a cost."""
    cost, _ = _cost(results, material)
    return Reading(cost - results.once(lines_of, material)[SUBSIDY], "subsidy counted as a cost")


def _line(results: Results, material: str, line: str) -> Reading | None:
    lines = results.once(lines_of, material)
    return Reading(lines[line]) if line in lines else None


def _carrying(results: Results, material: str) -> Reading:
    outcome = results.outcome
    materials = outcome.world.materials if material == ALL else [material]
    return Reading(sum(_carrying_cost(outcome, name) for name in materials), "storage, interest and losses")


def cost_by_line_and_material(results: Results) -> dict[tuple[str, str], float]:
    """Expected money a year in the reported window, by cost line and material.

    Each line's discounted money inside the window is spread evenly over it (divided by the sum of the
    window's discounted years). Investment, its subsidy and its remainder are spread over the whole horizon
    instead. Stock counts by its change (`STOCK_CHANGE`): what was there at the start is charged, and what is
    there at the end of the window, on the plan and in branches, is credited, both valued as the terminal
    stock value is; so a stock bought is an asset and a stock used up is a cost. With no `report_until` the
    lines sum to the objective plus the value of the opening stock, over the horizon's discounted years.
    """
    outcome = results.outcome
    world, calendar = outcome.world, outcome.world.calendar
    discount = calendar.discount(world.settings.discount_rate)
    in_window = window_years(outcome)
    horizon_years = discount[:-1].sum() * calendar.year_share
    result: dict[tuple[str, str], float] = {}
    for part in outcome.program.cost_lines:
        key = (part.line, part.material)
        if part.line == TERMINAL:
            row = world.materials[part.material]
            tree = outcome.of(part.material).tree
            at_end = np.flatnonzero(tree.period == calendar.reported)
            stock = tree.weight[at_end] @ outcome.stock[part.material][at_end]
            drawn = row.opening_stock_t - stock * discount[calendar.reported]
            value = row.reference_price * (1.0 - row.haircut) * drawn
            result[STOCK_CHANGE, part.material] = float(value / in_window)
            continue
        money = part.money.at(outcome.solution.x)
        spread = part.line in (INVESTMENT, SUBSIDY, REMAINDER)
        yearly = money.sum() / horizon_years if spread else money[part.periods <= calendar.reported].sum() / in_window
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
    stock = outcome.stock[material][: world.calendar.reported].mean()
    rate = row.storage_cost_rate + world.settings.discount_rate + row.loss_rate
    return float(rate * row.reference_price * stock)


GROUPS = (
    (
        Metric(
            "objective",
            MONEY,
            Scope.ALL,
            "expected discounted cost of the whole horizon, the number that was minimised",
            _objective,
            Shown.SWEEP,
        ),
    ),
    (
        Metric(
            "cost_per_year",
            MONEY_PER_YEAR,
            Scope.BOTH,
            "expected cost to the buyer, see below",
            _cost,
            Shown.SCREEN | Shown.REPORT | Shown.COMPARISON | Shown.SWEEP,
        ),
        Metric(
            "nation_cost_per_year",
            MONEY_PER_YEAR,
            Scope.BOTH,
            "the same with subsidies counted as a cost",
            nation_cost,
            Shown.SCREEN | Shown.REPORT | Shown.COMPARISON | Shown.SWEEP,
        ),
        *(
            Metric(
                f"{line}_per_year",
                MONEY_PER_YEAR,
                Scope.BOTH,
                _LINE_TEXTS[line],
                partial(_line, line=line),
                Shown.SCREEN | Shown.REPORT | (Shown.COMPARISON if line == SHORTAGE else Shown.NOWHERE),
            )
            for line in YEARLY_LINES
        ),
    ),
    (
        Metric(
            "reserve_carrying_cost_per_year",
            MONEY_PER_YEAR,
            Scope.BOTH,
            "storage, interest at the discount rate and storage losses on the plan's mean stock, at the reference "
            "price. A separate reading, not a part of `cost_per_year`",
            _carrying,
            Shown.REPORT | Shown.SWEEP,
        ),
    ),
)
