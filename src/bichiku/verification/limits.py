"""Capacities, demand and storage: what no plan and no branch may pass."""

from __future__ import annotations

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import Stocks, saved_by_material
from bichiku.verification.files import RunTable
from bichiku.verification.flows import FILE, Flows
from bichiku.verification.states import States
from bichiku.verification.tree import OPENING, PLAN, Nodes
from bichiku.verification.verdict import Ledger, Place

PROJECTS = "projects.csv"


def built_capacity(world: World, projects: RunTable) -> np.ndarray:
    """Tonnes a year built of each project, from projects.csv; zero where its row is missing."""
    built = dict(zip(projects.texts("project"), projects.numbers("built_t_per_year"), strict=True))
    return np.array([built.get(name, 0.0) for name in world.projects])


def check_capacities(
    world: World, nodes: Nodes, states: States, flows: Flows, contracts: np.ndarray, projects: RunTable, ledger: Ledger
) -> None:
    """Suppliers and projects send no more than they can.

    Args:
        contracts: yearly tonnes of contracts, shape (nodes, sources).
        projects: projects.csv, for what is built.
    """
    share = 1.0 / world.calendar.periods_per_year
    names = list(world.sources)
    built = dict(zip(world.projects, built_capacity(world, projects), strict=True))
    for column, name in enumerate(names):
        sent, export = flows["sent"][:, column], states.export[:, column]

        def place(i: int, column: int = column) -> Place:
            return flows.place("sent", i * len(names) + column)

        if name in world.contracts:
            ledger.at_most(
                "limit.contract_capacity", FILE, contracts[:, column], world.contracts[name].capacity_t, place
            )
            continue
        row = world.sources[name]
        if name in world.projects:
            project = world.projects[name]
            yearly = project.existing_t + np.where(nodes.period > project.build_periods, built[name], 0.0)
            ledger.at_most("limit.project_capacity", FILE, sent, yearly * share * export, place, yearly * share)
        else:
            most = world.suppliers[name].capacity_t * share
            ledger.at_most("limit.spot_capacity", FILE, sent, most * export, place, most)
        if row.lead_periods:
            arrives = np.isin(np.arange(len(nodes)), nodes.before(row.lead_periods))
            ledger.at_most("limit.in_vain", FILE, np.where(arrives, 0.0, np.abs(sent)), 0.0, place)
    _check_built(world, projects, ledger)


def _check_built(world: World, projects: RunTable, ledger: Ledger) -> None:
    known = [i for i, name in enumerate(projects.texts("project")) if name in world.projects]
    stated = projects.numbers("built_t_per_year")[known]
    most = np.array([world.projects[projects.texts("project")[i]].max_build_t for i in known])
    ledger.at_most("limit.build", PROJECTS, stated, most, lambda i: projects.place(known[i]))
    ledger.at_most("limit.build", PROJECTS, -stated, 0.0, lambda i: projects.place(known[i]))


def check_demand(world: World, nodes: Nodes, states: States, flows: Flows, ledger: Ledger) -> None:
    """No more is saved or short than is demanded."""
    materials, tranches = list(world.materials), list(world.tranches)
    since = np.where(nodes.branch == PLAN, np.iinfo(np.int64).max, nodes.period - nodes.onset)
    for column, key in enumerate(tranches):
        row = world.tranches[key]
        ready = since >= row.delay_periods
        most = np.where(ready, row.max_share * states.demand[:, materials.index(key[0])], 0.0)

        def place(i: int, column: int = column) -> Place:
            return flows.place("saved", i * len(tranches) + column)

        ledger.at_most("limit.saved", FILE, flows["saved"][:, column], most, place)

    def joint(i: int) -> Place:
        node, k = divmod(i, len(materials))
        entries = [("short", node, k)]
        entries += [("saved", node, j) for j, key in enumerate(tranches) if key[0] == materials[k]]
        return flows.joint_place(f"{flows.node_text(node)} {materials[k]} saved and short", entries)

    unmet = saved_by_material(world, flows["saved"]) + flows["short"]
    ledger.at_most("limit.demand", FILE, unmet, states.demand, joint)


def check_storage(world: World, nodes: Nodes, flows: Flows, stocks: Stocks, ledger: Ledger) -> None:
    """Stores hold no more than they can, and release it no faster."""
    width = len(world.materials)
    for k, row in enumerate(world.materials.values()):
        stock = flows["stock"][:, k]

        def place(i: int, k: int = k) -> Place:
            return flows.place("stock", i * width + k)

        def pair(i: int, k: int = k) -> Place:
            entries = [("stock", i, k)]
            if nodes.parent[i] != OPENING:
                entries.append(("stock", int(nodes.parent[i]), k))
            return flows.joint_place(f"{flows.node_text(i)} {flows.names['stock'][k]} stock", entries)

        if row.storage_limit_t is not None:
            ledger.at_most("limit.storage", FILE, stock, row.storage_limit_t, place)
        if row.release_rate_t_per_day is not None:
            most = row.release_rate_t_per_day * world.calendar.days
            ledger.at_most("limit.release", FILE, stocks.kept[:, k] - stock, most, pair, stocks.kept[:, k])
