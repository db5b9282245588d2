"""A program in units in which its numbers are neither tiny nor huge: powers of two, so that nothing is rounded."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class ProgramUnits:
    """What counts as one in each row and column of a program.

    Attributes:
        rows: of each row's limits; shape (rows,).
        columns: of each column; shape (columns,).
        money: of the cost; None where the cost is no money, and then that of the largest cost counts.
    """

    rows: np.ndarray
    columns: np.ndarray
    money: float | None

    def part(self, rows: np.ndarray, columns: np.ndarray) -> ProgramUnits:
        """Those of some rows and columns."""
        return replace(self, rows=self.rows[rows], columns=self.columns[columns])

    def extended(self, entries: sparse.sparray, rows: sparse.sparray | None) -> ProgramUnits:
        """Those of a program with further columns, given by their entries in its rows, and further rows.

        A unit of a further column moves its rows, and a further row its columns, by about one. A column that stands in
        further rows alone takes its unit from those that stand beside it.
        """
        sizes = _largest(abs(sparse.csc_array(sparse.diags_array(1.0 / self.rows) @ entries)), 0)
        columns = np.concatenate([self.columns, np.where(sizes > 0.0, in_powers_of_two(1.0 / _positive(sizes)), 0.0)])
        if rows is None:
            return ProgramUnits(self.rows, _positive(columns), None)
        beside = _largest(abs(sparse.csr_array(rows @ sparse.diags_array(columns))), 1)
        unknown = np.flatnonzero(columns == 0.0)
        steps = _largest(abs(sparse.csc_array(sparse.diags_array(1.0 / _positive(beside)) @ rows))[:, unknown], 0)
        columns[unknown] = in_powers_of_two(1.0 / _positive(steps))
        terms = _largest(abs(sparse.csr_array(rows @ sparse.diags_array(columns))), 1)
        return ProgramUnits(np.concatenate([self.rows, in_powers_of_two(_positive(terms))]), columns, None)

    def of_cost(self, cost: np.ndarray) -> float:
        """What counts as one in the cost."""
        if self.money is not None:
            return self.money
        largest = float(abs(cost * self.columns).max(initial=0.0))
        return float(in_powers_of_two(np.array([largest]))[0]) if largest > 0.0 else 1.0


def _largest(sizes: sparse.sparray, axis: int) -> np.ndarray:
    if not min(sizes.shape):
        return np.zeros(sizes.shape[1 - axis])
    return np.asarray(sizes.max(axis=axis).toarray()).ravel()


def _positive(sizes: np.ndarray) -> np.ndarray:
    """Sizes with one in place of nothing."""
    return np.where(sizes > 0.0, sizes, 1.0)


def in_powers_of_two(sizes: np.ndarray) -> np.ndarray:
    """The power of two nearest to each of some positive sizes, as ratios go."""
    found: np.ndarray = np.exp2(np.round(np.log2(sizes)))
    return found
