"""A linear program in two stages: the plan, and the branches that follow from it.

A row over columns of the plan alone is the plan's; one that touches a single branch is that branch's, whatever it reads
of the plan. A row over several branches is *shared*: for each of them the plan gets a further column, its share, which
limits the branch's own terms, and the plan's row adds up the shares. The program so written has the same optimum.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from bichiku.program.linear_program import LinearProgram
from bichiku.program.structure import PLAN
from bichiku.program.units import in_powers_of_two


@dataclass(frozen=True)
class PlanPart:
    """The first stage; its columns are those of the plan, then the shares.

    Attributes:
        rows: numbers of its rows in the whole program; shape (rows,).
        columns: numbers of its columns in the whole program; shape (columns without shares,).
        matrix: shape (rows, columns and shares).
        row_lower, row_upper: shape (rows,).
        cost, column_lower, column_upper: shape (columns and shares,).
    """

    rows: np.ndarray
    columns: np.ndarray
    matrix: sparse.csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    cost: np.ndarray
    column_lower: np.ndarray
    column_upper: np.ndarray


@dataclass(frozen=True)
class Branches:
    """The second stage, or some branches of it: ``lower - linking · plan ≤ matrix · x ≤ upper - linking · plan``.

    Attributes:
        rows: numbers of its rows in the whole program, -1 for those that hold a share; shape (rows,).
        columns: numbers of its columns in the whole program; shape (columns,).
        branch_of_row, branch_of_column: numbers of their branches, from zero without a gap and in order.
        count: number of branches.
        matrix: shape (rows, columns).
        linking: coefficients of the plan's columns and shares; shape (rows, columns and shares).
        row_lower, row_upper: shape (rows,).
        cost, column_lower, column_upper: shape (columns,).
    """

    rows: np.ndarray
    columns: np.ndarray
    branch_of_row: np.ndarray
    branch_of_column: np.ndarray
    count: int
    matrix: sparse.csr_array
    linking: sparse.csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    cost: np.ndarray
    column_lower: np.ndarray
    column_upper: np.ndarray

    def in_order(self, order: np.ndarray) -> Branches:
        """The branches of some numbers, in this order; rows and columns by branch."""
        rank = _positions(order, self.count)
        of_row, of_column = rank[self.branch_of_row], rank[self.branch_of_column]
        rows, columns = (np.argsort(of, kind="stable")[(of < 0).sum() :] for of in (of_row, of_column))
        lines = self.matrix[rows]
        at = _positions(columns, len(self.columns))
        matrix = sparse.csr_array((lines.data, at[lines.indices], lines.indptr), (len(rows), len(columns)))
        matrix.sort_indices()
        found = self._taken(rows, columns, matrix, sparse.csr_array(self.linking[rows]))
        return replace(found, branch_of_row=of_row[rows], branch_of_column=of_column[columns], count=len(order))

    def some(self, first: int, last: int) -> Branches:
        """The branches from the first to before the last, counted from zero; parts of these, where they can be."""
        rows, columns = self.slices(first, last)
        height, width = rows.stop - rows.start, columns.stop - columns.start
        ends, places, values = _lines(self.matrix, rows)
        matrix = sparse.csr_array((values, places - columns.start, ends), shape=(height, width))
        ends, places, values = _lines(self.linking, rows)
        linking = sparse.csr_array((values, places, ends), shape=(height, self.linking.shape[1]))
        found = self._taken(rows, columns, matrix, linking)
        of_row, of_column = found.branch_of_row - first, found.branch_of_column - first
        return replace(found, branch_of_row=of_row, branch_of_column=of_column, count=last - first)

    def _taken(
        self, rows: np.ndarray | slice, columns: np.ndarray | slice, matrix: sparse.csr_array, linking: sparse.csr_array
    ) -> Branches:
        """Some rows and columns, of which the coefficients are given; their branches keep their numbers."""
        return replace(
            self,
            rows=self.rows[rows],
            columns=self.columns[columns],
            branch_of_row=self.branch_of_row[rows],
            branch_of_column=self.branch_of_column[columns],
            matrix=matrix,
            linking=linking,
            row_lower=self.row_lower[rows],
            row_upper=self.row_upper[rows],
            cost=self.cost[columns],
            column_lower=self.column_lower[columns],
            column_upper=self.column_upper[columns],
        )

    def slices(self, first: int, last: int) -> tuple[slice, slice]:
        """Rows and columns of the branches from the first to before the last."""
        rows = np.searchsorted(self.branch_of_row, [first, last])
        columns = np.searchsorted(self.branch_of_column, [first, last])
        return slice(*map(int, rows)), slice(*map(int, columns))

    def shapes(self) -> list[bytes]:
        """What branches share whose rows and columns stand in the same places; one for each branch."""
        found = []
        for branch in range(self.count):
            rows, columns = self.slices(branch, branch + 1)
            ends, places, _ = _lines(self.matrix, rows)
            finite = np.isfinite(self.row_lower[rows]) + 2 * np.isfinite(self.row_upper[rows])
            found.append(_digest(ends, places - columns.start, finite))
        return found

    def equals(self) -> list[bytes]:
        """What branches share that are the same in all their numbers; one for each branch."""
        found = []
        for branch in range(self.count):
            rows, columns = self.slices(branch, branch + 1)
            ends, places, values = _lines(self.matrix, rows)
            limits = self.row_lower[rows], self.row_upper[rows]
            bounds = self.column_lower[columns], self.column_upper[columns], self.cost[columns]
            linked = _lines(self.linking, rows)
            found.append(_digest(ends, places - columns.start, values, *linked, *limits, *bounds))
        return found


def _lines(matrix: sparse.csr_array, rows: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Some rows of a matrix: where each begins and ends, the columns of its entries, and their values."""
    ends = matrix.indptr[rows.start : rows.stop + 1]
    inside = slice(ends[0], ends[-1])
    return ends - ends[0], matrix.indices[inside], matrix.data[inside]


def _digest(*parts: np.ndarray) -> bytes:
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).digest()


def stage_rows(program: LinearProgram) -> tuple[int, int]:
    """Number of rows of the plan alone, and of rows over several branches, where the structure is known."""
    assert program.structure is not None
    row, column = program.matrix.tocoo().coords
    lowest, highest = _reach(row, program.structure.branch[column], program.shape[0])
    return int((highest == PLAN).sum()), int((lowest < highest).sum())


def split_stages(program: LinearProgram, cost: np.ndarray) -> tuple[PlanPart, Branches]:
    """Plan and branches of a program whose structure is known.

    Args:
        program: the program.
        cost: what its columns cost here; shape (columns,).
    """
    assert program.structure is not None
    known, branch = np.unique(program.structure.branch, return_inverse=True)
    branch = branch - int(PLAN in known)  # so that the plan is -1 and branches count from zero
    entries = program.matrix.tocoo()
    filled = entries.data != 0.0
    (row, column), value = (at[filled] for at in entries.coords), entries.data[filled]
    of_entry = branch[column]
    in_branch = of_entry >= 0
    lowest, highest = _reach(row, of_entry, program.shape[0])
    shared = lowest < highest
    shares = _Shares(program, row, column, value, of_entry, in_branch & shared[row])

    columns = np.flatnonzero(branch < 0)
    width, count = len(columns), len(shares.row)
    plan_column, plan_rows = _positions(columns, program.shape[1]), np.flatnonzero((highest < 0) | shared)
    plan_row = _positions(plan_rows, program.shape[0])
    mine = ~in_branch & (plan_row[row] >= 0)
    plan = PlanPart(
        rows=plan_rows,
        columns=columns,
        matrix=_matrix(
            (len(plan_rows), width + count),
            (value[mine], plan_row[row[mine]], plan_column[column[mine]]),
            (shares.size, plan_row[shares.row], width + np.arange(count)),
        ),
        row_lower=program.row_lower[plan_rows],
        row_upper=program.row_upper[plan_rows],
        cost=np.concatenate([cost[columns], np.zeros(count)]),
        column_lower=np.concatenate([program.column_lower[columns], shares.lower]),
        column_upper=np.concatenate([program.column_upper[columns], shares.upper]),
    )
    own = np.flatnonzero((highest >= 0) & ~shared)
    branch_row, branch_columns = _positions(own, program.shape[0]), np.flatnonzero(branch >= 0)
    branch_column = _positions(branch_columns, program.shape[1])
    inside, reads = in_branch & (branch_row[row] >= 0), ~in_branch & (branch_row[row] >= 0)
    height = len(own) + count
    held = len(own) + np.arange(count)
    branches = Branches(
        rows=np.concatenate([own, np.full(count, -1)]),
        columns=branch_columns,
        branch_of_row=np.concatenate([highest[own], shares.branch]),
        branch_of_column=branch[branch_columns],
        count=len(known) - int(PLAN in known),
        matrix=_matrix(
            (height, len(branch_columns)),
            (value[inside], branch_row[row[inside]], branch_column[column[inside]]),
            (shares.values, len(own) + shares.of_entry, branch_column[shares.column]),
        ),
        linking=_matrix(
            (height, width + count),
            (value[reads], branch_row[row[reads]], plan_column[column[reads]]),
            (np.full(count, -1.0), held, width + np.arange(count)),
        ),
        row_lower=np.concatenate([program.row_lower[own], _held(program.row_lower[shares.row])]),
        row_upper=np.concatenate([program.row_upper[own], _held(program.row_upper[shares.row])]),
        cost=cost[branch_columns],
        column_lower=program.column_lower[branch_columns],
        column_upper=program.column_upper[branch_columns],
    )
    return plan, branches.in_order(np.arange(branches.count))


class _Shares:
    """The shares of branches in rows that several of them stand in.

    Attributes:
        row, branch: of each share.
        size: what one unit of it is in its row, so that its coefficients are about one.
        lower, upper: what the branch's terms can come to.
        of_entry, column, values: share, column and coefficient of each term.
    """

    def __init__(
        self,
        program: LinearProgram,
        row: np.ndarray,
        column: np.ndarray,
        value: np.ndarray,
        branch: np.ndarray,
        mine: np.ndarray,
    ) -> None:
        branches = int(branch.max(initial=0)) + 1
        pairs, self.of_entry = np.unique(row[mine].astype(np.int64) * branches + branch[mine], return_inverse=True)
        self.row, self.branch = pairs // branches, pairs % branches
        self.column, values = column[mine], value[mine]
        largest = np.zeros(len(pairs))
        np.maximum.at(largest, self.of_entry, abs(values))
        self.size = in_powers_of_two(largest)
        self.values = values / self.size[self.of_entry]
        lower, upper = program.column_lower[self.column], program.column_upper[self.column]
        self.lower = np.bincount(self.of_entry, self.values * np.where(values > 0, lower, upper), len(pairs))
        self.upper = np.bincount(self.of_entry, self.values * np.where(values > 0, upper, lower), len(pairs))


def _reach(row: np.ndarray, branch: np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest branch that each row stands in; both `PLAN` where it stands in none."""
    inside = branch != PLAN
    highest = np.full(rows, PLAN)
    np.maximum.at(highest, row[inside], branch[inside])
    lowest = highest.copy()
    np.minimum.at(lowest, row[inside], branch[inside])
    return lowest, highest


def _held(limit: np.ndarray) -> np.ndarray:
    """The limit of a branch's terms less its share, where the shared row has one."""
    return np.where(np.isfinite(limit), 0.0, limit)


def _positions(members: np.ndarray, size: int) -> np.ndarray:
    found = np.full(size, -1)
    found[members] = np.arange(len(members))
    return found


def _matrix(shape: tuple[int, int], *parts: tuple[np.ndarray, np.ndarray, np.ndarray]) -> sparse.csr_array:
    values, rows, columns = (np.concatenate(part) for part in zip(*parts, strict=True))
    return sparse.csr_array(sparse.coo_array((values, (rows, columns)), shape=shape).tocsr())
