"""Shortage, damage and crises in summary.csv, worked out again; each metric has one statement in `CRISIS_METRICS`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from bichiku.verification.damage import PARTS
from bichiku.verification.metric_sources import (
    Futures,
    MetricValue,
    Read,
    Statement,
    close,
    each,
    future_name,
    has,
    number,
    overall,
)
from bichiku.verification.money import ALL
from bichiku.verification.tree import PLAN

DAMAGE = f"{', '.join(PARTS[:-1])} and {PARTS[-1]}".replace("_", " ")
TAIL = 0.9  # level of the CVaR that every summary gives


# Shortage and damage, expected and on the plan


def _short_days(on_plan: bool, read: Read, material: str) -> MetricValue | None:
    world, nodes = read.facts.world, read.facts.nodes
    if material not in world.demand:
        return None
    k = list(world.materials).index(material)
    demand, short = read.facts.states.demand[:, k], read.facts.flows["short"][:, k]
    share = np.divide(short, demand, out=np.zeros(len(nodes)), where=demand > 0)
    weight = (nodes.branch == PLAN) if on_plan else nodes.weight[:, k]
    days = (weight * share * world.calendar.days)[nodes.period <= read.reported]
    return MetricValue(float(days.sum()), "days", ("over the reported window",), float(np.abs(days).sum()))


def _damage(on_plan: bool | None, read: Read, material: str) -> MetricValue:
    nodes = read.facts.nodes
    inside = nodes.period <= read.reported
    if on_plan is not None:
        inside &= (nodes.branch == PLAN) == on_plan
    mine = [material in (ALL, name) for name in read.facts.world.materials]
    part, terms = read.damage_on_nodes[inside][:, mine], read.dearer_on_nodes[inside][:, mine]
    scale = float(np.abs(part).sum() + terms.sum())
    return MetricValue(float(part.sum()), f"{read.currency}/year", (DAMAGE,), scale)


# Crises that begin inside the reported window; what a risk policy speaks of, of all


def _cvar_of_risk_policy(read: Read, _: str) -> MetricValue | None:
    policy = read.facts.world.policies.risk
    if policy is None:
        return None
    since = -np.inf if policy.weight or policy.from_ is None else policy.from_ // 12
    return _largest_cvar(read, read.all_futures, policy.level, since)


def _cvar(read: Read, _: str) -> MetricValue | None:
    return _largest_cvar(read, read.begun_futures, TAIL, -np.inf)


def _largest_cvar(read: Read, futures: Futures, level: float, since: float) -> MetricValue | None:
    tails = {int(year): futures.of(year).cvar(level) for year in np.unique(futures.year) if year >= since}
    if not tails:
        return None
    most = max(tails.values())
    told = tuple(f"level {level:g}, onsets of {year}" for year, tail in tails.items() if close(tail, most))
    return MetricValue(most, read.currency, told, read.scale_of(futures))


def _worst_damage(read: Read, _: str) -> MetricValue | None:
    return _worst(read, read.begun_futures)


def _worst(read: Read, futures: Futures) -> MetricValue | None:
    if not len(futures.damage):
        return None
    worst = float(futures.damage.max())
    told = tuple(name for name, damage in zip(futures.names, futures.damage, strict=True) if close(damage, worst))
    return MetricValue(worst, read.currency, told, read.scale_of(futures))


def _by_onset_year(
    of_year: Callable[[Read, Futures, int], MetricValue | None], read: Read, _: str
) -> list[MetricValue]:
    futures = read.begun_futures
    found = [(int(year), of_year(read, futures.of(year), int(year))) for year in np.unique(futures.year)]
    return [metric._replace(year=year) for year, metric in found if metric is not None]


def _expected_of_year(read: Read, futures: Futures, year: int) -> MetricValue:
    return MetricValue(float(futures.likely @ futures.damage), read.currency, (str(year),), read.scale_of(futures))


def _worst_of_year(read: Read, futures: Futures, year: int) -> MetricValue | None:
    worst = _worst(read, futures)
    return None if worst is None else worst._replace(details=tuple(f"{year}: {name}" for name in worst.details))


def _cvar_of_year(read: Read, futures: Futures, year: int) -> MetricValue:
    return MetricValue(futures.cvar(TAIL), read.currency, (str(year),), read.scale_of(futures))


def _worst_short_days(read: Read, material: str) -> MetricValue | None:
    mine = [row for row in read.begun if row["material"] == material and material in read.facts.world.demand]
    if not mine:
        return None
    most = max(number(row, "short_days") for row in mine)
    at = tuple(future_name(row) for row in mine if close(number(row, "short_days"), most)) if most > 0 else ("",)
    return MetricValue(most, "days", at)


def _least_time_to_survive(read: Read, material: str) -> MetricValue | None:
    mine = [row for row in read.begun if row["material"] == material]
    times = {future_name(row): number(row, "time_to_survive_days") for row in mine if has(row, "time_to_survive_days")}
    if not times:
        return None
    first = min(times.values())
    return MetricValue(first, "days", tuple(name for name, time in times.items() if close(time, first)))


CRISIS_METRICS: dict[str, Statement] = {
    "expected_short_days": partial(_short_days, False),
    "short_days_on_plan": partial(_short_days, True),
    "expected_damage_per_year": partial(_damage, None),
    "expected_damage_in_crises_per_year": partial(_damage, False),
    "expected_damage_on_plan_per_year": partial(_damage, True),
    "cvar_damage_of_risk_policy": overall(_cvar_of_risk_policy),
    "cvar_damage": overall(_cvar),
    "worst_crisis_damage": overall(_worst_damage),
    "expected_damage_of_onset_year": overall(partial(_by_onset_year, _expected_of_year)),
    "worst_damage_of_onset_year": overall(partial(_by_onset_year, _worst_of_year)),
    "cvar_damage_of_onset_year": overall(partial(_by_onset_year, _cvar_of_year)),
    "worst_crisis_short_days": each(_worst_short_days),
    "least_time_to_survive": each(_least_time_to_survive),
}
"""What each metric is for a material (or all) by its name in summary.csv; nothing where it has no meaning."""
