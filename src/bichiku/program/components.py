"""The components of a linear program: parts that share no row and no column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from bichiku.program.linear_program import LinearProgram


@dataclass(frozen=True)
class Component:
    """One component: its own program, and which rows and columns of the whole it is made of."""

    program: LinearProgram
    rows: np.ndarray
    columns: np.ndarray

    def of(self, program: LinearProgram) -> Component:
        """The same rows and columns of a program of the same sparsity."""
        return replace(self, program=program.part(self.rows, self.columns))


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
