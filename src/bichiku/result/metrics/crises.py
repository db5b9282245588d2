"""Damage in crises and on the plan, the tail of it, the worst crisis, and how long a material lasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from bichiku.model.calendar import Calendar
from bichiku.policies.risk import RISK, limited_years
from bichiku.program import ALL
from bichiku.result.metrics.costs import window_years
from bichiku.result.metrics.metric import MONEY, MONEY_PER_YEAR, Metric, Reading, Results, Scope, Shown
from bichiku.result.outcome import AT_END, DAMAGE_PARTS, SHORT_TOLERANCE

TAIL_LEVEL = 0.9  # of the CVaR of every strategy, whatever its risk policy, so that strategies can be compared
OVER_THE_WINDOW = "over the reported window"
DAMAGE = "shortage, substitution, dearer purchases and dearer refill"


def _expected_short_days(results: Results, material: str) -> Reading | None:
    outcome = results.outcome
    if material not in outcome.world.demand:
        return None
    part = outcome.of(material)
    inside = part.tree.period <= outcome.world.calendar.reported
    return Reading(float((part.tree.weight * part.short_days(material))[inside].sum()), OVER_THE_WINDOW)


def _short_days_on_plan(results: Results, material: str) -> Reading | None:
    outcome = results.outcome
    if material not in outcome.world.demand:
        return None
    days = outcome.of(material).short_days(material)[: outcome.world.calendar.reported]
    return Reading(float(days.sum()), OVER_THE_WINDOW)


def _damage_of_place(results: Results, place: str) -> dict[str, float]:
    """Expected money a year, by material, of damage in crises or on the plan, inside the window."""
    outcome = results.outcome
    reported = outcome.world.calendar.reported
    found = {}
    for material in outcome.world.materials:
        part = outcome.of(material)
        tree = part.tree
        chosen = (tree.stretch >= 0 if place == "in_crises" else tree.stretch < 0) & (tree.period <= reported)
        on_path = sum(part.damage_part(name, material) for name in DAMAGE_PARTS if name not in AT_END)
        money = float((tree.weight * on_path)[chosen].sum())
        if place == "in_crises":
            ends = tree.ends[tree.period[tree.ends] <= reported]
            weight = tree.end_weight[tree.period[tree.ends] <= reported]
            money += float(sum(weight @ part.damage_part(name, material)[ends] for name in AT_END))
        found[material] = money / window_years(outcome)
    return found


def _expected_damage(results: Results, material: str) -> Reading:
    places = [results.once(_damage_of_place, place) for place in ("in_crises", "on_plan")]
    total = sum(value for place in places for name, value in place.items() if material in (ALL, name))
    return Reading(total, DAMAGE)


def _expected_damage_of_place(results: Results, material: str, place: str) -> Reading:
    by_material = results.once(_damage_of_place, place)
    return Reading(sum(value for name, value in by_material.items() if material in (ALL, name)), DAMAGE)


def _futures(results: Results) -> pd.DataFrame:
    """Damage of each future over all materials, its probability, and the year in which it begins."""
    crises, calendar = results.tables["crises"], results.outcome.world.calendar
    found = crises.groupby(["crisis", "onset", "month", "length"], sort=True).agg(
        damage=("damage", "sum"), probability=("probability", "first")
    )
    onsets = found.index.get_level_values("onset").to_numpy(dtype=int)
    return found.assign(year=calendar.years[onsets - 1], reported=onsets <= calendar.reported)


def _by_year_of_onset(results: Results) -> dict[int, pd.DataFrame]:
    """The futures that begin in each calendar year, inside the window."""
    futures = results.once(_futures)
    return {int(year): rows for year, rows in futures[futures["reported"]].groupby("year", sort=True)}


def _cvar_of(rows: pd.DataFrame, level: float) -> float:
    return conditional_value_at_risk(rows["damage"].to_numpy(), rows["probability"].to_numpy(), level)


def _own_cvar(results: Results, material: str) -> Reading | None:
    """The largest number that the risk policy weighs or limits."""
    risk, futures = RISK.asked(results.outcome.world), results.once(_futures)
    if not risk or futures.empty:
        return None
    years = np.unique(futures["year"])
    counted = years if risk.weight else years[limited_years(risk, years)]
    by_year = {int(year): _cvar_of(futures[futures["year"] == year], risk.level) for year in counted}
    if not by_year:
        return None
    worst = max(by_year, key=lambda year: by_year[year])
    return Reading(by_year[worst], f"level {risk.level:g}, onsets of {worst}")


def _cvar(results: Results, material: str) -> Reading | None:
    by_year = {year: _cvar_of(rows, TAIL_LEVEL) for year, rows in results.once(_by_year_of_onset).items()}
    if not by_year:
        return None
    worst = max(by_year, key=lambda year: by_year[year])
    return Reading(by_year[worst], f"level 0.9, onsets of {worst}")


def _words(index: tuple[str, int, str, int]) -> str:
    crisis, _, month, length = index
    return f"{crisis} from {month}, length {length}"


def _worst_damage(results: Results, material: str) -> Reading | None:
    futures = results.once(_futures)
    reported = futures[futures["reported"]]
    if reported.empty:
        return None
    return Reading(float(reported["damage"].max()), _words(reported["damage"].idxmax()))


def _of_onset_year(results: Results, material: str, number: Callable[[pd.DataFrame], float]) -> list[Reading]:
    return [Reading(number(rows), str(year)) for year, rows in results.once(_by_year_of_onset).items()]


def _worst_of_onset_year(results: Results, material: str) -> list[Reading]:
    return [
        Reading(float(rows["damage"].max()), f"{year}: {_words(rows['damage'].idxmax())}")
        for year, rows in results.once(_by_year_of_onset).items()
    ]


def _reported_by_material(results: Results) -> dict[str, pd.DataFrame]:
    crises = results.tables["crises"]
    inside = crises[crises["onset"] <= results.outcome.world.calendar.reported]
    return {str(name): rows for name, rows in inside.groupby("material", sort=True)}


def _worst_short_days(results: Results, material: str) -> Reading | None:
    rows = results.once(_reported_by_material).get(material)
    if rows is None or material not in results.outcome.world.demand:
        return None
    worst = rows.sort_values(["short_days", "damage"], ascending=False, kind="stable").iloc[0]
    return Reading(float(worst["short_days"]), _place(worst) if worst["short_days"] > 0 else "")


def _time_to_survive(results: Results, material: str) -> Reading | None:
    rows = results.once(_reported_by_material).get(material)
    if rows is None or rows["time_to_survive_days"].isna().all():
        return None
    first = rows.loc[rows["time_to_survive_days"].idxmin()]
    return Reading(float(first["time_to_survive_days"]), _place(first))


def _place(row: pd.Series) -> str:
    return f"{row['crisis']} from {row['month']}, length {row['length']}"


def short_on_plan(days_short: Mapping[str, float], calendar: Calendar) -> dict[str, float]:
    """The materials that the plan itself leaves short and their days, the most first.

    Args:
        days_short: `short_days_on_plan` by material; what is not more than rounding is left out.
        calendar: of the model.
    """
    least = SHORT_TOLERANCE * calendar.reported * calendar.days
    found = [(-days, material) for material, days in days_short.items() if days > least]
    return {material: -days for days, material in sorted(found)}


def conditional_value_at_risk(damage: np.ndarray, probability: np.ndarray, level: float) -> float:
    """The least ``θ + Σ p · max(damage - θ, 0) / (1 - level)`` over θ of zero or more.

    What the probabilities leave to one counts as no damage. Where they sum to more than one it is a bound.
    Rockafellar and Uryasev (2000), "Optimization of conditional value-at-risk".
    """
    at = np.unique(np.append(damage, 0.0))
    beyond = np.maximum(damage[np.newaxis, :] - at[:, np.newaxis], 0.0)
    return float((at + beyond @ probability / (1.0 - level)).min())


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
            "shortage, substitution, purchases and refill dearer than on the plan, on the plan and in crises",
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
            "the largest CVaR by year of onset that the risk policy weighs or limits: at its own level, which the "
            "detail names; only where there is a risk policy",
            _own_cvar,
            Shown.REPORT,
        ),
        Metric(
            "cvar_damage",
            MONEY,
            Scope.ALL,
            "the largest CVaR by year of onset (level 0.9, calm counted as no damage; onsets inside the window), "
            "whatever the risk policy, so that strategies can be compared",
            _cvar,
            Shown.SCREEN | Shown.REPORT | Shown.SWEEP,
        ),
        Metric(
            "worst_crisis_damage",
            MONEY,
            Scope.ALL,
            "largest damage of one future, all materials together",
            _worst_damage,
            Shown.SCREEN | Shown.REPORT | Shown.SWEEP,
        ),
    ),
    (
        Metric(
            "expected_damage_of_onset_year",
            MONEY,
            Scope.ALL,
            "expected damage of the crises that begin in a calendar year, which the detail names, inside the window: "
            "what comes in the first months finds the stores as they are",
            partial(_of_onset_year, number=lambda rows: float(rows["damage"] @ rows["probability"])),
            Shown.SCREEN | Shown.REPORT,
        ),
        Metric(
            "worst_damage_of_onset_year",
            MONEY,
            Scope.ALL,
            "largest damage of one future that begins in that year, inside the window",
            _worst_of_onset_year,
            Shown.SCREEN | Shown.REPORT,
        ),
        Metric(
            "cvar_damage_of_onset_year",
            MONEY,
            Scope.ALL,
            "CVaR of damage (level 0.9) of the crises that begin in that year, inside the window, calm counted as no "
            "damage",
            partial(_of_onset_year, number=lambda rows: _cvar_of(rows, TAIL_LEVEL)),
            Shown.REPORT,
        ),
    ),
    (
        Metric(
            "worst_crisis_short_days",
            "days",
            Scope.EACH,
            "most days short in one future",
            _worst_short_days,
            Shown.REPORT,
        ),
        Metric(
            "least_time_to_survive",
            "days",
            Scope.EACH,
            "least `time_to_survive_days` of `crises.csv`; left out when no future is short",
            _time_to_survive,
            Shown.REPORT,
        ),
    ),
)
