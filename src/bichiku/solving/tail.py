"""Rows that count what chains do in one future, and what of it lies beyond a threshold: the program of a CVaR.

``counted_b − excess_b − threshold_y ≤ limit_b``, where an excess costs ``s_b`` and a threshold ``k_y``. At a price
``q_b`` for what each row counts, with ``0 ≤ q_b ≤ s_b`` and ``Σ q_b ≤ k_y``, the chains have nothing in common any
more, and their optimum less ``Σ q_b limit_b`` is a bound from below (Lagrange). What the rows then count has best
prices of its own: the full ``s_b`` for the worst futures of a year, as many as ``k_y`` is enough for, the rest of
``k_y`` for the next one, on which the threshold rests, and nothing for all others. Where these are the prices that
the chains were solved at, the bound is reached, and the optimum is found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bichiku.program import LinearProgram

NONE = -1


@dataclass(frozen=True)
class TailPrices:
    """Prices of what the rows count.

    Attributes:
        of_rows: shape (rows,).
        resting: the row on which each threshold rests, -1 where it is nothing; shape (thresholds,).
    """

    of_rows: np.ndarray
    resting: np.ndarray


@dataclass(frozen=True)
class Tail:
    """The rows with their own columns, by their numbers in the program.

    Attributes:
        rows: shape (rows,).
        excess: the excess of each row; shape (rows,).
        thresholds: shape (thresholds,).
        threshold_of: place among `thresholds` of each row's; shape (rows,).
        excess_cost, threshold_cost: of each.
        other_rows, other_columns: all that is left of the program.
        counts: what the rows count of the other columns; shape (rows, other columns).
        limit: shape (rows,).
    """

    rows: np.ndarray
    excess: np.ndarray
    thresholds: np.ndarray
    threshold_of: np.ndarray
    excess_cost: np.ndarray
    threshold_cost: np.ndarray
    other_rows: np.ndarray
    other_columns: np.ndarray
    counts: sparse.csr_array
    limit: np.ndarray

    @property
    def no_prices(self) -> TailPrices:
        """As if nothing were counted."""
        return TailPrices(np.zeros(len(self.rows)), np.full(len(self.thresholds), NONE))

    def counted(self, x: np.ndarray) -> np.ndarray:
        """What each row counts over its limit; `x` is of the other columns."""
        found: np.ndarray = self.counts @ x - self.limit
        return found

    def prices(self, counted: np.ndarray) -> TailPrices:
        """The best prices of what the rows count."""
        of_rows, resting = np.zeros(len(self.rows)), np.full(len(self.thresholds), NONE)
        for y, most in enumerate(self.threshold_cost):
            mine = np.flatnonzero(self.threshold_of == y)
            worst_first = mine[np.argsort(-counted[mine], kind="stable")]
            together = np.cumsum(self.excess_cost[worst_first])
            beyond = int((together <= most).sum())
            of_rows[worst_first[:beyond]] = self.excess_cost[worst_first[:beyond]]
            if beyond < len(worst_first):
                resting[y] = worst_first[beyond]
                of_rows[resting[y]] = most - (together[beyond - 1] if beyond else 0.0)
        return TailPrices(of_rows, resting)

    def own_columns(self, counted: np.ndarray, prices: TailPrices) -> tuple[np.ndarray, np.ndarray]:
        """Excess of each row and each threshold, where thresholds rest on the rows that prices say."""
        rests = prices.resting != NONE
        thresholds = np.where(rests, np.maximum(counted[prices.resting], 0.0), 0.0)
        return np.maximum(counted - thresholds[self.threshold_of], 0.0), thresholds

    def is_beyond(self, prices: TailPrices) -> np.ndarray:
        """Whether each row lies beyond its threshold; shape (rows,)."""
        found = prices.of_rows == self.excess_cost
        found[prices.resting[prices.resting != NONE]] = False
        return found

    def cost_of(self, excess: np.ndarray, thresholds: np.ndarray) -> float:
        """What excess and thresholds cost."""
        return float(self.excess_cost @ excess + self.threshold_cost @ thresholds)


def tail_of(program: LinearProgram) -> Tail | None:
    """The tail of a program; None where no row that couples chains is of one, or their own columns mean more."""
    blocks = [block.numbers for block in program.row_blocks if not block.chain]
    if not blocks:
        return None
    rows = np.sort(np.concatenate(blocks))
    elsewhere = np.ones(program.shape[0], dtype=bool)
    elsewhere[rows] = False
    is_own = np.ones(program.shape[1], dtype=bool)
    is_own[program.matrix[elsewhere].indices] = False
    lines = program.matrix[rows]
    with_own = np.flatnonzero(np.bincount(_row_of(lines), is_own[lines.indices], len(rows)))
    rows, lines = rows[with_own], lines[with_own]
    entry_row, entry_is_own = _row_of(lines), is_own[lines.indices]
    own_rows, own = entry_row[entry_is_own], lines.indices[entry_is_own]
    if not len(rows) or (np.bincount(own_rows, minlength=len(rows)) != 2).any():
        return None
    pairs = own[np.argsort(own_rows, kind="stable")].reshape(-1, 2)
    stands_in = np.bincount(own, minlength=program.shape[1])
    # of two that stand in one row alone, either is the excess over the other
    pairs = np.where((stands_in[pairs[:, 0]] <= stands_in[pairs[:, 1]])[:, np.newaxis], pairs, pairs[:, ::-1])
    excess, threshold = pairs.T
    thresholds, threshold_of = np.unique(threshold, return_inverse=True)
    columns = np.concatenate([excess, thresholds])
    other_rows = np.setdiff1d(np.arange(program.shape[0]), rows)
    takes_off_excess = (lines.data[entry_is_own] == -1.0).all() and (stands_in[excess] == 1).all()
    limits_else = np.isin(program.matrix[other_rows].indices, columns).any()
    if not takes_off_excess or limits_else or not _are_free(program, rows, columns):
        return None
    other_columns = np.setdiff1d(np.arange(program.shape[1]), columns)
    return Tail(
        rows,
        excess,
        thresholds,
        threshold_of,
        program.cost[excess],
        program.cost[thresholds],
        other_rows,
        other_columns,
        sparse.csr_array(lines[:, other_columns]),
        program.row_upper[rows],
    )


def _are_free(program: LinearProgram, rows: np.ndarray, columns: np.ndarray) -> bool:
    """Whether rows have a limit above alone, and columns go from zero up at a cost and are not preferred."""
    return bool(
        np.isinf(program.row_lower[rows]).all()
        and np.isfinite(program.row_upper[rows]).all()
        and (program.column_lower[columns] == 0.0).all()
        and np.isinf(program.column_upper[columns]).all()
        and (program.cost[columns] >= 0.0).all()
        and not program.preference[columns].any()
    )


def _row_of(lines: sparse.csr_array) -> np.ndarray:
    """The row of each entry."""
    return np.repeat(np.arange(lines.shape[0]), np.diff(lines.indptr))
