"""Damage in crises and on the plan, the tail of it, the worst crisis, and how long a material lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from bichiku.model.calendar import Calendar
from bichiku.model.cost_lines import SHORTAGE, SUBSTITUTION
from bichiku.policies.risk import RISK
from bichiku.program import ALL
from bichiku.result.metrics import Metric
from bichiku.result.metrics.costs import cost_by_line_and_material, window_years
from bichiku.result.outcome import SHORT_TOLERANCE, Outcome

TAIL_LEVEL = 0.9  # of the CVaR of every strategy, whatever its risk policy, so that strategies can be compared


def crisis_metrics(outcome: Outcome, crises: pd.DataFrame) -> Iterator[Metric]:
    """Shortage and damage inside the window, and metrics of the branches that begin in it."""
    world, tree = outcome.world, outcome.tree
    currency = world.settings.currency
    inside = tree.period <= world.calendar.reported
    for material in world.demand:
        expected = float((tree.weight * outcome.short_days(material))[inside].sum())
        yield Metric("expected_short_days", material, expected, "days", "over the reported window")
        calm = float(outcome.short_days(material)[tree.plan][: world.calendar.reported].sum())
        yield Metric("short_days_on_plan", material, calm, "days", "over the reported window")
    costs = cost_by_line_and_material(outcome)
    unit, meant = f"{currency}/year", "shortage and substitution"
    in_crises, on_plan = (_damage_of_nodes(outcome, nodes) for nodes in (tree.branch >= 0, tree.branch < 0))
    for material in [ALL, *world.demand]:
        damage = sum(v for (line, m), v in costs.items() if line in (SHORTAGE, SUBSTITUTION) and material in (ALL, m))
        yield Metric("expected_damage_per_year", material, damage, unit, meant)
        for place, by_material in (("in_crises", in_crises), ("on_plan", on_plan)):
            part = sum(value for name, value in by_material.items() if material in (ALL, name))
            yield Metric(f"expected_damage_{place}_per_year", material, part, unit, meant)
    risk = RISK.asked(world)
    if risk and not crises.empty:
        # the number that the policy weighs or limits speaks of all crises of the horizon
        own = _tail(_by_branch(crises), risk.level)
        detail = f"level {risk.level:g}, over all crises of the horizon"
        yield Metric("cvar_damage_of_risk_policy", ALL, own, currency, detail)
    reported = crises[crises["onset"] <= world.calendar.reported]
    if reported.empty:
        return
    branches = _by_branch(reported)
    yield Metric("cvar_damage", ALL, _tail(branches, TAIL_LEVEL), currency, "mean of the worst 10 % of crises")
    crisis, _, month = branches["damage"].idxmax()
    yield Metric("worst_crisis_damage", ALL, float(branches["damage"].max()), currency, f"{crisis} from {month}")
    for name, rows in reported.groupby("material", sort=True):
        worst = rows.sort_values(["short_days", "damage"], ascending=False, kind="stable").iloc[0]
        detail = f"{worst['crisis']} from {worst['month']}" if worst["short_days"] > 0 else ""
        yield Metric("worst_crisis_short_days", str(name), float(worst["short_days"]), "days", detail)
        if rows["time_to_survive_days"].notna().any():
            first = rows.loc[rows["time_to_survive_days"].idxmin()]
            detail = f"{first['crisis']} from {first['month']}"
            yield Metric("least_time_to_survive", str(name), float(first["time_to_survive_days"]), "days", detail)


def _damage_of_nodes(outcome: Outcome, chosen: np.ndarray) -> dict[str, float]:
    """Expected money a year, by material, of shortage and substitution at the chosen nodes inside the window."""
    inside = chosen & (outcome.tree.period <= outcome.world.calendar.reported)
    return {
        material: float(
            sum(outcome.line_by_node(line, material)[inside].sum() for line in (SHORTAGE, SUBSTITUTION))
            / window_years(outcome)
        )
        for material in outcome.world.demand
    }


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
