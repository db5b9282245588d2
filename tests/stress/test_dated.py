"""One dated crisis, by hand and through the command. For the world see `oracles.by_hand`."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import bichiku
from bichiku.api.stress.dated import stress
from bichiku.api.stress.plans import operators_of
from bichiku.stressing.dated import DatedStress
from bichiku.stressing.strikes import Strike
from oracles.by_hand import halt, small_world
from tests.in_process import Found, typed

HEC = Path(__file__).parents[1] / "cases" / "hec" / "year"
TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", keep_default_na=True)


def written(found: Found, folder: Path) -> Path:
    assert found.returncode == 0, found.stderr
    return folder / found.stdout.split("written to ")[-1].strip()


# A published time to survive: HEC Montréal, see tests/cases/hec/README.md, with two years more to see what comes after.
# Three suppliers of 30, 45 and 60 parts a year for a demand of 125, with 45 in store


@pytest.fixture(scope="module")
def hec(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder, and the run in it."""
    folder = tmp_path_factory.mktemp("hec")
    shutil.copytree(HEC, folder / "hec")
    model = yaml.safe_load((folder / "hec" / "model.yaml").read_text())
    (folder / "hec" / "model.yaml").write_text(yaml.safe_dump({**model, "periods": 4}))
    return folder, written(typed(["run", "hec", "-o", "runs"], folder), folder)


@pytest.mark.parametrize(
    ("crisis", "years", "loss"), [("out-s1", np.nan, 0), ("out-s2", 45 / 35, 125_000), ("out-s3", 45 / 50, 275_000)]
)
def test_a_published_time_to_survive(hec: tuple[Path, Path], crisis: str, years: float, loss: float) -> None:
    folder, run = hec
    found = typed(["stress", run, "--crisis", crisis, "--from", "2026-01"], folder)
    harm = table(written(found, folder), "harm").set_index("material")
    assert harm.loc["p1", "time_to_survive_days"] == pytest.approx(365 * years, nan_ok=True)
    assert harm["damage"].sum() == pytest.approx(loss, abs=1e-3)


def test_the_published_time_beyond_the_two_years_of_the_case(hec: tuple[Path, Path]) -> None:
    folder, run = hec
    (folder / "longer.yaml").write_text("duration: 3\nrecovery: to-end\neffects: [{suppliers: [s1], loss: 1}]\n")
    found = typed(["stress", run, "--effects", "longer.yaml", "--from", "2026-01"], folder)
    harm = table(written(found, folder), "harm").set_index("material")
    assert harm.loc["p1", "time_to_survive_days"] == pytest.approx(365 * 45 / 20)


def test_a_file_whose_name_cannot_name_a_crisis_is_told_so(hec: tuple[Path, Path]) -> None:
    folder, run = hec
    (folder / "my crisis!.yaml").write_text("duration: 2\nrecovery: to-end\neffects: [{suppliers: [s1], loss: 1}]\n")
    found = typed(["stress", run, "--effects", "my crisis!.yaml", "--from", "2026-01"], folder)
    assert "'my crisis!' cannot name a crisis of a file (give it a name of letters, digits, dashes" in found.stderr


def test_where_nothing_is_lost_nothing_ends(hec: tuple[Path, Path]) -> None:
    folder, run = hec
    (folder / "nothing.yaml").write_text("duration: 2\nrecovery: to-end\neffects: [{suppliers: [s1], loss: 0}]\n")
    found = typed(["stress", run, "--effects", "nothing.yaml", "--from", "2026-01"], folder)
    assert "touches nothing" in found.stdout
    assert table(written(found, folder), "harm").empty


# By hand: a year in which China ships nothing, 100 t are wanted and Australia offers 30 t that the plan, at 12 instead
# of 10 a tonne, does without; 73 days are 20 t. So 50 t are short at 100 each.

CHINA = {"halt": {**halt(2, 0.0, duration=1, recovery=1)["halt"], "effects": [{"countries": ["CHN"], "loss": 1.0}]}}
AUSTRALIA = {"supplier": "a", "country": "AUS", "capacity_t": 30, "price": 12}


@pytest.fixture(scope="module")
def by_hand() -> DatedStress:
    given = {"material": {"opening_stock_t": 20, "storage_cost_rate": 0.01}, "policies": {"reserve_days": 73}}
    run = bichiku.solve(small_world(4, suppliers=[{}, AUSTRALIA], crises=CHINA, **given), prices=False)
    return stress([run], "halt", "2027-01")


def test_the_store_and_others_fill_what_they_can(by_hand: DatedStress) -> None:
    (harm,) = by_hand.tables["harm"].to_dict("records")
    assert harm["stock_t"] == pytest.approx(20)
    assert harm["stock_days"] == pytest.approx(73)
    assert harm["short_t"] == pytest.approx(50)
    assert harm["time_to_survive_days"] == pytest.approx(365 * 20 / 70)
    assert harm["shortage"] == pytest.approx(50 * 100)
    first = by_hand.tables["gap"].query("period == 2").set_index(["means", "source"])["change_t"]
    expected = {("supplier", "s"): -100, ("supplier", "a"): 30, ("store", ""): 20, ("short", ""): 50}
    assert first.to_dict() == pytest.approx(expected)


def test_what_more_is_worth_is_what_solving_again_avoids(by_hand: DatedStress) -> None:
    steps = by_hand.tables["steps"].set_index(["step", "source"])
    tonnes = 30 * 100 / 365
    assert steps.loc[("30 days", ""), "tonnes"] == pytest.approx(tonnes)
    assert steps.loc[("30 days", ""), "damage_avoided"] == pytest.approx(tonnes * 100)
    # bought at 10, stored at 1 % a year for four years, and worth nothing at the end
    assert steps.loc[("30 days", ""), "cost"] == pytest.approx(tonnes * (10 + 4 * 0.1))
    assert steps.loc[("supplier tonne", "a"), "damage_avoided"] == pytest.approx(100)
    assert steps.loc[("supplier tonne", "s"), "damage_avoided"] == pytest.approx(0, abs=1e-6)


# Whatever the numbers


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for strategy in ("today", "reserve-180"):
        bichiku.solve(bichiku.read(TUTORIAL)[strategy]).write(folder)
    return folder


def the_run(runs: Path, strategy: str) -> Path:
    return next(runs.glob(f"tutorial-{strategy}-????????"))


def test_what_fills_the_gap_sums_to_what_is_missing(runs: Path) -> None:
    found = stress([bichiku.load(the_run(runs, "today"))], "china-halt", "2026-07", length=6)
    gap = found.tables["gap"]
    takes = gap["means"].isin(["need", "stocking"])
    total = gap["change_t"].where(~takes, -gap["change_t"]).groupby([gap["material"], gap["period"]]).sum()
    assert len(total) > 10
    assert total.to_numpy() == pytest.approx(0, abs=1e-3)


def test_a_longer_loss_is_never_better_and_more_stock_never_survives_less(runs: Path) -> None:
    run = bichiku.load(the_run(runs, "today"))
    believed = {"duration": dict.fromkeys(range(1, 9), 1 / 8)}
    crisis = run.world.settings.crises["china-halt"].model_copy(update=believed)
    damage, survived = [], []
    for days in (0, 30, 60, 120):
        operator = operators_of([run], days)["today"]
        courses = [operator.operate(("graphite",), [Strike("halt", crisis, 4, length)]) for length in range(1, 9)]
        harm = [course.harm("graphite") for course in courses]
        damage.append([one["damage"] for one in harm])
        survived.append([np.nan_to_num(one["time_to_survive_days"], nan=np.inf) for one in harm])
    assert (np.diff(damage, axis=1) >= -1e-3).all()
    assert (np.diff([row[-1] for row in survived]) >= -1e-6).all()
    assert (np.diff(damage, axis=0) <= 1e-3).all()


# What a person types


def test_a_page_and_the_tables_are_written_for_both_strategies(runs: Path) -> None:
    words = ["stress", the_run(runs, "today"), the_run(runs, "reserve-180"), "--crisis", "china-halt"]
    found = typed([*words, "--from", "2026-08", "--days", "60"], runs)
    folder = written(found, runs)
    # a quarter that holds the month
    assert "china-halt from 2026-07, 4 quarters" in found.stdout
    assert {"harm.csv", "months.csv", "gap.csv", "steps.csv", "manifest.json", "report.html"} == {
        file.name for file in folder.iterdir()
    }
    assert set(table(folder, "harm")["strategy"]) == {"today", "reserve-180"}
    assert table(folder, "harm")["stock_days"].to_numpy() == pytest.approx(60)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--crisis", "china-hlt", "--from", "2026-07"], "unknown crisis 'china-hlt' (did you mean 'china-halt'?)"),
        (["--crisis", "china-halt", "--from", "2031-07"], "--from: 2031-07 lies outside the periods solved"),
        (["--crisis", "china-halt", "--from", "july"], "--from: 'july' is not a month such as 2026-01"),
        (["--crisis", "china-halt"], "--from: is missing"),
        (["--from", "2026-07"], "needs either a crisis or a file of effects"),
        (["--crisis", "china-halt", "--from", "2026-07", "--length", "0"], "--length: 0 is not a number of periods"),
        (["--crisis", "china-halt", "--from", "2026-07", "--days", "-3"], "--days: -3 is not a number of days"),
        (["--effects", "none.yaml", "--from", "2026-07"], "none.yaml:"),
        (["--effects", "odd.yaml", "--from", "2026-07"], "odd.yaml: annual_probability: says when it begins"),
        (["--effects", "wrong.yaml", "--from", "2026-07"], "wrong.yaml: crises.wrong.effects[0].countries"),
    ],
)
def test_a_mistake_is_told_in_one_line(runs: Path, words: list[str], said: str) -> None:
    (runs / "odd.yaml").write_text(
        "annual_probability: 0.1\nduration: 2\nrecovery: 2\neffects: [{all: true, loss: 1}]\n"
    )
    (runs / "wrong.yaml").write_text("duration: 2\nrecovery: 2\neffects: [{countries: [CHX], loss: 1}]\n")
    found = typed(["stress", the_run(runs, "today"), *words], runs)
    assert found.returncode == 2
    assert said in found.stderr
    assert "Traceback" not in found.stderr


def test_two_runs_of_one_strategy_cannot_be_told_apart(runs: Path) -> None:
    run = the_run(runs, "today")
    found = typed(["stress", run, run, "--crisis", "china-halt", "--from", "2026-07"], runs)
    assert (found.returncode, "two runs of the strategy 'today'" in found.stderr) == (2, True)
