"""What holds in crises alone: rationing, the reserve, the hand-back and damage, from docs/formulation.md alone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from oracles.second_program import Affine
from oracles.second_tree import Future, Node, yearly_rate

if TYPE_CHECKING:
    from oracles.second_builder import SecondBuilder

CLOSE = 1e-12


# Rationing


def ration(program: SecondBuilder, supplier: str, node: Node) -> None:
    """A partly stopped spot supplier outside the buyer's country ships the buyer what it shipped before."""
    row = program.world.suppliers[supplier]
    if (
        node.crisis is None
        or row.country == program.world.settings.buyer
        or ("ship", supplier, node) not in program.upper
    ):
        return
    states, shares = program.tree.states, program.world.origins[supplier]
    left = states.left_by_crisis(supplier, node.moment)
    hit = left.hit(program.world, supplier)
    if not hit:
        return
    full = row.capacity_t / program.per_year
    most = Affine(constant=full * states.left_by_events(supplier, node.period, set(shares) - hit))
    ours = left.own * sum(shares[country] * left.feed[country] for country in hit)
    for period in range(node.onset - program.per_year, node.onset):
        before = program.tree.plan(node.chain, period)
        mean = Affine(constant=full) if period < 1 else Affine({("ship", supplier, before): 1.0})
        most.add(mean, ours / program.per_year)
    program.at_most_zero.append(Affine({("ship", supplier, node): 1.0}) - most)


# The reserve


def keep_the_reserve(program: SecondBuilder, material: str, node: Node) -> None:
    """Without an emergency a branch holds the plan's stock, less what the target has asked for since the onset."""
    if node.crisis is None or in_emergency(program, material, node):
        return
    on_plan = program.tree.plan(node.chain, node.period)
    since = target_days(program, material, node.period) - target_days(program, material, max(node.onset - 1, 1))
    floor = Affine({("stock", material, on_plan): 1.0})
    floor.add(program.use(material, on_plan), -max(0.0, since) / program.days)
    program.at_most_zero.append(floor - Affine({("stock", material, node): 1.0}))


def target_days(program: SecondBuilder, material: str, period: int) -> float:
    """Days that the reserve target asks for at the end of a period; zero without one."""
    policy = program.world.settings.policies.reserve_days
    path = None if policy is None else policy.materials.get(material, policy.default)
    if path is None:
        return 0.0
    return float(path(np.array([program.tree.states.months_of(period)[-1]]))[0])


def in_emergency(program: SecondBuilder, material: str, node: Node) -> bool:
    """Whether supply has been cut, or demand raised, for a material or its chain up and down, since the onset."""
    if node.crisis is None:
        return False
    if (material, node) not in program.emergencies:
        ties = _up_and_down(program, material)
        begins = any(_cut(program, other, node) or _raised(program, other, node) for other in ties)
        parent = program.tree.parents[node]
        program.emergencies[material, node] = begins or (parent is not None and in_emergency(program, material, parent))
    return program.emergencies[material, node]


def _up_and_down(program: SecondBuilder, material: str) -> set[str]:
    """A material, its feed anywhere up the chain and what is made from it anywhere down the chain."""
    ties = [(p.input_material, p.material) for p in program.world.projects.values() if p.input_material is not None]
    return {material} | _reached(material, [(b, a) for a, b in ties]) | _reached(material, ties)


def _reached(material: str, ties: Iterable[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    new = {material}
    while new:
        new = {after for before, after in ties if before in new} - found
        found |= new
    return found


def _cut(program: SecondBuilder, material: str, node: Node) -> bool:
    able = {name for name, row in program.world.suppliers.items() if row.capacity_t > 0}
    able |= {name for name, row in program.world.projects.items() if row.existing_t > 0 or row.max_build_t > 0}
    return any(
        bool(program.tree.states.left_by_crisis(source, node.moment).hit(program.world, source))
        for source in able
        if program.sources[source].material == material
    )


def _raised(program: SecondBuilder, material: str, node: Node) -> bool:
    calm = program.tree.states.calm(node.period).demand[material]
    return program.demand(material, node) > calm * (1.0 + CLOSE)


# Hand-back


class Refill(NamedTuple):
    """How a stock is refilled after a branch: prices a tonne, and what they cost at the end, discounted."""

    price: float
    scarce_price: float
    cost: float
    scarce_cost: float


def hand_back(program: SecondBuilder) -> None:
    """At the end of each path the branch gives back what the plan holds; futures that end at one node together."""
    for end, futures in program.tree.futures_at_end().items():
        probability = sum(program.tree.probabilities[future] for future in futures)
        on_plan = program.tree.plan(end.chain, end.period)
        for material in program.materials(end):
            gap = program.variable("gap", material, end, upper=spare_tonnes(program, material, end))
            scarce = program.variable("gap_scarce", material, end)
            stock = Affine({("stock", material, end): 1.0})
            program.at_most_zero.append(Affine({("stock", material, on_plan): 1.0}) - stock - gap - scarce)
            refill = refill_of(program, material, end)
            program.lines["gap"].add(gap, probability * refill.cost)
            program.lines["gap"].add(scarce, probability * refill.scarce_cost)


def spare_tonnes(program: SecondBuilder, material: str, end: Node) -> float:
    """What suppliers and existing projects could offer beyond need in the refill periods after a branch."""
    found = 0.0
    for period in range(end.period + 1, end.period + refill_periods(program) + 1):
        node = program.tree.plan(end.chain, min(period, program.last))
        state = program.tree.state(node)
        offered = -program.demand(material, node)
        for name, row in program.world.suppliers.items():
            if row.material == material:
                offered += row.capacity_t * state.export[name] * state.route[name] / program.per_year
        for name, row in program.world.projects.items():
            if row.material == material:
                offered += row.existing_t * state.export[name] * state.route[name] / program.per_year
            if row.input_material == material:
                offered -= row.existing_t * state.export[name] / program.per_year * row.input_per_output
        found += max(0.0, offered)
    return found


def refill_periods(program: SecondBuilder) -> int:
    """Periods in which spare tonnes count; a year unless given."""
    given = program.world.settings.refill_periods
    return program.per_year if given is None else given


def refill_of(program: SecondBuilder, material: str, end: Node) -> Refill:
    """The two prices of a missing tonne at the end of a branch."""
    row = program.world.materials[material]
    prices = [
        s.price * program.price_factor(name, end) * (1.0 + s.tariff_rate) + s.freight
        for name, s in program.world.suppliers.items()
        if s.material == material
    ]
    price = max(prices, default=row.reference_price)
    shortage = shortage_worth(program, material, frozenset())
    begins = 1.0 - math.exp(-emergency_rate(program, material) * refill_periods(program) / program.per_year)
    scarce = min(max(price, shortage), price + begins * shortage)
    discount, at_the_end = program.discount(end.period), program.discount(program.last + 1)
    if end.period < program.last:
        return Refill(price, scarce, price * discount, scarce * discount)

    def beyond_the_credit(tonne: float) -> float:
        return (1.0 - row.haircut) * max(0.0, tonne * discount - row.reference_price * at_the_end)

    return Refill(price, scarce, beyond_the_credit(price), beyond_the_credit(scarce))


def shortage_worth(program: SecondBuilder, material: str, seen: frozenset[str]) -> float:
    """The shortage cost of a material, of what is made of it, or its reference price.

    Products that lead back to a material on the way are left out.
    """
    row = program.world.materials[material]
    if material in program.world.demand:
        return min(cost for _, _, cost in program.shortage_tranches(material))
    seen = seen | {material}
    worths = [
        shortage_worth(program, project.material, seen) / project.input_per_output
        for project in program.world.projects.values()
        if project.input_material == material and project.material not in seen and project.input_per_output > 0
    ]
    return min(worths, default=float(row.reference_price))


def emergency_rate(program: SecondBuilder, material: str) -> float:
    """The yearly rate of the crises that put a material in an emergency."""
    rate = 0.0
    chain = program.tree.chain_of(material)
    for name in program.tree.chains[chain].crises:
        branch = [node for node in program.tree.nodes if node.chain == chain and node.crisis == name]
        if any(in_emergency(program, material, node) for node in branch):
            crisis = program.world.settings.crises[name]
            if crisis.onsets is None:
                rate += yearly_rate(crisis)
            else:
                listed = sum(p for (other, _), p in program.tree.begins.items() if other == name)
                rate += listed / (program.last / program.per_year)
    return rate


# Damage


def damage_of(program: SecondBuilder) -> dict[Future, Affine]:
    """The discounted damage of each future, over all chains that its crisis touches."""
    found: dict[Future, Affine] = defaultdict(Affine)
    for (_, future), path in program.tree.paths.items():
        damage = found[future]
        for node in path:
            at = program.discount(node.period)
            damage.add(program.shortage_cost(node), at)
            damage.add(program.substitution_cost(node), at)
            on_plan = program.tree.plan(node.chain, node.period)
            for name, row in program.world.suppliers.items():
                if name not in program.tree.chains[node.chain].sources:
                    continue
                dearer = max(0.0, program.price_factor(name, node) - program.price_factor(name, on_plan))
                damage.add(program.arrivals(name, node), at * dearer * row.price * (1.0 + row.tariff_rate))
        end = path[-1]
        for material in program.materials(end):
            refill, reference = refill_of(program, material, end), program.world.materials[material].reference_price
            costs = refill.cost, refill.scarce_cost
            if end.period < program.last:
                at = program.discount(end.period)
                costs = at * max(0.0, refill.price - reference), at * max(0.0, refill.scarce_price - reference)
            damage.add(Affine({("gap", material, end): 1.0}), costs[0])
            damage.add(Affine({("gap_scarce", material, end): 1.0}), costs[1])
    return dict(found)
