"""A linear program as arrays, with names for its rows, columns and cost lines."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

ALL = "all"  # index of what belongs to no single material


@dataclass(frozen=True)
class RowBlock:
    """Rows of one constraint family and one index that lie next to each other.

    Attributes:
        family: name of the constraint family, such as ``balance`` or ``reserve_days``.
        index: what the rows are for, such as a material.
        first: number of the first row.
        keys: node, year or branch of each row, by `place`; shape (rows,).
        place: what the keys are: ``node``, ``year``, ``branch`` or ``once``.
        unit: unit of the right-hand side.
        policy: whether the rows are a limit set by a policy.
    """

    family: str
    index: str
    first: int
    keys: np.ndarray
    place: str
    unit: str
    policy: bool

    @property
    def rows(self) -> slice:
        return slice(self.first, self.first + len(self.keys))


@dataclass(frozen=True)
class ColumnBlock:
    """Columns of one variable and one index: one for each node, year or branch, or a single one.

    Attributes:
        variable: name of the variable, such as ``ship``.
        index: supplier, project, material or tranche.
        first: number of the first column.
        count: number of columns.
        place: ``node``, ``year``, ``branch`` or ``once``.
    """

    variable: str
    index: str
    first: int
    count: int
    place: str

    @property
    def columns(self) -> slice:
        return slice(self.first, self.first + self.count)


@dataclass(frozen=True)
class CostTerms:
    """One cost line of one material, spread over nodes: money = Σ coefficient · x[column] + constant.

    Coefficients hold weight and discount already.

    Attributes:
        line: name of the cost line.
        material: the material, or `ALL`.
        nodes: node of each term.
        columns: column of each term.
        coefficients: expected discounted money per unit of the column.
        constant_nodes: nodes with a part that no variable moves.
        constants: that part, expected discounted money.
    """

    line: str
    material: str
    nodes: np.ndarray
    columns: np.ndarray
    coefficients: np.ndarray
    constant_nodes: np.ndarray
    constants: np.ndarray

    def by_node(self, x: np.ndarray, nodes: int) -> np.ndarray:
        """Expected discounted money at each node; shape (nodes,)."""
        money = np.bincount(self.nodes, self.coefficients * x[self.columns], minlength=nodes)
        return money + np.bincount(self.constant_nodes, self.constants, minlength=nodes)


@dataclass(frozen=True)
class LinearProgram:
    """Minimise ``cost · x + constant`` with ``row_lower ≤ matrix · x ≤ row_upper`` and column bounds.

    `row_constant` is what each row holds beside variables (an opening stock, goods under way); it has been
    taken from the row's limits, so the limit as a person set it is ``row_upper + row_constant``. `preference`
    is added to the cost while solving, to choose among optima that cost the same, and to nothing else.
    """

    cost: np.ndarray
    constant: float
    matrix: sparse.csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    column_lower: np.ndarray
    column_upper: np.ndarray
    row_constant: np.ndarray
    preference: np.ndarray
    row_blocks: tuple[RowBlock, ...] = ()
    column_blocks: tuple[ColumnBlock, ...] = ()
    cost_terms: tuple[CostTerms, ...] = ()
    _by_name: dict[tuple[str, str], ColumnBlock] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {(block.variable, block.index): block for block in self.column_blocks}
        object.__setattr__(self, "_by_name", by_name)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (int(self.matrix.shape[0]), int(self.matrix.shape[1]))

    def equals(self, other: LinearProgram) -> bool:
        """Whether another program has the same numbers in the same places."""
        mine, theirs = self.matrix, other.matrix
        pairs = [
            (mine.indptr, theirs.indptr),
            (mine.indices, theirs.indices),
            (mine.data, theirs.data),
            (self.cost, other.cost),
            (self.preference, other.preference),
            (self.row_lower, other.row_lower),
            (self.row_upper, other.row_upper),
            (self.column_lower, other.column_lower),
            (self.column_upper, other.column_upper),
        ]
        return mine.shape == theirs.shape and all(np.array_equal(a, b) for a, b in pairs)

    def limits_as_set(self, rows: slice | np.ndarray) -> np.ndarray:
        """The finite limit of each row as its policy set it, what is constant in the row put back."""
        lower, upper = self.row_lower[rows], self.row_upper[rows]
        return np.where(np.isfinite(lower), lower, upper) + self.row_constant[rows]

    def columns_of(self, variable: str, index: str) -> slice:
        """Columns of a variable; empty where the model has none."""
        block = self._by_name.get((variable, index))
        return block.columns if block else slice(0, 0)

    def row_name(self, row: int) -> str:
        """A row as messages name it: ``balance[cobalt] node 17``."""
        for block in self.row_blocks:
            if block.first <= row < block.first + len(block.keys):
                return f"{block.family}[{block.index}] {block.place} {block.keys[row - block.first]}"
        return f"row {row}"

    def column_name(self, column: int) -> str:
        """A column as messages name it: ``ship[cobalt-fin] node 17``."""
        for block in self.column_blocks:
            if block.first <= column < block.first + block.count:
                return f"{block.variable}[{block.index}] {block.place} {column - block.first}"
        return f"column {column}"
