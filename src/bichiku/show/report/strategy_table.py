"""The strategy table: one row for each strategy, the same numbers for the page and for markdown."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from bichiku.result.run import Run
from bichiku.show.report.case import PLAN_DAMAGE, Case, last_year
from bichiku.show.words import NONE, Scale, days, number, share

Written = tuple[str, str]  # the number, and words for a second line


@dataclass(frozen=True)
class Column:
    """A column: what it is about (cost or risk), its heading, its unit, and what it says of a run."""

    about: str
    heading: str
    unit: str
    write: Callable[[Run], Written]


COST, RISK = "cost", "risk"


def columns(case: Case) -> list[Column]:
    """All columns of the table."""
    metrics = case.metrics
    money = _scale(case, "cost_per_year", "nation_cost_per_year")
    tail = _scale(case, "cvar_damage", "worst_crisis_damage")

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
        material, least = metrics.least(run.strategy, "cover_days_at_end")
        return days(least), material

    def survived(run: Run) -> Written:
        material, least = metrics.least(run.strategy, "least_time_to_survive")
        where = metrics.detail(run.strategy, "least_time_to_survive", material)
        if material:
            return days(least), f"{material}, {where}"
        if not run.world.settings.crises:
            return NONE, ""
        return "in no crisis" if case.short_on_plan(run) else "never short", ""

    def damaged(run: Run) -> Written:
        on_plan = f"{money(metrics.value(run.strategy, PLAN_DAMAGE))} on the plan" if case.loses_on_plan(run) else ""
        return money(metrics.value(run.strategy, "expected_damage_per_year")), on_plan

    def short_on_plan(run: Run) -> Written:
        for material, short in case.short_on_plan(run).items():
            return days(short), material
        return "0", ""

    year = str(last_year(case.world))
    first = case.base.strategy if case.base else case.baseline
    unit = f"{money.unit} a year"
    # strategies may weigh or limit CVaR at different levels, so a row for it is no column of a comparison
    own = Column(COST, "CVaR of the risk policy", f"damage, {tail.unit}", at_own_level)
    weighed = [own] if case.single and not math.isnan(metrics.value(first, OWN_CVAR)) else []
    # hardly any plan is short, so the column is there only where one is
    calm = [Column(RISK, "Short on the plan", "days, most of any material", short_on_plan)]
    calm = calm if any(case.short_on_plan(run) for run in case.runs) else []
    return [
        Column(COST, "Cost to the buyer", unit, amounts("cost_per_year", money)),
        Column(COST, "Cost to the nation", unit, amounts("nation_cost_per_year", money)),
        Column(COST, f"Extra over {first}", unit, lambda run: (_extra(case, run, money), "")),
        Column(COST, "Carrying the reserve", unit, amounts("reserve_carrying_cost_per_year", money)),
        Column(COST, "Investment", unit, amounts("investment_per_year", money)),
        Column(COST, "Expected damage", unit, damaged),
        Column(COST, "Worst tenth of crises", f"damage (CVaR), {tail.unit}", amounts("cvar_damage", tail)),
        *weighed,
        Column(COST, "Worst crisis", f"damage, {tail.unit}", amounts("worst_crisis_damage", tail, where=True)),
        Column(RISK, "China's share, shipped", f"% of imports {year}", shares("china_share_exporter")),
        Column(RISK, "China's share, mined", f"% of imports {year}", shares("china_share_origin")),
        Column(RISK, "Largest supplier", "% of imports, mean by cost", lambda run: (_mean(case, run, LARGEST), "")),
        Column(RISK, "HHI of suppliers", "0 to 1, mean by cost", lambda run: (number(weighted(case, run, HHI)), "")),
        Column(RISK, "Held at the end, least", "days", held),
        Column(RISK, "First short after", "days, least over crises", survived),
        *calm,
        Column(RISK, "Assumed rows", "% of supply cost", shares("cost_assumed")),
    ]


LARGEST, HHI = "largest_exporter_share", "hhi_exporter"
OWN_CVAR = "cvar_damage_of_risk_policy"


def weighted(case: Case, run: Run, metric: str) -> float:
    """A metric's mean over the materials, each weighed by the delivered cost of its imports in the last year.

    The weights are those of the Chinese share in summary.csv. A mean in the comparison itself goes first.
    """
    given = case.metrics.value(run.strategy, metric)
    if not math.isnan(given) or "sourcing" not in run.tables:
        return given
    table = run.tables["sourcing"]
    bought = table[(table["year"] == last_year(run.world)) & table["share_of_imports"].notna() & (table["tonnes"] > 0)]
    cost = (bought["tonnes"] * bought["delivered_cost"]).groupby(bought["material"]).sum()
    values = pd.Series(case.metrics.by_material(run.strategy, metric), dtype=float).reindex(cost.index)
    known = values.notna() & (cost > 0)
    return float((values[known] * cost[known]).sum() / cost[known].sum()) if known.any() else math.nan


def _extra(case: Case, run: Run, money: Scale) -> str:
    found = case.metrics.value(run.strategy, "extra_cost_per_year")
    if math.isnan(found) and case.base is not None:
        value = case.metrics.value
        found = value(run.strategy, "cost_per_year") - value(case.base.strategy, "cost_per_year")
    return money(found, sign=True)


def _mean(case: Case, run: Run, metric: str) -> str:
    return _percent(weighted(case, run, metric))


def _percent(value: float) -> str:
    return share(value).removesuffix(" %")


def _scale(case: Case, *metrics: str) -> Scale:
    values = [abs(case.metrics.value(run.strategy, metric)) for run in case.runs for metric in metrics]
    return Scale(max((value for value in values if not math.isnan(value)), default=0.0), case.currency)
