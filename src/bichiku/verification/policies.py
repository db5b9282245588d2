"""Every row that the policies ask for, worked out from the written numbers: one statement for each policy.

The same rows serve three times: the policy must be kept, duals.csv must state them with their limits, and prices.csv
the numbers behind them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import input_of_project
from bichiku.verification.facts import PolicyRow, Priced, RunFacts, Statement, limited_materials
from bichiku.verification.files import INPUTS, NOTHING
from bichiku.verification.hand_back import is_used, target_days
from bichiku.verification.limits import PROJECTS
from bichiku.verification.share_policies import concentration, country_cap, share_caps, share_floors
from bichiku.verification.tree import PLAN
from bichiku.verification.verdict import Ledger, Place

ALL = "all"
MILLION = 1e6


def policy_rows(facts: RunFacts, ledger: Ledger) -> list[PolicyRow]:
    """The rows of every policy that the strategy asks for; one that is not stated here is a finding."""
    rows: list[PolicyRow] = []
    for name, asked in _asked(facts.world):
        if name in STATEMENTS:
            rows += STATEMENTS[name].rows(facts, asked)
        else:
            place = Place(f"policies.{name}")
            ledger.wrong(
                "policies.stated", f"{INPUTS}/model.yaml", place, f"policy {name} is not verified", "a statement"
            )
    ledger.right()
    return rows


def _asked(world: World) -> Iterator[tuple[str, Any]]:
    for name in type(world.policies).model_fields:
        asked = getattr(world.policies, name)
        if asked is not None and asked != []:
            yield name, asked


def check_policies(rows: list[PolicyRow], currency: str, ledger: Ledger) -> None:
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
        one = np.array([ledger.ones.of_unit(row.unit, currency) for row in members])
        ledger.at_most(f"policy.{policy}", file, value, limit, lambda i, found=members: found[i].place(), scale, one)  # type: ignore[misc]


def _reserve_days(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    world, flows = facts.world, facts.flows
    days = world.calendar.days
    materials = list(world.materials)
    for material in materials:
        path = policy.of(material)
        if path is None or not is_used(world, material):
            continue
        k = materials.index(material)
        needed = input_of_project(world)[:, k]
        users = np.flatnonzero(needed)
        target = path(world.calendar.ends)
        spread = {int(year): _stands_elsewhere(facts, material, k, target, year) for year in set(facts.plan_years)}
        for node, asked in zip(facts.plan, target, strict=True):
            month, year = world.calendar.label(int(facts.nodes.period[node])), int(facts.plan_years[node])
            key = ("reserve_days", "", material, "plan", 0, 0, year, month)
            stock, per_day = float(flows["stock"][node, k]), float(facts.use[node, k]) / days
            stated_per_day = float(facts.states.demand[node, k]) / days
            stated = float(asked) * stated_per_day
            entries = [("stock", int(node), k), *(("sent", int(node), int(column)) for column in users)]
            place = partial(flows.joint_place, f"{flows.node_text(int(node))} {material} stock", entries)
            priced = Priced(float(asked), "day", per_day, year) if stated_per_day > 0 or len(users) else None
            limit = float(asked) * per_day
            yield PolicyRow(
                key, stock, limit, stated, abs(stock), place, "t", floor=True, priced=priced,
                bends=bool(len(users)), spread=spread[year],
            )  # fmt: skip


def _stands_elsewhere(facts: RunFacts, material: str, k: int, target: np.ndarray, year: int) -> bool:
    """Whether a day more in a year moves a ceiling, what waits or what a branch keeps, beside the least stock."""
    policies, nodes = facts.world.policies, facts.nodes
    off = nodes.exists[:, k] & (nodes.branch != PLAN)
    if policies.reserve_ceiling is not None and policies.reserve_ceiling.of(material) is not None:
        return True
    if policies.release is not None and policies.release.share > 0 and (off & facts.emergency[:, k]).any():
        return True
    then, before = nodes.period - 1, np.maximum(nodes.onset - 2, 0)
    raised = target + (facts.plan_years == year)
    pauses = [np.maximum(days[then] - days[before], 0.0) for days in (target, raised)]
    return bool((pauses[0] != pauses[1])[off & ~facts.emergency[:, k]].any())


def _reserve_ceiling(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    world, flows = facts.world, facts.flows
    days, targets, materials = world.calendar.days, target_days(world), list(world.materials)
    for k, material in enumerate(materials):
        ceiling = policy.of(material)
        if ceiling is None:
            continue
        path = targets[:, k] if ceiling == "target" else ceiling(world.calendar.ends)
        left = _cannot_leave(facts, k, targets[:, k])
        users = np.flatnonzero(input_of_project(world)[:, k])
        reserve = world.policies.reserve_days
        has_reserve = reserve is not None and reserve.of(material) is not None and is_used(world, material)
        joint = ceiling == "target" and has_reserve  # its price is told with that of the reserve
        for node, most in zip(facts.plan, path, strict=True):
            month, year = world.calendar.label(int(facts.nodes.period[node])), int(facts.plan_years[node])
            stock, demand = float(flows["stock"][node, k]), float(facts.states.demand[node, k])
            stated = max(float(most) * demand / days, float(left[node]))
            limit = stated + float(most) * float(facts.use[node, k] - demand) / days
            entries = [("stock", int(node), k), *(("sent", int(node), int(column)) for column in users)]
            place = partial(flows.joint_place, f"{flows.node_text(int(node))} {material} stock", entries)
            moves = max(0.0, (float(most) + 1.0) * demand / days - stated)
            told = (demand > 0 or len(users)) and not joint
            priced = Priced(float(most), "day", moves, year) if told else None
            key = ("reserve_ceiling", "", material, "plan", 0, 0, year, month)
            yield PolicyRow(key, stock, limit, stated, abs(stock), place, "t", priced=priced, bends=bool(len(users)))


def _cannot_leave(facts: RunFacts, k: int, target: np.ndarray) -> np.ndarray:
    """Tonnes in store at the end of each period of the plan if nothing is bought there beyond the reserve."""
    world, states, nodes = facts.world, facts.states, facts.nodes
    material = list(world.materials)[k]
    row, per_year = world.materials[material], world.calendar.periods_per_year
    keep = (1.0 - row.loss_rate) ** (1.0 / per_year)
    slowest = np.inf if row.release_rate_t_per_day is None else row.release_rate_t_per_day * world.calendar.days
    comes, committed = np.zeros(world.settings.periods), np.zeros(world.settings.periods)
    for column, (name, source) in enumerate(world.sources.items()):
        if name in world.projects and world.projects[name].input_material == material:
            fed = world.projects[name].existing_t * (world.projects[name].input_per_output or 0.0)
            committed -= fed / per_year * states.export[facts.plan, column]
        if source.material != material or name not in world.suppliers:
            continue
        supplier = world.suppliers[name]
        route, export = states.route[facts.plan, column], states.export[facts.plan, column]
        if supplier.kind == "contract":
            committed += supplier.minimum_t / per_year * export * route
        else:
            comes += np.where(
                nodes.period[facts.plan] <= supplier.lead_periods, route * (supplier.in_transit_t or 0), 0
            )
    comes += np.maximum(0.0, committed)
    demand = states.demand[facts.plan, k]
    found, held = np.zeros(world.settings.periods), row.opening_stock_t
    for t, used in enumerate(demand):
        found[t] = max(0.0, keep * held + max(comes[t] - used, -slowest))
        held = max(found[t], target[t] * used / world.calendar.days)
    return found


def _release(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    world, nodes, flows = facts.world, facts.nodes, facts.flows
    reserve = world.policies.reserve_days
    if reserve is None or not policy.share:
        return
    targets = target_days(world)
    for k, (material, row) in enumerate(world.materials.items()):
        if reserve.of(material) is None or not is_used(world, material):
            continue
        keep = (1.0 - row.loss_rate) ** (1.0 / world.calendar.periods_per_year)
        for node in np.flatnonzero(facts.emergency[:, k] & (nodes.onset > 1)):
            began = int(node)
            while nodes.branch[nodes.parent[began]] != PLAN and facts.emergency[nodes.parent[began], k]:
                began = int(nodes.parent[began])
            before, period = int(nodes.period[began]) - 1, int(nodes.period[node])
            if period - before > policy.after:
                continue
            days = min(targets[before - 1, k], targets[int(nodes.onset[node]) - 2, k])
            part = policy.share * days / world.calendar.days * keep ** (period - before)
            branch = nodes.branches[nodes.branch[node]]
            year, month = int(world.calendar.years[period - 1]), world.calendar.label(period)
            length = int(nodes.length[node])
            key = ("release", "", material, branch.crisis, branch.onset, length, year, month)
            stock = float(flows["stock"][node, k])
            place = partial(flows.joint_place, f"{flows.node_text(int(node))} {material}", [("stock", int(node), k)])
            limit, stated = part * facts.use[before - 1, k], part * facts.states.demand[before - 1, k]
            yield PolicyRow(key, stock, float(limit), float(stated), abs(stock), place, "t", floor=True)


def _no_shortage(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    world, materials = facts.world, list(facts.world.materials)
    for material in limited_materials(world, policy.materials):
        if material not in world.demand:
            continue
        k = materials.index(material)
        for node in facts.plan:
            month, year = world.calendar.label(int(facts.nodes.period[node])), int(facts.plan_years[node])
            priced = Priced(0.0, "t", 1.0, year, unit_told=False)
            place = partial(facts.flows.place, "short", int(node) * len(materials) + k)
            key = ("no_shortage", "", material, "plan", 0, 0, year, month)
            yield PolicyRow(key, float(facts.flows["short"][node, k]), 0.0, 0.0, 0.0, place, "t", priced=priced)


def _projects(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    for built, (name, row) in zip(facts.built, facts.world.projects.items(), strict=True):
        named = {name, row.kind} & set(policy.forbid if policy.allow is None else policy.allow)
        if row.max_build_t > 0 and bool(named) != (policy.allow is not None):
            key = ("projects", name, row.material, "", NOTHING, NOTHING, NOTHING, "")
            place, priced = partial(Place, f"built of {name}"), Priced(0.0, "t/year", 1.0)
            yield PolicyRow(key, float(built), 0.0, 0.0, 0.0, place, "t/year", file=PROJECTS, priced=priced)


def _survive(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    world, nodes = facts.world, facts.nodes
    priced = Priced(0.0, "t short allowed in each period", 1.0, unit_told=False)
    materials = list(world.materials)
    for material in limited_materials(world, policy.materials):
        if material not in world.demand:
            continue
        k = materials.index(material)
        for node in np.flatnonzero((nodes.branch != PLAN) & nodes.exists[:, k]):
            branch = nodes.branches[nodes.branch[node]]
            begins = int(world.calendar.begins[branch.onset - 1])
            days = int(nodes.age[node]) * world.calendar.days
            named = branch.crisis in policy.crises and (policy.from_ is None or begins >= policy.from_)
            if not named or (policy.days is not None and days >= policy.days):
                continue
            period = int(nodes.period[node])
            year, month = int(world.calendar.years[period - 1]), world.calendar.label(period)
            length = int(nodes.length[node])
            key = ("survive", "", material, branch.crisis, branch.onset, length, year, month)
            short = float(facts.flows["short"][node, k])
            place = partial(facts.flows.place, "short", int(node) * len(materials) + k)
            yield PolicyRow(key, short, 0.0, 0.0, 0.0, place, "t", priced=priced)


def _expected_shortage(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    world, limit = facts.world, policy.max_days
    for material in limited_materials(world, policy.materials):
        k = list(world.materials).index(material)
        used = np.flatnonzero((facts.states.demand[:, k] > 0) & facts.nodes.exists[:, k])
        if material not in world.demand or not len(used):
            continue
        days = facts.flows["short"][used, k] / facts.states.demand[used, k] * world.calendar.days
        place = partial(facts.flows.joint_place, f"{material} short", [("short", int(node), k) for node in used])
        key = ("expected_shortage", "", material, "", NOTHING, NOTHING, NOTHING, "")
        value = float(facts.nodes.weight[used, k] @ days)
        yield PolicyRow(key, value, limit, limit, value, place, "days", priced=Priced(limit, "day", 1.0))


def _budget(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    if policy.investment is not None:
        yield from _investment(facts, policy.investment)
    if policy.reserve_per_year is not None:
        yield from _reserve_purchases(facts, policy.reserve_per_year)


def _investment(facts: RunFacts, limit: float) -> Iterator[PolicyRow]:
    world = facts.world
    if any(row.max_build_t > 0 for row in world.projects.values()):
        net = np.array([row.capex * (1.0 - row.subsidy_rate) for row in world.projects.values()])
        value = float(net @ facts.built)
        yield PolicyRow(
            key=("budget_investment", "", ALL, "", NOTHING, NOTHING, NOTHING, ""),
            value=value,
            limit=limit,
            stated=limit,
            scale=value,
            place=partial(Place, "net cost of all projects"),
            unit=world.settings.currency,
            file=PROJECTS,
            priced=_in_millions(limit, world),
        )


def _reserve_purchases(facts: RunFacts, limit: float) -> Iterator[PolicyRow]:
    world = facts.world
    prices = np.array([row.reference_price for row in world.materials.values()])
    years = facts.plan_years
    for node in facts.plan:
        first = int(facts.plan[years == years[node]][0])
        before, after = facts.stocks.before[first], facts.flows["stock"][node]
        year, month = int(years[node]), world.calendar.label(int(facts.nodes.period[node]))
        entries = [("stock", at, k) for at in {max(first - 1, 0), int(node)} for k in range(len(prices))]
        yield PolicyRow(
            key=("budget_reserve", "", ALL, "plan", 0, 0, year, month),
            value=float(prices @ (after - before)),
            limit=limit,
            stated=limit,
            scale=float(prices @ (np.abs(after) + np.abs(before))),
            place=partial(facts.flows.joint_place, f"rise of stock in {year} up to {month}", entries),
            unit=world.settings.currency,
            priced=_in_millions(limit, world, year),
        )


def _risk(facts: RunFacts, policy: Any) -> Iterator[PolicyRow]:
    limit, damage = policy.limit, facts.damage
    if limit is None:
        return
    for year in np.unique(damage.year[damage.likely > 0]):
        if policy.from_ is not None and year < policy.from_ // 12:
            continue
        value = damage.cvar(int(year), policy.level)
        key = ("risk_limit", "", ALL, "", NOTHING, NOTHING, int(year), "")
        place, unit = partial(Place, f"damage of all futures that begin in {year}"), facts.world.settings.currency
        yield PolicyRow(
            key, value, limit, limit, value, place, unit, priced=_in_millions(limit, facts.world, int(year))
        )


def _in_millions(limit: float, world: World, year: int = NOTHING) -> Priced:
    return Priced(limit / MILLION, f"million {world.settings.currency}", MILLION, year)


_SHARE = "max x all imports (or supply), plan, per calendar year"
STATEMENTS: dict[str, Statement] = {
    "reserve_days": Statement(
        _reserve_days, {"reserve_days": "plan stock >= target days x use / d, use being demand and feed"}
    ),
    "reserve_ceiling": Statement(
        _reserve_ceiling,
        {"reserve_ceiling": "plan stock <= days x use / d, or what cannot leave the store where that is more"},
    ),
    "release": Statement(
        _release, {"release": "stock >= share of the target before the emergency, in its first periods"}
    ),
    "projects": Statement(_projects, {"projects": "nothing is built of what may not be built"}),
    "no_shortage": Statement(_no_shortage, {"no_shortage": "no shortage on the plan"}),
    "share_caps": Statement(share_caps, {"share_caps": f"a group's arrivals <= {_SHARE}"}),
    "share_floors": Statement(
        share_floors,
        {"share_floors": "a group's arrivals >= min x all imports (or supply), plan, per calendar year"},
    ),
    "country_cap": Statement(country_cap, {"country_cap": f"any one country's arrivals <= {_SHARE}"}),
    "concentration": Statement(
        concentration,
        {"concentration": "the index of concentration <= max (to within 1e-4), plan, per calendar year"},
    ),
    "survive": Statement(_survive, {"survive": "no shortage in the named crises within the days asked for"}),
    "expected_shortage": Statement(
        _expected_shortage, {"expected_shortage": "expected days short of a material <= max_days"}
    ),
    "budget": Statement(
        _budget,
        {
            "budget_investment": "net investment <= budget",
            "budget_reserve": "reference price x rise of stock since the last year's end <= budget, in plan periods",
        },
    ),
    "risk": Statement(_risk, {"risk_limit": "CVaR of damage of the futures that begin in a year <= limit"}),
}
"""What each policy asks for, by its name in model.yaml."""
