"""Chains that a CVaR ties together are solved apart at prices for what they do in each future, or else as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.program import LinearProgram, Move, RowBlock
from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.solving import HotProgram, Limits, Solution, SolverOptions, Status
from bichiku.solving.at_prices import ChainsAtPrices
from bichiku.solving.certificate import certify
from bichiku.solving.coupled import RowsCouple
from bichiku.solving.highs import HighsRun
from bichiku.solving.tail import tail_of
from oracles.drawn import drawn
from tests.solve.programs import INF, program

OPTIONS = SolverOptions()
TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"
ONE_YEAR = (0.6, 0.6, 0.6)  # what the excess of each of three futures costs; the threshold costs 1


def with_tail(
    stock_cost: Sequence[float],
    harm: Sequence[Sequence[float]],
    excess_cost: Sequence[float],
    threshold_cost: Sequence[float] = (1.0,),
    year: Sequence[int] | None = None,
    most: float = 10.0,
) -> LinearProgram:
    """Chains that hold a stock, each unit of which takes a unit off the harm that each future does to the chain.

    Harm costs 0.01 a unit by itself. Columns are the stock and the harm in each future of one chain after another,
    then the excess of each future and the threshold of each year; rows are what harm comes to at least, chain by
    chain, then what is counted of each future.
    """
    chains, futures, years = len(stock_cost), len(excess_cost), len(threshold_cost)
    year = [0] * futures if year is None else year
    width = 1 + futures
    columns = chains * width + futures + years
    rows, least = [], []
    for chain in range(chains):
        for future in range(futures):
            row = np.zeros(columns)
            row[[chain * width, chain * width + 1 + future]] = 1.0
            rows.append(row)
            least.append(harm[chain][future])
    for future in range(futures):
        row = np.zeros(columns)
        row[[chain * width + 1 + future for chain in range(chains)]] = 1.0
        row[[chains * width + future, chains * width + futures + year[future]]] = -1.0
        rows.append(row)
    cost = [each for own in stock_cost for each in (own, *[0.01] * futures)]
    upper = [each for _ in stock_cost for each in (most, *[INF] * futures)]
    lp = program(
        [*cost, *excess_cost, *threshold_cost],
        np.array(rows),
        [*least, *[-INF] * futures],
        [*[INF] * len(least), *[0.0] * futures],
        [*upper, *[INF] * (futures + years)],
    )
    names = [
        RowBlock("harm", (f"chain-{i}",), i * futures, np.arange(futures), "future", "t", False, f"chain-{i}")
        for i in range(chains)
    ]
    counted = RowBlock("excess_damage", ("all",), chains * futures, np.arange(futures), "future", "USD", False)
    return replace(lp, row_blocks=(*names, counted))


def solved(lp: LinearProgram) -> tuple[HotProgram, Solution]:
    hot = HotProgram(lp, OPTIONS)
    return hot, hot.solve()[0]


def whole(lp: LinearProgram) -> Solution:
    return HighsRun(replace(lp, row_blocks=()), OPTIONS).solve()


def two_chains() -> LinearProgram:
    """Harm of 20, 6 and 0 without stocks, so the first future lies beyond the threshold and the second rests on it.

    At 0.6 and the 0.4 that is left, a unit held in the first chain saves 1.02 in both up to 4 and 0.61 beyond, and
    costs 0.7; one in the second costs 1.2. So 4 are held, and harm is 16, 2 and 0:
    4 · 0.7 + 0.6 · (16 - 2) + 2 + 0.01 · 18 = 13.38.
    """
    return with_tail([0.7, 1.2], [[10, 4, 0], [10, 2, 0]], ONE_YEAR)


def test_chains_are_solved_apart_at_the_price_of_what_they_do() -> None:
    hot, answer = solved(two_chains())
    assert answer.objective == pytest.approx(13.38)
    assert len(hot.parts) == 2
    assert answer.x[[0, 4]] == pytest.approx([4, 0])  # stocks
    assert answer.x[8:] == pytest.approx([14, 0, 0, 2])  # excess of each future, threshold
    assert answer.row_dual[6:] == pytest.approx([-0.6, -0.4, 0])
    assert certify(two_chains(), answer).holds


def test_what_is_said_of_it_stands_in_the_log() -> None:
    _, report = HotProgram(two_chains(), OPTIONS).solve(keep_log=True)
    assert report.log.startswith("chains apart at prices for what they do in each future: 2 rounds, gap ")
    assert "Part 1 of 2" in report.log


def test_each_part_has_what_the_others_leave_of_the_futures() -> None:
    hot, _ = solved(two_chains())
    # the second chain does 10, 2 and 0, and the first 6, 0 and 0
    left = [part.program.row_upper[part.coupling].tolist() for part in hot.parts]
    assert left == [pytest.approx([-10, -2, 0]), pytest.approx([-6, 0, 0])]
    for part, run in zip(hot.parts, hot.runs, strict=True):
        alone = HighsRun(part.program, OPTIONS).solve()
        own = [-0.6, -0.4, 0]
        assert alone.row_dual[part.coupling] == pytest.approx(own)
        assert run.solve().objective == pytest.approx(alone.objective)


def test_a_part_moves_alone_as_long_as_the_prices_stay() -> None:
    hot, _ = solved(two_chains())
    own = hot.parts[0].program
    with hot.session(0) as again:
        now = again(own).objective
        # a unit more of harm in the first future: 0.6 beyond the threshold, and 0.01
        worse = again(own.moved(Move(rows=np.array([0]), row_moves=np.array([1.0])), 1.0))
        assert worse.objective - now == pytest.approx(0.61)
        # of twenty in the third, which becomes the worst: the threshold rests on the first then
        with pytest.raises(RowsCouple):
            again(own.moved(Move(rows=np.array([2]), row_moves=np.array([1.0])), 20.0))


def test_joined_afterwards_it_has_the_same_answer_and_solves_nothing() -> None:
    hot, before = solved(two_chains())
    hot.join()
    after, report = hot.solve()
    assert (len(hot.parts), report.iterations) == (1, 0)
    assert after.objective == pytest.approx(before.objective)
    assert hot.runs[0].solve().objective == pytest.approx(13.38)


def test_where_futures_stay_level_chains_become_one() -> None:
    # each chain is hit by one future: whichever is dearer is prevented for 0.7 a unit, and then the other is dearer.
    # Level they stay where nothing is held: the threshold of 10, and 0.01 · 20
    lp = with_tail([0.7, 0.7], [[10, 0], [0, 10]], (1.0, 1.0))
    hot = HotProgram(lp, OPTIONS)
    answer, report = hot.solve(keep_log=True)
    assert len(hot.parts) == 1
    assert answer.objective == pytest.approx(10.2)
    assert certify(lp, answer).holds
    assert "; then the whole from " in report.log.splitlines()[0]
    # for good, and with other numbers it goes on from where it is
    hot.change(with_tail([0.7, 0.7], [[10, 0], [0, 11]], (1.0, 1.0)))
    again, report = hot.solve(keep_log=True)
    # a unit held for 0.7 keeps the second at ten
    assert again.objective == pytest.approx(10.2 + 0.7)
    assert report.log.startswith("Part 1 of 1")


def test_an_answer_that_fails_its_certificate_is_left_for_the_whole() -> None:
    with patch.object(ChainsAtPrices, "_whole", autospec=True) as whole_of:
        whole_of.side_effect = _with_wrong_prices
        hot = HotProgram(two_chains(), OPTIONS)
        answer, report = hot.solve(keep_log=True)
    assert whole_of.called
    assert (len(hot.parts), answer.objective) == (1, pytest.approx(13.38))
    assert "; then the whole from there" in report.log.splitlines()[0]


_whole_of = ChainsAtPrices._whole


def _with_wrong_prices(chains: ChainsAtPrices, *found: Any) -> Solution:
    right = _whole_of(chains, *found)
    return replace(right, row_dual=2.0 * right.row_dual)


def test_futures_too_rare_for_a_threshold_are_all_beyond_it() -> None:
    # 0.2 and 0.3 are no more than 1: a unit held in the first chain saves 0.21 and 0.31, and costs 0.5
    lp = with_tail([0.5, 9.0], [[3, 3], [1, 2]], (0.2, 0.3))
    hot, answer = solved(lp)
    assert len(hot.parts) == 2
    assert answer.x[0] == pytest.approx(3)
    assert answer.objective == pytest.approx(3 * 0.5 + 0.21 * 1 + 0.31 * 2)


def test_each_year_has_a_threshold_of_its_own() -> None:
    lp = with_tail([9.0, 9.0], [[5, 1, 3], [1, 1, 1]], (2.0, 2.0, 2.0), (1.0, 0.5), [0, 0, 1])
    hot, answer = solved(lp)
    assert len(hot.parts) == 2
    # the worst of each year: 6 at 1 and 4 at 0.5
    assert answer.objective == pytest.approx(6 * 1.0 + 4 * 0.5 + 0.01 * 12)


def test_other_numbers_begin_at_the_last_prices() -> None:
    hot, _ = solved(two_chains())
    other = with_tail([0.7, 1.2], [[9, 4, 0], [10, 2, 0]], ONE_YEAR)
    hot.change(other)
    again, report = hot.solve(keep_log=True)
    assert again.objective == pytest.approx(13.38 - 0.61)
    assert "1 rounds" in report.log
    hot.join()
    hot.change(two_chains())
    assert hot.solve()[0].objective == pytest.approx(13.38)
    assert len(hot.parts) == 2
    hot.join()
    assert len(hot.parts) == 1


def test_a_chain_without_a_plan_leaves_none() -> None:
    lp = two_chains()
    fixed = lp.column_upper.copy()
    fixed[1] = 0.0  # no harm to the first chain in the first future, which only ten held prevent; nine can be
    fixed[0] = 9.0
    _, answer = solved(replace(lp, column_upper=fixed))
    assert answer.status is Status.INFEASIBLE


def test_a_time_limit_holds_for_all_rounds() -> None:
    answer, _ = HotProgram(two_chains(), OPTIONS).solve(limits=Limits(seconds=0.0))
    assert answer.status is Status.TIME_LIMIT


def test_a_limit_on_what_the_columns_come_to_is_no_tail() -> None:
    lp = two_chains()
    assert tail_of(lp) is not None
    limit = np.zeros((1, lp.shape[1]))
    limit[0, -4:] = 1.0
    none = np.empty((lp.shape[0], 0))
    limited = lp.extended(none, np.empty(0), np.empty(0), limit, np.array([15.0]))
    assert tail_of(limited) is None
    _, answer = solved(limited)
    assert answer.objective == pytest.approx(whole(limited).objective)


@st.composite
def _programs(draw: st.DrawFn) -> LinearProgram:
    chains, futures, years = draw(st.integers(2, 4)), draw(st.integers(1, 5)), draw(st.integers(1, 2))
    tenths = st.integers(0, 15).map(lambda number: number / 10)
    return with_tail(
        draw(st.lists(tenths, min_size=chains, max_size=chains)),
        [draw(st.lists(st.integers(0, 9), min_size=futures, max_size=futures)) for _ in range(chains)],
        draw(st.lists(tenths, min_size=futures, max_size=futures)),
        [1.0] * years,
        [i % years for i in range(futures)],
        draw(st.integers(0, 12)),
    )


@drawn(100)
@given(_programs())
def test_apart_or_as_one_the_optimum_is_that_of_the_whole(lp: LinearProgram) -> None:
    _, answer = solved(lp)
    assert answer.objective == pytest.approx(whole(lp).objective, abs=1e-9)
    assert certify(lp, answer).holds


def test_a_weight_on_risk_leaves_materials_apart_with_the_prices_of_the_whole() -> None:
    risk = "policies.risk={level: 0.9, weight: 1.0}"
    world = read_model(TUTORIAL, ["reserve-180"], [risk])["reserve-180"]
    apart = run_strategy(world)
    with patch.object(HotProgram, "_chains_at_prices", return_value=None):
        as_one = run_strategy(world)
    assert (apart.report.parts, as_one.report.parts) == (2, 1)
    assert apart.outcome.solution.objective == pytest.approx(as_one.outcome.solution.objective, rel=1e-12)
    found, expected = apart.prices, as_one.prices
    exact = (found["method"] != "short range") & (expected["method"] != "short range")
    assert exact.sum() > len(exact) / 2
    np.testing.assert_allclose(found["price"][exact], expected["price"][exact], rtol=1e-6, atol=1e-6)
