"""The slope and the range of a part's objective against solving again inside the range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from bichiku.program import LinearProgram, Move
from bichiku.solving.highs import HighsRun
from bichiku.solving.options import SolverOptions
from bichiku.solving.sensitivity import OptimalBasis, slope
from bichiku.solving.solution import Status
from oracles.drawn import drawn
from tests.solve.programs import INF, program


@st.composite
def programs(draw: st.DrawFn) -> LinearProgram:
    """Small programs with a feasible point by construction, rows of every kind, and bounded columns."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, columns = int(rng.integers(2, 6)), int(rng.integers(3, 9))
    matrix = rng.integers(-2, 4, (rows, columns)).astype(float)
    inside = matrix @ rng.uniform(0, 3, columns)
    lower = np.where(rng.random(rows) < 0.5, inside - rng.uniform(0, 1, rows), -INF)
    upper = np.where(rng.random(rows) < 0.5, inside + rng.uniform(0, 1, rows), INF)
    equal = rng.random(rows) < 0.2
    lower[equal] = upper[equal] = inside[equal]
    return program(rng.uniform(-1, 3, columns), matrix, lower, upper, rng.uniform(3, 5, columns))


@drawn(200)
@given(programs(), st.integers(0, 2**32 - 1))
def test_the_objective_follows_the_slope_inside_the_range(original: LinearProgram, seed: int) -> None:
    run = HighsRun(original, SolverOptions())
    solution = run.solve()
    assume(solution.status is Status.OPTIMAL)
    rng = np.random.default_rng(seed)
    rows, columns = original.shape
    direction = Move(
        rng.choice(rows, 2, replace=False),
        rng.uniform(-1, 1, 2),
        rng.choice(columns, 2, replace=False),
        rng.uniform(-1, 1, 2),
    )
    found = OptimalBasis(original, run, solution).along(direction)
    for end in (found.least, found.most):
        step = 0.9 * float(np.clip(end, -1, 1))
        lower, upper = original.row_lower.copy(), original.row_upper.copy()
        lower[direction.rows] += step * direction.row_moves
        upper[direction.rows] += step * direction.row_moves
        column_upper = original.column_upper.copy()
        column_upper[direction.columns] += step * direction.column_moves
        again = replace(original, row_lower=lower, row_upper=upper, column_upper=column_upper)
        value = HighsRun(again, SolverOptions()).solve().objective
        assert np.isclose(value, solution.objective + step * slope(original, solution, direction), rtol=1e-7, atol=1e-7)


def test_the_range_of_a_limit_ends_where_another_limit_binds() -> None:
    """min x + 3y, x + y ≥ 4, x ≤ 6: one more of the limit costs 1, from 0 (x ≥ 0) up to 6 (x ≤ 6)."""
    simple = program([1, 3], [[1, 1]], [4], [INF], column_upper=[6, INF])
    run = HighsRun(simple, SolverOptions())
    nothing = np.empty(0, dtype=int)
    direction = Move(np.array([0]), np.ones(1), nothing, np.empty(0))
    solution = run.solve()
    found = OptimalBasis(simple, run, solution).along(direction)
    assert (slope(simple, solution, direction), 4 + found.least, 4 + found.most) == (1, 0, 6)


def test_a_bound_under_a_column_at_rest_there_moves_the_column() -> None:
    """min 3y - x, x + y ≥ 4, x ≤ 2, y free to fill: one more of x saves 1 + 3 while y = 4 - x ≥ 0."""
    simple = program([-1, 3], [[1, 1]], [4], [INF], column_upper=[2, INF])
    run = HighsRun(simple, SolverOptions())
    direction = Move(np.empty(0, dtype=int), np.empty(0), np.array([0]), np.ones(1))
    solution = run.solve()
    found = OptimalBasis(simple, run, solution).along(direction)
    assert (slope(simple, solution, direction), 2 + found.most) == (-4, 4)
