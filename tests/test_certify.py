"""The certificate: it holds for an optimum and for nothing else.

The program: least 2x + 3y with x + y ≥ 4, x ≤ 3, y ≤ 5. The optimum is x = 3, y = 1 at 9; another tonne costs 3,
so the row's dual is 3, and x's bound is worth 2 - 3 = -1.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bichiku.program import ColumnBlock, RowBlock
from bichiku.solving import Solution, Status
from bichiku.solving.certificate import certify
from tests.solve.programs import INF, program

PROGRAM = replace(
    program([2, 3], [[1, 1]], [4], [INF], column_upper=[3, 5]),
    row_blocks=(RowBlock("balance", ("cobalt",), 0, np.array([7]), "node", "t", False),),
    column_blocks=(ColumnBlock("ship", ("cobalt-cod",), 0, 2, "node"),),
)
OPTIMUM = Solution(Status.OPTIMAL, np.array([3.0, 1.0]), np.array([3.0]), np.array([-1.0, 0.0]), 9.0, 1)


def _with(**changes: object) -> Solution:
    return replace(OPTIMUM, **changes)  # type: ignore[arg-type]


def test_an_optimum_holds() -> None:
    found = certify(PROGRAM, OPTIMUM)
    assert found.holds
    assert (found.primal, found.primal_row, found.dual, found.gap) == (0, "", 0, 0)


def test_a_constant_is_part_of_the_objective() -> None:
    assert certify(replace(PROGRAM, constant=100.0), _with(objective=109.0)).holds
    assert not certify(replace(PROGRAM, constant=100.0), OPTIMUM).holds


def test_a_row_that_is_not_kept_is_named() -> None:
    # 3 + 0.5 is 0.5 short of 4; the largest term of the row is 3
    found = certify(PROGRAM, _with(x=np.array([3.0, 0.5]), objective=7.5))
    assert not found.holds
    assert found.primal == pytest.approx(0.5 / (1 + 3))
    assert found.primal_row == "balance[cobalt] node 7"


def test_a_bound_that_is_not_kept_is_named() -> None:
    # x is 1 over its bound of 3
    found = certify(PROGRAM, _with(x=np.array([4.0, 1.0]), objective=11.0))
    assert not found.holds
    assert found.primal == pytest.approx(1 / (1 + 4))
    assert found.primal_row == "ship[cobalt-cod] node 0"


def test_a_point_that_keeps_all_rows_but_costs_more_does_not_hold() -> None:
    assert not certify(PROGRAM, _with(x=np.array([2.0, 2.0]), objective=10.0)).holds


@pytest.mark.parametrize("x", [[2.0, 2.0], [3.0, 3.0]])
def test_the_objective_must_be_that_of_the_point(x: list[float]) -> None:
    # both keep all rows and cost 10 and 15, but the objective still says 9
    assert not certify(PROGRAM, _with(x=np.array(x))).holds


def test_a_dual_of_the_wrong_sign_does_not_hold() -> None:
    # a row with a lower limit only cannot have a negative dual; the largest cost is 3
    # with costs 2 and 3 the reduced costs that go with it are 2.5 and 3.5
    found = certify(PROGRAM, _with(row_dual=np.array([-0.5]), reduced_cost=np.array([2.5, 3.5])))
    assert not found.holds
    assert found.dual == pytest.approx(0.5 / (1 + 3))


@pytest.mark.parametrize("dual", [2.9, 3.1])
def test_a_dual_that_is_off_leaves_a_gap(dual: float) -> None:
    # 4 * 2.9 + 3 * (2 - 2.9) = 8.9 and 4 * 3.1 + 3 * (2 - 3.1) + 5 * (3 - 3.1) = 8.6, against 9
    found = certify(PROGRAM, _with(row_dual=np.array([dual])))
    assert not found.holds
    assert found.gap == pytest.approx({2.9: 0.1, 3.1: 0.4}[dual] / (1 + 9))


def test_an_objective_that_is_not_the_cost_of_the_point_does_not_hold() -> None:
    found = certify(PROGRAM, _with(objective=9.1))
    assert not found.holds
    assert found.objective == pytest.approx(0.1 / (1 + 9))


def test_reduced_costs_that_are_off_do_not_hold() -> None:
    # they are reported as prices of bounds, so they must be cost less matrix times duals
    assert not certify(PROGRAM, _with(reduced_cost=np.array([-2.0, 0.0]))).holds


@pytest.mark.parametrize(
    "change",
    [
        {"x": np.array([np.nan, 1.0])},
        {"x": np.array([3.0, np.nan])},
        {"row_dual": np.array([np.nan])},
        {"objective": np.nan},
        {"objective": np.inf},
    ],
)
def test_what_is_not_a_number_never_holds(change: dict[str, object]) -> None:
    assert not certify(PROGRAM, _with(**change)).holds


def test_rounding_of_the_solver_is_forgiven() -> None:
    x = np.array([3.0, 1.0]) * (1 - 1e-9)
    assert certify(PROGRAM, _with(x=x, objective=float(PROGRAM.cost @ x))).holds


def test_a_program_without_columns_or_rows_can_be_certified() -> None:
    empty = program([], [], [], [], column_upper=[], constant=5)
    assert certify(empty, Solution(Status.OPTIMAL, np.empty(0), np.empty(0), np.empty(0), 5.0, 0)).holds
