"""Arrivals and stock balances, from flows.csv."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bichiku.model.world import World
from bichiku.verification.flows import FILE, Flows, committed, refused_by_source
from bichiku.verification.states import States
from bichiku.verification.tree import OPENING, Nodes
from bichiku.verification.verdict import KEPT, Ledger, Place


@dataclass(frozen=True)
class Stocks:
    """Stocks before each node; shape (nodes, materials).

    Attributes:
        before: at the end of the parent's period, or the opening stock; zero where the chain does not have the node.
        kept: what storage losses leave of it by the end of the node's period.
    """

    before: np.ndarray
    kept: np.ndarray


def stocks_before(world: World, nodes: Nodes, flows: Flows) -> Stocks:
    """The stocks that each node begins with."""
    opening = np.array([row.opening_stock_t for row in world.materials.values()])
    before = np.where((nodes.parent == OPENING)[:, np.newaxis], opening, flows["stock"][nodes.parent])
    before = np.where(nodes.exists, before, 0.0)
    loss = np.array([row.loss_rate for row in world.materials.values()])
    return Stocks(before, before * (1.0 - loss) ** (1.0 / world.calendar.periods_per_year))


def of_material(world: World) -> np.ndarray:
    """One where a source offers a material; shape (sources, materials)."""
    materials = list(world.materials)
    offers = np.zeros((len(world.sources), len(materials)))
    for i, row in enumerate(world.sources.values()):
        offers[i, materials.index(row.material)] = 1.0
    return offers


def has_source(world: World, nodes: Nodes) -> np.ndarray:
    """Whether the chain of a source has a node; shape (nodes, sources)."""
    found: np.ndarray = nodes.exists[:, of_material(world).argmax(axis=1)]
    return found


def input_of_project(world: World) -> np.ndarray:
    """Tonnes of a material used up per tonne that a source sends; shape (sources, materials)."""
    materials, sources = list(world.materials), list(world.sources)
    use = np.zeros((len(sources), len(materials)))
    for name, row in world.projects.items():
        if row.input_material is not None:
            use[sources.index(name), materials.index(row.input_material)] = row.input_per_output or 0.0
    return use


def check_signs(flows: Flows, ledger: Ledger) -> None:
    """Nothing in flows.csv is below zero by more than the solver's accuracy."""
    for item, tonnes in flows.tonnes.items():
        ledger.at_most("flows.sign", FILE, -tonnes, 0.0, lambda i, item=item: flows.place(item, i))  # type: ignore[misc]


def contract_tonnes(world: World, nodes: Nodes, states: States, flows: Flows, ledger: Ledger) -> np.ndarray:
    """Yearly tonnes of each contract by node, found as the middle of what its shipments imply.

    Each shipment is then held against it. The result has shape (nodes, sources), zero but for contracts.
    """
    years = world.calendar.years[nodes.period - 1]
    share = 1.0 / world.calendar.periods_per_year
    yearly = np.zeros(flows["sent"].shape)
    names, exists = list(world.sources), has_source(world, nodes)
    for name in world.contracts:
        column = names.index(name)
        export = states.export[:, column]
        for year in np.unique(years):
            inside = np.flatnonzero(years == year)
            inside = inside[exists[inside, column]]
            clear = inside[export[inside] > 0.5 * export[inside].max()]
            if len(clear):
                yearly[inside, column] = np.median(flows["sent"][clear, column] / (export[clear] * share))
    columns = np.array([names.index(name) for name in world.contracts], dtype=int)
    ledger.equal(
        "flows.contract",
        FILE,
        flows["sent"][:, columns],
        (yearly * states.export * share * exists)[:, columns],
        lambda i: flows.place("sent", i // len(columns) * len(names) + int(columns[i % len(columns)])),
    )
    return yearly


def check_arrivals(world: World, nodes: Nodes, states: States, flows: Flows, ledger: Ledger) -> None:
    """What arrives is what was sent a lead earlier, or was under way at the start, less what the route takes."""
    due, origins = np.empty(flows["sent"].shape), np.empty(flows["sent"].shape, dtype=int)
    for column, (name, row) in enumerate(world.sources.items()):
        lead = 0 if name in world.contracts else row.lead_periods
        under_way = world.suppliers[name].in_transit_t or 0.0 if name in world.suppliers else 0.0
        origin = origins[:, column] = nodes.before(lead)
        due[:, column] = np.where(origin == OPENING, under_way, flows["sent"][origin, column])

    names = list(world.sources)
    offered = states.route * due * has_source(world, nodes)
    refused = refused_by_source(world, flows)
    for number, name in enumerate(committed(world)):
        column = names.index(name)
        ledger.at_most(
            "flows.refused",
            FILE,
            refused[:, column],
            offered[:, column],
            lambda i, number=number: flows.place("refused", i * len(committed(world)) + number),  # type: ignore[misc]
        )

    def place(i: int) -> Place:
        node, column = divmod(i, len(world.sources))
        sent = [("sent", int(origins[node, column]), column)] if origins[node, column] != OPENING else []
        return flows.joint_place(flows.place("arrived", i).text, [("arrived", node, column), *sent])

    ledger.equal("flows.arrived", FILE, flows["arrived"], offered - refused, place, offered)


def check_balances(world: World, nodes: Nodes, states: States, flows: Flows, stocks: Stocks, ledger: Ledger) -> None:
    """The stock balance of each material at each node."""
    offers, use = of_material(world), input_of_project(world)
    arrivals, inputs = flows["arrived"] @ offers, flows["sent"] @ use
    saved = saved_by_material(world, flows["saved"])
    expected = stocks.kept + arrivals - inputs - (states.demand - saved - flows["short"])
    expected = np.where(nodes.exists, expected, 0.0)
    terms = [stocks.kept, np.abs(flows["arrived"]) @ offers, inputs, states.demand, saved, flows["short"]]
    scale = np.max(np.abs(terms), axis=0)
    materials = list(world.materials)
    tranches = list(world.tranches)

    def place(i: int) -> Place:
        node, k = divmod(i, len(materials))
        entries = [("stock", node, k), ("short", node, k)]
        if nodes.parent[node] != OPENING:
            entries.append(("stock", int(nodes.parent[node]), k))
        entries += [("arrived", node, int(s)) for s in np.flatnonzero(offers[:, k])]
        entries += [("sent", node, int(s)) for s in np.flatnonzero(use[:, k])]
        entries += [("saved", node, j) for j, key in enumerate(tranches) if key[0] == materials[k]]
        return flows.joint_place(f"{flows.node_text(node)} {materials[k]}", entries)

    ledger.equal("flows.balance", FILE, flows["stock"], expected, place, scale, KEPT)


def saved_by_material(world: World, saved: np.ndarray, factor: np.ndarray | float = 1.0) -> np.ndarray:
    """Sum over tranches of a material, each times a factor; from (nodes, tranches) to (nodes, materials)."""
    belongs = np.array([[key[0] == name for name in world.materials] for key in world.tranches], dtype=float)
    return (saved * factor) @ belongs.reshape(saved.shape[1], len(world.materials))
