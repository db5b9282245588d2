"""Capacities, demand and storage: what no plan and no branch may pass."""

from __future__ import annotations

from functools import partial

import numpy as np

from bichiku.model.tables import ProjectRow
from bichiku.model.world import World
from bichiku.verification.balances import Stocks, has_source, saved_by_material
from bichiku.verification.files import RunTable
from bichiku.verification.flows import FILE, Flows
from bichiku.verification.states import States, is_rationed
from bichiku.verification.tree import OPENING, PLAN, Nodes
from bichiku.verification.verdict import Ledger, Place, Where

PROJECTS = "projects.csv"
LIFE_ROUNDING = 1e-9  # periods


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
            contract = world.contracts[name]
            ledger.at_most("limit.contract_capacity", FILE, contracts[:, column], contract.capacity_t, place)
            ships = np.flatnonzero((export > 0) & has_source(world, nodes)[:, column])
            taken = contracts[ships, column]
            ledger.at_most("limit.contract_minimum", FILE, contract.minimum_t, taken, partial(_among, place, ships))
            continue
        row = world.sources[name]
        if name in world.projects:
            project = world.projects[name]
            yearly = capacity_of(project, built[name], world, nodes)
            ledger.at_most("limit.project_capacity", FILE, sent, yearly * share * export, place, yearly * share)
        else:
            most = world.suppliers[name].capacity_t * share
            ledger.at_most("limit.spot_capacity", FILE, sent, most * export, place, most)
            if is_rationed(world, name):
                limit = rationed(world, nodes, states, flows, column)
                at = np.flatnonzero(np.isfinite(limit))
                ledger.at_most("limit.rationing", FILE, sent[at], limit[at], partial(_among, place, at), most)
        if row.ramp_periods:
            ramp, limited = ramped(world, nodes, flows, column, built_capacity(world, projects))
            ledger.at_most("limit.ramp", FILE, sent[limited], ramp[limited], partial(_among, place, limited))
        if row.lead_periods and name in world.projects:
            arrives = np.isin(np.arange(len(nodes)), nodes.before(row.lead_periods))
            ledger.at_most("limit.in_vain", FILE, np.where(arrives, 0.0, np.abs(sent)), 0.0, place)
    _check_built(world, projects, ledger)


def capacity_of(project: ProjectRow, built: float, world: World, nodes: Nodes) -> np.ndarray:
    """Tonnes a year that a project can make at each node: what exists, and what was built and is of age; (nodes,)."""
    after = nodes.period - project.build_periods
    lasts = np.inf if project.life_years is None else project.life_years * world.calendar.periods_per_year
    return project.existing_t + np.where((after >= 1) & (after <= lasts + LIFE_ROUNDING), built, 0.0)


def ramped(world: World, nodes: Nodes, flows: Flows, column: int, built: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The most that a source sends beside what it sent the period before, and the nodes at which that is limited.

    Args:
        column: number of the source.
        built: tonnes a year built of each project.
    """
    name, row = list(world.sources.items())[column]
    share, begins = 1.0 / world.calendar.periods_per_year, nodes.parent == OPENING
    before: float | None
    if name in world.suppliers:
        capacity, before = np.full(len(nodes), world.suppliers[name].capacity_t), world.suppliers[name].in_transit_t
    else:
        project = world.projects[name]
        capacity = capacity_of(project, float(built[list(world.projects).index(name)]), world, nodes)
        before = project.existing_t * share
    most = np.where(begins, before or 0.0, flows["sent"][nodes.parent, column]) + capacity * share / row.ramp_periods
    if before is None:  # nothing is said of what came before, so period 1 is free
        most = np.where(begins, np.inf, most)
    limited = has_source(world, nodes)[:, column] & np.isfinite(most)
    return most, np.flatnonzero(limited)


def rationed(world: World, nodes: Nodes, states: States, flows: Flows, column: int) -> np.ndarray:
    """The most that a partly stopped source ships to one buyer; infinite where the crisis takes nothing of it."""
    row = list(world.suppliers.values())[column]
    year = world.calendar.periods_per_year
    full = row.capacity_t / year
    shipped = np.concatenate([np.full(year, full), flows["sent"][: world.settings.periods, column]])
    sums = np.concatenate([[0.0], np.cumsum(shipped)])
    onset = np.maximum(nodes.onset, 1)
    mean = (sums[onset - 1 + year] - sums[onset - 1]) / year
    limit = full * states.whole[:, column] + states.rest[:, column] * mean
    return np.where(states.cut[:, column] & (nodes.branch != PLAN), limit, np.inf)


def _among(place: Where, chosen: np.ndarray, i: int) -> Place:
    return place(int(chosen[i]))


def _check_built(world: World, projects: RunTable, ledger: Ledger) -> None:
    known = [i for i, name in enumerate(projects.texts("project")) if name in world.projects]
    stated = projects.numbers("built_t_per_year")[known]
    most = np.array([world.projects[projects.texts("project")[i]].max_build_t for i in known])
    ledger.at_most("limit.build", PROJECTS, stated, most, lambda i: projects.place(known[i]))
    ledger.at_most("limit.build", PROJECTS, -stated, 0.0, lambda i: projects.place(known[i]))


def check_demand(world: World, nodes: Nodes, states: States, flows: Flows, ledger: Ledger) -> None:
    """No more is saved or short than is demanded."""
    materials, tranches = list(world.materials), list(world.tranches)
    saved = flows["saved"]
    for column, key in enumerate(tranches):
        row = world.tranches[key]
        most = row.max_share * states.demand[:, materials.index(key[0])]
        # what is saved on the plan when the crisis begins may go on
        going = np.where(nodes.onset > 1, saved[np.maximum(nodes.onset - 2, 0), column], 0.0)
        early = (nodes.branch != PLAN) & (nodes.age < row.delay_periods)
        most = np.where(early, np.minimum(most, going), most)

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
