"""The algebra of one node, stated in Pyomo, and where each of its symbols lives on the tree.

Every node of the tree obeys the same algebra; only numbers differ. So the model is stated once, for a
node in general, as an ordinary small Pyomo model: this is the *stencil*. Each of its variables stands for
a whole family of columns, and says for every node which of them it means (the node's own stock, the
parent's stock, what was shipped three periods ago, the contract of the node's year). Each of its mutable
parameters stands for an array with one number per node. `bichiku.build.stamp` then writes the rows
of all nodes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bichiku.build import pyomo_core as pyo
from bichiku.model.tree import Tree
from bichiku.program import PLAN
from bichiku.program.blocks import ColumnBlock, Index, index_of

Nodes = np.ndarray
Key = tuple[str, Index]  # name and index of a Pyomo component
NOTHING, OUTSIDE = -1, -2  # in place of a column
INTEGER = np.int32  # of places: half of 64 bits, and a program has most of its numbers in them


@dataclass(frozen=True)
class Copies:
    """Where copies of a variable live: how many there are, and which one each node means.

    Attributes:
        name: ``node``, ``year``, ``hand-back`` or ``once``.
        count: number of copies.
        at: number of the copy that each node means, -1 for none; shape (nodes,).
    """

    name: str
    count: int
    at: np.ndarray


@dataclass(frozen=True)
class Symbol:
    """What a Pyomo variable means at each node.

    Attributes:
        columns: column of the linear program at each node; `NOTHING` where there is none and the value is zero,
            `OUTSIDE` where it lies before the tree; shape (nodes,).
        outside: known value before the tree.
    """

    columns: np.ndarray
    outside: float = 0.0


@dataclass(frozen=True)
class Rows:
    """A constraint family: the Pyomo constraint, and the nodes where it holds.

    Attributes:
        constraint: one Pyomo constraint per index.
        nodes: index to the nodes where it holds.
        key: None for a row at each node; else the key under which each node's terms are added up into
            one row, shape (nodes,). The limit of such a row is that of its first node.
        place: what the keys are.
        unit: unit of the limit.
        policy: whether a policy set it.
    """

    constraint: pyo.Constraint
    nodes: Callable[[Any], Nodes]
    key: np.ndarray | None
    place: str
    unit: str
    policy: bool


@dataclass(frozen=True)
class VariableBounds:
    """Upper limits on single variables, which become column bounds rather than rows."""

    constraint: pyo.Constraint
    nodes: Callable[[Any], Nodes]


@dataclass(frozen=True)
class Cost:
    """A cost line: money per node by material, and what each node's money counts for.

    Attributes:
        line: name of the cost line.
        expression: one Pyomo expression per material (or `ALL`).
        nodes: nodes where it falls due.
        factor: probability times discount at each of these nodes.
        improbable: what decides among answers at nodes where that is nothing: the same, once their branch has begun.
    """

    line: str
    expression: pyo.Expression
    nodes: Nodes
    factor: np.ndarray
    improbable: np.ndarray


@dataclass
class Stencil:
    """The Pyomo model of one node, with the registers that tie it to the tree."""

    tree: Tree
    years: np.ndarray
    chain: str = ""
    model: pyo.ConcreteModel = field(default_factory=lambda: pyo.ConcreteModel("stencil"))
    symbols: dict[Key, Symbol] = field(default_factory=dict)
    numbers: dict[Key, np.ndarray] = field(default_factory=dict)
    columns: list[ColumnBlock] = field(default_factory=list)
    branches: list[np.ndarray] = field(default_factory=list)  # of the columns of each block
    rows: list[Rows] = field(default_factory=list)
    bounds: list[VariableBounds] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    preferences: list[tuple[Key, np.ndarray]] = field(default_factory=list)
    quantities: list[pyo.Expression] = field(default_factory=list)
    cuts: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    column_count: int = 0

    @property
    def per_node(self) -> Copies:
        return Copies("node", self.tree.size, np.arange(self.tree.size))

    @property
    def per_year(self) -> Copies:
        first = int(self.years.min())
        return Copies("year", int(self.years.max()) - first + 1, self.years - first)

    @property
    def per_hand_back(self) -> Copies:
        """A copy for each node at which some future ends."""
        at = np.full(self.tree.size, -1)
        at[self.tree.ends] = np.arange(len(self.tree.ends))
        return Copies("hand-back", len(self.tree.ends), at)

    @property
    def once(self) -> Copies:
        return Copies("once", 1, np.zeros(self.tree.size, dtype=int))

    @property
    def all_nodes(self) -> Nodes:
        return np.arange(self.tree.size)

    def variables(self, name: str, index: Iterable[Any], place: Copies) -> pyo.Var:
        """Declares variables of zero or more, with `place.count` copies of each."""
        variable = pyo.Var(list(index), domain=pyo.NonNegativeReals)
        self.model.add_component(name, variable)
        branch = self._branch_of(place)
        for key in variable:
            block = ColumnBlock(name, index_of(key), self.column_count, place.count, place.name)
            self.columns.append(block)
            self.branches.append(branch)
            self.column_count += place.count
            columns = np.where(place.at >= 0, block.first + place.at, NOTHING).astype(INTEGER)
            self.symbols[name, index_of(key)] = Symbol(columns)
        return variable

    def _branch_of(self, place: Copies) -> np.ndarray:
        """The branch of each copy, `PLAN` for one that nodes of the plan or of several branches mean."""
        meant = place.at >= 0
        lowest, highest = np.full(place.count, self.tree.size), np.full(place.count, PLAN)
        np.minimum.at(lowest, place.at[meant], self.tree.branch[meant])
        np.maximum.at(highest, place.at[meant], self.tree.branch[meant])
        return np.where(lowest == highest, highest, PLAN)

    def elsewhere(
        self,
        name: str,
        of: pyo.Var,
        at: Mapping[Any, np.ndarray],
        outside: Mapping[Any, float],
        named: Mapping[Any, Any] | None = None,
    ) -> pyo.Var:
        """A variable of other nodes as seen from each node: the parent's stock, an earlier shipment.

        Args:
            name: name of the symbol.
            of: the variable it refers to, one copy per node.
            at: index to the node it refers to, `BEFORE` where that lies before the tree.
            outside: index to the known value there.
            named: index to that of the variable it refers to, where the two differ.
        """
        variable = pyo.Var(list(at), domain=pyo.NonNegativeReals)
        self.model.add_component(name, variable)
        for key in variable:
            own = self.symbols[of.local_name, index_of(named[key] if named else key)].columns
            columns = np.where(at[key] >= 0, own[at[key]], INTEGER(OUTSIDE))
            self.symbols[name, index_of(key)] = Symbol(columns, outside[key])
        return variable

    def parameters(self, name: str, values: Mapping[Any, np.ndarray]) -> pyo.Param:
        """Numbers that differ between nodes; each array has shape (nodes,)."""
        parameter = pyo.Param(list(values), mutable=True, initialize=1.0)
        self.model.add_component(name, parameter)
        for key in values:
            self.numbers[name, index_of(key)] = np.broadcast_to(values[key], (self.tree.size,))
        return parameter

    def expressions(self, name: str, index: Iterable[Any], rule: Callable[..., Any]) -> pyo.Expression:
        """Named algebra that rows and costs share."""
        expression = pyo.Expression(list(index), rule=rule)
        self.model.add_component(name, expression)
        return expression

    def number(self, name: str, *index: str) -> np.ndarray:
        """The numbers of a parameter; shape (nodes,)."""
        return self.numbers[name, index]

    def add_quantity(self, name: str, index: Iterable[Any], rule: Callable[..., Any]) -> pyo.Expression:
        """Named algebra that the program keeps as a quantity by node; see `bichiku.program.quantity`."""
        expression = self.expressions(name, index, rule)
        self.quantities.append(expression)
        return expression

    def add_rows(
        self,
        name: str,
        index: Iterable[Any],
        rule: Callable[..., Any],
        *,
        nodes: Callable[[Any], Nodes] | Nodes,
        unit: str,
        key: np.ndarray | None = None,
        place: str = "node",
        policy: bool = False,
    ) -> None:
        """Declares a constraint family; see `Rows`."""
        constraint = pyo.Constraint(list(index), rule=rule)
        self.model.add_component(name, constraint)
        self.rows.append(Rows(constraint, _by_index(nodes), key, place, unit, policy))

    def add_bounds(
        self,
        name: str,
        index: Iterable[Any],
        rule: Callable[..., Any],
        nodes: Callable[[Any], Nodes] | Nodes,
    ) -> None:
        """Declares upper limits on single variables; see `VariableBounds`."""
        constraint = pyo.Constraint(list(index), rule=rule)
        self.model.add_component(name, constraint)
        self.bounds.append(VariableBounds(constraint, _by_index(nodes)))

    def prefer(self, variable: str, index: str, money: np.ndarray) -> None:
        """Adds a trifle to a variable's cost at each node while solving, to choose among equal optima."""
        self.preferences.append(((variable, (index,)), money))

    def add_cost(
        self,
        name: str,
        index: Iterable[Any],
        rule: Callable[..., Any],
        nodes: Nodes,
        factor: np.ndarray,
        line: str | None = None,
        improbable: np.ndarray | None = None,
    ) -> None:
        """Declares a cost line, or a part of the one called `line`; see `Cost`. No `improbable` where none may be."""
        expression = self.expressions(f"cost_{name}", index, rule)
        self.costs.append(Cost(line or name, expression, nodes, factor, factor if improbable is None else improbable))


def _by_index(nodes: Callable[[Any], Nodes] | Nodes) -> Callable[[Any], Nodes]:
    return nodes if callable(nodes) else lambda _: nodes
