"""Every row that the policies ask for, worked out from the written numbers.

The same rows serve twice: the policy must be kept, and duals.csv must state them with their limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from bichiku.read.settings import CountryCap, ShareCap, ShareFloor
from bichiku.read.time_path import TimePath
from bichiku.verify.balances import Stocks
from bichiku.verify.damage import Damage
from bichiku.verify.flows import FILE, Flows
from bichiku.verify.geography import countries_of, feed_from, foreign, parts_by_country
from bichiku.verify.limits import PROJECTS
from bichiku.verify.states import States
from bichiku.verify.tree import OPENING, PLAN, Nodes
from bichiku.verify.verdict import Ledger, Place
from bichiku.world import World

ALL = "all"


@dataclass(frozen=True)
class PolicyRow:
    """One row ``value <= limit`` (or ``>=`` where `floor`).

    Attributes:
        key: policy, limit, material, crisis, onset, year, month as duals.csv writes them (-1: empty).
        value: what the run does.
        limit: what the policy allows.
        stated: the limit as duals.csv writes it: what is known beforehand is moved to its side.
        scale: magnitude of the terms involved.
        place: where the numbers that keep or break it stand.
        unit: unit of the limit.
        floor: whether it is a limit from below.
        file: file of these numbers.
    """

    key: tuple[str, str, str, str, int, int, str]
    value: float
    limit: float
    stated: float
    scale: float
    place: Callable[[], Place]
    unit: str
    floor: bool = False
    file: str = FILE

    @property
    def slack(self) -> float:
        """How far the row is from its limit."""
        return self.value - self.limit if self.floor else self.limit - self.value


@dataclass(frozen=True)
class Facts:
    """All that the policies are read against."""

    world: World
    nodes: Nodes
    states: States
    flows: Flows
    stocks: Stocks
    built: np.ndarray
    damage: Damage

    @property
    def plan(self) -> np.ndarray:
        """Numbers of the plan's nodes."""
        return np.flatnonzero(self.nodes.branch == PLAN)

    @property
    def plan_years(self) -> np.ndarray:
        """Calendar year of each plan node."""
        return self.world.calendar.years


def policy_rows(facts: Facts) -> list[PolicyRow]:
    """The rows of every policy that is switched on."""
    rows: list[PolicyRow] = []
    for family in (_reserve_days, _share_limits, _country_cap, _survive, _expected_shortage, _budget, _risk_limit):
        rows += family(facts)
    return rows


def check_policies(rows: list[PolicyRow], ledger: Ledger) -> None:
    """Every row is kept."""
    groups: dict[tuple[str, str], list[PolicyRow]] = {}
    for row in rows:
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


def _share_limits(facts: Facts) -> Iterator[PolicyRow]:
    policies = facts.world.policies
    for policy, limits in (("share_caps", policies.share_caps), ("share_floors", policies.share_floors)):
        taken: set[tuple[str, str]] = set()
        for limit in limits:
            countries = countries_of(facts.world, limit.group)
            for material in _materials(facts.world, limit.materials):
                name, number = limit.name or "+".join(limit.group), 1
                label = name
                while (label, material) in taken:
                    number += 1
                    label = f"{name} #{number}"
                taken.add((label, material))
                yield from _share_rows(facts, policy, label, material, limit, countries)


def _country_cap(facts: Facts) -> Iterator[PolicyRow]:
    cap = facts.world.policies.country_cap
    if cap is None:
        return
    exempt = {*cap.except_, facts.world.settings.buyer}
    for material in _materials(facts.world, cap.materials):
        found = {
            country
            for name in _counted(facts.world, material, cap.of)
            for country in parts_by_country(facts.world, name, cap.stage)
        }
        for country in sorted(found - exempt):
            yield from _share_rows(facts, "country_cap", country, material, cap, frozenset({country}))


def _share_rows(
    facts: Facts,
    policy: str,
    label: str,
    material: str,
    limit: ShareCap | ShareFloor | CountryCap,
    countries: frozenset[str],
) -> Iterator[PolicyRow]:
    """One row per calendar year: the group's arrivals against their share of all, both of the plan."""
    world, flows = facts.world, facts.flows
    names = list(world.sources)
    counted = _counted(world, material, limit.of)
    if not counted:
        return
    columns = np.array([names.index(name) for name in counted])
    if limit.stage == "exporter":
        part = np.array([float(world.sources[name].country in countries) for name in counted])
    else:
        part = np.array([feed_from(world, name, countries) for name in counted])
    path: TimePath = limit.min if isinstance(limit, ShareFloor) else limit.max
    arrived = flows["arrived"][facts.plan][:, columns]
    known = _known_arrivals(facts, counted, columns)
    for year in np.unique(facts.plan_years):
        inside = facts.plan_years == year
        share = float(path(np.array([year]))[0])
        tonnes, fixed = arrived[inside].sum(axis=0), known[inside].sum(axis=0)
        yield PolicyRow(
            key=(policy, label, material, "", -1, int(year), ""),
            value=float(part @ tonnes),
            limit=share * float(tonnes.sum()),
            stated=float(share * fixed.sum() - part @ fixed),
            scale=float(np.abs(tonnes).sum()),
            place=partial(_arrivals_place, flows, f"{label} {material} {year}", facts.plan[inside], columns[part > 0]),
            unit="t",
            floor=policy == "share_floors",
        )


def _arrivals_place(flows: Flows, text: str, nodes: np.ndarray, columns: np.ndarray) -> Place:
    return flows.joint_place(text, [("arrived", int(node), int(column)) for node in nodes for column in columns])


def _known_arrivals(facts: Facts, counted: list[str], columns: np.ndarray) -> np.ndarray:
    """What arrives on the plan of goods under way at the start; shape (periods, counted)."""
    known = np.zeros((len(facts.plan), len(counted)))
    for i, (name, column) in enumerate(zip(counted, columns, strict=True)):
        if name in facts.world.spot:
            row = facts.world.spot[name]
            early = facts.nodes.before(row.lead_periods)[facts.plan] == OPENING
            known[:, i] = np.where(early, row.in_transit_t * facts.states.route[facts.plan, column], 0.0)
    return known


def _survive(facts: Facts) -> Iterator[PolicyRow]:
    policy, world, nodes = facts.world.policies.survive, facts.world, facts.nodes
    if policy is None:
        return
    materials = list(world.materials)
    for material in _materials(world, policy.materials):
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
    for material in _materials(world, policy.materials):
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
        at_start = float(prices @ before) if facts.nodes.parent[first] == OPENING else 0.0
        entries = [("stock", node, k) for node in {max(first - 1, 0), last} for k in range(len(prices))]
        limit = policy.reserve_per_year
        yield PolicyRow(
            key=("budget_reserve", "", ALL, "", -1, int(year), ""),
            value=float(prices @ (after - before)),
            limit=limit,
            stated=limit + at_start,
            scale=float(prices @ (np.abs(after) + np.abs(before))),
            place=partial(facts.flows.joint_place, f"rise of stock in {year}", entries),
            unit=unit,
        )


def _risk_limit(facts: Facts) -> Iterator[PolicyRow]:
    policy = facts.world.policies.risk
    if policy is None or policy.limit is None or not facts.damage.likely:
        return
    value = facts.damage.cvar(policy.level)
    key = ("risk_limit", "", ALL, "", -1, -1, "")
    place = partial(Place, "damage of all branches")
    yield PolicyRow(key, value, policy.limit, policy.limit, value, place, facts.world.settings.currency)


def _materials(world: World, chosen: list[str] | None) -> list[str]:
    return sorted(world.materials if chosen is None else set(chosen))


def _counted(world: World, material: str, of: str) -> list[str]:
    """The sources whose arrivals are a material's imports (or supply)."""
    return [
        name
        for name, row in world.sources.items()
        if row.material == material and (of == "supply" or foreign(world, name))
    ]
