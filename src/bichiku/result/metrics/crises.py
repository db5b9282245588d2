"""Damage in crises and on the plan, the tail of it, the worst crisis, and how long a material lasts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from bichiku.model.calendar import Calendar
from bichiku.model.cost_lines import SHORTAGE, SUBSTITUTION
from bichiku.policies.risk import RISK
from bichiku.program import ALL
from bichiku.result.metrics.costs import cost_by_line_and_material, window_years
from bichiku.result.metrics.metric import MONEY, MONEY_PER_YEAR, Metric, Reading, Results, Scope, Shown
from bichiku.result.outcome import SHORT_TOLERANCE

TAIL_LEVEL = 0.9  # of the CVaR of every strategy, whatever its risk policy, so that strategies can be compared
OVER_THE_WINDOW = "over the reported window"
DAMAGE = "shortage and substitution"


def _expected_short_days(results: Results, material: str) -> Reading | None:
    outcome, tree = results.outcome, results.outcome.tree
    if material not in outcome.world.demand:
        return None
    inside = tree.period <= outcome.world.calendar.reported
    return Reading(float((tree.weight * outcome.short_days(material))[inside].sum()), OVER_THE_WINDOW)


def _short_days_on_plan(results: Results, material: str) -> Reading | None:
    outcome = results.outcome
    if material not in outcome.world.demand:
        return None
    days = outcome.short_days(material)[outcome.tree.plan][: outcome.world.calendar.reported]
    return Reading(float(days.sum()), OVER_THE_WINDOW)


def _expected_damage(results: Results, material: str) -> Reading | None:
    if material not in (ALL, *results.outcome.world.demand):
        return None
    costs = results.once(cost_by_line_and_material)
    lines = (SHORTAGE, SUBSTITUTION)
    return Reading(sum(v for (line, m), v in costs.items() if line in lines and material in (ALL, m)), DAMAGE)


def _damage_of_place(results: Results, place: str) -> dict[str, float]:
    """Expected money a year, by material, of shortage and substitution in crises or on the plan, inside the window."""
    outcome, tree = results.outcome, results.outcome.tree
    chosen = tree.branch >= 0 if place == "in_crises" else tree.branch < 0
    inside = chosen & (tree.period <= outcome.world.calendar.reported)
    return {
        material: float(
            sum(outcome.line_by_node(line, material)[inside].sum() for line in (SHORTAGE, SUBSTITUTION))
            / window_years(outcome)
        )
        for material in outcome.world.demand
    }


def _expected_damage_of_place(results: Results, material: str, place: str) -> Reading | None:
    if material not in (ALL, *results.outcome.world.demand):
        return None
    by_material = results.once(_damage_of_place, place)
    return Reading(sum(value for name, value in by_material.items() if material in (ALL, name)), DAMAGE)


def _own_cvar(results: Results, material: str) -> Reading | None:
    """The number that the risk policy weighs or limits, which speaks of all crises of the horizon."""
    risk, crises = RISK.asked(results.outcome.world), results.tables["crises"]
    if not risk or crises.empty:
        return None
    return Reading(_tail(_by_branch(crises), risk.level), f"level {risk.level:g}, over all crises of the horizon")


def _reported(results: Results) -> pd.DataFrame:
    """Rows of crises.csv whose branch begins inside the window."""
    crises = results.tables["crises"]
    return crises[crises["onset"] <= results.outcome.world.calendar.reported]


def _reported_branches(results: Results) -> pd.DataFrame:
    return _by_branch(results.once(_reported))


def _reported_by_material(results: Results) -> dict[str, pd.DataFrame]:
    return {str(name): rows for name, rows in results.once(_reported).groupby("material", sort=True)}


def _cvar(results: Results, material: str) -> Reading | None:
    if results.once(_reported).empty:
        return None
    return Reading(_tail(results.once(_reported_branches), TAIL_LEVEL), "mean of the worst 10 % of crises")


def _worst_damage(results: Results, material: str) -> Reading | None:
    if results.once(_reported).empty:
        return None
    damage = results.once(_reported_branches)["damage"]
    crisis, _, month = damage.idxmax()
    return Reading(float(damage.max()), f"{crisis} from {month}")


def _worst_short_days(results: Results, material: str) -> Reading | None:
    rows = results.once(_reported_by_material).get(material)
    if rows is None:
        return None
    worst = rows.sort_values(["short_days", "damage"], ascending=False, kind="stable").iloc[0]
    detail = f"{worst['crisis']} from {worst['month']}" if worst["short_days"] > 0 else ""
    return Reading(float(worst["short_days"]), detail)


def _time_to_survive(results: Results, material: str) -> Reading | None:
    rows = results.once(_reported_by_material).get(material)
    if rows is None or rows["time_to_survive_days"].isna().all():
        return None
    first = rows.loc[rows["time_to_survive_days"].idxmin()]
    return Reading(float(first["time_to_survive_days"]), f"{first['crisis']} from {first['month']}")


def short_on_plan(days_short: Mapping[str, float], calendar: Calendar) -> dict[str, float]:
    """The materials that the plan itself leaves short and their days, the most first.

    Args:
        days_short: `short_days_on_plan` by material; what is not more than rounding is left out.
        calendar: of the model.
    """
    least = SHORT_TOLERANCE * calendar.reported * calendar.days
    found = [(-days, material) for material, days in days_short.items() if days > least]
    return {material: -days for days, material in sorted(found)}


def _by_branch(crises: pd.DataFrame) -> pd.DataFrame:
    """Damage of all materials together and probability of each branch."""
    return crises.groupby(["crisis", "onset", "month"], sort=True).agg(
        damage=("damage", "sum"), probability=("probability", "first")
    )


def _tail(branches: pd.DataFrame, level: float) -> float:
    return conditional_value_at_risk(branches["damage"].to_numpy(), branches["probability"].to_numpy(), level)


def conditional_value_at_risk(damage: np.ndarray, probability: np.ndarray, level: float) -> float:
    """Mean of the worst ``1 - level`` of damage, probabilities scaled to sum to one.

    Rockafellar and Uryasev (2002), "Conditional value-at-risk for general loss distributions": where an
    atom straddles the level, only its part beyond it counts. Not a number when all probabilities are zero.
    """
    if probability.sum() <= 0:
        return float("nan")
    order = np.argsort(-damage, kind="stable")
    weight = probability[order] / probability.sum()
    before = np.concatenate([[0.0], np.cumsum(weight)[:-1]])
    counted = np.clip(1.0 - level - before, 0.0, weight)
    return float(counted @ damage[order] / (1.0 - level))


GROUPS = (
    (
        Metric(
            "expected_short_days",
            "days",
            Scope.EACH,
            "days short, weighed by probability, summed over the window",
            _expected_short_days,
        ),
        Metric(
            "short_days_on_plan",
            "days",
            Scope.EACH,
            "days short on the plan itself, without any crisis, summed over the window and not weighed by probability",
            _short_days_on_plan,
            Shown.SCREEN | Shown.REPORT,
        ),
    ),
    (
        Metric(
            "expected_damage_per_year",
            MONEY_PER_YEAR,
            Scope.BOTH,
            "shortage and substitution lines together, on the plan and in crises",
            _expected_damage,
            Shown.SCREEN | Shown.REPORT | Shown.SWEEP,
        ),
        Metric(
            "expected_damage_in_crises_per_year",
            MONEY_PER_YEAR,
            Scope.BOTH,
            "the part of it that falls in branches",
            partial(_expected_damage_of_place, place="in_crises"),
            Shown.REPORT,
        ),
        Metric(
            "expected_damage_on_plan_per_year",
            MONEY_PER_YEAR,
            Scope.BOTH,
            "the part that falls on the plan, weighed by the probability that no crisis is on: users who go short, or "
            "make do without, so that a target or a limit is kept, or as it costs less than to buy",
            partial(_expected_damage_of_place, place="on_plan"),
            Shown.REPORT,
        ),
    ),
    (
        Metric(
            "cvar_damage_of_risk_policy",
            MONEY,
            Scope.ALL,
            "the CVaR that the risk policy weighs or limits: at its own level, which the detail names, over all crises "
            "of the horizon; only where there is a risk policy",
            _own_cvar,
            Shown.REPORT,
        ),
        Metric(
            "cvar_damage",
            MONEY,
            Scope.ALL,
            "mean damage of the worst tenth (level 0.9) of the crises that begin in the window, whatever the risk "
            "policy, so that strategies can be compared",
            _cvar,
            Shown.SCREEN | Shown.REPORT | Shown.SWEEP,
        ),
        Metric(
            "worst_crisis_damage",
            MONEY,
            Scope.ALL,
            "largest damage of one branch, all materials together",
            _worst_damage,
            Shown.SCREEN | Shown.REPORT | Shown.SWEEP,
        ),
    ),
    (
        Metric("worst_crisis_short_days", "days", Scope.EACH, "most days short in one branch", _worst_short_days),
        Metric(
            "least_time_to_survive",
            "days",
            Scope.EACH,
            "least `time_to_survive_days` of `crises.csv`; left out when no branch is short",
            _time_to_survive,
            Shown.REPORT,
        ),
    ),
)
