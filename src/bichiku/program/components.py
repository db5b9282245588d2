"""The components of a linear program: parts that share no row and no column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from bichiku.program.linear_program import LinearProgram

NONE = np.empty(0, dtype=int)


@dataclass(frozen=True)
class Component:
    """One component: its own program, and which rows and columns of the whole it is made of.

    Attributes:
        program: the component by itself.
        rows, columns: their numbers in the whole program.
        coupling: numbers, in the component, of rows that other components have a part in; they forbid nothing here
            until `beside` says what the others leave of them.
    """

    program: LinearProgram
    rows: np.ndarray
    columns: np.ndarray
    coupling: np.ndarray = field(default_factory=NONE.copy)

    def of(self, program: LinearProgram) -> Component:
        """The same rows and columns of a program of the same sparsity."""
        part = program.part(self.rows, self.columns)
        return replace(self, program=part.without_limits(self.coupling) if len(self.coupling) else part)

    def beside(self, program: LinearProgram, x: np.ndarray) -> Component:
        """The component with its coupling rows limited to what all others leave of them.

        Args:
            program: the whole program.
            x: value of each of its columns; those of other components stay there.
        """
        rows = self.rows[self.coupling]
        matrix = program.matrix[rows]
        others = matrix @ x - matrix[:, self.columns] @ x[self.columns]
        lower, upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        lower[self.coupling], upper[self.coupling] = program.row_lower[rows] - others, program.row_upper[rows] - others
        return replace(self, program=replace(self.program, row_lower=lower, row_upper=upper))


@dataclass(frozen=True)
class Split:
    """The components with rows, and the columns that stand in no row at all."""

    components: tuple[Component, ...]
    loose_columns: np.ndarray


def component_labels(program: LinearProgram) -> tuple[np.ndarray, np.ndarray]:
    """Number of the component that each row and each column belongs to; connected where a row touches its columns."""
    row_count, column_count = program.shape
    matrix = program.matrix
    # bipartite: rows are vertices 0..m-1, columns m..m+n-1
    graph = sparse.csr_array(
        (
            np.ones(matrix.nnz, dtype=np.int8),
            matrix.indices + row_count,
            np.concatenate([matrix.indptr, np.full(column_count, matrix.nnz)]),
        ),
        shape=(row_count + column_count,) * 2,
    )
    _, labels = csgraph.connected_components(graph, directed=False)
    return labels[:row_count], labels[row_count:]


def split_program(program: LinearProgram) -> Split:
    """The components of a program."""
    row_count = program.shape[0]
    row_labels, column_labels = component_labels(program)
    used, row_labels = np.unique(row_labels, return_inverse=True)
    inside = np.isin(column_labels, used)
    column_labels = np.searchsorted(used, column_labels[inside])
    columns_by_part = _groups(column_labels, np.flatnonzero(inside), len(used))
    rows_by_part = _groups(row_labels, np.arange(row_count), len(used))
    found = [
        Component(program.part(rows, columns), rows, columns)
        for rows, columns in zip(rows_by_part, columns_by_part, strict=True)
    ]
    return Split(tuple(found), np.flatnonzero(~inside))


def coupling_rows(program: LinearProgram) -> np.ndarray:
    """Rows that couple chains, unless a column stands in them alone; by the names of their blocks."""
    found = np.concatenate([NONE, *(block.numbers for block in program.row_blocks if not block.chain)])
    found = found[np.diff(program.matrix.indptr)[found] > 0]
    if not len(found):
        return NONE
    columns = np.unique(program.matrix[found].indices)
    elsewhere = np.ones(program.shape[0], dtype=bool)
    elsewhere[found] = False
    return found if np.isin(columns, program.matrix[elsewhere].indices).all() else NONE


def split_at(program: LinearProgram, coupling: np.ndarray) -> Split:
    """The components that are left when some rows forbid nothing.

    Each of these rows stands, without limits, in all components that have a part in it; one that only a single
    component has a part in is a row of that component as any other.
    """
    rows, columns = program.shape
    own = np.setdiff1d(np.arange(rows), coupling)
    split = split_program(program.part(own, np.arange(columns)))
    label = np.full(columns, -1)
    for number, component in enumerate(split.components):
        label[component.columns] = number
    labels = [np.unique(label[program.matrix[[row]].indices]) for row in coupling]
    found = []
    for number, component in enumerate(split.components):
        mine = [(row, len(touched) > 1) for row, touched in zip(coupling, labels, strict=True) if number in touched]
        numbers = np.sort(np.concatenate([own[component.rows], np.array([row for row, _ in mine], dtype=int)]))
        shared = np.searchsorted(numbers, [row for row, is_shared in mine if is_shared])
        found.append(Component(component.program, numbers, component.columns, shared.astype(int)).of(program))
    return Split(tuple(found), split.loose_columns)


def limited_components(program: LinearProgram) -> Iterator[Component]:
    """The components when rows without a limit tie nothing together; rows and columns by the program's numbers."""
    kept = program.limited_rows()
    limited = program.part(kept, np.arange(program.shape[1]))
    for component in split_program(limited).components:
        yield replace(component, rows=kept[component.rows])


def _groups(labels: np.ndarray, members: np.ndarray, count: int) -> list[np.ndarray]:
    order = np.argsort(labels, kind="stable")
    edges = np.searchsorted(labels[order], np.arange(count + 1))
    return [members[order[edges[i] : edges[i + 1]]] for i in range(count)]
