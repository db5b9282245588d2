"""Who pays: the state, industry, and those whose output is lost."""

from __future__ import annotations

from bichiku.model.cost_lines import HOLDING, SHORTAGE, SUBSIDY
from bichiku.policies.reserve_days import RESERVE_DAYS
from bichiku.policies.reserve_target import target_days
from bichiku.program import ALL
from bichiku.result.metrics.costs import lines_of, nation_cost, window_years
from bichiku.result.metrics.metric import MONEY_PER_YEAR, Metric, Reading, Results, Scope, Shown


def _state(results: Results, material: str) -> Reading:
    """Subsidies, and the state's share of storing the reserve and of what it is worth less than it was bought for."""
    materials = results.outcome.world.materials if material == ALL else [material]
    subsidy = results.once(lines_of, material)[SUBSIDY]
    return Reading(sum(results.once(_of_reserve, name) for name in materials) - subsidy)


def _of_reserve(results: Results, material: str) -> float:
    outcome = results.outcome
    world, calendar = outcome.world, outcome.world.calendar
    asked, target = RESERVE_DAYS.asked(world), target_days(world, material)
    if asked is None or target is None or not asked.state_share:
        return 0.0
    part = outcome.of(material)
    inside = part.tree.plan[: calendar.reported]
    stock = float(part.stock[material][inside].sum())
    due = float((target[: calendar.reported] * part.use(material)[inside]).sum()) / calendar.days
    of_target = min(due / stock, 1.0) if stock else 0.0
    lines = results.once(lines_of, material)
    row = world.materials[material]
    at_end = part.tree.period == calendar.reported
    held = float(part.tree.weight[at_end] @ part.stock[material][at_end])
    discount = calendar.discount(world.settings.discount_rate)[calendar.reported]
    grown = (held - row.opening_stock_t) * discount / window_years(outcome)
    return asked.state_share * of_target * (lines[HOLDING] + row.reference_price * row.haircut * grown)


def _industry(results: Results, material: str) -> Reading:
    others = _state(results, material).value + results.once(lines_of, material)[SHORTAGE]
    return Reading(nation_cost(results, material).value - others)


GROUPS = (
    (
        Metric(
            "paid_by_state_per_year",
            MONEY_PER_YEAR,
            Scope.BOTH,
            "subsidies, and the `state_share` of what the reserve costs: storing it, and the haircut on what it grew "
            "by until the end of the window; of the part of the plan's stock that the target asks for. Interest "
            "meanwhile and what is lost in store are industry's",
            _state,
            Shown.COMPARISON,
        ),
        Metric(
            "paid_by_industry_per_year",
            MONEY_PER_YEAR,
            Scope.BOTH,
            "`nation_cost_per_year` less what the state pays and the output that is lost (`shortage_per_year`)",
            _industry,
            Shown.COMPARISON,
        ),
    ),
)
