"""Warnings about policies that do nothing: limits that no plan can reach, and names that they do not touch.

That a policy can never bind is only said where arithmetic proves it: taking it away changes no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bichiku.check.facts import Facts, Found
from bichiku.check.shares import can_bind, share_limits
from bichiku.model.world import World
from bichiku.policies.reserve_days import target_days
from bichiku.policies.shares import counted_sources, limited_materials


def _never_binds(facts: Facts) -> Iterator[Found]:
    yield from _share_limits(facts)
    for rule in (_concentration, _reserve_days, _survive, _risk, _expected_shortage, _budget):
        reason = rule(facts)
        if reason:
            yield from (Found(f"policies.{path}", f"can never bind: {text}") for path, text in reason.items())


def _share_limits(facts: Facts) -> Iterator[Found]:
    for limit in facts.once(share_limits):
        if can_bind(facts, limit):
            continue
        values = np.array([row.limit(np.array(facts.plan_years)) for row in limit.rows.values()])
        if limit.sense == "cap" and values.size and values.min() >= 1.0:
            reason = "no share is above 1"
        elif limit.sense == "floor" and values.size and values.max() <= 0.0:
            reason = "no share is below 0"
        elif limit.sense == "cap":
            reason = "of what can arrive nothing counts with more than that share"
        else:
            reason = "all that can arrive counts with that share or more"
        yield Found(limit.path, f"can never bind: {reason}")


def _concentration(facts: Facts) -> dict[str, str]:
    policy = facts.world.policies.concentration
    if policy is None or policy.max(np.array(facts.plan_years)).min() < 1.0:
        return {}
    return {"concentration": "no index is above 1"}


def _reserve_days(facts: Facts) -> dict[str, str]:
    if facts.world.policies.reserve_days is None:
        return {}
    targets = [target_days(facts.world, material) for material in facts.world.demand]
    asked = [float(days.max()) for days in targets if days is not None]
    return {} if any(asked) else {"reserve_days": "it asks for 0 days of every material with demand"}


def _survive(facts: Facts) -> dict[str, str]:
    policy = facts.world.policies.survive
    if policy is None:
        return {}
    if not len(facts.surviving):
        return {"survive": "none of its crises begins where it counts (see crises, from and days)"}
    return {} if _with_demand(policy.materials, facts.world) else {"survive": "none of its materials has demand"}


def _risk(facts: Facts) -> dict[str, str]:
    policy = facts.world.policies.risk
    if policy is None:
        return {}
    likely = [branch for branch in facts.tree.branches if branch.probability > 0]
    if not likely:
        return {"risk": "no crisis has a probability, so there is no risk to weigh"}
    if policy.limit is None:
        return {} if policy.weight else {"risk": "its weight is 0 and it has no limit"}
    if not policy.weight and policy.limit >= _most_damage(facts):
        return {"risk": f"no crisis can do more damage than {_most_damage(facts):,.6g}"}
    return {}


def _most_damage(facts: Facts) -> float:
    """A bound on the damage of every branch with a probability: its demand all short or saved at the dearest."""
    world, tree = facts.world, facts.tree
    discount = world.calendar.discount(world.settings.discount_rate)[tree.period - 1]
    money = np.zeros(tree.size)
    for material, demand in facts.demand.items():
        costs = [row.cost for (name, _), row in world.tranches.items() if name == material]
        money += discount * demand * max([world.materials[material].shortage_cost or 0.0, *costs])
    damage = np.bincount(tree.branch[tree.periods :], money[tree.periods :], minlength=len(tree.branches))
    return float(max(damage[i] for i, branch in enumerate(tree.branches) if branch.probability > 0))


def _expected_shortage(facts: Facts) -> dict[str, str]:
    policy, calendar = facts.world.policies.expected_shortage, facts.world.calendar
    if policy is None:
        return {}
    if not _with_demand(policy.materials, facts.world):
        return {"expected_shortage": "none of its materials has demand"}
    days = calendar.periods * calendar.days
    return {"expected_shortage": f"the horizon has {days:,.6g} days"} if policy.max_days >= days else {}


def _budget(facts: Facts) -> dict[str, str]:
    policy, world = facts.world.policies.budget, facts.world
    found: dict[str, str] = {}
    if policy is None:
        return found
    if policy.investment is not None:
        all_built = sum(row.max_build_t * row.capex * (1.0 - row.subsidy_rate) for row in world.projects.values())
        if policy.investment >= all_built:
            found["budget.investment"] = f"all that can be built costs {all_built:,.6g}"
    if policy.reserve_per_year is not None:
        most = max(_most_rise(facts, year) for year in facts.plan_years)
        if policy.reserve_per_year >= most:
            found["budget.reserve_per_year"] = f"stocks can rise by at most {most:,.6g} in a year at reference prices"
    return found


def _most_rise(facts: Facts, year: int) -> float:
    """The most that stocks can rise by in a year if nothing is used; money."""
    total, nodes = 0.0, facts.on_plan(year)
    for material, row in facts.world.materials.items():
        arrived = float(facts.arrivals(facts.offers(material))[nodes].sum())
        total += row.reference_price * min(arrived, np.inf if row.storage_limit_t is None else row.storage_limit_t)
    return total


def _with_demand(materials: list[str] | None, world: World) -> list[str]:
    return [material for material in limited_materials(materials, world) if material in world.demand]


def _names_what_it_does_not_touch(facts: Facts) -> Iterator[Found]:
    world, policies = facts.world, facts.world.policies
    if policies.reserve_days:
        for material in policies.reserve_days.materials:
            if material not in world.demand:
                yield Found(f"policies.reserve_days.{material}", f"{material} has no demand to hold days of")
    for limit in facts.once(share_limits):
        for material in limit.materials or []:
            of = next((row.of for key, row in limit.rows.items() if key[1] == material), _of(facts, limit.path))
            if not counted_sources(world, material, of):
                yield Found(limit.path, f"nobody offers {material} that counts in {of}, so there is nothing to limit")
    for key, chosen in (("survive", policies.survive), ("expected_shortage", policies.expected_shortage)):
        touched = _with_demand(chosen.materials, world) if chosen else []
        for material in (chosen.materials or []) if chosen and touched else []:
            if material not in touched:
                yield Found(f"policies.{key}", f"{material} has no demand, so it cannot be short")
    yield from _idle_exceptions(facts)


def _of(facts: Facts, path: str) -> str:
    cap = facts.world.policies.country_cap
    return cap.of if cap and path == "policies.country_cap" else "imports"


def _idle_exceptions(facts: Facts) -> Iterator[Found]:
    world, cap = facts.world, facts.world.policies.country_cap
    if cap is None:
        return
    sources = {
        s for material in limited_materials(cap.materials, world) for s in counted_sources(world, material, cap.of)
    }
    for country in cap.except_:
        if not any(world.share_from(source, frozenset({country}), cap.stage) for source in sources):
            what = "ships" if cap.stage == "exporter" else "is the origin of"
            yield Found("policies.country_cap", f"except names {country}, which {what} none of its materials")


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {
    "W201": _never_binds,
    "W202": _names_what_it_does_not_touch,
}
