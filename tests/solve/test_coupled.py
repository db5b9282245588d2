"""Parts that a row couples stay apart while it does not bind, and are one program where it does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.program import LinearProgram, Move, RowBlock
from bichiku.program.components import coupling_rows
from bichiku.reading.model import read_model
from bichiku.result.near_optimal import near_optimal_ranges
from bichiku.result.pipeline import Clock, optimise, run_strategy
from bichiku.solving import HotProgram, Solution, SolverOptions, Status
from bichiku.solving.certificate import certify
from bichiku.solving.coupled import RowsCouple
from bichiku.solving.highs import HighsRun
from oracles.drawn import drawn
from tests.solve.programs import INF, Numbers, program

OPTIONS = SolverOptions()
TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"


def coupled(cost: Numbers, least: Numbers, most: Numbers, limit: float, weights: Numbers = (1, 1)) -> LinearProgram:
    """A chain of one column each, from least to most, whose weighted sum has a limit."""
    count = len(cost)
    found = program(
        cost,
        [*np.eye(count), list(weights)],
        [*least, -INF],
        [*np.full(count, INF), limit],
        most,
    )
    names = [
        RowBlock("floor", (f"chain-{i}",), i, np.array([0]), "once", "t", False, f"chain-{i}") for i in range(count)
    ]
    budget = RowBlock("budget_investment", ("all",), count, np.array([0]), "once", "USD", True)
    return replace(found, row_blocks=(*names, budget))


def solved(lp: LinearProgram) -> tuple[HotProgram, Solution]:
    hot = HotProgram(lp, OPTIONS)
    return hot, hot.solve()[0]


def test_a_row_that_does_not_bind_leaves_parts_apart_and_has_no_price() -> None:
    hot, answer = solved(coupled(cost=[1, 1], least=[2, 3], most=[9, 9], limit=10))
    assert (answer.objective, len(hot.parts)) == (5, 2)
    assert answer.row_dual.tolist() == [1, 1, 0]
    # of 10 the other leaves 7 to the first, and 8 to the second
    assert [part.program.row_upper[part.coupling].tolist() for part in hot.parts] == [[7], [8]]


def test_a_row_that_binds_makes_parts_one() -> None:
    # worth 1 and 2 a piece, at most 4 of each and 6 together: 2 of the first, 4 of the second
    hot, answer = solved(coupled(cost=[-1, -2], least=[0, 0], most=[4, 4], limit=6))
    assert (answer.objective, len(hot.parts)) == (-10, 1)
    assert answer.x.tolist() == [2, 4]
    assert answer.row_dual.tolist() == [0, 0, -1]


def test_a_row_may_bound_what_is_unbounded_without_it() -> None:
    _, answer = solved(coupled(cost=[-1, 1], least=[0, 1], most=[INF, 4], limit=6))
    assert (answer.status, answer.objective) == (Status.OPTIMAL, -4)  # 5 of the first, 1 of the second


@pytest.mark.parametrize(("least", "limit"), [([2, 3], 4.0), ([5, 3], 10.0)])
def test_what_cannot_be_kept_is_infeasible(least: list[float], limit: float) -> None:
    _, answer = solved(coupled(cost=[1, 1], least=least, most=[4, 4], limit=limit))
    assert answer.status is Status.INFEASIBLE


def test_a_part_moves_by_itself_within_what_the_others_leave_it() -> None:
    hot, _ = solved(coupled(cost=[1, 1], least=[2, 3], most=[9, 9], limit=10))
    part = next(i for i, found in enumerate(hot.parts) if found.columns.tolist() == [0])
    own = hot.parts[part].program
    floor = Move(rows=np.array([0]), row_moves=np.array([1.0]))
    with hot.session(part) as again:
        assert again(own.moved(floor, 4)).objective == 6
        with pytest.raises(RowsCouple):
            again(own.moved(floor, 6))  # 8 and 3 are more than 10
        assert again(own.moved(floor, 8)).status is Status.INFEASIBLE  # more than 9, whatever the other leaves
    assert hot.runs[part].solve().objective == 2


def test_joining_afterwards_keeps_the_answer_and_solves_nothing() -> None:
    hot, before = solved(coupled(cost=[1, 1], least=[2, 3], most=[9, 9], limit=10))
    hot.join()
    after, report = hot.solve()
    assert (len(hot.parts), report.iterations, after.objective) == (1, 0, 5)
    assert (after.x == before.x).all()
    with hot.session(0) as again:  # the limit may move now: with 4 of 10 there is no way
        assert again(hot.parts[0].program.moved(Move(rows=np.array([2]), row_moves=np.array([-1.0])), 6)).status is (
            Status.INFEASIBLE
        )


def test_a_part_without_columns_is_joined_like_any_other() -> None:
    # a floor on a chain that nobody supplies: 0 ≤ 1
    lp = coupled(cost=[1, 1, 1], least=[2, 3, 0], most=[9, 9, 9], limit=10, weights=[1, 1, 0])
    matrix = lp.matrix.copy()
    matrix.data[matrix.indptr[2]] = 0.0
    matrix.eliminate_zeros()
    upper = np.where(np.arange(4) == 2, 1.0, lp.row_upper)
    hot, before = solved(replace(lp, matrix=matrix, row_upper=upper))
    assert sorted(part.program.shape for part in hot.parts) == [(1, 0), (2, 1), (2, 1)]
    hot.join()
    assert sorted(part.program.shape for part in hot.parts) == [(1, 0), (3, 2)]
    assert (hot.solve()[0].x == before.x).all()


def test_other_numbers_are_looked_at_anew() -> None:
    lp = coupled(cost=[1, 1], least=[2, 3], most=[9, 9], limit=10)
    hot, _ = solved(lp)
    hot.change(replace(lp, row_lower=np.array([4.0, 3.0, -INF])))
    assert hot.solve()[0].objective == 7
    hot.change(replace(lp, cost=np.array([-1.0, -1.0])))
    assert hot.solve()[0].objective == -10
    assert len(hot.parts) == 1


def test_rows_with_columns_of_their_own_are_not_left_out() -> None:
    # a column that stands in the coupling row alone, as the excess over a level of risk does
    lp = coupled(cost=[1, 1], least=[2, 3], most=[9, 9], limit=10)
    wide = lp.extended(np.array([[0.0], [0.0], [-1.0]]), np.array([INF]), np.array([1.0]))
    assert coupling_rows(lp).tolist() == [2]
    assert coupling_rows(wide).tolist() == []


@st.composite
def _programs(draw: st.DrawFn) -> LinearProgram:
    count = draw(st.integers(2, 5))
    number = st.integers(-4, 4)
    numbers = [draw(st.lists(number, min_size=count, max_size=count)) for _ in range(4)]
    cost, least, room, weights = (np.array(found, dtype=float) for found in numbers)
    return coupled(cost, abs(least), abs(least) + abs(room), float(draw(st.integers(-10, 20))), weights)


@drawn(60)
@given(_programs())
def test_apart_or_joined_the_optimum_is_that_of_the_whole(lp: LinearProgram) -> None:
    _, answer = solved(lp)
    whole = HighsRun(replace(lp, row_blocks=()), OPTIONS).solve()
    assert answer.status is whole.status
    if answer.status is Status.OPTIMAL:
        assert answer.objective == pytest.approx(whole.objective, abs=1e-9)
        assert certify(lp, answer).holds


def test_a_budget_that_never_binds_changes_no_number_but_its_own() -> None:
    budget = "policies.budget={reserve_per_year: 1e12, investment: 1e12}"
    without, beside = (
        run_strategy(read_model(TUTORIAL, ["reserve-180"], changes)["reserve-180"]) for changes in ([], [budget])
    )
    assert beside.solved is not None
    assert beside.solved.report.parts == 2
    for table in ("flows", "reserve", "sourcing"):
        pd.testing.assert_frame_equal(without.table(table), beside.table(table))
    prices = beside.table("prices")
    of_budget = prices["policy"].str.startswith("budget")
    pd.testing.assert_frame_equal(
        without.table("prices"), prices[~of_budget].reset_index(drop=True), check_exact=False, rtol=1e-9
    )
    assert (prices.loc[of_budget, "price"] == 0.0).all()
    assert prices.loc[of_budget, "holds_to"].isna().all()


def test_a_range_is_looked_for_in_all_that_a_budget_couples() -> None:
    world = read_model(TUTORIAL, ["today"], ["policies.budget={reserve_per_year: 1e12}"])["today"]
    hot, outcome, _ = optimise(world, Clock())
    assert len(hot.parts) == 2
    near_optimal_ranges(outcome, hot, 0.01, list(world.materials)[:1])
    assert len(hot.parts) == 1
