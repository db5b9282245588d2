"""Drawn futures, and what plans come to in them, by hand. For the world see `oracles.by_hand`.

A halt of a year in which nobody ships leaves 80 of 100 t short where 73 days are in store: 8,000 of damage. One that
begins while the store of another is not refilled leaves all 100 t short: 10,000.
"""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bichiku
from bichiku.api.stress.draws import EPISODES, draws_name, kept_episodes, stress_draws, write_draws
from bichiku.api.stress.plans import operators_of
from bichiku.executing import executor
from bichiku.executing.processes import ThisProcess
from bichiku.model.calendar import Calendar
from bichiku.model.settings import Crisis
from bichiku.result.held_plan import HeldPlan
from bichiku.stressing.drawn import DrawnStress
from bichiku.stressing.futures import Drawn, draw_future, onset_in_model
from bichiku.stressing.noise import Noise
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.promise import tail_mean
from bichiku.stressing.strikes import Strike
from oracles.by_hand import ALL_HALT, small_world
from tests.in_process import typed

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"
YEARS = Calendar(first_month=2026 * 12, periods=10, resolution="year", reported=10)


def yearly(probability: float, **other: object) -> Crisis:
    effects = {"duration": 1, "recovery": 1, "effects": [ALL_HALT]}
    return Crisis.model_validate({"annual_probability": probability, "onset_every": 1, **effects, **other})


def dated(*onsets: tuple[int, float]) -> dict[str, object]:
    begins = [{"period": period, "probability": probability} for period, probability in onsets]
    return {"onsets": begins, "duration": 1, "recovery": 1, "effects": [ALL_HALT]}


# Futures


def test_a_crisis_begins_as_often_as_its_probability_says() -> None:
    # none begins in the first year with probability 0.8; the error of 4,000 draws is 0.006
    futures = [draw_future(7, number, {"halt": yearly(0.2)}, YEARS) for number in range(4000)]
    none = np.mean([all(drawn.onset > 1 for drawn in future) for future in futures])
    assert none == pytest.approx(0.8, abs=4 * 0.0063)


def test_a_crisis_does_not_begin_again_while_it_goes_on() -> None:
    # it lasts half the time and more: of ten years with rate 2.3 a year, waiting 0.43 and lasting 3
    crises = {"halt": yearly(0.9, duration=3)}
    for number in range(50):
        future = draw_future(1, number, crises, YEARS)
        assert all(b.onset >= a.onset + a.length for a, b in pairwise(future))


def test_dated_onsets_happen_with_their_probability() -> None:
    crisis = Crisis.model_validate(dated((2, 0.25), (5, 0.0)))
    futures = [draw_future(3, number, {"halt": crisis}, YEARS) for number in range(4000)]
    assert {drawn for future in futures for drawn in future} == {Drawn("halt", 2, 1)}
    assert np.mean([bool(future) for future in futures]) == pytest.approx(0.25, abs=4 * 0.0068)


def test_lengths_are_drawn_in_their_proportions() -> None:
    crises = {"halt": yearly(0.2, duration={1: 0.25, 4: 0.75})}
    futures = [draw_future(5, number, crises, YEARS) for number in range(3000)]
    lengths = [future[0].length for future in futures if future]
    assert set(lengths) == {1, 4}
    assert np.mean(np.array(lengths) == 4) == pytest.approx(0.75, abs=4 * math.sqrt(0.75 * 0.25 / len(lengths)))


def test_one_crisis_more_changes_none_of_the_others() -> None:
    both = {"halt": yearly(0.5), "other": yearly(0.5)}
    for number in range(20):
        future = draw_future(1, number, both, YEARS)
        alone = draw_future(1, number, {"halt": yearly(0.5)}, YEARS)
        assert [drawn for drawn in future if drawn.crisis == "halt"] == alone


@pytest.mark.parametrize(("onset", "model"), [(1, 3), (4, 3), (5, 7), (10, 10)])
def test_a_drawn_onset_counts_for_its_window(onset: int, model: int) -> None:
    # windows of four years, the third of each; the last window is cut before that, so its last year stands for it
    assert onset_in_model(Drawn("halt", onset, 1), yearly(0.1, onset_every=4), YEARS) == model


# Plans in them

STORE = {"material": {"opening_stock_t": 20, "storage_cost_rate": 0.01}, "policies": {"reserve_days": 73}}


def test_what_begins_when_the_model_says_comes_to_what_it_promised() -> None:
    ceiling = {"policies": {"reserve_days": 73, "reserve_ceiling": "target"}}
    run = bichiku.solve(small_world(6, crises={"halt": dated((3, 0.25))}, **{**STORE, **ceiling}), prices=False)
    found = stress_draws([run], ThisProcess(), 400, seed=2)
    (row,) = found.tables["promise"].query("measure == 'expected'").to_dict("records")
    share = (found.tables["draws"]["crises"] > 0).mean()
    assert row["promised"] == pytest.approx(0.25 * 8000)
    assert row["drawn"] == pytest.approx(share * 8000)
    assert row["from_sampling"] == pytest.approx((share - 0.25) * 8000)
    assert (row["from_onsets"], row["from_meeting"]) == pytest.approx((0, 0))
    assert row["within"] == "yes"
    # the mean of the worst tenth of years of onset, all of which have a halt
    (tail,) = found.tables["promise"].query("measure == 'cvar' and year == '2028'").to_dict("records")
    assert (tail["promised"], tail["drawn"]) == pytest.approx((8000, 8000))


def test_what_begins_after_the_window_counts_for_meeting_what_begins_inside() -> None:
    # alone the first costs 8000; the second finds an empty store and costs 10000
    crises = {"first": dated((2, 0.4)), "second": dated((3, 0.4))}
    ceiling = {"policies": {"reserve_days": 73, "reserve_ceiling": "target"}}
    run = bichiku.solve(small_world(6, crises=crises, report_until="2027-12", **{**STORE, **ceiling}), prices=False)
    found = stress_draws([run], ThisProcess(), 200, seed=2)
    draws = found.tables["draws"]
    assert set(draws["damage"].round(6)) == {0, 8000, 18000}
    first, both = (draws["damage"] > 0).mean(), (draws["damage"] > 8001).mean()
    (row,) = found.tables["promise"].query("measure == 'expected'").to_dict("records")
    assert row["promised"] == pytest.approx(0.4 * 8000)
    assert (row["from_sampling"], row["from_onsets"]) == pytest.approx(((first - 0.4) * 8000, 0))
    assert row["from_meeting"] == pytest.approx(both * 10000)


def test_an_onset_that_the_model_has_after_the_window_is_no_sampling() -> None:
    # the model's one onset of the first four years is the third; two years are reported, so that nothing is promised
    halt = {"annual_probability": 0.3, "onset_every": 4, "duration": 1, "recovery": 1, "effects": [ALL_HALT]}
    run = bichiku.solve(small_world(6, crises={"halt": halt}, report_until="2027-12", **STORE), prices=False)
    found = stress_draws([run], ThisProcess(), 100, seed=2)
    (row,) = found.tables["promise"].query("measure == 'expected'").to_dict("records")
    assert (row["promised"], row["from_sampling"]) == (0, 0)
    assert row["from_onsets"] + row["from_meeting"] == pytest.approx(row["drawn"])
    assert row["from_onsets"] > 0


def test_crises_that_meet_do_more_than_each_alone() -> None:
    world = small_world(6, crises={"first": dated((2, 0.0)), "second": dated((3, 0.0))}, **STORE)
    operator = BlindOperator(world, HeldPlan.of(bichiku.solve(world, prices=False)))
    crises = world.settings.crises
    met = [Strike("first", crises["first"], 2, 1), Strike("second", crises["second"], 3, 1)]
    alone = [operator.operate(("m",), [strike]).harm("m")["damage"] for strike in met]
    assert alone == pytest.approx([8_000, 8_000])
    assert operator.operate(("m",), met).harm("m")["damage"] == pytest.approx(8_000 + 10_000)


@pytest.fixture(scope="module")
def runs() -> list[bichiku.Run]:
    model = bichiku.read(TUTORIAL)
    return [bichiku.solve(model[strategy]) for strategy in ("today", "reserve-180")]


def test_the_models_expected_cost_is_that_of_the_plan_and_its_branches(runs: list[bichiku.Run]) -> None:
    # the weight of each period times what the plan pays in it, and each future's probability times its path
    run = runs[0]
    operator = operators_of([run])["today"]
    crisis = run.world.settings.crises["china-halt"]
    expected = 0.0
    for chain in run.outcome.chains:
        materials = tuple(chain.world.materials)
        money, once = operator.calm(materials)
        expected += float(chain.tree.weight[chain.tree.plan] @ money) + once
        for future in chain.tree.futures:
            course = operator.operate(materials, [Strike("china-halt", crisis, future.onset, future.length)])
            expected += future.probability * course.cost
    assert expected == pytest.approx(run.outcome.solution.objective, rel=1e-9)


@pytest.fixture(scope="module")
def found(runs: list[bichiku.Run]) -> DrawnStress:
    return stress_draws(runs, ThisProcess(), 300, seed=1)


def test_strategies_meet_the_same_futures(found: DrawnStress) -> None:
    crises = found.tables["draws"].pivot_table(index="draw", columns="strategy", values="crises")
    assert crises["today"].equals(crises["reserve-180"])
    assert len(crises) == 300


def test_the_difference_from_the_promise_is_told_in_full(found: DrawnStress) -> None:
    rows = found.tables["promise"].query("measure == 'expected'")
    parts = rows["from_sampling"] + rows["from_onsets"] + rows["from_meeting"]
    assert (rows["drawn"] - rows["promised"]).to_numpy() == pytest.approx(parts.to_numpy())
    # the tutorial's plan knows in which quarter the halt may begin, and the draws do not keep to it
    assert (rows["from_onsets"] > 0.5 * (rows["drawn"] - rows["promised"])).all()


def test_who_does_not_know_never_pays_less(found: DrawnStress) -> None:
    draws = found.tables["draws"]
    assert (draws["cost"] >= draws["cost_foreseen"] - 1e-6 * draws["cost"]).all()


def test_the_same_seed_gives_the_same_and_another_seed_another(runs: list[bichiku.Run], found: DrawnStress) -> None:
    again = stress_draws(runs, ThisProcess(), 300, seed=1).tables["draws"]
    pd.testing.assert_frame_equal(again, found.tables["draws"])
    assert not stress_draws(runs, ThisProcess(), 300, seed=2).tables["draws"]["cost"].equals(again["cost"])


@pytest.mark.slow
def test_two_cores_find_the_same(runs: list[bichiku.Run], found: DrawnStress) -> None:
    with executor("2") as two:
        again = stress_draws(runs, two, 300, seed=1)
    pd.testing.assert_frame_equal(again.tables["draws"], found.tables["draws"])


def test_draws_go_on_where_they_stopped(runs: list[bichiku.Run], found: DrawnStress, tmp_path: Path) -> None:
    stress_draws(runs, ThisProcess(), 300, 1, folder=tmp_path)
    lines = (tmp_path / EPISODES).read_text().splitlines()
    assert len(lines) == found.episodes
    (tmp_path / EPISODES).write_text("\n".join([*lines[:10], lines[10][:40]]))
    taken_up: list[int] = []
    again = stress_draws(
        runs, ThisProcess(), 300, 1, folder=tmp_path, counter=lambda done, total: taken_up.append(done)
    )
    assert taken_up[0] == 10
    assert len(kept_episodes(tmp_path / EPISODES)) == found.episodes
    pd.testing.assert_frame_equal(again.tables["draws"], found.tables["draws"])


def test_the_mean_of_the_worst_tenth() -> None:
    assert tail_mean(np.arange(20.0)) == pytest.approx((19 + 18) / 2)
    assert tail_mean(np.arange(15.0)) == pytest.approx((14 + 13 / 2) / 1.5)


def test_the_command_tells_promise_against_draws(
    runs: list[bichiku.Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BICHIKU_WORKERS", "1")
    folder = runs[0].write(tmp_path)
    done = typed(["stress", folder, "--draws", "50", "--seed", "1"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "by the draws" in done.stdout
    written = tmp_path / done.stdout.split("written to ")[-1].strip()
    names = {"draws.csv", "distribution.csv", "promise.csv", "paired.csv", "manifest.json", "report.html"}
    assert {file.name for file in written.iterdir()} == names
    read = [bichiku.load(folder)]
    assert not (tmp_path / "runs" / f"{draws_name(read, 50, Noise(seed=1))}-partial").exists()


def test_a_page_of_two_strategies_is_written(runs: list[bichiku.Run], found: DrawnStress, tmp_path: Path) -> None:
    page = (write_draws(found, runs, tmp_path) / "report.html").read_text(encoding="utf-8")
    assert "Strategies in the same futures" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--draws", "1"], "--draws: 1 is not a number from 2"),
        (["--draws", "5", "--seed", "-1"], "--seed: -1 is not a whole number"),
        (["--draws", "5", "--from", "2026-07"], "--from: does not go with --draws"),
        (["--draws", "5", "--map"], "--draws: does not go with --map"),
    ],
)
def test_a_mistake_is_told_in_one_line(runs: list[bichiku.Run], tmp_path: Path, words: list[str], said: str) -> None:
    done = typed(["stress", runs[0].write(tmp_path), *words], tmp_path)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
