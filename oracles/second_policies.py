"""The policies of the second builder, one statement each, written from docs/formulation.md alone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from bichiku.model.time_path import TimePath
from oracles.second_program import Affine, Cone, total
from oracles.second_scope import NotStated, refuse_unstated
from oracles.second_tree import Node

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


def _reserve_days(program: SecondBuilder, policy: Any) -> None:
    months = 12 // program.per_year
    for material in program.world.demand:
        path = policy.materials.get(material, policy.default)
        if path is None:
            continue
        for node in program.plan:
            last_month = program.world.settings.start + node.period * months - 1
            target = _at(path, last_month) * program.demand(material, node) / program.days
            program.at_most_zero.append(Affine({("stock", material, node): -1.0}, target))


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
                last = max(node.period for node in program.plan if program.years[node.period] == year)
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
        nodes = [node for node in program.plan if program.years[node.period] == year]
        yield year, {source: total(program.arrivals(source, node) for node in nodes) for source in counted}


def _shares(program: SecondBuilder, source: str, stage: str) -> dict[str, float]:
    """The countries that a tonne of a source counts for, and by how much."""
    return {program.sources[source].country: 1.0} if stage == "exporter" else program.world.origins[source]


def _survive(program: SecondBuilder, survive: Any) -> None:
    months = 12 // program.per_year
    for branch, nodes in program.tree.members.items():
        begins = program.world.settings.start + (branch.onset - 1) * months
        if branch.crisis not in survive.crises or (survive.from_ is not None and begins < survive.from_):
            continue
        for node in nodes:
            if survive.days is None or (node.period - branch.onset) * program.days < survive.days:
                for material in survive.materials or program.world.materials:
                    program.at_most_zero.append(_short(material, node))


def _risk(program: SecondBuilder, risk: Any) -> None:
    threshold = program.variable("threshold")
    cvar = total([threshold])
    likely = sum(program.tree.probabilities.values())
    for branch, nodes in program.tree.members.items():
        damage = Affine()
        for node in nodes:
            damage.add(program.substitution_cost(node) + program.shortage_cost(node), program.discount(node.period))
        excess = program.variable("excess", branch)
        program.at_most_zero.append(damage - threshold - excess)
        if likely > 0:
            cvar.add(excess, program.tree.probabilities[branch] / likely / (1.0 - risk.level))
    if risk.weight is not None:
        program.lines["risk"].add(cvar, risk.weight)
    if risk.limit is not None:
        program.at_most_zero.append(cvar - Affine(constant=risk.limit))


def _expected_shortage(program: SecondBuilder, policy: Any) -> None:
    for material in policy.materials or program.world.materials:
        days_short = Affine(constant=-policy.max_days)
        for node in program.tree.nodes:
            demand = program.demand(material, node)
            if demand > 0:
                days_short.add(_short(material, node), program.tree.weights[node] * program.days / demand)
        program.at_most_zero.append(days_short)


def _budget(program: SecondBuilder, budget: Any) -> None:
    if budget.investment is not None:
        spent = program.lines["investment"] + program.lines["subsidy"]
        program.at_most_zero.append(spent - Affine(constant=budget.investment))
    if budget.reserve_per_year is not None:
        for year in sorted(set(program.years.values())):
            nodes = [node for node in program.plan if program.years[node.period] == year]
            rise = Affine(constant=-budget.reserve_per_year)
            for name, row in program.world.materials.items():
                rise.add(Affine({("stock", name, nodes[-1]): 1.0}), row.reference_price)
                rise.add(program.stock_before(name, nodes[0]), -row.reference_price)
            program.at_most_zero.append(rise)


def _at(path: TimePath, when: int) -> float:
    return float(path(np.array([when]))[0])


def _short(material: str, node: Node) -> Affine:
    return Affine({("short", material, node): 1.0})


STATEMENTS: dict[str, Callable[[SecondBuilder, Any], None]] = {
    "reserve_days": _reserve_days,
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
    "reserve_days": {"default", "materials"},
    "share_caps": {"group", "max", "soft", "name", *_SHARES},
    "share_floors": {"group", "min", "soft", "name", *_SHARES},
    "country_cap": {"max", "except_", *_SHARES},
    "concentration": {"max", *_SHARES},
    "survive": {"crises", "materials", "days", "from_"},
    "risk": {"level", "weight", "limit"},
    "expected_shortage": {"max_days", "materials"},
    "budget": {"investment", "reserve_per_year"},
}
"""The keys that each statement reads; a name only tells one limit from another."""
