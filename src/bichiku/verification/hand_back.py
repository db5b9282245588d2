"""What a branch owes the plan at its end, its spare tonnes and its two prices, and the stock that it must keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import input_of_project, of_material
from bichiku.verification.flows import FILE, Flows
from bichiku.verification.states import States
from bichiku.verification.tree import PLAN, Nodes, discount, rate
from bichiku.verification.verdict import Ledger, Place


@dataclass(frozen=True)
class Refill:
    """What missing stock costs where futures hand back; rows as `ends`, columns as the materials.

    Attributes:
        ends: numbers of the nodes at which futures hand back; shape (ends,).
        likely: probability that a future ends there; shape (ends,).
        spare: tonnes that suppliers and existing projects can give beyond what is used.
        cost: discounted money per tonne within these.
        cost_scarce: discounted money per tonne beyond these.
        dear: discounted money per tonne above the reference price, within these.
        dear_scarce: the same beyond these.
    """

    ends: np.ndarray
    likely: np.ndarray
    spare: np.ndarray
    cost: np.ndarray
    cost_scarce: np.ndarray
    dear: np.ndarray
    dear_scarce: np.ndarray


def refill_of(world: World, nodes: Nodes, states: States, emergency: np.ndarray) -> Refill:
    """Limits and prices of the hand-back, all from the inputs."""
    ends = np.array(list(nodes.handed_back), dtype=int)
    period = nodes.period[ends]
    reference = np.array([row.reference_price for row in world.materials.values()])
    kept_value = 1.0 - np.array([row.haircut for row in world.materials.values()])
    first = highest_delivered(world, states)[ends]
    loss = shortage_loss(world)
    rates = emergency_rate(world, nodes, emergency)
    periods_per_year = world.calendar.periods_per_year
    years = (world.settings.refill_periods or periods_per_year) / periods_per_year
    scarce = np.minimum(np.maximum(first, loss), first - np.expm1(-rates * years) * loss)
    now = discount(world, period - 1)[:, np.newaxis]
    credited = float(discount(world, world.settings.periods)) * reference
    at_horizon = (period == world.settings.periods)[:, np.newaxis]

    def cost(price: np.ndarray) -> np.ndarray:
        return np.where(at_horizon, kept_value * np.maximum(price * now - credited, 0.0), price * now)

    def dear(price: np.ndarray) -> np.ndarray:
        return np.where(at_horizon, cost(price), np.maximum(price - reference, 0.0) * now)

    return Refill(
        ends,
        np.array(list(nodes.handed_back.values()), dtype=float),
        spare_tonnes(world, states)[period - 1],
        cost(first),
        cost(scarce),
        dear(first),
        dear(scarce),
    )


def spare_tonnes(world: World, states: States) -> np.ndarray:
    """Tonnes to spare after each period, over the refill periods; shape (periods, materials)."""
    periods = world.settings.periods
    share = 1.0 / world.calendar.periods_per_year
    suppliers, projects = world.suppliers, world.projects
    capacity = np.array([suppliers[n].capacity_t if n in suppliers else projects[n].existing_t for n in world.sources])
    existing = np.array([projects[n].existing_t if n in projects else 0.0 for n in world.sources])
    export, route = states.export[:periods], states.route[:periods]
    offered = (capacity * export * route * share) @ of_material(world)
    feed = (existing * export * share) @ input_of_project(world)
    left = np.maximum(offered - states.demand[:periods] - feed, 0.0)
    refill = world.settings.refill_periods or world.calendar.periods_per_year
    after = np.minimum(np.arange(periods)[:, np.newaxis] + 1 + np.arange(refill), periods - 1)
    return np.asarray(left[after].sum(axis=1))


def highest_delivered(world: World, states: States) -> np.ndarray:
    """The highest delivered price of a material's suppliers at each node; shape (nodes, materials)."""
    rows = list(world.suppliers.values())
    each = np.array([row.price * (1.0 + row.tariff_rate) for row in rows]) * states.price[:, : len(rows)]
    each += np.array([row.freight for row in rows])
    found = np.empty((len(each), len(world.materials)))
    for k, (material, row) in enumerate(world.materials.items()):
        sellers = [i for i, supplier in enumerate(rows) if supplier.material == material]
        found[:, k] = each[:, sellers].max(axis=1) if sellers else row.reference_price
    return found


def shortage_loss(world: World) -> np.ndarray:
    """What a tonne that is not there costs: its own shortage, or that of what is made of it; shape (materials,)."""

    def of(material: str, above: frozenset[str]) -> float:
        row = world.materials[material]
        if material in world.demand:
            return min(cost for _, cost in shortage_steps(world, material))
        users = [
            (project.material, project.input_per_output)
            for project in world.projects.values()
            if project.input_material == material and project.input_per_output and project.material not in above
        ]
        losses = [of(product, above | {material}) / needed for product, needed in users if needed]
        return min(losses, default=row.reference_price)

    return np.array([of(material, frozenset({material})) for material in world.materials])


def shortage_steps(world: World, material: str) -> list[tuple[float, float]]:
    """Shares of demand with what a tonne short costs in each, in the order in which they fall short."""
    steps = sorted((float(name), part.cost) for (of, name), part in world.shortage.items() if of == material)
    if not steps:
        return [(1.0, world.materials[material].shortage_cost or 0.0)]
    ends = [0.0, *(end for end, _ in steps)]
    return [(end - begin, cost) for begin, (end, cost) in zip(ends, steps, strict=False)]


def shortage_money(world: World, states: States, short: np.ndarray) -> np.ndarray:
    """What the tonnes short at each node cost, the cheapest share of demand first; shape (nodes, materials)."""
    found = np.zeros(short.shape)
    for k, material in enumerate(world.materials):
        left = short[:, k].copy()
        steps = shortage_steps(world, material)
        for share, cost in steps[:-1]:
            taken = np.minimum(left, share * states.demand[:, k])
            found[:, k] += taken * cost
            left = left - taken
        found[:, k] += left * steps[-1][1]
    return found


def emergency_rate(world: World, nodes: Nodes, emergency: np.ndarray) -> np.ndarray:
    """Beginnings a year of the crises that put a material in an emergency; shape (materials,)."""
    crisis, found = nodes.crisis, np.zeros(len(world.materials))
    for name in sorted({branch.crisis for branch in nodes.branches}):
        puts = emergency[crisis == name].any(axis=0)
        found += np.where(puts, rate(world, world.settings.crises[name]), 0.0)
    return found


def check_hand_back(nodes: Nodes, flows: Flows, refill: Refill, ledger: Ledger) -> None:
    """Every future hands back the plan's stock, within spare tonnes in the first step, and nothing stands elsewhere."""
    ends = refill.ends
    elsewhere = np.delete(np.arange(len(nodes)), ends)
    width = flows["gap"].shape[1]
    for item in ("gap", "gap_scarce"):
        ledger.at_most(
            "flows.gap_place",
            FILE,
            np.abs(flows[item][elsewhere]),
            0.0,
            lambda i, item=item: flows.place(item, int(elsewhere[i // width]) * width + i % width),  # type: ignore[misc]
        )

    def place(i: int) -> Place:
        node, k = int(ends[i // width]), i % width
        entries = [("stock", node, k), ("gap", node, k), ("gap_scarce", node, k)]
        entries.append(("stock", int(nodes.on_plan[node]), k))
        return flows.joint_place(f"{flows.node_text(node)} {flows.names['stock'][k]}", entries)

    handed = flows["stock"][ends] + flows["gap"][ends] + flows["gap_scarce"][ends]
    owed = np.where(nodes.exists[ends], flows["stock"][nodes.on_plan[ends]], 0.0)
    ledger.at_most("flows.hand_back", FILE, owed, handed, place)

    def at_end(i: int) -> Place:
        return flows.place("gap", int(ends[i // width]) * width + i % width)

    ledger.at_most("flows.spare", FILE, flows["gap"][ends], refill.spare, at_end)


def check_kept(world: World, nodes: Nodes, states: States, flows: Flows, emergency: np.ndarray, ledger: Ledger) -> None:
    """Where a material is in no emergency, a branch keeps the plan's stock, but for a build-up that may pause."""
    use = flows["sent"] @ input_of_project(world) + states.demand
    target = target_days(world)
    off = np.flatnonzero(nodes.branch != PLAN)
    on_plan = nodes.on_plan[off]
    # of an onset in period 1 there is no period before: the target then rises from that of period 1 itself
    risen = np.maximum(target[on_plan] - target[np.maximum(nodes.onset[off] - 2, 0)], 0.0)
    least = flows["stock"][on_plan] - risen * use[on_plan] / world.calendar.days
    least = np.where(nodes.exists[off] & ~emergency[off], least, 0.0)
    width = len(world.materials)

    def place(i: int) -> Place:
        node, k = int(off[i // width]), i % width
        entries = [("stock", node, k), ("stock", int(nodes.on_plan[node]), k)]
        return flows.joint_place(f"{flows.node_text(node)} {flows.names['stock'][k]}", entries)

    ledger.at_most("flows.reserve_kept", FILE, least, flows["stock"][off], place)


def target_days(world: World) -> np.ndarray:
    """Days of use that the reserve policy asks for, zero where it asks for none; shape (periods, materials)."""
    policy = world.policies.reserve_days
    found = np.zeros((world.settings.periods, len(world.materials)))
    for k, material in enumerate(world.materials):
        path = policy.of(material) if policy is not None and is_used(world, material) else None
        if path is not None:
            found[:, k] = path(world.calendar.ends)
    return found


def is_used(world: World, material: str) -> bool:
    """Whether a material has demand or is the feed of a project."""
    return material in world.demand or any(row.input_material == material for row in world.projects.values())


def discounted_ends(refill: Refill, flows: Flows) -> tuple[np.ndarray, np.ndarray]:
    """Money at each end, and the part of it above the reference price; shape (ends, materials) each."""
    gap, scarce = flows["gap"][refill.ends], flows["gap_scarce"][refill.ends]
    return gap * refill.cost + scarce * refill.cost_scarce, gap * refill.dear + scarce * refill.dear_scarce
