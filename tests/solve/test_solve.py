"""Solving in parts: the same answer as in one piece, and the status of the part that fails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import block_diag

from bichiku.program import LinearProgram
from bichiku.program.components import split_program
from bichiku.solving import HotProgram, Limits, SolverOptions, Status, solve
from bichiku.solving.certificate import certify
from bichiku.solving.highs import HighsRun
from oracles.drawn import drawn
from tests.solve.programs import INF, large_program, program

OPTIONS = SolverOptions()


@st.composite
def _block(draw: st.DrawFn) -> tuple[list[list[int]], list[int], list[int], list[int]]:
    """Rows, lower limits, costs and upper bounds of a part that has an optimum: demands met from bounded columns."""
    columns, rows = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    numbers = st.lists(st.integers(0, 5), min_size=columns, max_size=columns)
    matrix = draw(st.lists(numbers, min_size=rows, max_size=rows))
    upper = draw(st.lists(st.integers(1, 9), min_size=columns, max_size=columns))
    cost = draw(st.lists(st.integers(-3, 9), min_size=columns, max_size=columns))
    most = [sum(a * u for a, u in zip(row, upper, strict=True)) for row in matrix]
    lower = [draw(st.integers(0, limit)) for limit in most]
    return matrix, lower, cost, upper


@st.composite
def _programs(draw: st.DrawFn) -> LinearProgram:
    """A program of one to four parts, its rows and columns shuffled so that the parts do not lie together."""
    blocks = draw(st.lists(_block(), min_size=1, max_size=4))
    matrix = block_diag(*(np.array(block[0], dtype=float) for block in blocks))
    lower, cost, upper = (np.concatenate([np.array(block[i], dtype=float) for block in blocks]) for i in (1, 2, 3))
    rows = np.array(draw(st.permutations(range(matrix.shape[0]))))
    columns = np.array(draw(st.permutations(range(matrix.shape[1]))))
    return program(
        cost[columns], matrix[rows][:, columns], lower[rows], np.full(len(rows), INF), upper[columns], constant=3.0
    )


@drawn(40)
@given(_programs())
def test_parts_give_the_optimum_of_the_whole(lp: LinearProgram) -> None:
    apart, report = solve(lp, OPTIONS)
    joint, _ = solve(lp, OPTIONS, separate=False)
    assert (apart.status, joint.status) == (Status.OPTIMAL, Status.OPTIMAL)
    assert apart.objective == pytest.approx(joint.objective, abs=1e-7)
    assert certify(lp, apart).holds
    assert apart.reduced_cost == pytest.approx(lp.cost - lp.matrix.T @ apart.row_dual, abs=1e-7)
    assert report.parts >= 1


@drawn(40)
@given(_programs())
def test_parts_share_no_row_and_no_column_and_miss_none(lp: LinearProgram) -> None:
    split = split_program(lp)
    rows = np.concatenate([part.rows for part in split.components])
    columns = np.concatenate([*(part.columns for part in split.components), split.loose_columns])
    assert sorted(rows) == list(range(lp.shape[0]))
    assert sorted(columns) == list(range(lp.shape[1]))
    dense = lp.matrix.toarray()
    for part in split.components:
        assert part.program.matrix.toarray().tolist() == dense[np.ix_(part.rows, part.columns)].tolist()
        assert not dense[np.ix_(part.rows, np.setdiff1d(np.arange(lp.shape[1]), part.columns))].any()


def test_parts_are_as_small_as_can_be() -> None:
    # columns 0 and 2 meet in row 1; column 1 has row 0; column 3 has rows 2 and 3
    rows = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 2]]
    split = split_program(program([1] * 4, rows, [1] * 4, [INF] * 4, [9] * 4))
    found = sorted((part.rows.tolist(), part.columns.tolist()) for part in split.components)
    assert found == [([0], [1]), ([1], [0, 2]), ([2, 3], [3])]


def test_a_shared_row_makes_one_part() -> None:
    lp = program([1, 1], [[1, 0], [0, 1], [1, 1]], [1, 1, 3], [INF] * 3, [9, 9])
    assert len(split_program(lp).components) == 1


# Columns that stand in no row


def test_a_loose_column_goes_to_its_cheap_end() -> None:
    # 2 to 5 at a cost of 3, at a gain of 3, and for nothing
    lp = program([3, -3, 0], [], [], [], [5, 5, 5], column_lower=[2, 2, 2], constant=1)
    found, report = solve(lp, OPTIONS)
    assert found.x.tolist() == [2, 5, 2]
    assert found.objective == 1 + 6 - 15
    assert found.reduced_cost.tolist() == [3, -3, 0]
    assert report.parts == 0


def test_a_loose_column_that_gains_without_end_is_unbounded() -> None:
    found, _ = solve(program([-1, 1], [[0, 1]], [2], [INF], [INF, 9]), OPTIONS)
    assert found.status is Status.UNBOUNDED
    assert len(found.x) == 0


@pytest.mark.parametrize(("lower", "upper"), [(-INF, INF), (-INF, 4.0), (0.0, INF)])
def test_a_loose_column_that_costs_nothing_never_makes_a_program_unbounded(lower: float, upper: float) -> None:
    lp = program([0], [], [], [], [upper], column_lower=[lower])
    found, _ = solve(lp, OPTIONS)
    assert found.status is Status.OPTIMAL
    assert lower <= found.x[0] <= upper


def test_a_row_without_columns_is_still_checked() -> None:
    # 0 ≥ 1 beside a part that is fine
    assert solve(program([1], [[0], [1]], [1, 0], [INF, INF], [5]), OPTIONS)[0].status is Status.INFEASIBLE
    assert solve(program([1], [[0], [1]], [-1, 2], [0, INF], [5]), OPTIONS)[0].x.tolist() == [2]


# Parts that fail


def test_one_part_without_a_solution_leaves_none_for_the_whole() -> None:
    # x ≥ 1 is fine, y ≥ 2 with y ≤ 1 is not
    found, report = solve(program([1, 1], [[1, 0], [0, 1]], [1, 2], [INF, INF], [5, 1]), OPTIONS)
    assert found.status is Status.INFEASIBLE
    assert len(found.x) == 0
    assert report.parts == 2


def test_a_time_limit_in_one_part_is_that_of_the_whole() -> None:
    found, _ = solve(large_program(100), OPTIONS, limits=Limits(seconds=1e-9))
    assert found.status is Status.TIME_LIMIT


def test_an_iteration_limit_in_one_part_is_that_of_the_whole() -> None:
    found, _ = solve(large_program(100), OPTIONS, limits=Limits(iterations=1))
    assert found.status is Status.ITERATION_LIMIT


def test_a_limit_counts_each_solve_by_itself() -> None:
    # HiGHS adds up the seconds of all its runs, and holds its limit against their sum
    run = HighsRun(large_program(100), OPTIONS)
    run.solve()
    spent = run._highs.getRunTime()
    assert spent > 0
    run.solve(Limits(seconds=1000))
    assert run._highs.getOptionValue("time_limit")[1] == 1000 + spent


def test_a_program_that_reached_its_limit_is_solved_without_it() -> None:
    hot = HotProgram(large_program(100), OPTIONS)
    assert hot.solve(limits=Limits(iterations=1))[0].status is Status.ITERATION_LIMIT
    assert hot.solve()[0].status is Status.OPTIMAL


def test_the_log_names_each_part() -> None:
    # two parts of one row and one column each: x ≥ 1 and y ≥ 2
    hot = HotProgram(program([1, 1], [[1, 0], [0, 1]], [1, 2], [INF, INF], [5, 5]), OPTIONS)
    log = hot.solve(keep_log=True)[1].log
    assert [line for line in log.splitlines() if line.startswith("Part")] == [
        "Part 1 of 2: 1 rows, 1 columns",
        "Part 2 of 2: 1 rows, 1 columns",
    ]
    assert log.count("Objective value") == 2


def test_solvers_that_need_not_be_at_hand_are_put_away_with_their_bases() -> None:
    # x ≥ 1 and y ≥ 2, of which y may be 5 at most; then x ≥ 3 as well
    def of(least: float) -> LinearProgram:
        return program([1, 1], [[1, 0], [0, 1]], [least, 2], [INF, INF], [5, 5])

    hot = HotProgram(of(1), OPTIONS, at_hand=False)
    assert hot.solve()[0].objective == 3
    assert [run._highs.getNumCol() for run in hot.runs] == [0, 0]
    with hot.session(1) as solve:
        assert solve(hot.parts[1].program).objective == 2
    hot.change(of(3))
    solution, report = hot.solve()
    assert (solution.objective, report.iterations) == (5, 0)  # x stays basic, at the limit that moved


def test_a_part_that_had_no_solution_is_solved_once_it_has_one() -> None:
    # x ≥ 3 with x ≤ 2, beside y ≥ 1: first there is none, then the bound is raised to 4 and x is 3
    def of(bound: float) -> LinearProgram:
        return program([1, 1], [[1, 0], [0, 1]], [3, 1], [INF, INF], [bound, 5])

    hot = HotProgram(of(2), OPTIONS)
    assert hot.solve()[0].status is Status.INFEASIBLE
    hot.change(of(4))
    assert hot.solve()[0].objective == 4


def test_progress_counts_the_parts() -> None:
    lp = program([1] * 3, np.eye(3), [1] * 3, [INF] * 3, [9] * 3)
    seen: list[tuple[int, int]] = []
    solve(lp, OPTIONS, progress=lambda done, parts: seen.append((done, parts)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_an_interrupt_stops_all_parts() -> None:
    # two large parts; the first word of progress of the small one raises, as Ctrl-C would
    large = large_program(800)
    matrix = block_diag(np.array([[1.0]]), large.matrix.toarray(), large.matrix.toarray())
    lp = program(
        np.concatenate([[1.0], large.cost, large.cost]),
        matrix,
        np.concatenate([[1.0], large.row_lower, large.row_lower]),
        np.concatenate([[INF], large.row_upper, large.row_upper]),
        np.full(matrix.shape[1], INF),
    )

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(lp, OPTIONS, progress=stop)


def test_options_that_are_refused_are_told_before_anything_is_solved() -> None:
    with pytest.raises(RuntimeError, match="refuses option"):
        solve(program([1], [[1]], [1], [INF], [5]), SolverOptions(method="hippo"))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("method", ["simplex", "ipm"])
def test_a_part_that_cannot_be_kept_comes_before_one_whose_cost_falls_without_end(
    order: tuple[int, int], method: str
) -> None:
    # most x with x <= y, beside z + w = 3 with both at most 1
    rows = np.array([[1, -1, 0, 0], [0, 0, 1, 1]])
    both = program(
        [-1, 0, 1, 1],
        rows[list(order)],
        np.array([-INF, 3])[list(order)],
        np.array([0, 3])[list(order)],
        column_upper=[INF, INF, 1, 1],
    )
    found, _ = solve(both, SolverOptions(method))
    assert found.status is Status.INFEASIBLE
