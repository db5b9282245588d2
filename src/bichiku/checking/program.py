"""The linear program of a strategy in two pieces, so that several strategies share the first.

The physical piece is what the program is without policies. The other holds the rows, columns and costs that the
policies add; it counts rows from its own first one, and columns as the whole program does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from bichiku.program import LinearProgram
from bichiku.program.components import component_labels
from bichiku.program.extremes import COEFFICIENTS, Numbers, numbers

LEAST_COEFFICIENT = 1e-9  # HiGHS's option small_matrix_value: smaller ones are taken as nought


@dataclass(frozen=True)
class Spans:
    """Smallest and largest size of one kind of number in each part of a piece, of those that the solver takes.

    Attributes:
        parts: the parts that have such numbers.
        low, high: smallest and largest size in each.
        low_at, high_at: where they stand, as positions among the kind's numbers.
    """

    parts: np.ndarray
    low: np.ndarray
    high: np.ndarray
    low_at: np.ndarray
    high_at: np.ndarray


@dataclass(frozen=True)
class Piece:
    """A program with the part that each of its rows and columns belongs to."""

    program: LinearProgram
    row_part: np.ndarray
    column_part: np.ndarray

    @classmethod
    def whole(cls, program: LinearProgram) -> Piece:
        """A program that nothing has been taken from."""
        return cls(program, *component_labels(program))

    @cached_property
    def numbers(self) -> tuple[Numbers, ...]:
        """Numbers of all kinds."""
        return numbers(self.program)

    @cached_property
    def spans(self) -> tuple[Spans, ...]:
        """Sizes of all kinds."""
        return tuple(self._spans(kind) for kind in self.numbers)

    def _spans(self, kind: Numbers) -> Spans:
        used = kind.used()
        if kind.what == COEFFICIENTS:
            used = used[abs(kind.values[used]) >= LEAST_COEFFICIENT]
        where = self.column_part if kind.columns is not None else self.row_part
        parts = where[(kind.columns if kind.columns is not None else kind.rows)[used]]  # type: ignore[index]
        sizes = abs(kind.values[used])
        order = np.lexsort((sizes, parts))
        edges = np.flatnonzero(np.diff(parts[order], prepend=-1, append=-1))
        first, last = order[edges[:-1]], order[edges[1:] - 1]
        return Spans(parts[first], sizes[first], sizes[last], used[first], used[last])

    def joined(self, added: LinearProgram) -> tuple[Piece, np.ndarray]:
        """The piece of the rows, columns and costs that are added, and the part of the whole for each part of this one.

        Args:
            added: counts rows from its own first one; its first columns are this piece's.
        """
        row_count, column_count = added.shape
        parts = 1 + int(max(self.column_part.max(initial=-1), self.row_part.max(initial=-1)))
        new = column_count - len(self.column_part)
        column_part = np.append(self.column_part, parts + np.arange(new))
        entries = added.matrix.tocoo()
        at_rows, at_columns = entries.coords
        # vertices: the parts, a part for each new column, and the rows that are added
        size = parts + new + row_count
        links = sparse.coo_array(
            (np.ones(len(at_rows)), (parts + new + at_rows, column_part[at_columns])), (size, size)
        )
        _, merged = csgraph.connected_components(links, directed=False)
        return Piece(added, merged[parts + new :], merged[column_part]), merged[: parts + new]
