"""A linear program split into parts that share no row and no column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from bichiku.build.program import LinearProgram


@dataclass(frozen=True)
class Component:
    """One part: its own program, and which rows and columns of the whole it is made of."""

    program: LinearProgram
    rows: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True)
class Split:
    """The parts with rows, and the columns that stand in no row at all."""

    components: tuple[Component, ...]
    loose_columns: np.ndarray


def part_labels(program: LinearProgram) -> tuple[np.ndarray, np.ndarray]:
    """Number of the part that each row and each column belongs to; connected where a row touches its columns."""
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
    """The parts of a program."""
    row_count, column_count = program.shape
    row_labels, column_labels = part_labels(program)
    used, row_labels = np.unique(row_labels, return_inverse=True)
    inside = np.isin(column_labels, used)
    column_labels = np.searchsorted(used, column_labels[inside])
    columns_by_part = _groups(column_labels, np.flatnonzero(inside), len(used))
    rows_by_part = _groups(row_labels, np.arange(row_count), len(used))
    position = np.empty(column_count, dtype=np.int32)
    parts = []
    for rows, columns in zip(rows_by_part, columns_by_part, strict=True):
        position[columns] = np.arange(len(columns), dtype=np.int32)
        parts.append(Component(_part(program, rows, columns, position), rows, columns))
    return Split(tuple(parts), np.flatnonzero(~inside))


def _groups(labels: np.ndarray, members: np.ndarray, count: int) -> list[np.ndarray]:
    order = np.argsort(labels, kind="stable")
    edges = np.searchsorted(labels[order], np.arange(count + 1))
    return [members[order[edges[i] : edges[i + 1]]] for i in range(count)]


def _part(program: LinearProgram, rows: np.ndarray, columns: np.ndarray, position: np.ndarray) -> LinearProgram:
    lines = program.matrix[rows]
    matrix = sparse.csr_array((lines.data, position[lines.indices], lines.indptr), shape=(len(rows), len(columns)))
    return LinearProgram(
        cost=program.cost[columns],
        constant=0.0,
        matrix=matrix,
        row_lower=program.row_lower[rows],
        row_upper=program.row_upper[rows],
        column_lower=program.column_lower[columns],
        column_upper=program.column_upper[columns],
        row_constant=program.row_constant[rows],
        preference=program.preference[columns],
    )
