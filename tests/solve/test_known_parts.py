"""Parts that several strategies share are solved once, and nothing of a run tells that they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bichiku.model.world import World
from bichiku.program import Move
from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.solving import HotProgram, Limits, SolverOptions, Status
from bichiku.solving.highs import HighsRun
from bichiku.solving.known_parts import KnownParts
from bichiku.solving.solution import Solution
from tests.solve.programs import INF, program

OPTIONS = SolverOptions()
TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"


def test_a_part_that_is_known_is_not_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # x ≥ 1 beside 2 y ≥ least; a second program shares the first part
    def two_parts(least: float) -> HotProgram:
        return HotProgram(program([1, 1], [[1, 0], [0, 2]], [1, least], [INF, INF], [9, 9]), OPTIONS, known=known)

    known = KnownParts()
    solved: list[tuple[int, int]] = []
    own = HighsRun.solve

    def counted(run: HighsRun, *given: object, **named: object) -> Solution:
        solved.append(run._program.shape)
        return own(run, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(HighsRun, "solve", counted)
    assert two_parts(4).solve(keep_log=True)[0].objective == 3
    assert len(solved) == 2
    hot = two_parts(6)
    answer, report = hot.solve(keep_log=True)
    assert (answer.objective, len(solved)) == (4, 3)
    assert answer.row_dual.tolist() == [1, 0.5]
    assert report.parts == 2
    assert report.log.count("Objective value") == 2  # that of the part taken over too
    with hot.session(0) as again:  # what was taken over can be moved: x ≥ 3
        assert again(hot.parts[0].program.moved(Move(rows=np.array([0]), row_moves=np.array([1.0])), 2)).objective == 3


def test_a_part_without_columns_is_taken_over_and_moved() -> None:
    # 0 ≤ 2 beside x ≥ 1: what nobody offers may not be shipped, and a limit on it is a row of its own
    lp = program([1], [[0], [1]], [-INF, 1], [2, INF], [9])
    known = KnownParts()
    for _ in range(2):
        hot = HotProgram(lp, OPTIONS, known=known)
        assert hot.solve()[0].objective == 1
        (empty,) = (i for i, part in enumerate(hot.parts) if part.program.shape == (1, 0))
        hot.settle(empty)
        with hot.session(empty) as again:
            moved = hot.parts[empty].program.moved(Move(rows=np.array([0]), row_moves=np.array([1.0])), -3)
            assert again(moved).status is Status.INFEASIBLE
        assert hot.answer(empty).status is Status.OPTIMAL


def test_the_oldest_is_forgotten() -> None:
    known = KnownParts(most=2)
    for key in "abc":
        known.keep(key, key.upper())
        known.get("a")
    assert [known.get(key) for key in "abc"] == ["A", None, "C"]


def test_a_part_that_was_given_up_is_not_known() -> None:
    known = KnownParts()
    lp = program([1, 2], [[1, 1]], [3], [INF], [2, 2])
    assert HotProgram(lp, OPTIONS, known=known).solve(limits=Limits(seconds=0.0))[0].status is not Status.OPTIMAL
    assert HotProgram(lp, OPTIONS, known=known).solve()[0].objective == 4


@pytest.mark.parametrize(("first", "then"), [(30, 120), (120, 30)])
def test_a_strategy_among_others_is_the_strategy_by_itself(first: int, then: int) -> None:
    # the target of tungsten leaves the chain of graphite as it is
    def of(days: int) -> World:
        return read_model(TUTORIAL)["today"].changed({"policies.reserve_days": {"graphite": 90, "tungsten": days}})

    known = KnownParts()
    run_strategy(of(first), known=known)
    among, alone = run_strategy(of(then), known=known), run_strategy(of(then))
    for name, table in alone.tables.items():
        pd.testing.assert_frame_equal(among.tables[name], table, check_exact=True)
    assert among.report.iterations == alone.report.iterations
