"""Branches solved apart from the plan: the same answer as the whole, and what is said where they do not settle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from pandas.testing import assert_frame_equal

from bichiku.build import build
from bichiku.model.settings import Crisis, Onset
from bichiku.model.tree import starts
from bichiku.model.world import World
from bichiku.program import LinearProgram, Structure
from bichiku.reading.model import read_model
from bichiku.result.pipeline import grow, run_strategy
from bichiku.solving import (
    HotProgram,
    Limits,
    Report,
    Solution,
    SolverOptions,
    Status,
    decomposed,
    l_shaped,
    master,
    stage_basis,
)
from bichiku.solving.certificate import certify
from bichiku.solving.decomposed import DecomposedRun, pays
from bichiku.solving.growing import GrowingRun
from oracles.by_hand import read
from oracles.drawn import drawn
from oracles.policy_strategies import models_with_policies
from oracles.world_strategies import Description
from tests.solve.programs import INF, Numbers, program

TUTORIAL = Path("models/tutorial")
FALLEN_BACK = "solved as a whole"


def _has_branches(lp: LinearProgram, options: SolverOptions) -> bool:
    return lp.structure is not None and (lp.structure.branch >= 0).any()


def _never(lp: LinearProgram, options: SolverOptions) -> bool:
    return False


def _apart(lp: LinearProgram, limits: Limits | None = None) -> tuple[Solution, Report]:
    return HotProgram(lp, SolverOptions(), _has_branches).solve(limits=limits or Limits(), keep_log=True)


def _whole(lp: LinearProgram) -> Solution:
    return HotProgram(lp, SolverOptions(), _never).solve()[0]


def _newsvendor(
    rows: list[list[float]] | None = None, upper: Numbers = (), short: float = INF, bought: float = INF
) -> LinearProgram:
    """Buy x at 2 before it is known whether 4 or 10 are wanted, evens each; one short costs 3.

    Columns are x and what is short in each branch; further rows come to at most `upper`.
    """
    lp = program(
        cost=[2, 0.5 * 3, 0.5 * 3],
        rows=[[1, 1, 0], [1, 0, 1], *(rows or [])],
        row_lower=[4, 10, *(-INF for _ in upper)],
        row_upper=[INF, INF, *upper],
        column_upper=[bought, short, short],
    )
    return replace(lp, structure=Structure(np.array([-1, 0, 1])))


# Worked by hand


def test_a_plan_weighs_its_branches() -> None:
    # the fifth to tenth are wanted half of the time, and 2 > 0.5 · 3; the first four always, and 2 < 3: 4 · 2 + 6 · 1.5
    found, report = _apart(_newsvendor())
    assert found.x == pytest.approx([4, 0, 6])
    assert found.objective == pytest.approx(17)
    # one more wanted costs what it costs to be short in that branch, or to buy less what it saves in the other
    assert found.row_dual == pytest.approx([0.5, 1.5])
    assert FALLEN_BACK not in report.apart[1]


def test_equal_branches_are_solved_once() -> None:
    # the newsvendor above, whose branch of ten stands twice with a quarter each: 4 · 2 + 6 · (0.75 + 0.75)
    lp = program(
        cost=[2, 0.5 * 3, 0.25 * 3, 0.25 * 3],
        rows=[[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]],
        row_lower=[4, 10, 10],
        row_upper=[INF] * 3,
        column_upper=[INF] * 4,
    )
    found, report = _apart(replace(lp, structure=Structure(np.array([-1, 0, 1, 2]))))
    assert report.apart[1].startswith("2 different branches")
    assert found.x == pytest.approx([4, 0, 6, 6])
    assert found.objective == pytest.approx(17)
    assert FALLEN_BACK not in report.apart[1]


def test_a_row_over_several_branches_is_shared_among_them() -> None:
    # expected shortage of at most one: 0.5 · 2 in the second branch, so x = 8: 16 + 0.5 · 3 · 2
    found, report = _apart(_newsvendor([[0, 0.5, 0.5]], [1]))
    assert found.x == pytest.approx([8, 0, 2])
    assert found.objective == pytest.approx(19)
    # one more day of it saves two bought at 2 and costs two more short half of the time at 3
    assert found.row_dual[2] == pytest.approx(-1)
    assert FALLEN_BACK not in report.apart[1]


def test_a_branch_that_can_go_no_short_forbids_plans() -> None:
    # nothing may be short: every plan below 10 leaves the second branch no way
    found, report = _apart(_newsvendor(short=0))
    assert found.x == pytest.approx([10, 0, 0])
    assert found.objective == pytest.approx(20)
    assert FALLEN_BACK not in report.apart[1]


def test_what_no_plan_can_keep_is_infeasible() -> None:
    found, report = _apart(_newsvendor(short=0, bought=9))
    assert found.status is Status.INFEASIBLE
    assert FALLEN_BACK in report.apart[1]  # the whole has the last word


def test_a_branch_that_gains_without_end_is_unbounded() -> None:
    lp = _newsvendor()
    assert _apart(replace(lp, cost=np.array([2.0, 1.5, -1.0])))[0].status is Status.UNBOUNDED


# Against the whole


@pytest.mark.parametrize("strategy", ["today", "reserve-180", "china-half"])
def test_the_tutorial_has_the_same_optimum(strategy: str) -> None:
    world = read_model(TUTORIAL, [strategy]).worlds[strategy]
    lp = build(world, grow(world))
    found, report = _apart(lp)
    assert report.apart
    assert not any(FALLEN_BACK in note for note in report.apart.values())
    assert found.objective == pytest.approx(_whole(lp).objective, rel=1e-9)
    assert certify(lp, found).holds


def test_crises_that_stand_twice_with_half_the_odds_are_the_same_model() -> None:
    once = read_model(TUTORIAL, ["reserve-180"]).worlds["reserve-180"]
    twice = replace(once, settings=once.settings.model_copy(update={"crises": dict(_halves(once))}))
    lp = build(twice, grow(twice))
    found, report = _apart(lp)
    assert found.objective == pytest.approx(_whole(build(once, grow(once))).objective, rel=1e-9)
    assert certify(lp, found).holds
    assert not any(FALLEN_BACK in note for note in report.apart.values())
    different = sum(int(note.split(" different")[0]) for note in report.apart.values())
    assert 2 * different == len(np.unique(lp.structure.branch)) - 1  # but for the plan


def _halves(world: World) -> Iterator[tuple[str, Crisis]]:
    for name, crisis in world.settings.crises.items():
        begun = starts(name, crisis, world.calendar)
        onsets = [Onset(period=start.onset, probability=start.probability / 2) for start in begun]
        listed = {"annual_probability": None, "onset_every": None, "first_onset": None, "onsets": onsets}
        for number in (1, 2):
            yield f"{name}-{number}", crisis.model_copy(update=listed)


def test_a_run_has_the_same_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    world = read_model(TUTORIAL, ["reserve-180"]).worlds["reserve-180"]
    whole = run_strategy(world)
    monkeypatch.setattr(decomposed, "LARGE", 1)
    monkeypatch.setattr(decomposed, "MANY", 1)
    monkeypatch.setattr(decomposed, "PER_PLAN_ROW", 0)
    apart = run_strategy(world)
    assert not whole.solved.report.apart
    assert apart.solved.report.apart
    for name, table in whole.tables.items():
        assert_frame_equal(apart.tables[name], table, rtol=1e-9)


@drawn(40)
@given(models_with_policies())
def test_drawn_models_have_the_same_optimum_or_none(given_model: Description) -> None:
    world = read(given_model)
    lp = build(world, grow(world))
    with patch.object(decomposed, "give_back"):  # as memory is little, and to give it back takes longer than all else
        found, report = _apart(lp)
    whole = _whole(lp)
    assert found.status is whole.status
    if found.status is Status.OPTIMAL:
        assert not any(FALLEN_BACK in note for note in report.apart.values())
        assert found.objective == pytest.approx(whole.objective, rel=1e-9, abs=1e-9)
        assert certify(lp, found).holds


def test_a_solved_program_goes_on_from_its_basis() -> None:
    lp = _newsvendor()
    hot = HotProgram(lp, SolverOptions(), _has_branches)
    hot.solve()
    hot.change(replace(lp, row_lower=np.array([5.0, 10.0])))
    # one more always wanted: 5 · 2 + 5 · 1.5
    assert hot.solve()[0].objective == pytest.approx(17.5)


def test_cuts_that_nothing_rests_on_may_be_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    world = read_model(TUTORIAL, ["reserve-180"]).worlds["reserve-180"]
    lp = build(world, grow(world))
    monkeypatch.setattr(master, "KEPT_FOR", 1)
    monkeypatch.setattr(master, "MANY", 0)
    monkeypatch.setattr(master, "WORTH", 0.0)
    dropped = []
    drop = GrowingRun.drop_rows

    def noted(self: GrowingRun, rows: np.ndarray) -> None:
        dropped.append(len(rows))
        drop(self, rows)

    monkeypatch.setattr(GrowingRun, "drop_rows", noted)
    found, report = _apart(lp)
    assert sum(dropped) > 0
    assert not any(FALLEN_BACK in note for note in report.apart.values())
    assert found.objective == pytest.approx(_whole(lp).objective, rel=1e-9)


def test_of_what_moves_alike_the_nearest_to_a_limit_rests() -> None:
    # the first two move alike in the first way, the third alone in the second; the fourth as all together
    moves = np.array([[2.0, 1.0, 0.0, 1.0], [0.0, 0.0, 5.0, 5.0]])
    assert sorted(stage_basis._independent(moves, np.array([1e-4, 1e-10, 1e-6, 1.0]))) == [1, 2]
    assert sorted(stage_basis._independent(moves, np.array([1e-10, 1e-4, 1.0, 1e-10]))) == [0, 3]


# What ends otherwise


def test_what_does_not_settle_falls_back_to_the_whole_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(l_shaped, "MOST_ROUNDS", 1)
    found, report = _apart(_newsvendor())
    assert found.objective == pytest.approx(17)
    assert "after 1 rounds" in report.apart[1]
    assert FALLEN_BACK in report.apart[1]
    assert report.apart[1] in report.log


def test_time_and_iterations_are_limited_as_for_the_whole() -> None:
    assert _apart(_newsvendor(), Limits(seconds=0.0))[0].status is Status.TIME_LIMIT
    assert _apart(_newsvendor(), Limits(iterations=1))[0].status is Status.ITERATION_LIMIT


def test_an_interrupt_stops_it() -> None:
    run = DecomposedRun(_newsvendor(), SolverOptions())
    run.interrupt()
    assert run.solve().status is Status.INTERRUPTED


def test_an_interrupt_between_two_rounds_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    run = DecomposedRun(_newsvendor(), SolverOptions())
    add = l_shaped.LShaped._add

    def stop_after(self: l_shaped.LShaped, *given: object) -> None:
        add(self, *given)  # type: ignore[arg-type]
        run.interrupt()

    monkeypatch.setattr(l_shaped.LShaped, "_add", stop_after)
    assert run.solve().status is Status.INTERRUPTED


# When


def test_only_large_programs_are_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    lp = _newsvendor()
    assert not pays(lp, SolverOptions())
    monkeypatch.setattr(decomposed, "LARGE", 2)
    assert not pays(lp, SolverOptions())  # few branches
    monkeypatch.setattr(decomposed, "MANY", 2)
    assert pays(lp, SolverOptions())
    assert not pays(lp, SolverOptions(method="ipm"))
    assert not pays(replace(lp, structure=None), SolverOptions())
    assert not pays(replace(lp, structure=Structure(np.full(3, -1))), SolverOptions())
    assert not pays(_newsvendor([[0, 0.5, 0.5]], [1]), SolverOptions())  # a row over both branches
    with_plan_row = _newsvendor([[1, 0, 0]], [9])  # three rows, one of them the plan's
    assert not pays(with_plan_row, SolverOptions())
    monkeypatch.setattr(decomposed, "PER_PLAN_ROW", 3)
    assert pays(with_plan_row, SolverOptions())


# Memory


def test_a_solved_program_is_put_away_and_taken_up_where_it_was() -> None:
    run = DecomposedRun(_newsvendor(), SolverOptions())
    run.solve()
    assert run._highs.getNumCol() == 0
    # x = 4 and the six short in the second branch are what is neither at a limit nor a row that is
    assert sorted(run.basic_variables()) == [0, 2]
    assert run.point() == pytest.approx([4, 0, 6])
    assert run.basis_solve(np.array([1.0, 0.0])) == pytest.approx([1, -1])  # one more wanted in the first branch alone
