"""Small linear programs for the tests of solving."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from bichiku.program import LinearProgram

Numbers = Sequence[float] | np.ndarray
INF = float("inf")


def program(
    cost: Numbers,
    rows: Sequence[Sequence[float]] | np.ndarray,
    row_lower: Numbers,
    row_upper: Numbers,
    column_upper: Numbers,
    column_lower: Numbers | None = None,
    constant: float = 0.0,
) -> LinearProgram:
    """A program from dense numbers; columns are zero or more unless said otherwise."""
    cost = np.array(cost, dtype=float)
    matrix = np.array(rows, dtype=float).reshape(len(row_lower), len(cost))
    return LinearProgram(
        cost=cost,
        constant=constant,
        matrix=sparse.csr_array(matrix),
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
        column_lower=np.zeros(len(cost)) if column_lower is None else np.array(column_lower, dtype=float),
        column_upper=np.array(column_upper, dtype=float),
        row_constant=np.zeros(len(row_lower)),
        preference=np.zeros(len(cost)),
    )


def large_program(size: int) -> LinearProgram:
    """A dense program that takes HiGHS a while: most value of `size` goods from `size` resources."""
    rng = np.random.default_rng(1)
    return program(
        cost=-1 - rng.random(size),
        rows=rng.random((size, size)),
        row_lower=np.full(size, -INF),
        row_upper=size * (1 + rng.random(size)),
        column_upper=np.full(size, INF),
    )
