"""Every cost line again, from the written flows: expected discounted money by material and period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import Stocks, of_material, saved_by_material
from bichiku.verification.damage import Damage, discount, discount_of, with_thresholds
from bichiku.verification.facts import PolicyRow
from bichiku.verification.files import RunTable
from bichiku.verification.flows import Flows
from bichiku.verification.sheet import check_columns, match_rows
from bichiku.verification.states import States
from bichiku.verification.tree import Nodes
from bichiku.verification.verdict import COPIED, KEPT, Ledger

ALL = "all"
LINES: dict[str, str] = {
    "purchase": "weight x discount x arrivals x price paid",
    "freight": "weight x discount x arrivals x freight",
    "tariff": "weight x discount x arrivals x price paid x tariff_rate",
    "holding": "weight x discount x storage_cost_rate x reference price x d/365 x mean of stock before and after",
    "running": "weight x discount x produced x running_cost",
    "substitution": "weight x discount x saved x cost",
    "shortage": "weight x discount x short x shortage_cost",
    "gap": "branch probability x discount x gap x highest delivered price",
    "investment": "built x capex, in the first year",
    "subsidy": "less built x capex x subsidy_rate, in the first year",
    "terminal_stock_value": "less weight x discount x stock at the horizon x reference price x (1 - haircut)",
    "penalty": "discounted penalty x tonnes beyond soft share limits, in the last period of the year",
    "risk": "weight of risk x CVaR of damage given a crisis",
}
"""What must hold of each cost line, by its name in costs.csv."""


@dataclass(frozen=True)
class Money:
    """One cost line.

    Attributes:
        names: the materials (or `ALL`) that have the line.
        values: expected discounted money; shape (names, periods).
        scale: the same with every term counted as positive.
        tolerance: see `bichiku.verification.verdict`.
    """

    names: list[str]
    values: np.ndarray
    scale: np.ndarray
    tolerance: float = COPIED


def cost_lines(
    world: World,
    nodes: Nodes,
    states: States,
    flows: Flows,
    stocks: Stocks,
    built: np.ndarray,
    damage: Damage,
) -> dict[str, Money]:
    """All cost lines by name, in the order of the table; risk only where the policy weighs it."""
    factor = (nodes.weight * discount_of(world, nodes))[:, np.newaxis]
    arrived, materials = flows["arrived"], list(world.materials)

    def line(by_node: np.ndarray, terms: np.ndarray | None = None) -> Money:
        magnitude = np.abs(by_node if terms is None else terms)
        return Money(materials, _by_period(nodes, by_node), _by_period(nodes, magnitude))

    def supply(unit_cost: np.ndarray, tonnes: np.ndarray = arrived) -> Money:
        money = tonnes * unit_cost * factor
        return line(money @ of_material(world), np.abs(money) @ of_material(world))

    price = paid_per_tonne(world, states)
    freight, tariff, running = per_source(world)
    stock_value = np.array([r.reference_price * r.storage_cost_rate for r in world.materials.values()])
    mean_stock = (stocks.before + flows["stock"]) / 2.0
    lines = {
        "purchase": supply(price),
        "freight": supply(freight),
        "tariff": supply(price * tariff),
        "holding": line(mean_stock * stock_value * factor / world.calendar.periods_per_year),
        "running": supply(running, flows["sent"]),
    }
    tranche_cost = np.array([row.cost for row in world.tranches.values()])
    shortage_cost = np.array([row.shortage_cost or 0.0 for row in world.materials.values()])
    lines["substitution"] = _with_demand(world, line(saved_by_material(world, flows["saved"], tranche_cost) * factor))
    lines["shortage"] = _with_demand(world, line(flows["short"] * shortage_cost * factor))
    if any(branch.returns for branch in nodes.branches):
        lines["gap"] = line(flows["gap"] * gap_prices(world, nodes, states) * factor)
    lines["investment"], lines["subsidy"] = _investment(world, nodes, built)
    lines["terminal_stock_value"] = line(
        np.where((nodes.period == world.settings.periods)[:, np.newaxis], -_credit(world, nodes, flows), 0.0)
    )
    return lines


def _credit(world: World, nodes: Nodes, flows: Flows) -> np.ndarray:
    """What the stock of a node is worth if it is valued at the end of the node's period; (nodes, materials)."""
    value = np.array([row.reference_price * (1.0 - row.haircut) for row in world.materials.values()])
    return flows["stock"] * value * (nodes.weight * discount(world, nodes.period))[:, np.newaxis]


def stock_credit(world: World, nodes: Nodes, flows: Flows, period: int) -> np.ndarray:
    """The expected worth of the stock at the end of a period; shape (materials,)."""
    return np.asarray(_credit(world, nodes, flows)[nodes.period == period].sum(axis=0))


def opening_charge(world: World) -> np.ndarray:
    """The worth of the opening stock, valued as that at the horizon is; shape (materials,)."""
    rows = world.materials.values()
    return np.array([row.reference_price * (1.0 - row.haircut) * row.opening_stock_t for row in rows])


def paid_per_tonne(world: World, states: States) -> np.ndarray:
    """Price of a tonne at every node, zero for projects; shape (nodes, sources)."""
    price = np.zeros(states.export.shape)
    materials = list(world.materials)
    for column, name in enumerate(world.sources):
        if name in world.suppliers:
            row = world.suppliers[name]
            moved = states.price[:, materials.index(row.material)] if row.kind == "spot" else 1.0
            price[:, column] = row.price * moved
    return price


def per_source(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Freight per tonne, tariff rate (both zero for projects) and running cost (zero for suppliers)."""
    suppliers, projects = world.suppliers, world.projects
    freight = np.array([suppliers[name].freight if name in suppliers else 0.0 for name in world.sources])
    tariff = np.array([suppliers[name].tariff_rate if name in suppliers else 0.0 for name in world.sources])
    running = np.array([projects[name].running_cost if name in projects else 0.0 for name in world.sources])
    return freight, tariff, running


def gap_prices(world: World, nodes: Nodes, states: States) -> np.ndarray:
    """The highest delivered price among a material's suppliers on the plan; shape (nodes, materials)."""
    freight, tariff, _ = per_source(world)
    delivered = (paid_per_tonne(world, states) * (1.0 + tariff) + freight)[nodes.on_plan]
    prices = np.zeros((len(nodes), len(world.materials)))
    for k, (material, row) in enumerate(world.materials.items()):
        sellers = [i for i, name in enumerate(world.suppliers) if world.suppliers[name].material == material]
        prices[:, k] = delivered[:, sellers].max(axis=1) if sellers else row.reference_price
    return prices


def _by_period(nodes: Nodes, by_node: np.ndarray) -> np.ndarray:
    """Sums over the nodes of each period; from (nodes, names) to (names, periods)."""
    sums = np.zeros((int(nodes.period.max()), by_node.shape[1]))
    np.add.at(sums, nodes.period - 1, by_node)
    return sums.T


def _with_demand(world: World, money: Money) -> Money:
    chosen = [k for k, material in enumerate(world.materials) if material in world.demand]
    return Money([money.names[k] for k in chosen], money.values[chosen], money.scale[chosen])


def _investment(world: World, nodes: Nodes, built: np.ndarray) -> tuple[Money, Money]:
    """Both fall at the start, undiscounted."""
    materials = list(world.materials)
    lines = np.zeros((2, len(materials), int(nodes.period.max())))
    for tonnes, row in zip(built, world.projects.values(), strict=True):
        k = materials.index(row.material)
        lines[0, k, 0] += row.capex * tonnes
        lines[1, k, 0] -= row.capex * row.subsidy_rate * tonnes
    return Money(materials, lines[0], np.abs(lines[0])), Money(materials, lines[1], np.abs(lines[1]))


def risk_line(world: World, nodes: Nodes, damage: Damage, costs: RunTable) -> Money | None:
    """Weight times CVaR, at the onset of each branch; None where the policy does not weigh risk.

    Where several thresholds attain the CVaR the split over years is free within them; the files do not
    hold the threshold, so the one that comes nearest to what costs.csv states is taken.
    """
    policy = world.policies.risk
    if policy is None or not policy.weight or not damage.likely:
        return None
    periods = world.settings.periods
    onsets = np.array([branch.onset for branch in nodes.branches]) - 1
    low, high = (
        np.bincount(onsets, policy.weight * values * damage.shares, minlength=periods)
        for values in with_thresholds(damage.of_branch, policy.level, damage.best_thresholds(policy.level))
    )
    years = world.calendar.years
    stated = dict(zip(costs.row_keys(), costs.numbers("value"), strict=True))
    all_years = np.unique(years)
    wanted = np.array([stated.get(("risk", ALL, int(year)), 0.0) for year in all_years])
    base, step = (np.array([part[years == year].sum() for year in all_years]) for part in (low, high - low))
    along = float(np.clip(step @ (wanted - base) / (step @ step), 0.0, 1.0)) if step.any() else 0.0
    values = (low + along * (high - low))[np.newaxis]
    return Money([ALL], values, np.abs(values), KEPT)


def penalty_line(world: World, rows: list[PolicyRow]) -> Money | None:
    """Penalty for what passes soft share limits, at the end of each year; None without a soft limit."""
    soft = [row for row in rows if row.penalty is not None]
    if not soft:
        return None
    names = sorted({row.key[2] for row in soft})
    values, scale = (np.zeros((len(names), world.settings.periods)) for _ in range(2))
    for row in soft:
        penalty = row.penalty or 0.0
        at = names.index(row.key[2]), int(np.flatnonzero(world.calendar.years == row.key[5])[-1])
        values[at] += penalty * max(-row.slack, 0.0)
        scale[at] += penalty * row.scale
    return Money(names, values, scale, KEPT)


def check_costs(world: World, lines: Mapping[str, Money], costs: RunTable, ledger: Ledger) -> None:
    """costs.csv, line by line; each rule of a line is called ``cost.<line>``."""
    years = np.unique(world.calendar.years)
    keys: list[tuple[object, ...]] = [
        (line, name, int(year)) for line, money in lines.items() for name in money.names for year in years
    ]
    check_columns(costs, ("value", "unit"), ledger)
    rows, positions = match_rows(costs, keys, ledger)
    inside = (world.calendar.years[:, np.newaxis] == years).astype(float)
    unit = f"{world.settings.currency} expected and discounted"
    for row in rows[costs.texts("unit")[rows] != unit]:
        ledger.wrong("row.text", costs.file, costs.place(int(row)), str(costs.texts("unit")[row]), unit)
    first = 0
    for line, money in lines.items():
        count = len(money.names) * len(years)
        mine = (positions >= first) & (positions < first + count)
        chosen, at = rows[mine], positions[mine] - first
        ledger.equal(
            f"cost.{line}",
            costs.file,
            costs.numbers("value")[chosen],
            (money.values @ inside).ravel()[at],
            lambda i, chosen=chosen: costs.place(int(chosen[i])),  # type: ignore[misc]
            (money.scale @ inside).ravel()[at],
            money.tolerance,
        )
        first += count
