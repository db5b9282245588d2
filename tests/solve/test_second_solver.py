"""HiGHS by simplex and by interior point, and SoPlex, say the same of the same program.

`benchmarks/solvers.py` does this on the Japan model and on more random ones, and with a third code.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bichiku.program import LinearProgram
from bichiku.reading.model import read_model
from bichiku.solving import SolverOptions, Status, solve
from bichiku.solving.certificate import certify
from oracles.drawn_programs import drawn_programs, final_program, without_capacities
from oracles.second_solver import solve_with_soplex
from tests.solve.programs import INF, program

TUTORIAL = Path(__file__).resolve().parents[2] / "models" / "tutorial"


def _agreed(lp: LinearProgram) -> Status:
    """What all solvers say of a program, once it is sure that they say the same and that each answer holds."""
    simplex, _ = solve(lp, SolverOptions())
    interior_point, _ = solve(lp, SolverOptions("ipm"))
    others = [interior_point, solve_with_soplex(lp)]
    assert [other.status for other in others] == [simplex.status] * 2
    if simplex.status is Status.OPTIMAL:
        assert [other.objective for other in others] == pytest.approx([simplex.objective] * 2, rel=1e-6, abs=1e-6)
        assert all(certify(lp, answer).holds for answer in [simplex, *others])
    return simplex.status


def test_solvers_agree_on_random_models() -> None:
    limited: Counter[Status] = Counter()
    unlimited: Counter[Status] = Counter()
    # what a seed draws depends on what else is loaded, so seeds are taken until each verdict is among them often enough
    # to mean something
    for number in range(1, 11):
        for lp in drawn_programs(30, number=number):
            limited[_agreed(lp)] += 1
            unlimited[_agreed(without_capacities(lp))] += 1
        if limited[Status.INFEASIBLE] >= 3 and unlimited[Status.UNBOUNDED] >= 10:
            break
    assert limited[Status.OPTIMAL] >= 10
    assert limited[Status.INFEASIBLE] >= 3
    assert unlimited[Status.UNBOUNDED] >= 10


@pytest.mark.parametrize("strategy", sorted(read_model(TUTORIAL).worlds))
def test_solvers_agree_on_the_tutorial(strategy: str) -> None:
    assert _agreed(final_program(read_model(TUTORIAL, [strategy]).worlds[strategy])) is Status.OPTIMAL


def test_soplex_gives_values_and_prices() -> None:
    # least 2x + 3y + 10 with x + y ≥ 4, x ≤ 3: x = 3, y = 1 costs 19; one more tonne costs 3, one more of x saves 1
    found = solve_with_soplex(program([2, 3], [[1, 1]], [4], [INF], column_upper=[3, INF], constant=10))
    assert found.status is Status.OPTIMAL
    assert found.x == pytest.approx([3, 1])
    assert found.objective == pytest.approx(19)
    assert found.row_dual == pytest.approx([3])
    assert found.reduced_cost == pytest.approx([-1, 0])


@pytest.mark.parametrize(
    ("lp", "status"),
    [
        (program([1], [[1]], [2], [INF], column_upper=[1]), Status.INFEASIBLE),  # x ≥ 2 and x ≤ 1
        (program([-1, 0], [[1, -1]], [-INF], [0], column_upper=[INF, INF]), Status.UNBOUNDED),  # most x with x ≤ y
        # most x with z ≥ 2 and z ≤ 1: money without end, but no way to it
        (program([-1, 0], [[0, 1]], [2], [INF], column_upper=[INF, 1]), Status.INFEASIBLE),
    ],
)
def test_soplex_says_why_there_is_no_optimum(lp: LinearProgram, status: Status) -> None:
    found = solve_with_soplex(lp)
    assert found.status is status
    assert len(found.x) == 0
