"""The policies of the second builder, one statement each, written from docs/formulation.md alone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from bichiku.model.time_path import TimePath
from oracles.second_crises import in_emergency, target_days
from oracles.second_program import Affine, Cone, total
from oracles.second_scope import NotStated, refuse_unstated
from oracles.second_tree import Future, Node

if TYPE_CHECKING:
    from oracles.second_builder import SecondBuilder


def state_policies(program: SecondBuilder) -> None:
    """Adds what the policies of the world ask for.

    Raises:
        NotStated: one of them, or one of its keys, has no statement here.
    """
    policies = program.world.settings.policies
    for name in type(policies).model_fields:
        policy = getattr(policies, name)
        if policy is None or policy == []:
            continue
        if name not in STATEMENTS:
            raise NotStated(f"policy {name}")
        for part in policy if isinstance(policy, list) else [policy]:
            refuse_unstated(part, KEYS[name])
        STATEMENTS[name](program, policy)


def _reserve_days(program: SecondBuilder, _: Any) -> None:
    for material in program.world.materials:
        for node in program.plan(material):
            days = target_days(program, material, node.period)
            target = program.use(material, node) * (days / program.days)
            program.at_most_zero.append(target - Affine({("stock", material, node): 1.0}))


def _reserve_ceiling(program: SecondBuilder, ceiling: Any) -> None:
    """``stock <= days x use / d``, or what is there without buying where that is more than the days of demand."""
    for material in program.world.materials:
        path = ceiling.materials.get(material, ceiling.default)
        if path is None:
            continue
        stays = _cannot_leave(program, material)
        for node in program.plan(material):
            end = program.tree.states.months_of(node.period)[-1]
            days = target_days(program, material, node.period) if path == "target" else _at(path, end)
            demanded = program.demand(material, node) * days / program.days
            most = program.feed(material, node) * (days / program.days)
            most = most + Affine(constant=max(demanded, stays[node]))
            program.at_most_zero.append(Affine({("stock", material, node): 1.0}) - most)


def _cannot_leave(program: SecondBuilder, material: str) -> dict[Node, float]:
    """What is in store at the end of each period if nothing is bought but what the reserve asks for."""
    row = program.world.materials[material]
    found, held = {}, row.opening_stock_t
    for node in program.plan(material):
        state = program.tree.state(node)
        kept = held * (1.0 - row.loss_rate) ** (1.0 / program.per_year)
        comes = beyond = 0.0
        for name, supplier in program.world.suppliers.items():
            if supplier.material != material:
                continue
            if supplier.kind == "contract":
                beyond += supplier.minimum_t * state.export[name] * state.route[name] / program.per_year
            elif node.period <= supplier.lead_periods:
                comes += (supplier.in_transit_t or 0.0) * state.route[name]
        for name, project in program.world.projects.items():
            if project.input_material == material:
                beyond -= (project.input_per_output or 0.0) * project.existing_t * state.export[name] / program.per_year
        comes += max(beyond, 0.0)
        left = kept + comes - program.demand(material, node)
        if row.release_rate_t_per_day is not None:
            left = max(left, kept - row.release_rate_t_per_day * program.days)
        found[node] = max(left, 0.0)
        reserve = target_days(program, material, node.period) * program.demand(material, node) / program.days
        held = max(found[node], reserve)
    return found


def _release(program: SecondBuilder, release: Any) -> None:
    """In the first periods of an emergency a share of the target before it stays in store."""
    for node in program.tree.nodes:
        if node.crisis is None or node.onset == 1:
            continue
        for material in program.materials(node):
            if not in_emergency(program, material, node):
                continue
            first = node
            while (parent := program.tree.parents[first]) is not None and in_emergency(program, material, parent):
                first = parent
            if node.period - first.period >= release.after:
                continue
            before = program.tree.plan(node.chain, first.period - 1)
            days = min(target_days(program, material, before.period), target_days(program, material, node.onset - 1))
            kept = (1.0 - program.world.materials[material].loss_rate) ** (
                (node.period - before.period) / program.per_year
            )
            stays = program.use(material, before) * (release.share * days / program.days * kept)
            program.at_most_zero.append(stays - Affine({("stock", material, node): 1.0}))


def _projects(program: SecondBuilder, projects: Any) -> None:
    for name, row in program.world.projects.items():
        if projects.allow is not None:
            forbidden = name not in projects.allow and row.kind not in projects.allow
        else:
            forbidden = name in projects.forbid or row.kind in projects.forbid
        if forbidden:
            program.at_most_zero.append(Affine({("build", name): 1.0}))


def _no_shortage(program: SecondBuilder, policy: Any) -> None:
    for material in policy.materials or program.world.materials:
        for node in program.plan(material):
            program.at_most_zero.append(_short(material, node))


def _share_caps(program: SecondBuilder, caps: Any) -> None:
    for place, cap in enumerate(caps):
        _share_limit(program, ("cap", place), cap, cap.group, cap.max, 1.0, cap.soft)


def _share_floors(program: SecondBuilder, floors: Any) -> None:
    for place, floor in enumerate(floors):
        _share_limit(program, ("floor", place), floor, floor.group, floor.min, -1.0, floor.soft)


def _country_cap(program: SecondBuilder, cap: Any) -> None:
    countries = {row.country for row in program.sources.values()}
    for shares in program.world.origins.values():
        countries |= set(shares)
    for country in sorted(countries - {program.world.settings.buyer} - set(cap.except_)):
        _share_limit(program, ("country", country), cap, [country], cap.max, 1.0, None)


def _share_limit(
    program: SecondBuilder,
    label: tuple[str, Any],
    limit: Any,
    group: Iterable[str],
    path: TimePath,
    sign: float,
    soft: float | None,
) -> None:
    """Sign 1 for a cap, -1 for a floor; the group's share of what the limit is `of`, material by material.

    Where the limit is soft, tonnes beyond it pay the penalty at the last period of their year.
    """
    countries = program.world.members(group)
    for material in set(limit.materials or program.world.materials):
        for year, arrivals in _arrivals_by_year(program, material, limit.of):
            of_group, of_all = Affine(), Affine()
            for source, tonnes in arrivals.items():
                of_all.add(tonnes)
                shares = _shares(program, source, limit.stage)
                of_group.add(tonnes, sum(share for country, share in shares.items() if country in countries))
            row = (of_group - of_all * _at(path, year)) * sign
            if soft is not None:
                beyond = program.variable("beyond", *label, material, year)
                row = row - beyond
                last = max(period for period, of in program.years.items() if of == year)
                program.lines["penalty"].add(beyond, soft * program.discount(last))
            program.at_most_zero.append(row)


def _concentration(program: SecondBuilder, policy: Any) -> None:
    """``Σ (country's arrivals / all arrivals)² ≤ max`` is ``‖countries' arrivals‖ ≤ √max · all arrivals``."""
    for material in set(policy.materials or program.world.materials):
        for year, arrivals in _arrivals_by_year(program, material, policy.of):
            by_country: dict[str, Affine] = defaultdict(Affine)
            for source, tonnes in arrivals.items():
                for country, share in _shares(program, source, policy.stage).items():
                    by_country[country].add(tonnes, share)
            most = _at(policy.max, year) + program.leeway
            program.cones.append(Cone(list(by_country.values()), total(arrivals.values()) * math.sqrt(most)))


def _arrivals_by_year(program: SecondBuilder, material: str, of: str) -> Iterator[tuple[int, dict[str, Affine]]]:
    """The plan's arrivals of each source that counts as imports (or supply), year by year."""
    buyer = program.world.settings.buyer
    counted = [
        source
        for source, row in program.sources.items()
        if row.material == material and (of == "supply" or row.country != buyer)
    ]
    for year in sorted(set(program.years.values())):
        nodes = [node for node in program.plan(material) if program.years[node.period] == year]
        yield year, {source: total(program.arrivals(source, node) for node in nodes) for source in counted}


def _shares(program: SecondBuilder, source: str, stage: str) -> dict[str, float]:
    """The countries that a tonne of a source counts for, and by how much."""
    return {program.sources[source].country: 1.0} if stage == "exporter" else program.world.origins[source]


def _survive(program: SecondBuilder, survive: Any) -> None:
    for node in program.tree.nodes:
        if node.crisis not in survive.crises:
            continue
        begins = program.tree.states.months_of(node.onset)[0]
        if survive.from_ is not None and begins < survive.from_:
            continue
        if survive.days is None or node.age * program.days < survive.days:
            for material in set(survive.materials or program.world.materials) & set(program.materials(node)):
                program.at_most_zero.append(_short(material, node))


def _risk(program: SecondBuilder, risk: Any) -> None:
    by_year: dict[int, list[Future]] = defaultdict(list)
    for future in program.damages:
        by_year[program.years[future.onset]].append(future)
    for year, futures in by_year.items():
        threshold = program.variable("threshold", year)
        cvar = total([threshold])
        for future in futures:
            excess = program.variable("excess", future)
            program.at_most_zero.append(program.damages[future] - threshold - excess)
            cvar.add(excess, program.tree.probabilities[future] / (1.0 - risk.level))
        if risk.weight is not None:
            program.lines["risk"].add(cvar, risk.weight)
        if risk.limit is not None and (risk.from_ is None or year >= risk.from_ // 12):
            program.at_most_zero.append(cvar - Affine(constant=risk.limit))


def _expected_shortage(program: SecondBuilder, policy: Any) -> None:
    for material in policy.materials or program.world.materials:
        days_short = Affine(constant=-policy.max_days)
        for node in program.tree.nodes:
            demand = program.demand(material, node) if material in program.materials(node) else 0.0
            if demand > 0:
                days_short.add(_short(material, node), program.tree.weights[node] * program.days / demand)
        program.at_most_zero.append(days_short)


def _budget(program: SecondBuilder, budget: Any) -> None:
    if budget.investment is not None:
        spent = program.lines["investment"] + program.lines["subsidy"]
        program.at_most_zero.append(spent - Affine(constant=budget.investment))
    if budget.reserve_per_year is not None:
        for period in range(1, program.last + 1):
            january = min(p for p, year in program.years.items() if year == program.years[period])
            rise = Affine(constant=-budget.reserve_per_year)
            for name, row in program.world.materials.items():
                nodes = program.plan(name)
                rise.add(Affine({("stock", name, nodes[period - 1]): 1.0}), row.reference_price)
                rise.add(program.stock_before(name, nodes[january - 1]), -row.reference_price)
            program.at_most_zero.append(rise)


def _at(path: TimePath, when: int) -> float:
    return float(path(np.array([when]))[0])


def _short(material: str, node: Node) -> Affine:
    return Affine({("short", material, node): 1.0})


STATEMENTS: dict[str, Callable[[SecondBuilder, Any], None]] = {
    "reserve_days": _reserve_days,
    "reserve_ceiling": _reserve_ceiling,
    "release": _release,
    "projects": _projects,
    "no_shortage": _no_shortage,
    "share_caps": _share_caps,
    "share_floors": _share_floors,
    "country_cap": _country_cap,
    "concentration": _concentration,
    "survive": _survive,
    "risk": _risk,
    "expected_shortage": _expected_shortage,
    "budget": _budget,
}
"""What a policy asks for, by its name in model.yaml."""

_SHARES = {"stage", "of", "materials"}
KEYS: dict[str, set[str]] = {
    "reserve_days": {"default", "materials", "state_share"},
    "reserve_ceiling": {"default", "materials"},
    "release": {"share", "after"},
    "projects": {"allow", "forbid"},
    "no_shortage": {"materials"},
    "share_caps": {"group", "max", "soft", "name", *_SHARES},
    "share_floors": {"group", "min", "soft", "name", *_SHARES},
    "country_cap": {"max", "except_", *_SHARES},
    "concentration": {"max", *_SHARES},
    "survive": {"crises", "materials", "days", "from_"},
    "risk": {"level", "weight", "limit", "from_"},
    "expected_shortage": {"max_days", "materials"},
    "budget": {"investment", "reserve_per_year"},
}
"""The keys that each statement reads; a name only tells one limit from another, a state's share who pays."""
