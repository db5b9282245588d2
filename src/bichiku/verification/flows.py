"""The flows of plan and branches as arrays over nodes, with the line on which each number stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.world import World
from bichiku.verification.files import RunTable
from bichiku.verification.sheet import check_columns
from bichiku.verification.tree import PLAN, Nodes
from bichiku.verification.verdict import Ledger, Place, rows_of

FILE = "flows.csv"
BRANCHES = "flows-branches.csv.gz"
ITEMS = ("sent", "arrived", "refused", "saved", "short", "stock", "gap", "gap_scarce")
BY_MATERIAL = ("short", "stock", "gap", "gap_scarce")

Column = tuple[str, str, str]  # item, source, material as the file writes them


@dataclass(frozen=True)
class Flows:
    """Tonnes by item; what the files leave out is zero.

    Attributes:
        tonnes: item to numbers; shape (nodes, sources) of ``sent`` (shipped or produced) and ``arrived``,
            (nodes, contracts with a minimum) of ``refused``, (nodes, tranches) of ``saved``, (nodes, materials) of
            ``short``, ``stock``, ``gap`` and ``gap_scarce``.
        lines: item to the lines that these stand on in the file of their node, 0 where not written; same shapes.
        names: item to what its columns are called.
        nodes: the tree.
        calendar: for the names of months.
    """

    tonnes: Mapping[str, np.ndarray]
    lines: Mapping[str, np.ndarray]
    names: Mapping[str, list[str]]
    nodes: Nodes
    calendar: Calendar

    def __getitem__(self, item: str) -> np.ndarray:
        return self.tonnes[item]

    def node_text(self, node: int) -> str:
        return self.nodes.text(node, self.calendar)

    def place(self, item: str, flat: int) -> Place:
        """Where the flat-th number of an item stands."""
        width = self.tonnes[item].shape[1]
        node, column = divmod(flat, width)
        words = [self.node_text(node), self.names[item][column]]
        if item != "sent":  # whose names say so
            words.append(item)
        return self.joint_place(" ".join(words), [(item, node, column)])

    def joint_place(self, text: str, entries: Iterable[tuple[str, int, int]]) -> Place:
        """A row that joins several numbers, each given as item, node and column.

        Where plan and branches both have a part in it, the lines are those of the branches, whose row it is.
        """
        found = [(self.nodes.branch[node] == PLAN, self.lines[item][node, column]) for item, node, column in entries]
        of_plan = all(on_plan for on_plan, _ in found)
        return Place(
            text, rows_of(line for on_plan, line in found if on_plan == of_plan), FILE if of_plan else BRANCHES
        )


def read_flows(plan: RunTable, branches: RunTable, world: World, nodes: Nodes, ledger: Ledger) -> Flows:
    """Puts each row of both tables in its place; rows without a place, and second ones, are findings."""
    columns, layout = _columns(world)
    shape = (len(nodes), len(columns))
    tonnes, lines = np.zeros(shape), np.zeros(shape, dtype=np.int32)
    on_plan = nodes.branch == PLAN
    for table, of_table in ((plan, on_plan), (branches, ~on_plan)):
        check_columns(table, ("month", "tonnes"), ledger)
        _enter(table, of_table, tonnes, lines, columns, world, nodes, ledger)
        _check_months(table, world.calendar, ledger)
        ledger.right(2 * len(table))
    edges = np.cumsum([0, *(len(layout[item]) for item in ITEMS)])
    slices = {item: slice(edges[i], edges[i + 1]) for i, item in enumerate(ITEMS)}
    return Flows(
        {item: tonnes[:, part] for item, part in slices.items()},
        {item: lines[:, part] for item, part in slices.items()},
        layout,
        nodes,
        world.calendar,
    )


def _enter(
    table: RunTable,
    of_table: np.ndarray,
    tonnes: np.ndarray,
    lines: np.ndarray,
    columns: list[Column],
    world: World,
    nodes: Nodes,
    ledger: Ledger,
) -> None:
    """Enters the rows of a table into tonnes and lines, both of shape (nodes, columns), at the nodes that it is for."""
    node = _node_of_row(table, nodes)
    column = _column_of_row(table, columns)
    materials = list(world.materials)
    material = np.array([materials.index(name) for _, _, name in columns], dtype=int)
    lost = (node < 0) | (column < 0)
    lost |= ~of_table[node] | ~nodes.exists[node, material[column]]  # a crisis makes no branch in chains it leaves be
    for row in np.flatnonzero(lost):
        ledger.wrong("row.unknown", table.file, table.place(int(row)), "a row", "nothing of this name in the model")
    line = np.arange(len(table)) + 2
    flat = (node * len(columns) + column)[~lost]
    tonnes.flat[flat] = table.numbers("tonnes")[~lost]
    lines.flat[flat] = line[~lost]
    counts = np.bincount(flat, minlength=tonnes.size)
    if (counts > 1).any():
        twice = np.flatnonzero(~lost)[(counts[flat] > 1) & (lines.flat[flat] != line[~lost])]
        for row in twice:
            ledger.wrong("row.twice", table.file, table.place(int(row)), "a second row", "one row")


def committed(world: World) -> list[str]:
    """Contracts with a minimum, of which alone something can be refused."""
    return [name for name, row in world.suppliers.items() if row.kind == "contract" and row.minimum_t > 0]


def refused_by_source(world: World, flows: Flows) -> np.ndarray:
    """Tonnes refused at each node; shape (nodes, sources), zero but for contracts with a minimum.

    What arrives is what is offered less this, each of which has its rounding.
    """
    found = np.zeros(flows["arrived"].shape)
    found[:, [list(world.sources).index(name) for name in committed(world)]] = flows["refused"]
    return found


def _columns(world: World) -> tuple[list[Column], dict[str, list[str]]]:
    """Every (item, source, material) that may be written, and the names of each item's columns."""
    sources = {name: row.material for name, row in world.sources.items()}
    sent = [("produced" if name in world.projects else "shipped", name, sources[name]) for name in sources]
    arrived = [("arrived", name, material) for name, material in sources.items()]
    refused = [("refused", name, sources[name]) for name in committed(world)]
    saved = [("saved", tranche, material) for material, tranche in world.tranches]
    by_material = [[(item, "", material) for material in world.materials] for item in BY_MATERIAL]
    layout = {
        "sent": [f"{item} {name}" for item, name, _ in sent],
        "arrived": list(sources),
        "refused": committed(world),
        "saved": [f"{material} {tranche}" for material, tranche in world.tranches],
        **{item: list(world.materials) for item in BY_MATERIAL},
    }
    return [*sent, *arrived, *refused, *saved, *(column for part in by_material for column in part)], layout


def _node_of_row(table: RunTable, nodes: Nodes) -> np.ndarray:
    """Node of each row; -1 where there is none."""
    crisis = table.columns["crisis"].cat
    names = [str(name) for name in crisis.categories]
    number = {name: i for i, name in enumerate(names)}
    parts = [table.numbers(name).astype(np.int64) for name in ("onset", "length", "period")]
    of_node = [nodes.onset, nodes.length, nodes.period]
    sizes = [int(part.max()) + 1 for part in of_node]
    known = np.logical_and.reduce([part < size for part, size in zip(parts, sizes, strict=True)])

    def joined(first: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
        key = first.astype(np.int64)
        for part, size in zip(others, sizes, strict=True):
            key = key * size + part
        return key

    keys = joined(np.array([number.get(str(name), len(names)) for name in nodes.crisis], dtype=int), of_node)
    order = np.argsort(keys, kind="stable")
    wanted = joined(crisis.codes.to_numpy(), [np.where(known, part, 0) for part in parts])
    at = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    found = order[at]
    return np.where(known & (keys[found] == wanted), found, -1)


def _column_of_row(table: RunTable, columns: list[Column]) -> np.ndarray:
    """Column of each row; -1 where the model has none."""
    item, source, material = (table.columns[name].cat for name in ("item", "source", "material"))
    position = {column: i for i, column in enumerate(columns)}
    shape = (len(item.categories), len(source.categories), len(material.categories))
    lookup = np.full(shape, -1)
    items, sources, materials = (
        {name: i for i, name in enumerate(part.categories)} for part in (item, source, material)
    )
    for column, number in position.items():
        if column[0] in items and column[1] in sources and column[2] in materials:
            lookup[items[column[0]], sources[column[1]], materials[column[2]]] = number
    return lookup[item.codes.to_numpy(), source.codes.to_numpy(), material.codes.to_numpy()]


def _check_months(table: RunTable, calendar: Calendar, ledger: Ledger) -> None:
    month = table.columns["month"].cat
    labels = {calendar.label(t): t for t in range(1, calendar.periods + 1)}
    period_of = np.array([labels.get(str(name), 0) for name in month.categories], dtype=int)
    stated = period_of[month.codes.to_numpy()]
    period = table.numbers("period")
    for row in np.flatnonzero((stated != period) & (period >= 1) & (period <= calendar.periods)):
        label = calendar.label(int(period[row]))
        ledger.wrong("row.text", table.file, table.place(int(row)), str(table.columns["month"].iloc[row]), label)
