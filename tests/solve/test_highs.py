"""HiGHS: every way a solve can end has its status, and nothing can be read but an optimum."""

from __future__ import annotations

import gc
import math
import threading
import time
import weakref
from dataclasses import replace

import numpy as np
import pytest

from bichiku.program import LinearProgram, ProgramUnits
from bichiku.solving import Limits, Solution, SolverOptions, Status
from bichiku.solving.highs import HighsRun
from bichiku.solving.start import SolverError
from tests.solve.programs import INF, large_program, program


def _solve(lp: LinearProgram, **options: object) -> Solution:
    return HighsRun(lp, SolverOptions(**options)).solve()  # type: ignore[arg-type]


INFEASIBLE = program([1], [[1]], [2], [INF], column_upper=[1])  # x ≥ 2 and x ≤ 1
UNBOUNDED = program([-1, 0], [[1, -1]], [-INF], [0], column_upper=[INF, INF])  # most x with x ≤ y


@pytest.mark.parametrize("method", ["simplex", "ipm"])
def test_an_optimum_comes_with_values_and_prices(method: str) -> None:
    # least 2x + 3y + 10 with x + y ≥ 4, x ≤ 3: x = 3, y = 1 costs 19; one more tonne costs 3, one more of x saves 1
    lp = program([2, 3], [[1, 1]], [4], [INF], column_upper=[3, INF], constant=10)
    found = _solve(lp, method=method)
    assert found.status is Status.OPTIMAL
    assert found.x == pytest.approx([3, 1])
    assert found.objective == pytest.approx(19)
    assert found.row_dual == pytest.approx([3])
    assert found.reduced_cost == pytest.approx([-1, 0])


@pytest.mark.parametrize("units", [None, ProgramUnits(np.array([4.0]), np.array([2.0, 0.5]), money=8.0)])
def test_an_optimum_alone_is_cost_and_prices_of_limits_in_the_units_of_the_caller(units: ProgramUnits | None) -> None:
    # the program above; y is liked better by 9, which is no cost
    lp = program([2, 3], [[1, 1]], [4], [INF], column_upper=[3, INF], constant=10)
    run = HighsRun(replace(lp, units=units, preference=np.array([0.0, -9.0])), SolverOptions())
    found = run.optimum()
    assert (found.status, found.objective) == (Status.OPTIMAL, pytest.approx(19))
    assert found.row_dual == pytest.approx([3])
    moved = replace(run._program, row_lower=np.array([2.0]))  # x = 2 costs 14, and a tonne more 2
    run.change(moved)
    assert run.optimum().objective == pytest.approx(14)
    assert run.optimum().row_dual == pytest.approx([2])


def test_a_solver_that_is_put_away_is_freed_at_once() -> None:
    run = HighsRun(program([2, 3], [[1, 1]], [4], [INF], column_upper=[3, INF]), SolverOptions())
    run.solve()
    before = weakref.ref(run._highs)
    gc.disable()  # which would free it sooner or later
    try:
        run.put_away()
        assert before() is None
    finally:
        gc.enable()
    assert run.point() == pytest.approx([3, 1])


@pytest.mark.parametrize("lp", [INFEASIBLE, program([], [], [1], [INF], column_upper=[])])
def test_where_there_is_no_optimum_none_is_told(lp: LinearProgram) -> None:
    found = HighsRun(lp, SolverOptions()).optimum()
    assert found.status is Status.INFEASIBLE
    assert math.isnan(found.objective)
    assert len(found.row_dual) == 0


def test_without_prices_the_preferred_point_is_the_same_and_its_duals_are_not_of_the_cost_alone() -> None:
    # x + y = 4 costs 2 a tonne either way, and y is liked better by 1/8
    lp = replace(program([2, 2], [[1, 1]], [4], [4], column_upper=[INF, INF]), preference=np.array([0.25, 0.125]))
    whole, sooner = HighsRun(lp, SolverOptions()).solve(), HighsRun(lp, SolverOptions()).solve(prices=False)
    assert whole.x.tolist() == sooner.x.tolist() == [0, 4]
    assert whole.objective == sooner.objective == 8
    assert (whole.row_dual[0], sooner.row_dual[0]) == pytest.approx((2, 2.125))


def test_a_limit_from_above_has_a_price_below_zero() -> None:
    # least -5x with 2x ≤ 6: x = 3; one more unit of the limit lowers cost by 5 / 2
    found = _solve(program([-5], [[2]], [-INF], [6], column_upper=[INF]))
    assert found.row_dual == pytest.approx([-2.5])


@pytest.mark.parametrize(
    ("lp", "status"),
    [
        (INFEASIBLE, Status.INFEASIBLE),
        (UNBOUNDED, Status.UNBOUNDED),
        (program([], [], [1], [INF], column_upper=[]), Status.INFEASIBLE),  # 0 ≥ 1
        (program([-1], [], [], [], column_upper=[INF]), Status.UNBOUNDED),
        (program([-1, 0], [[1, -1]], [-INF], [0], column_lower=[2, 0], column_upper=[INF, 1]), Status.INFEASIBLE),
    ],
)
@pytest.mark.parametrize("method", ["simplex", "ipm"])
def test_what_has_no_optimum_says_which_way(lp: LinearProgram, status: Status, method: str) -> None:
    assert _solve(lp, method=method).status is status


@pytest.mark.parametrize(("lp", "limit"), [(INFEASIBLE, None), (UNBOUNDED, None), (large_program(50), 1e-9)])
def test_nothing_can_be_read_without_an_optimum(lp: LinearProgram, limit: float | None) -> None:
    found = HighsRun(lp, SolverOptions()).solve(Limits(seconds=limit))
    assert found.status is not Status.OPTIMAL
    assert (len(found.x), len(found.row_dual), len(found.reduced_cost)) == (0, 0, 0)
    assert np.isnan(found.objective)


def test_a_time_limit_is_kept() -> None:
    assert HighsRun(large_program(100), SolverOptions()).solve(Limits(seconds=1e-9)).status is Status.TIME_LIMIT


def test_a_program_without_anything_is_its_constant() -> None:
    found = _solve(program([], [], [], [], column_upper=[], constant=7))
    assert (found.status, found.objective) == (Status.OPTIMAL, 7)


def test_numbers_too_large_for_the_solver_are_an_error_and_no_answer() -> None:
    # HiGHS takes 1e20 and more for infinite
    assert _solve(program([1e30], [[1]], [1], [INF], column_upper=[5])).status is Status.ERROR


def test_an_option_that_is_refused_is_an_error() -> None:
    # HiGHS itself would go on with what it had before
    with pytest.raises(SolverError, match="refuses option"):
        _solve(INFEASIBLE, method="hippo")


def test_a_model_that_is_refused_is_an_error() -> None:
    with pytest.raises(SolverError, match="refuses the model"):
        _solve(program([1], [[1e16]], [1], [INF], column_upper=[5]))  # entries over 1e15 are refused


def test_a_solve_that_was_stopped_before_it_began_is_interrupted() -> None:
    run = HighsRun(large_program(20), SolverOptions())
    run.interrupt()
    assert run.solve().status is Status.INTERRUPTED


def test_a_running_solve_can_be_stopped_from_another_thread() -> None:
    run = HighsRun(large_program(2500), SolverOptions())
    found: list[Solution] = []
    thread = threading.Thread(target=lambda: found.append(run.solve()))
    thread.start()
    time.sleep(0.5)
    assert thread.is_alive()
    run.interrupt()
    thread.join(timeout=60)
    assert found[0].status is Status.INTERRUPTED
    assert len(found[0].x) == 0


def test_the_same_program_gives_the_same_vertex_each_time() -> None:
    # any split of 4 between two goods of one price is optimal
    lp = program([1, 1], [[1, 1]], [4], [INF], column_upper=[4, 4])
    assert {tuple(_solve(lp).x) for _ in range(5)} == {tuple(_solve(lp).x)}


@pytest.mark.parametrize("method", ["simplex", "ipm"])
def test_the_basis_of_an_optimum_can_be_solved_with(method: str) -> None:
    # 3x - y over 0 <= 2x - y <= 3, y - x <= 2. HiGHS 1.15.1 died when asked for the basis that its interior-point
    # method ended with
    small = program([3, -1], [[2, -1], [-1, 1]], [0, -INF], [3, 2], [4, 4])
    run = HighsRun(small, SolverOptions(method))
    assert run.solve().objective == pytest.approx(0.0, abs=1e-9)
    basic = run.basic_variables()
    # a row's logical stands for minus its activity, so its column in the basis is that of the identity
    columns = np.column_stack([small.matrix.toarray()[:, b] if b >= 0 else np.eye(2)[:, -b - 1] for b in basic])
    right = np.array([1.0, 3.0])
    assert columns @ run.basis_solve(right) == pytest.approx(right)


def test_a_solver_says_nothing_on_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    # version 1.16 greets while it is made, before an option can be set
    _solve(program([1], [[1]], [2], [INF], column_upper=[3]))
    assert capfd.readouterr().out == ""
