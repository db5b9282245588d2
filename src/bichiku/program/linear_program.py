"""A linear program as arrays, with names for its rows, columns, cost lines and quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from bichiku.program.blocks import ColumnBlock, Index, RowBlock, index_text
from bichiku.program.move import Move
from bichiku.program.quantity import Quantity
from bichiku.program.structure import Structure
from bichiku.program.units import ProgramUnits


@dataclass(frozen=True)
class CostLine:
    """Expected discounted money of one cost line and one material (or `ALL`).

    Attributes:
        line: name of the line.
        material: the material, or `ALL`.
        money: by node of its chain; by period where it couples chains.
        periods: period of each of these; shape as the money's constant.
    """

    line: str
    material: str
    money: Quantity
    periods: np.ndarray


@dataclass(frozen=True)
class LinearProgram:
    """Minimise ``cost · x + constant`` with ``row_lower ≤ matrix · x ≤ row_upper`` and column bounds.

    Attributes:
        cost: cost of each column; shape (columns,).
        constant: cost that no column moves.
        matrix: coefficients; shape (rows, columns).
        row_lower, row_upper: limits of rows; shape (rows,).
        column_lower, column_upper: bounds of columns; shape (columns,).
        row_constant: what each row holds beside variables (an opening stock, goods under way). It has been taken
            from the row's limits, so the limit as a person set it is ``row_upper + row_constant``.
        preference: added to the cost while solving, to choose among optima that cost the same, and to nothing else.
        row_blocks, column_blocks: names of rows and columns.
        cost_lines: what the cost is made of.
        quantities: tonnes by node that more than one place speaks of, by (name, index).
        units: what counts as one where tolerances are absolute; None where everything is counted as it is.
        structure: what belongs to which branch; None where nobody has said.
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
    cost_lines: tuple[CostLine, ...] = ()
    quantities: Mapping[tuple[str, str], Quantity] = field(default_factory=dict)
    units: ProgramUnits | None = None
    structure: Structure | None = None
    _columns: dict[tuple[str, Index], ColumnBlock] = field(init=False, repr=False, compare=False)
    _rows: dict[str, list[RowBlock]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        columns = {(block.variable, block.index): block for block in self.column_blocks}
        rows: dict[str, list[RowBlock]] = {}
        for block in self.row_blocks:
            rows.setdefault(block.family, []).append(block)
        object.__setattr__(self, "_columns", columns)
        object.__setattr__(self, "_rows", rows)

    @classmethod
    def of(
        cls,
        cost: np.ndarray,
        matrix: sparse.csr_array,
        rows: tuple[np.ndarray, np.ndarray],
        columns: tuple[np.ndarray, np.ndarray],
    ) -> LinearProgram:
        """A program without names, from its costs, its matrix and the lower and upper limits of rows and columns."""
        return cls(cost, 0.0, matrix, *rows, *columns, np.zeros(len(rows[0])), np.zeros(len(cost)))

    # Names

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (int(self.matrix.shape[0]), int(self.matrix.shape[1]))

    def blocks(self, family: str) -> list[RowBlock]:
        """The blocks of a constraint family; empty where the program has none."""
        return self._rows.get(family, [])

    def columns_of(self, variable: str, *index: str) -> slice:
        """Columns of a variable; empty where the program has none."""
        block = self._columns.get((variable, index))
        return block.columns if block else slice(0, 0)

    def limits_as_set(self, rows: slice | np.ndarray) -> np.ndarray:
        """The finite limit of each row as its policy set it, what is constant in the row put back."""
        lower, upper = self.row_lower[rows], self.row_upper[rows]
        return np.where(np.isfinite(lower), lower, upper) + self.row_constant[rows]

    def row_name(self, row: int) -> str:
        """A row as messages name it: ``balance[cobalt] node 17``."""
        for block in self.row_blocks:
            if block.first <= row < block.first + len(block.keys):
                return f"{block.family}[{index_text(block.index)}] {block.place} {block.keys[row - block.first]}"
        return f"row {row}"

    def column_name(self, column: int) -> str:
        """A column as messages name it: ``ship[cobalt-fin] node 17``."""
        for block in self.column_blocks:
            if block.first <= column < block.first + block.count:
                return f"{block.variable}[{index_text(block.index)}] {block.place} {column - block.first}"
        return f"column {column}"

    # Comparing

    def equals(self, other: LinearProgram) -> bool:
        """Whether another program has the same numbers in the same places."""
        pairs = [
            (self.matrix.data, other.matrix.data),
            (self.cost, other.cost),
            (self.preference, other.preference),
            (self.row_lower, other.row_lower),
            (self.row_upper, other.row_upper),
            (self.column_lower, other.column_lower),
            (self.column_upper, other.column_upper),
        ]
        return self.same_sparsity(other) and all(np.array_equal(a, b) for a, b in pairs)

    def same_sparsity(self, other: LinearProgram) -> bool:
        """Whether another program has its coefficients in the same places."""
        mine, theirs = self.matrix, other.matrix
        return (
            mine.shape == theirs.shape
            and np.array_equal(mine.indptr, theirs.indptr)
            and np.array_equal(mine.indices, theirs.indices)
        )

    # Parts and changes

    def part(self, rows: np.ndarray, columns: np.ndarray) -> LinearProgram:
        """Some rows and columns by themselves, without names; columns left out of a kept row count as zero."""
        position = np.full(self.shape[1], -1, dtype=np.int32)
        position[columns] = np.arange(len(columns), dtype=np.int32)
        some, lines = self._lines(rows)
        inside = position[lines.indices] >= 0
        if inside.all():
            matrix = sparse.csr_array((lines.data, position[lines.indices], lines.indptr), (len(rows), len(columns)))
        else:
            matrix = sparse.csr_array(lines[:, columns])
        return LinearProgram(
            cost=self.cost[columns],
            constant=0.0,
            matrix=matrix,
            row_lower=self.row_lower[some],
            row_upper=self.row_upper[some],
            column_lower=self.column_lower[columns],
            column_upper=self.column_upper[columns],
            row_constant=self.row_constant[some],
            preference=self.preference[columns],
            units=None if self.units is None else self.units.part(rows, columns),
            structure=None if self.structure is None else self.structure.part(columns),
        )

    def _lines(self, rows: np.ndarray) -> tuple[slice | np.ndarray, sparse.csr_array]:
        """Some rows and their coefficients; of rows that follow each other these are the program's own, not copies."""
        if not len(rows) or (np.diff(rows) != 1).any():
            return rows, self.matrix[rows]
        some = slice(int(rows[0]), int(rows[-1]) + 1)
        here, ends = _entries(self.matrix, some), self.matrix.indptr[some.start : some.stop + 1]
        parts = (self.matrix.data[here], self.matrix.indices[here], ends - ends[0])
        return some, sparse.csr_array(parts, (len(rows), self.shape[1]))

    def in_units(self) -> LinearProgram:
        """The program in its units; without a further one it is as it stands."""
        if self.units is None:
            return self
        units = self.units
        money = units.of_cost(self.cost)
        per_entry = units.columns[self.matrix.indices] / np.repeat(units.rows, np.diff(self.matrix.indptr))
        matrix = sparse.csr_array((self.matrix.data * per_entry, self.matrix.indices, self.matrix.indptr), self.shape)
        return replace(
            self,
            cost=self.cost * units.columns / money,
            constant=self.constant / money,
            matrix=matrix,
            row_lower=self.row_lower / units.rows,
            row_upper=self.row_upper / units.rows,
            column_lower=self.column_lower / units.columns,
            column_upper=self.column_upper / units.columns,
            row_constant=self.row_constant / units.rows,
            preference=self.preference * units.columns / money,
            cost_lines=(),
            quantities={},
            units=None,
        )

    def _without_money(self) -> ProgramUnits | None:
        return None if self.units is None else replace(self.units, money=None)

    def limited_rows(self) -> np.ndarray:
        """Numbers of the rows that have a limit at all."""
        return np.flatnonzero(np.isfinite(self.row_lower) | np.isfinite(self.row_upper))

    def without_cost(self) -> LinearProgram:
        """The same limits with nothing to choose among the points that keep them."""
        nothing = np.zeros(self.shape[1])
        return replace(self, cost=nothing, preference=nothing, constant=0.0, cost_lines=(), units=self._without_money())

    def without_limits(self, rows: np.ndarray) -> LinearProgram:
        """The program in which some rows forbid nothing."""
        lower, upper = self.row_lower.copy(), self.row_upper.copy()
        lower[rows], upper[rows] = -np.inf, np.inf
        return replace(self, row_lower=lower, row_upper=upper)

    def widened(
        self,
        rows: np.ndarray,
        row_lower: np.ndarray,
        row_upper: np.ndarray,
        columns: np.ndarray,
        column_upper: np.ndarray,
    ) -> LinearProgram:
        """The program in which some rows and columns reach at least to other limits; none becomes narrower.

        Args:
            rows, row_lower, row_upper: rows, which may repeat, and the limits that they reach to; shape (rows,).
            columns, column_upper: columns, which may repeat, and their upper bounds; shape (columns,).
        """
        lower, upper, bound = self.row_lower.copy(), self.row_upper.copy(), self.column_upper.copy()
        np.minimum.at(lower, rows, row_lower)
        np.maximum.at(upper, rows, row_upper)
        np.maximum.at(bound, columns, column_upper)
        return replace(self, row_lower=lower, row_upper=upper, column_upper=bound)

    def with_rows(self, other: LinearProgram) -> LinearProgram:
        """The program with the numbers of some of its rows replaced by those of another that has these rows alone.

        Args:
            other: a program over the same columns; its rows are told by the names of their blocks.

        Raises:
            ValueError: a row is not there, or has its coefficients in other places.
        """
        matrix = self.matrix.copy()
        lower, upper, constant = self.row_lower.copy(), self.row_upper.copy(), self.row_constant.copy()
        for block in other.row_blocks:
            mine = next((known for known in self.blocks(block.family) if known.index == block.index), None)
            if mine is None or not np.array_equal(mine.keys, block.keys):
                raise ValueError(f"the program has no rows {block.family}[{index_text(block.index)}] at these places")
            here, there = _entries(self.matrix, mine.rows), _entries(other.matrix, block.rows)
            if not np.array_equal(self.matrix.indices[here], other.matrix.indices[there]):
                raise ValueError(f"{block.family}[{index_text(block.index)}] has its coefficients in other places")
            matrix.data[here] = other.matrix.data[there]
            for numbers, others in ((lower, other.row_lower), (upper, other.row_upper), (constant, other.row_constant)):
                numbers[mine.rows] = others[block.rows]
        return replace(self, matrix=matrix, row_lower=lower, row_upper=upper, row_constant=constant)

    def bounded(self, columns: np.ndarray, upper: np.ndarray | float) -> LinearProgram:
        """The program with other upper bounds of some columns."""
        bound = self.column_upper.copy()
        bound[columns] = upper
        return replace(self, column_upper=bound)

    def priced(self, columns: np.ndarray, cost: np.ndarray | float) -> LinearProgram:
        """The program in which some columns have a cost and all others none."""
        costs = np.zeros(self.shape[1])
        costs[columns] = cost
        return replace(self.without_cost(), cost=costs)

    def moved(self, move: Move, step: float) -> LinearProgram:
        """The program after a number moved by so many units."""
        lower, upper = self.row_lower.copy(), self.row_upper.copy()
        lower[move.rows] += step * move.row_moves
        upper[move.rows] += step * move.row_moves
        column_upper = self.column_upper.copy()
        column_upper[move.columns] += step * move.column_moves
        matrix = self.matrix
        if len(move.entry_rows):
            matrix = matrix.copy()
            matrix.data[self.entries(move.entry_rows, move.entry_columns)] += step * move.entry_moves
        return replace(self, matrix=matrix, row_lower=lower, row_upper=upper, column_upper=column_upper)

    def entries(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Positions in ``matrix.data`` of coefficients.

        Raises:
            KeyError: the matrix has no such coefficient.
        """
        found = np.empty(len(rows), dtype=int)
        for row in np.unique(rows):
            mine = rows == row
            start, stop = self.matrix.indptr[row], self.matrix.indptr[row + 1]
            position = {int(column): int(start) + i for i, column in enumerate(self.matrix.indices[start:stop])}
            found[mine] = [position[int(column)] for column in columns[mine]]
        return found

    def extended(
        self,
        entries: sparse.sparray,
        upper: np.ndarray,
        cost: np.ndarray,
        rows: sparse.sparray | None = None,
        row_upper: np.ndarray | None = None,
    ) -> LinearProgram:
        """The limits of the program with further columns from zero up, and further rows with upper limits.

        Args:
            entries: coefficients of the further columns in the program's rows; shape (rows, further columns).
            upper: upper bounds of the further columns.
            cost: their cost; all other cost is gone.
            rows: coefficients of the further rows over all columns, old and new.
            row_upper: their limits.
        """
        matrix = sparse.hstack([self.matrix, entries])
        further = np.empty(0) if row_upper is None else row_upper
        if rows is not None:
            matrix = sparse.vstack([matrix, rows])
        count = len(upper)
        return replace(
            self,
            cost=np.concatenate([np.zeros(self.shape[1]), cost]),
            constant=0.0,
            matrix=sparse.csr_array(matrix),
            row_lower=np.concatenate([self.row_lower, np.full(len(further), -np.inf)]),
            row_upper=np.concatenate([self.row_upper, further]),
            column_lower=np.concatenate([self.column_lower, np.zeros(count)]),
            column_upper=np.concatenate([self.column_upper, upper]),
            row_constant=np.concatenate([self.row_constant, np.zeros(len(further))]),
            preference=np.zeros(self.shape[1] + count),
            cost_lines=(),
            units=None if self.units is None else self.units.extended(entries, rows),
            structure=None,
        )


def _entries(matrix: sparse.csr_array, rows: slice) -> slice:
    """Where the coefficients of rows that follow each other stand in ``matrix.data``."""
    return slice(int(matrix.indptr[rows.start]), int(matrix.indptr[rows.stop]))
