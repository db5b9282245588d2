"""The strategy table: one row for each strategy, the same numbers for the page and for markdown."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from bichiku.result.run import Run
from bichiku.show.numbers import NO_NUMBER, Scale, page_days, page_number, page_share
from bichiku.show.report.data import PLAN_DAMAGE, SOONEST, ReportData

Written = tuple[str, str]  # the number, and words for a second line


@dataclass(frozen=True)
class StrategyColumn:
    """A column: what it is about (cost or risk), its heading, its unit, and what it says of a run."""

    about: str
    heading: str
    unit: str
    write: Callable[[Run], Written]


COST, RISK = "cost", "risk"


def strategy_columns(report: ReportData) -> list[StrategyColumn]:
    """All columns of the table."""
    metrics = report.metrics
    money = _scale(report, "cost_per_year", "nation_cost_per_year")
    tail = _scale(report, "cvar_damage", "worst_crisis_damage")

    def amounts(metric: str, scale: Scale, *, sign: bool = False, where: bool = False) -> Callable[[Run], Written]:
        def write(run: Run) -> Written:
            found = metrics.value(run.strategy, metric)
            where_text = metrics.detail(run.strategy, metric) if where and found > 0 else ""
            return scale(found, sign), where_text

        return write

    def shares(metric: str) -> Callable[[Run], Written]:
        return lambda run: (_percent(metrics.value(run.strategy, metric)), "")

    def at_own_level(run: Run) -> Written:
        return tail(metrics.value(run.strategy, OWN_CVAR)), metrics.detail(run.strategy, OWN_CVAR)

    def held(run: Run) -> Written:
        least = metrics.least(run.strategy, "cover_days_at_end")
        return page_days(least.value), least.words

    def survived(run: Run) -> Written:
        soonest = metrics.least(run.strategy, *SOONEST)
        where = metrics.detail(run.strategy, "least_time_to_survive", soonest.material)
        if soonest.material:
            return page_days(soonest.value), f"{soonest.words}, {where}"
        if not run.world.settings.crises:
            return NO_NUMBER, ""
        return "in no crisis" if report.short_on_plan(run) else "never short", ""

    def damaged(run: Run) -> Written:
        on_plan = f"{money(metrics.value(run.strategy, PLAN_DAMAGE))} on the plan" if report.loses_on_plan(run) else ""
        return money(metrics.value(run.strategy, "expected_damage_per_year")), on_plan

    def short_on_plan(run: Run) -> Written:
        for material, short in report.short_on_plan(run).items():
            return page_days(short), material
        return "0", ""

    year = str(report.world.calendar.last_reported_year)
    first = report.base.strategy if report.base else report.baseline
    unit = f"{money.unit} a year"
    # strategies may weigh or limit CVaR at different levels, so a row for it is no column of a comparison
    own = StrategyColumn(COST, "CVaR of the risk policy", f"damage, {tail.unit}", at_own_level)
    weighed = [own] if report.single and not math.isnan(metrics.value(first, OWN_CVAR)) else []
    # hardly any plan is short, so the column is there only where one is
    calm = [StrategyColumn(RISK, "Short on the plan", "days, most of any material", short_on_plan)]
    calm = calm if any(report.short_on_plan(run) for run in report.runs) else []
    return [
        StrategyColumn(COST, "Cost to the buyer", unit, amounts("cost_per_year", money)),
        StrategyColumn(COST, "Cost to the nation", unit, amounts("nation_cost_per_year", money)),
        StrategyColumn(COST, f"Extra over {first}", unit, lambda run: (_extra(report, run, money), "")),
        StrategyColumn(COST, "Carrying the reserve", unit, amounts("reserve_carrying_cost_per_year", money)),
        StrategyColumn(COST, "Investment", unit, amounts("investment_per_year", money)),
        StrategyColumn(COST, "Expected damage", unit, damaged),
        StrategyColumn(COST, "Worst tenth of a year", f"damage (CVaR), {tail.unit}", amounts("cvar_damage", tail)),
        *weighed,
        StrategyColumn(COST, "Worst crisis", f"damage, {tail.unit}", amounts("worst_crisis_damage", tail, where=True)),
        StrategyColumn(RISK, "China's share, shipped", f"% of imports {year}", shares("china_share_exporter")),
        StrategyColumn(RISK, "China's share, mined", f"% of imports {year}", shares("china_share_origin")),
        StrategyColumn(
            RISK, "Largest supplier", "% of imports, mean by cost", lambda run: (_mean(report, run, LARGEST), "")
        ),
        StrategyColumn(
            RISK,
            "HHI of suppliers",
            "0 to 1, mean by cost",
            lambda run: (page_number(weighted_mean(report, run, HHI)), ""),
        ),
        StrategyColumn(RISK, "Held at the end, least", "days", held),
        StrategyColumn(RISK, "First short after", "days, least over crises", survived),
        *calm,
        StrategyColumn(RISK, "Assumed rows", "% of supply cost", shares("cost_assumed")),
    ]


LARGEST, HHI = "largest_exporter_share", "hhi_exporter"
OWN_CVAR = "cvar_damage_of_risk_policy"


def weighted_mean(report: ReportData, run: Run, metric: str) -> float:
    """A metric's mean over the materials, each weighed by the delivered cost of its imports in the last year.

    The weights are those of the Chinese share in summary.csv. A mean in the comparison itself goes first.
    """
    given = report.metrics.value(run.strategy, metric)
    if not math.isnan(given) or "sourcing" not in run.tables:
        return given
    table, year = run.tables["sourcing"], run.world.calendar.last_reported_year
    bought = table[(table["year"] == year) & table["share_of_imports"].notna() & (table["tonnes"] > 0)]
    cost = (bought["tonnes"] * bought["delivered_cost"]).groupby(bought["material"]).sum()
    values = pd.Series(report.metrics.by_material(run.strategy, metric), dtype=float).reindex(cost.index)
    known = values.notna() & (cost > 0)
    return float((values[known] * cost[known]).sum() / cost[known].sum()) if known.any() else math.nan


def _extra(report: ReportData, run: Run, money: Scale) -> str:
    found = report.metrics.value(run.strategy, "extra_cost_per_year")
    if math.isnan(found) and report.base is not None:
        value = report.metrics.value
        found = value(run.strategy, "cost_per_year") - value(report.base.strategy, "cost_per_year")
    return money(found, sign=True)


def _mean(report: ReportData, run: Run, metric: str) -> str:
    return _percent(weighted_mean(report, run, metric))


def _percent(value: float) -> str:
    return page_share(value).removesuffix(" %")


def _scale(report: ReportData, *metrics: str) -> Scale:
    values = [abs(report.metrics.value(run.strategy, metric)) for run in report.runs for metric in metrics]
    return Scale(max((value for value in values if not math.isnan(value)), default=0.0), report.currency)
