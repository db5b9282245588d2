"""Every cost line again, from the written flows: expected discounted money by material and period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import of_material, saved_by_material
from bichiku.verification.damage import Damage
from bichiku.verification.facts import PolicyRow, RunFacts
from bichiku.verification.files import RunTable
from bichiku.verification.flows import Flows, committed, refused_by_source
from bichiku.verification.hand_back import discounted_ends, shortage_money
from bichiku.verification.limits import capacity_of
from bichiku.verification.sheet import check_columns, match_rows
from bichiku.verification.states import States
from bichiku.verification.tree import PLAN, Nodes, discount, discount_of
from bichiku.verification.verdict import COPIED, KEPT, Ledger

ALL = "all"
LINES: dict[str, str] = {
    "purchase": "weight x discount x arrivals x price paid",
    "freight": "weight x discount x arrivals x freight",
    "tariff": "weight x discount x arrivals x price paid x tariff_rate",
    "holding": "weight x discount x storage_cost_rate x reference price x d/365 x mean of stock before and after",
    "refused": "weight x discount x refused x price paid",
    "running": "weight x discount x produced x running_cost",
    "substitution": "weight x discount x saved x cost",
    "shortage": "weight x discount x short x shortage_cost",
    "fixed": "weight x discount x usable capacity x fixed_cost x d/365",
    "gap": "probability of the hand-back x (gap x its price + gap_scarce x its price), discounted",
    "investment": "built x capex, in the first year",
    "subsidy": "less built x capex x subsidy_rate, in the first year",
    "remainder": "less built x capex x (1 - subsidy_rate) x share of its life left, discounted to the horizon's end",
    "terminal_stock_value": "less weight x discount x stock at the horizon x reference price x (1 - haircut)",
    "penalty": "discounted penalty x tonnes beyond soft share limits, in the last period of the year",
    "risk": "weight of risk x CVaR of damage of the futures that begin in the year",
}
"""What must hold of each cost line, by its name in costs.csv."""


NOT_PAID = ("risk", "penalty")


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


def cost_lines(facts: RunFacts) -> dict[str, Money]:
    """All cost lines by name, in the order of the table, but for risk and penalties."""
    world, nodes, states, flows = facts.world, facts.nodes, facts.states, facts.flows
    factor = nodes.weight * discount_of(world, nodes)[:, np.newaxis]
    factor_of_source = factor @ of_material(world).T
    arrived, materials = flows["arrived"], list(world.materials)

    def line(by_node: np.ndarray, terms: np.ndarray | None = None) -> Money:
        magnitude = np.abs(by_node if terms is None else terms)
        return Money(materials, _by_period(nodes, by_node), _by_period(nodes, magnitude))

    refused = refused_by_source(world, flows)

    def supply(unit_cost: np.ndarray, tonnes: np.ndarray = arrived) -> Money:
        money = tonnes * unit_cost * factor_of_source
        terms = (np.abs(tonnes) + refused) * np.abs(unit_cost * factor_of_source)
        return line(money @ of_material(world), terms @ of_material(world))

    price = paid_per_tonne(world, states)
    freight, tariff, running = per_source(world)
    stock_value = np.array([r.reference_price * r.storage_cost_rate for r in world.materials.values()])
    mean_stock = (facts.stocks.before + flows["stock"]) / 2.0
    lines = {
        "purchase": supply(price),
        "freight": supply(freight),
        "tariff": supply(price * tariff),
        "holding": line(mean_stock * stock_value * factor / world.calendar.periods_per_year),
        "running": supply(running, flows["sent"]),
    }
    if contracts := committed(world):
        of = {world.suppliers[name].material for name in contracts}
        lines["refused"] = _of(supply(price, refused), np.array([name in of for name in materials]))
    tranche_cost = np.array([row.cost for row in world.tranches.values()])
    used = np.array([material in world.demand for material in materials])
    lines["substitution"] = _of(line(saved_by_material(world, flows["saved"], tranche_cost) * factor), used)
    lines["shortage"] = _of(line(shortage_money(world, states, flows["short"]) * factor), used)
    if nodes.futures:
        handed = np.zeros(flows["gap"].shape)
        handed[facts.refill.ends] = discounted_ends(facts.refill, flows)[0] * facts.refill.likely[:, np.newaxis]
        lines["gap"] = _of(line(handed), nodes.exists[nodes.branch != PLAN].any(axis=0))
    lines["investment"], lines["subsidy"] = _investment(world, nodes, facts.built)
    lines |= _standing(world, nodes, facts.built)
    lines["terminal_stock_value"] = line(
        np.where((nodes.period == world.settings.periods)[:, np.newaxis], -_credit(world, nodes, flows), 0.0)
    )
    return lines


def _credit(world: World, nodes: Nodes, flows: Flows) -> np.ndarray:
    """What the stock of a node is worth if it is valued at the end of the node's period; (nodes, materials)."""
    value = np.array([row.reference_price * (1.0 - row.haircut) for row in world.materials.values()])
    return flows["stock"] * value * nodes.weight * discount(world, nodes.period)[:, np.newaxis]


def stock_credit(world: World, nodes: Nodes, flows: Flows, period: int) -> np.ndarray:
    """The expected worth of the stock at the end of a period; shape (materials,)."""
    return np.asarray(_credit(world, nodes, flows)[nodes.period == period].sum(axis=0))


def opening_charge(world: World) -> np.ndarray:
    """The worth of the opening stock, valued as that at the horizon is; shape (materials,)."""
    rows = world.materials.values()
    return np.array([row.reference_price * (1.0 - row.haircut) * row.opening_stock_t for row in rows])


def paid_per_tonne(world: World, states: States) -> np.ndarray:
    """Price of a tonne at every node, zero for projects; shape (nodes, sources)."""
    suppliers = world.suppliers
    return states.price * [suppliers[name].price if name in suppliers else 0.0 for name in world.sources]


def per_source(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Freight per tonne, tariff rate (both zero for projects) and running cost (zero for suppliers)."""
    suppliers, projects = world.suppliers, world.projects
    freight = np.array([suppliers[name].freight if name in suppliers else 0.0 for name in world.sources])
    tariff = np.array([suppliers[name].tariff_rate if name in suppliers else 0.0 for name in world.sources])
    running = np.array([projects[name].running_cost if name in projects else 0.0 for name in world.sources])
    return freight, tariff, running


def _by_period(nodes: Nodes, by_node: np.ndarray) -> np.ndarray:
    """Sums over the nodes of each period; from (nodes, names) to (names, periods)."""
    sums = np.zeros((int(nodes.period.max()), by_node.shape[1]))
    np.add.at(sums, nodes.period - 1, by_node)
    return sums.T


def _of(money: Money, chosen: np.ndarray) -> Money:
    """The line of some materials."""
    return Money(
        [name for name, mine in zip(money.names, chosen, strict=True) if mine],
        money.values[chosen],
        money.scale[chosen],
    )


def _investment(world: World, nodes: Nodes, built: np.ndarray) -> tuple[Money, Money]:
    """Both fall at the start, undiscounted."""
    materials = list(world.materials)
    lines = np.zeros((2, len(materials), int(nodes.period.max())))
    for tonnes, row in zip(built, world.projects.values(), strict=True):
        k = materials.index(row.material)
        lines[0, k, 0] += row.capex * tonnes
        lines[1, k, 0] -= row.capex * row.subsidy_rate * tonnes
    return Money(materials, lines[0], np.abs(lines[0])), Money(materials, lines[1], np.abs(lines[1]))


def _standing(world: World, nodes: Nodes, built: np.ndarray) -> dict[str, Money]:
    """What capacity costs a year whether it runs or not, and what is left of its life at the horizon."""
    materials, rows = list(world.materials), world.projects.items()
    fixed, left = (np.zeros((len(materials), int(nodes.period.max()))) for _ in range(2))
    at_the_end = float(discount(world, world.settings.periods))
    for tonnes, (_, row) in zip(built, rows, strict=True):
        k = materials.index(row.material)
        kept_up = capacity_of(row, tonnes, world, nodes) * (row.fixed_cost or 0.0) / world.calendar.periods_per_year
        exists = nodes.exists[:, k]
        money = kept_up * nodes.weight[:, k] * discount_of(world, nodes)
        fixed[k] += np.bincount(nodes.period[exists] - 1, money[exists], minlength=fixed.shape[1])
        if row.life_years is not None:
            years = max(world.settings.periods - row.build_periods, 0) / world.calendar.periods_per_year
            share = max(0.0, 1.0 - years / row.life_years)
            left[k, -1] -= row.capex * (1.0 - row.subsidy_rate) * share * tonnes * at_the_end
    with_fixed = np.array([any(r.material == name and r.fixed_cost is not None for _, r in rows) for name in materials])
    with_life = np.array([
        any(r.material == name and r.life_years is not None and r.max_build_t > 0 for _, r in rows)
        for name in materials
    ])  # fmt: skip
    found = {
        "fixed": _of(Money(materials, fixed, np.abs(fixed)), with_fixed),
        "remainder": _of(Money(materials, left, np.abs(left)), with_life),
    }
    return {name: money for name, money in found.items() if money.names}


def risk_line(world: World, damage: Damage) -> Money | None:
    """Weight times CVaR, in the last period of each year of onset; None where the policy does not weigh risk."""
    policy = world.policies.risk
    if policy is None or not policy.weight or not damage.likely.any():
        return None
    values = np.zeros((1, world.settings.periods))
    for year in np.unique(damage.year):
        last = int(np.flatnonzero(world.calendar.years == year)[-1])
        values[0, last] = policy.weight * damage.cvar(int(year), policy.level)
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
        at = names.index(row.key[2]), int(np.flatnonzero(world.calendar.years == row.key[6])[-1])
        values[at] += penalty * max(-row.slack, 0.0)
        scale[at] += penalty * row.scale
    return Money(names, values, scale, KEPT)


def check_costs(world: World, lines: Mapping[str, Money], costs: RunTable, ledger: Ledger) -> None:
    """costs.csv, line by line; each rule of a line is called ``cost.<line>``."""
    years = np.unique(world.calendar.years)
    keys: list[tuple[object, ...]] = [
        (line, name, int(year)) for line, money in lines.items() for name in money.names for year in years
    ]
    check_columns(costs, ("value", "undiscounted", "unit"), ledger)
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
        per_period = np.full(len(world.calendar.years), np.nan) if line in NOT_PAID else 1.0 / _factors(world, line)
        ledger.equal(
            "costs.undiscounted",
            costs.file,
            costs.numbers("undiscounted")[chosen],
            ((money.values * per_period) @ inside).ravel()[at],
            lambda i, chosen=chosen: costs.place(int(chosen[i])),  # type: ignore[misc]
            ((money.scale * np.nan_to_num(per_period)) @ inside).ravel()[at],
            money.tolerance,
        )
        first += count


def _factors(world: World, line: str) -> np.ndarray:
    """By what each period's money of a line has been multiplied; stock at the horizon counts at its end."""
    elapsed = np.arange(world.settings.periods) + (1 if line == "terminal_stock_value" else 0)
    return discount(world, elapsed)
