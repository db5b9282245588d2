"""How near operation can come to a stock that a plan wants, and the operations that come so near."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from bichiku.program import PLAN, LinearProgram
from bichiku.solving import Solution, Status

PRICED = 1e-9  # share of the largest weight: a limit of a smaller price could be moved without coming nearer
KEPT = 1e-9  # share of the weighted tonnes wanted by which the stock may be missed and still counts as kept


@dataclass(frozen=True)
class Wanted:
    """A stock that is wanted.

    Attributes:
        columns: columns of the stock.
        tonnes: what is wanted of each; same shape.
        weight: what a tonne missing or over counts; same shape.
    """

    columns: np.ndarray
    tonnes: np.ndarray
    weight: np.ndarray

    def distance(self, x: np.ndarray) -> float:
        """Weighted tonnes missing and over at a point of the program."""
        return float(self.weight @ abs(x[self.columns] - self.tonnes))

    @property
    def rounding(self) -> float:
        """A distance that is none."""
        return KEPT * (1.0 + float(self.weight @ abs(self.tonnes)))


@dataclass(frozen=True)
class Searched:
    """Rows and columns of a program that are looked at when a distance is measured.

    What is left out can only take operation farther away, so the distance within a scope is the least that the whole
    can have; where the whole has a point as near, it is the whole's.
    """

    rows: np.ndarray
    columns: np.ndarray

    @classmethod
    def plan(cls, program: LinearProgram) -> Searched:
        """The plan alone: its columns, and the rows that no branch has a part in."""
        assert program.structure is not None
        on_plan = program.structure.branch == PLAN
        of_branches = sparse.csr_array(abs(program.matrix)) @ (~on_plan).astype(float)
        return cls(np.flatnonzero(of_branches == 0.0), np.flatnonzero(on_plan))

    @classmethod
    def whole(cls, program: LinearProgram) -> Searched:
        """All of it."""
        rows, columns = program.shape
        return cls(np.arange(rows), np.arange(columns))


def distance_program(program: LinearProgram, wanted: Wanted, scope: Searched) -> LinearProgram:
    """The program of least distance within a scope: its own columns, then tonnes missing, then tonnes over."""
    part = program.part(scope.rows, scope.columns)
    count = len(wanted.columns)
    stock = np.searchsorted(scope.columns, wanted.columns)
    chosen = sparse.csr_array((np.ones(count), (np.arange(count), stock)), shape=(count, part.shape[1]))
    one = sparse.eye_array(count)
    links = sparse.csr_array(sparse.hstack([chosen, one, -one]))  # stock + missing - over = wanted
    entries = sparse.csr_array((part.shape[0], 2 * count))
    weight = np.concatenate([wanted.weight, wanted.weight])
    found = part.extended(entries, np.full(2 * count, np.inf), weight, links, wanted.tonnes)
    return replace(found, row_lower=np.concatenate([part.row_lower, wanted.tonnes]))


def as_near(program: LinearProgram, wanted: Wanted, scope: Searched, nearest: Solution) -> LinearProgram:
    """The program in which only what comes as near as the nearest of a scope is left.

    A point is as near if and only if it rests on every limit that has a price where the distance is least
    (complementary slackness), so that these limits are made to hold as equations.

    Args:
        program: the program, its stock free.
        wanted: the stock that is wanted.
        scope: where the distance was made least.
        nearest: the solution of `distance_program`.
    """
    least = PRICED * float(wanted.weight.max())
    rows, columns = len(scope.rows), len(scope.columns)
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    _rest(row_lower, row_upper, scope.rows, nearest.row_dual[:rows], least)
    _rest(lower, upper, scope.columns, nearest.reduced_cost[:columns], least)
    missing, over = np.split(nearest.reduced_cost[columns:], 2)
    none_missing, none_over = wanted.columns[missing > least], wanted.columns[over > least]
    lower[none_missing] = np.maximum(lower[none_missing], wanted.tonnes[missing > least])
    upper[none_over] = np.minimum(upper[none_over], wanted.tonnes[over > least])
    return replace(program, row_lower=row_lower, row_upper=row_upper, column_lower=lower, column_upper=upper)


def _rest(lower: np.ndarray, upper: np.ndarray, numbers: np.ndarray, prices: np.ndarray, least: float) -> None:
    """Makes those of a price rest on the limit that it is of: above zero the lower, below zero the upper."""
    below, above = numbers[prices > least], numbers[prices < -least]
    upper[below] = lower[below]
    lower[above] = upper[above]


def is_none(wanted: Wanted, nearest: Solution) -> bool:
    """Whether the least distance is none."""
    return nearest.status is Status.OPTIMAL and nearest.objective <= wanted.rounding
