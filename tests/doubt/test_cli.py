"""`bichiku doubt` as a user types it. The model is that of `tests.doubt.cases`, written to disk."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from oracles.models import write_model
from tests.in_process import Found, typed

MODEL = """\
crises:
  halt:
    annual_probability: 0.02
    onset_every: 1
    first_onset: 2
    duration: 1
    recovery: to-end
    effects: [{all: true, loss: 1}]
strategies:
  none: {policies: {reserve_ceiling: 0}}
  hold: {policies: {reserve_days: 73, reserve_ceiling: target}}
"""
MATERIALS = "material,reference_price,shortage_cost,storage_cost_rate\ncobalt,10,100,0.5\n"
RANGES = "path,low,high\ncrises.halt.annual_probability,0.01,0.2\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_model(tmp_path / "m", MODEL, materials=MATERIALS, uncertainty=RANGES)
    return tmp_path


def doubted(place: Path, *words: str) -> Found:
    return typed(("doubt", "m", "--workers", "1", *words), place)


def test_the_screen_says_where_the_order_turns_and_where_it_is_written(place: Path) -> None:
    found = doubted(place)
    assert found.returncode == 0
    # 150 / 1850 of paper is 8.108 %; windows are years here, so it is the yearly probability
    assert "hold costs less than none once halt is likelier than 8.108 % a year" in " ".join(found.stdout.split())
    (folder,) = (place / "runs").iterdir()
    assert folder.name.startswith("m-doubt-")
    assert f"written to runs/{folder.name}" in found.stdout
    assert pd.read_csv(folder / "switching.csv")["value"].tolist() == pytest.approx([3 / 37], rel=1e-6)


def test_quiet_prints_nothing(place: Path) -> None:
    found = doubted(place, "-q", "--draws", "3")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_the_same_call_finds_the_same(place: Path) -> None:
    for output in ("a", "b"):
        assert doubted(place, "-q", "--draws", "5", "--seed", "3", "-o", output).returncode == 0
    one, other = (next((place / output).iterdir()) for output in ("a", "b"))
    assert one.name == other.name
    assert all(file.read_bytes() == (other / file.name).read_bytes() for file in one.iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--draws", "200000"), "--draws: asks for 200,000; at most 100,000 are drawn"),
        (("-s", "hold"), "--strategy: a choice is between two candidates or more"),
        (("--set", "crises.halt.annual_probability=0.5"), "is 0.5 in the model, outside 0.01 to 0.2"),
        (("--workers", "none"), "--workers: 'none' is not a number of processes, such as 4"),
    ],
)
def test_a_call_that_makes_no_sense_is_told_in_a_line(place: Path, words: tuple[str, ...], message: str) -> None:
    found = doubted(place, *words)
    assert (found.returncode, found.stdout) == (2, "")
    assert message in found.stderr
    assert not (place / "runs").exists()


def test_a_strategy_without_a_plan_ends_it_with_the_way_to_know_more(place: Path) -> None:
    found = doubted(place, "--set", "suppliers[cobalt-cod].capacity_t=10")
    assert found.returncode == 1
    assert "hold is infeasible" in found.stderr
    assert "bichiku explain m -s hold" in found.stderr


def test_check_tells_of_ranges_and_refuses_those_that_do_not_fit(place: Path) -> None:
    assert "  uncertain, for bichiku doubt: crises.halt.annual_probability\n" in typed(("check", "m"), place).stdout
    (place / "m" / "uncertainty.csv").write_text(RANGES.replace("0.01", "0.05"))
    found = typed(("check", "m"), place)
    assert found.returncode == 2
    assert "crises.halt.annual_probability is 0.02 in the model, outside 0.05 to 0.2" in found.stderr


def test_draws_whose_crises_are_likelier_than_certain_are_told_and_left_out(tmp_path: Path) -> None:
    halt = MODEL.partition("  halt:\n")[2].partition("strategies:")[0]
    twice = MODEL.replace("  halt:\n", f"  other:\n{halt}  halt:\n")
    ranges = "path,low,high\ncrises.halt.annual_probability,0.01,0.9\ncrises.other.annual_probability,0.01,0.9\n"
    write_model(tmp_path / "m", twice, materials=MATERIALS, uncertainty=ranges)
    found = doubted(tmp_path, "--draws", "20")
    assert found.returncode == 0
    (folder,) = (tmp_path / "runs").iterdir()
    positions = pd.read_csv(folder / "positions.csv").pivot_table(index="world", columns="group", values="position")
    drawn = positions[positions.index.str.startswith("draw")]
    # both may begin in the second year alone, with 0.02 less 0.01 or plus 0.88 of the way to their ends
    odds = (0.02 + drawn.where(drawn > 0, 0) * 0.88 + drawn.where(drawn < 0, 0) * 0.01).sum(axis=1)
    worlds = pd.read_csv(folder / "worlds.csv")
    cannot = worlds[worlds["status"] == "cannot be"]
    assert set(cannot["world"]) == set(odds.index[odds > 1])
    assert 0 < len(set(cannot["world"])) < 10
    assert cannot["cost"].isna().all()
    counted = 20 - len(set(cannot["world"]))
    assert pd.read_csv(folder / "regret.csv")["worlds"].tolist() == [counted, counted]
    assert pd.read_csv(folder / "regret.csv")["best_share"].sum() == pytest.approx(1)
    assert f"{20 - counted} of 20 draws cannot be" in " ".join(found.stdout.split())
