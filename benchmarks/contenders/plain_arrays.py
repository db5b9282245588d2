"""Numpy straight into HiGHS: the whole problem written by hand as one sparse matrix, with no tool between."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy import sparse

from contenders.coefficients import Coefficients
from contenders.race import OPTIONS, Answer, race


@dataclass
class Arrays:
    """Rows and columns as they grow, and in the end the problem.

    Attributes:
        first: first column of each variable and index.
        count: number of columns of each.
        triplets: rows, columns and values of matrix entries.
    """

    numbers: Coefficients
    first: dict[tuple[str, str], int] = field(default_factory=dict)
    count: dict[tuple[str, str], int] = field(default_factory=dict)
    columns: int = 0
    rows: int = 0
    upper: list[np.ndarray] = field(default_factory=list)
    lows: list[np.ndarray] = field(default_factory=list)
    highs: list[np.ndarray] = field(default_factory=list)
    triplets: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    reserve_rows: dict[str, int] = field(default_factory=dict)
    cost: np.ndarray = field(default_factory=lambda: np.empty(0))
    constant: float = 0.0

    def add_columns(self, variable: str, index: str, count: int, upper: np.ndarray | float = np.inf) -> None:
        self.first[variable, index], self.count[variable, index] = self.columns, count
        self.upper.append(np.broadcast_to(upper, (count,)))
        self.columns += count

    def add_rows(self, low: np.ndarray, high: np.ndarray) -> int:
        """Adds empty rows and returns the number of the first."""
        first = self.rows
        self.lows.append(low)
        self.highs.append(high)
        self.rows += len(low)
        return first

    def put(self, rows: np.ndarray, columns: np.ndarray, values: np.ndarray | float) -> None:
        """Adds matrix entries; zeros are left out."""
        values = np.broadcast_to(values, rows.shape)
        some = values != 0.0
        self.triplets.append((rows[some], columns[some], values[some]))

    def charge(self, columns: np.ndarray, money: np.ndarray | float) -> None:
        """Adds to the cost of columns, which may stand in the list more than once."""
        np.add.at(self.cost, columns, money)


def build(c: Coefficients) -> Arrays:
    """Columns, rows and costs of the whole tree."""
    a = Arrays(c)
    _add_columns(a)
    a.cost = np.zeros(a.columns)
    _add_balances(a)
    _add_limits(a)
    _add_cost(a)
    return a


def _add_columns(a: Arrays) -> None:
    c, nodes = a.numbers, a.numbers.tree.size
    for k in c.world.materials:
        a.add_columns("stock", k, nodes)
        if len(c.ends):
            a.add_columns("gap", k, len(c.tree.branches))
    for k in c.world.demand:
        a.add_columns("short", k, nodes)
    for tranche in c.tranches:
        a.add_columns("saved", "/".join(tranche), nodes, c.saved_limit(tranche))
    for name in c.world.spot:
        a.add_columns("ship", name, nodes, c.ship_limit(name))
    for name, row in c.world.contracts.items():
        a.add_columns("contract", name, int(c.year.max()) + 1, row.capacity_t)
    for name in c.buildable:
        a.add_columns("build", name, 1, c.world.projects[name].max_build_t)
    for name, project in c.world.projects.items():
        fixed = np.inf if name in c.buildable else project.existing_t * c.run_share(name)
        a.add_columns("run", name, nodes, fixed)


def _arrival(a: Arrays, source: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Nodes, columns and coefficients of a source's arrivals, and what arrives at each node without a decision."""
    c, every = a.numbers, np.arange(a.numbers.tree.size)
    if source in c.world.contracts:
        columns = a.first["contract", source] + c.year
        return every, columns, c.contract_arrival(source), np.zeros(c.tree.size)
    sent, route = c.tree.ancestor(c.lead(source)), c.state.route[source]
    inside = sent >= 0
    variable = "run" if source in c.world.projects else "ship"
    columns = a.first[variable, source] + sent[inside]
    return every[inside], columns, route[inside], np.where(inside, 0.0, route * c.under_way(source))


def _add_balances(a: Arrays) -> None:
    c, tree = a.numbers, a.numbers.tree
    every, inside = np.arange(tree.size), tree.parent >= 0
    for k, row in c.world.materials.items():
        keep, stock = c.keep(k), a.first["stock", k]
        fixed = np.where(inside, 0.0, keep * row.opening_stock_t) - c.demand.get(k, np.zeros(tree.size))
        start = a.rows
        a.put(start + every, stock + every, 1.0)
        a.put(start + every[inside], stock + tree.parent[inside], -keep)
        for source in c.of(k):
            nodes, columns, values, given = _arrival(a, source)
            a.put(start + nodes, columns, -values)
            fixed = fixed + given
        for name, project in c.world.projects.items():
            if project.input_material == k:
                a.put(start + every, a.first["run", name] + every, project.input_per_output or 0.0)
        if k in c.world.demand:
            a.put(start + every, a.first["short", k] + every, -1.0)
        for material, tranche in c.tranches:
            if material == k:
                a.put(start + every, a.first["saved", f"{k}/{tranche}"] + every, -1.0)
        a.add_rows(fixed, fixed)


def _add_limits(a: Arrays) -> None:
    c, tree = a.numbers, a.numbers.tree
    every, free = np.arange(tree.size), np.full(tree.size, -np.inf)
    for p in c.buildable:
        share = c.run_share(p)
        rows = a.add_rows(free, c.world.projects[p].existing_t * share) + every
        a.put(rows, a.first["run", p] + every, 1.0)
        a.put(rows, np.full(tree.size, a.first["build", p]), -share * c.usable(p))
    for k in c.world.demand:
        rows = a.add_rows(free, c.demand[k]) + every
        a.put(rows, a.first["short", k] + every, 1.0)
        for material, tranche in c.tranches:
            if material == k:
                a.put(rows, a.first["saved", f"{k}/{tranche}"] + every, 1.0)
        target = c.target(k)
        if target is not None:
            a.reserve_rows[k] = a.add_rows(target, np.full(tree.periods, np.inf))
            a.put(a.reserve_rows[k] + tree.plan, a.first["stock", k] + tree.plan, 1.0)
    last = tree.last[c.ends]
    for k in c.world.materials if len(last) else []:
        rows = a.add_rows(np.zeros(len(last)), np.full(len(last), np.inf)) + np.arange(len(last))
        a.put(rows, a.first["stock", k] + last, 1.0)
        a.put(rows, a.first["gap", k] + c.ends, 1.0)
        a.put(rows, a.first["stock", k] + tree.on_plan[last], -1.0)


def _add_cost(a: Arrays) -> None:
    c, tree, world = a.numbers, a.numbers.tree, a.numbers.world
    every, inside = np.arange(tree.size), tree.parent >= 0
    for name in world.suppliers:
        money = c.arrival_cost(name)
        nodes, columns, values, given = _arrival(a, name)
        a.charge(columns, money[nodes] * values)
        a.constant += float(money @ given)
    for name, project in world.projects.items():
        a.charge(a.first["run", name] + every, c.factor * project.running_cost)
    for name in c.buildable:
        a.charge(np.array([a.first["build", name]]), c.net_capex(name))
    for k, row in world.materials.items():
        holding, stock = c.holding_cost(k), a.first["stock", k]
        a.charge(stock + every, holding - c.terminal_value(k))
        a.charge(stock + tree.parent[inside], holding[inside])
        a.constant += float(holding[~inside].sum() * row.opening_stock_t)
        if len(c.ends):
            a.charge(a.first["gap", k] + c.ends, c.gap_cost(k))
    for k in world.demand:
        a.charge(a.first["short", k] + every, c.factor * (world.materials[k].shortage_cost or 0.0))
    for tranche in c.tranches:
        a.charge(a.first["saved", "/".join(tranche)] + every, c.factor * world.tranches[tranche].cost)


def solve(a: Arrays) -> Answer:
    """Hands the arrays over in one call and reads the answer."""
    rows, columns, entries = (np.concatenate(parts) for parts in zip(*a.triplets, strict=True))
    matrix = sparse.coo_array((entries, (rows, columns)), shape=(a.rows, a.columns)).tocsr()
    highs = highspy.Highs()
    for name, value in OPTIONS.items():
        highs.setOptionValue(name, value)
    highs.passModel(
        a.columns,
        a.rows,
        int(matrix.nnz),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        a.constant,
        a.cost,
        np.zeros(a.columns),
        np.concatenate(a.upper),
        np.concatenate(a.lows),
        np.concatenate(a.highs),
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        np.zeros(a.columns, dtype=np.int32),
    )
    start = time.perf_counter()
    highs.run()
    seconds = time.perf_counter() - start
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(highs.modelStatusToString(highs.getModelStatus()))
    solution = highs.getSolution()
    x, dual = np.asarray(solution.col_value), np.asarray(solution.row_dual)
    values = {key: x[first : first + a.count[key]] for key, first in a.first.items()}
    duals = {k: dual[first : first + a.numbers.tree.periods] for k, first in a.reserve_rows.items()}
    return Answer(values, duals, highs.getObjectiveValue(), (*matrix.shape, int(matrix.nnz)), seconds)


if __name__ == "__main__":
    race(build, solve)
