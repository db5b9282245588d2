"""Worlds, seeds, cores, what is kept of an interrupted call, and what is refused. The model is that of the cases."""

from __future__ import annotations

import math
import re
import statistics
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bichiku.api.doubt.folder import write_doubt
from bichiku.api.doubt.kept import POINTS, answer_of, kept_points
from bichiku.api.doubt.run import Findings, Inquiry, check_ends, groups_of, run_doubt
from bichiku.api.doubt.tables import TABLES, tables_of
from bichiku.api.doubt.worlds import settings_of
from bichiku.executing import executor
from bichiku.model.faults import ModelFaults
from bichiku.reading.model import Model
from bichiku.result.pipeline import NoSolution
from oracles.by_hand import ALL_HALT, description
from tests.doubt.cases import HOLD, NONE, PROBABILITY, SHORTAGE, model

INQUIRY = Inquiry(model(), draws=20, seed=7)


@pytest.fixture(scope="module")
def doubt() -> Findings:
    return found("1")


def found(workers: str, folder: Path | None = None, inquiry: Inquiry = INQUIRY) -> Findings:
    with executor(workers) as where:
        return run_doubt(inquiry, where, folder)


# Worlds


def test_each_twentieth_of_a_range_is_drawn_once() -> None:
    groups = groups_of(INQUIRY)
    drawn = np.array([setting.positions for setting in settings_of(groups, 20, 7) if setting.kind == "draw"])
    for of_group in drawn.T:
        assert sorted(np.floor((of_group + 1) * 10).astype(int)) == list(range(20))


def test_the_same_seed_gives_the_same_worlds_and_another_does_not() -> None:
    groups = groups_of(INQUIRY)
    assert settings_of(groups, 20, 7) == settings_of(groups, 20, 7)
    assert settings_of(groups, 20, 7) != settings_of(groups, 20, 8)


def test_worlds_come_in_order_base_ends_draws() -> None:
    names = [setting.name for setting in settings_of(groups_of(INQUIRY), 1, 7)]
    ends = [f"{end} {group}" for group in (PROBABILITY, SHORTAGE) for end in ("low", "high")]
    assert names == ["base", *ends, "draw 1"]


def test_with_draws_regret_is_over_the_draws(doubt: Findings) -> None:
    tables = tables_of(doubt)
    assert tables["regret"]["worlds"].tolist() == [20, 20, 20]
    # a draw is half a draw from low to base, half from base to high: hold pays where p · (20 S - 150) > 150
    drawn = tables["positions"][tables["positions"]["world"].str.startswith("draw")]
    by_world = drawn.set_index(["world", "group"])["position"]

    def value(world: str, group: str, low: float, base: float, high: float) -> float:
        position = by_world[world, group]
        return base + position * (high - base if position > 0 else base - low)

    pays = [
        value(world, PROBABILITY, 0.01, 0.02, 0.2) * (20 * value(world, SHORTAGE, 50, 100, 200) - 150) > 150
        for world in drawn["world"].unique()
    ]
    share = tables["regret"].set_index("strategy").loc["hold", "best_share"]
    assert 0 < share < 1
    assert share == pytest.approx(np.mean(pays))


def test_the_error_of_a_mean_is_that_of_the_difference_in_the_same_draws(doubt: Findings) -> None:
    tables = tables_of(doubt)
    regret = tables["regret"].set_index("strategy")
    least = regret[regret["candidate"] == "yes"]["mean_regret"].idxmin()
    assert math.isnan(regret.loc[least, "mean_error"])
    drawn = tables["worlds"][tables["worlds"]["world"].str.startswith("draw")].set_index(["strategy", "world"])[
        "regret"
    ]
    for name in set(regret.index) - {least}:
        more = [one - other for one, other in zip(drawn[name], drawn[least], strict=True)]
        assert regret.loc[name, "mean_more"] == pytest.approx(statistics.mean(more))
        assert regret.loc[name, "mean_error"] == pytest.approx(statistics.stdev(more) / math.sqrt(20))


# Cores, and going on


@pytest.mark.slow
def test_two_cores_find_what_one_finds(doubt: Findings) -> None:
    other = found("2")
    assert other.answers == doubt.answers
    assert other.turns == doubt.turns


def test_an_interrupted_call_goes_on_where_it_stopped(doubt: Findings, tmp_path: Path) -> None:
    found("1", tmp_path)
    lines = (tmp_path / POINTS).read_text().splitlines()
    assert len(lines) == 26  # 25 worlds and a turn
    # half of it is lost, the last line in the middle, and another is damaged
    damaged = lines[9].replace('"cost"', '"coast"')
    (tmp_path / POINTS).write_text("\n".join([*lines[:9], damaged]) + "\n" + lines[10][:40])
    assert len(kept_points(tmp_path / POINTS)) == 10
    again = found("1", tmp_path)
    assert again.answers == doubt.answers
    assert again.turns == doubt.turns


NAMES = ("none", "hold", "free")


@pytest.mark.parametrize(
    ("strategies", "status", "cost"),
    [
        ((), "optimal", 1.0),
        (("none",), "optimal", 1.0),  # of three
        (NAMES, "optimum", 1.0),
        (NAMES, "optimal", float("nan")),
        (NAMES, "optimal", float("inf")),
        (NAMES, "infeasible", 1.0),
    ],
)
def test_an_answer_that_cannot_be_is_worked_out_again(strategies: tuple[str, ...], status: str, cost: float) -> None:
    damaged = {name: {"status": status, "cost": cost, "gave_way": {}} for name in strategies}
    with pytest.raises((TypeError, ValueError)):
        answer_of(damaged, NAMES)


def test_another_seed_or_range_is_another_folder() -> None:
    others = [
        Inquiry(model(), draws=20, seed=8),
        Inquiry(model(), draws=21, seed=7),
        Inquiry(model(), draws=20, seed=7, reoptimise=True),
        Inquiry(model(ranges=[{"path": PROBABILITY, "low": 0.01, "high": 0.3}]), draws=20, seed=7),
        Inquiry(model(strategies={"none": NONE, "hold": HOLD, "free": {}}), draws=20, seed=7),
    ]
    assert len({INQUIRY.name, *(inquiry.name for inquiry in others)}) == 6
    assert Inquiry(model(), draws=20, seed=7).name == INQUIRY.name


def test_the_folder_holds_what_was_found(doubt: Findings, tmp_path: Path) -> None:
    tables = tables_of(doubt)
    folder = write_doubt(doubt, tables, tmp_path)
    assert folder.name == INQUIRY.name
    for table in TABLES:
        pd.testing.assert_frame_equal(table.read(folder), tables[table.name])
    assert {file.name for file in folder.iterdir()} == {
        *(table.file for table in TABLES),
        "tornado.svg",
        "regret.svg",
        "report.html",
        "manifest.json",
    }


# What is refused


def fault(inquiry: Inquiry) -> str:
    with pytest.raises(ModelFaults) as caught:
        found("1", None, inquiry)
    return str(caught.value)


def test_nothing_uncertain_leaves_nothing_to_doubt() -> None:
    assert fault(Inquiry(model(ranges=[]))) == (
        "uncertainty.csv: is missing or has no rows (its rows say how far a number may be off; see docs/tables.md)"
    )


def test_a_choice_needs_two_candidates() -> None:
    strategies = {"none": NONE, "free": {"yardstick": True}}
    assert fault(Inquiry(model(strategies=strategies))) == (
        "--strategy: a choice is between two candidates or more "
        "(a strategy with yardstick: true is none; choose others with -s)"
    )


def test_an_end_that_is_no_model_is_told_before_anything_is_solved() -> None:
    wrong = model(ranges=[{"path": PROBABILITY, "low": 0.01, "high": 1.5}])
    with pytest.raises(ModelFaults, match=rf"in the world high {re.escape(PROBABILITY)}"):
        check_ends(wrong, wrong.uncertain_groups())


def test_periods_that_leave_a_branch_no_end_are_told_before_anything_is_solved() -> None:
    # goods are two years under way, and a recovery of one is in the range
    onsets = [{"period": 2, "probability": 0.02}]
    crises = {"halt": {"onsets": onsets, "duration": 1, "recovery": 3, "effects": [ALL_HALT]}}
    strategies = {"none": {}, "hold": {"policies": {"reserve_days": 73}}}
    given = description(6, suppliers=[{"lead_periods": 2}], crises=crises, strategies=strategies)
    tables = {
        **given["tables"],
        "uncertainty": [{"path": "crises.halt.recovery", "kind": "whole", "low": 1, "high": 4}],
    }
    wrong = Model.from_tables(given["model"], {name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items()})
    with pytest.raises(ModelFaults, match="a recovery of 1 period is shorter than the longest lead time"):
        check_ends(wrong, wrong.uncertain_groups())


def test_a_strategy_without_a_plan_is_named() -> None:
    survive = {"policies": {"survive": {"crises": ["halt"]}, "reserve_ceiling": 0}}
    with pytest.raises(NoSolution) as caught:
        found("1", None, Inquiry(model(strategies={"none": NONE, "never-short": survive})))
    assert caught.value.strategy == "never-short"


def test_a_strategy_without_a_solution_in_a_world_has_no_regret_there() -> None:
    # the cap of all imports leaves a plan where the plant at home makes what is used, and none where it makes less
    plant = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "existing_t": 120}
    home = {"policies": {"share_caps": [{"group": ["CHN"], "max": 0.0, "of": "supply"}], "no_shortage": True}}
    ranges = [{"path": "projects[p].existing_t", "low": 90, "high": 130}]
    of_two = model(ranges, {"none": NONE, "home": home}, tables={"projects": [plant | {"running_cost": 20}]})
    answer = found("1", None, Inquiry(of_two, reoptimise=True))
    regret = tables_of(answer)["regret"].set_index("strategy")
    assert answer.answers["low projects[p].existing_t"]["home"].status == "infeasible"
    assert regret.loc["home", "no_plan"] == 1
    assert regret.loc["none", "best_share"] == 1
