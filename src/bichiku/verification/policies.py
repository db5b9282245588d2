"""Every row that the policies ask for, worked out from the written numbers.

The same rows serve twice: the policy must be kept, and duals.csv must state them with their limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from bichiku.verification.damage import least_cvar
from bichiku.verification.facts import Facts, PolicyRow, limited_materials
from bichiku.verification.limits import PROJECTS
from bichiku.verification.share_policies import concentration_rows, country_cap_rows, share_limit_rows
from bichiku.verification.tree import PLAN
from bichiku.verification.verdict import Ledger, Place

ALL = "all"


def policy_rows(facts: Facts) -> list[PolicyRow]:
    """The rows of every policy that is switched on."""
    shares = (share_limit_rows, country_cap_rows, concentration_rows)
    return [
        row
        for rows in (_reserve_days, *shares, _survive, _expected_shortage, _budget, _risk_limit)
        for row in rows(facts)
    ]


def check_policies(rows: list[PolicyRow], ledger: Ledger) -> None:
    """Every hard row is kept."""
    groups: dict[tuple[str, str], list[PolicyRow]] = {}
    for row in rows:
        if row.penalty is not None:
            continue
        groups.setdefault((row.key[0], row.file), []).append(row)
    for (policy, file), members in groups.items():
        sign = np.array([-1.0 if row.floor else 1.0 for row in members])
        value = sign * [row.value for row in members]
        limit = sign * [row.limit for row in members]
        scale = np.array([row.scale for row in members])
        ledger.at_most(f"policy.{policy}", file, value, limit, lambda i, found=members: found[i].place(), scale)  # type: ignore[misc]


def _reserve_days(facts: Facts) -> Iterator[PolicyRow]:
    world, flows = facts.world, facts.flows
    if world.policies.reserve_days is None:
        return
    days = world.calendar.days
    materials = list(world.materials)
    for material in world.demand:
        path = world.policies.reserve_days.of(material)
        if path is None:
            continue
        k = materials.index(material)
        targets = path(world.calendar.ends) * facts.states.demand[facts.plan, k] / days
        for node, target in zip(facts.plan, targets, strict=True):
            month = world.calendar.label(int(facts.nodes.period[node]))
            key = ("reserve_days", "", material, "plan", 0, int(facts.plan_years[node]), month)
            stock = float(flows["stock"][node, k])
            place = partial(flows.place, "stock", int(node) * len(materials) + k)
            yield PolicyRow(key, stock, float(target), float(target), abs(stock), place, "t", floor=True)


def _survive(facts: Facts) -> Iterator[PolicyRow]:
    policy, world, nodes = facts.world.policies.survive, facts.world, facts.nodes
    if policy is None:
        return
    materials = list(world.materials)
    for material in limited_materials(world, policy.materials):
        if material not in world.demand:
            continue
        k = materials.index(material)
        for node in np.flatnonzero(nodes.branch != PLAN):
            branch = nodes.branches[nodes.branch[node]]
            begins = int(world.calendar.begins[branch.onset - 1])
            days = (int(nodes.period[node]) - branch.onset) * world.calendar.days
            named = branch.crisis in policy.crises and (policy.from_ is None or begins >= policy.from_)
            if not named or (policy.days is not None and days >= policy.days):
                continue
            period = int(nodes.period[node])
            year, month = int(world.calendar.years[period - 1]), world.calendar.label(period)
            key = ("survive", "", material, branch.crisis, branch.onset, year, month)
            short = float(facts.flows["short"][node, k])
            place = partial(facts.flows.place, "short", int(node) * len(materials) + k)
            yield PolicyRow(key, short, 0.0, 0.0, 0.0, place, "t")


def _expected_shortage(facts: Facts) -> Iterator[PolicyRow]:
    policy, world = facts.world.policies.expected_shortage, facts.world
    if policy is None:
        return
    for material in limited_materials(world, policy.materials):
        k = list(world.materials).index(material)
        used = np.flatnonzero(facts.states.demand[:, k] > 0)
        if material not in world.demand or not len(used):
            continue
        days = facts.flows["short"][used, k] / facts.states.demand[used, k] * world.calendar.days
        place = partial(facts.flows.joint_place, f"{material} short", [("short", int(node), k) for node in used])
        key = ("expected_shortage", "", material, "", -1, -1, "")
        value = float(facts.nodes.weight[used] @ days)
        yield PolicyRow(key, value, policy.max_days, policy.max_days, value, place, "days")


def _budget(facts: Facts) -> Iterator[PolicyRow]:
    policy, world = facts.world.policies.budget, facts.world
    if policy is None:
        return
    unit = world.settings.currency
    if policy.investment is not None and any(row.max_build_t > 0 for row in world.projects.values()):
        net = np.array([row.capex * (1.0 - row.subsidy_rate) for row in world.projects.values()])
        value = float(net @ facts.built)
        key = ("budget_investment", "", ALL, "", -1, -1, "")
        limit = policy.investment
        yield PolicyRow(
            key, value, limit, limit, value, partial(Place, "net cost of all projects"), unit, file=PROJECTS
        )
    if policy.reserve_per_year is None:
        return
    prices = np.array([row.reference_price for row in world.materials.values()])
    for year in np.unique(facts.plan_years):
        inside = facts.plan[facts.plan_years == year]
        first, last = int(inside[0]), int(inside[-1])
        before, after = facts.stocks.before[first], facts.flows["stock"][last]
        entries = [("stock", node, k) for node in {max(first - 1, 0), last} for k in range(len(prices))]
        limit = policy.reserve_per_year
        yield PolicyRow(
            key=("budget_reserve", "", ALL, "", -1, int(year), ""),
            value=float(prices @ (after - before)),
            limit=limit,
            stated=limit,
            scale=float(prices @ (np.abs(after) + np.abs(before))),
            place=partial(facts.flows.joint_place, f"rise of stock in {year}", entries),
            unit=unit,
        )


def _risk_limit(facts: Facts) -> Iterator[PolicyRow]:
    policy = facts.world.policies.risk
    if policy is None or policy.limit is None or not facts.damage.likely:
        return
    value = least_cvar(facts.damage.of_branch, facts.damage.shares, policy.level)
    key = ("risk_limit", "", ALL, "", -1, -1, "")
    place = partial(Place, "damage of all branches")
    yield PolicyRow(key, value, policy.limit, policy.limit, value, place, facts.world.settings.currency)
