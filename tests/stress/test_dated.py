"""One dated crisis, by hand and through the command. For the world see `oracles.by_hand`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import bichiku
from bichiku.api.stress.dated import stress
from bichiku.api.stress.plans import operators_of
from bichiku.model.faults import ModelFaults
from bichiku.show.stress_words import gap_words
from bichiku.stressing.dated import DatedStress
from bichiku.stressing.filling import filling
from bichiku.stressing.strikes import Strike
from oracles.by_hand import MATERIAL, SPOT, halt, small_world
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


def _by_hand(months: str = "2027-01", days: float | None = None, **given: Any) -> DatedStress:
    """The stress above with other numbers."""
    material = {"opening_stock_t": 20, "storage_cost_rate": 0.01, **given.pop("material", {})}
    given = {"policies": {"reserve_days": 73}, **given}
    world = small_world(4, suppliers=[{}, AUSTRALIA], crises=CHINA, material=material, **given)
    return stress([bichiku.solve(world, prices=False)], "halt", months, days=days)


def test_more_that_is_needed_is_part_of_the_gap(tmp_path: Path) -> None:
    # half of China's 100 t are lost and half as much again is wanted: of these 100 t Australia and the store fill 50
    effects = [{"countries": ["CHN"], "loss": 0.5}, {"materials": ["m"], "demand_factor": 1.5}]
    file = tmp_path / "both.yaml"
    file.write_text(yaml.safe_dump({"duration": 1, "recovery": 1, "effects": effects}))
    given = {"material": {"opening_stock_t": 20, "storage_cost_rate": 0.01}, "policies": {"reserve_days": 73}}
    world = small_world(4, suppliers=[{"capacity_t": 100}, AUSTRALIA], crises=CHINA, **given)
    run = bichiku.solve(world, prices=False)
    gap = filling(stress([run], file, "2027-01"), "base", "m")
    assert (gap.lost, gap.needed, gap.gap) == pytest.approx((50, 50, 100))
    assert gap_words(gap) == (
        "50.0 t less arrive and 50.0 t more are needed while it lasts; filled by 30.0 t a and 20.0 t from the store; "
        "50.0 t stay short"
    )


def _steps(found: DatedStress) -> pd.DataFrame:
    return found.tables["steps"].set_index(["step", "source"])


def test_what_days_cost_counts_what_is_lost_in_store_and_bought_again() -> None:
    # a fifth is lost a year: 20 t are kept by buying 4 t, and of 30 days more 4/5 of a year's 10 a tonne four times
    steps = _steps(_by_hand(material={"opening_stock_t": 20, "loss_rate": 0.2}))
    tonnes = 30 * 100 / 365
    assert steps.loc[("30 days", ""), "cost"] == pytest.approx(tonnes * (10 + 4 * 0.1 + 4 * 0.2 * 10))


def test_of_more_days_what_waits_for_its_release_does_not_help() -> None:
    # half of what the reserve asks for may not be used in the year of the crisis
    steps = _steps(_by_hand(policies={"reserve_days": 73, "release": {"share": 0.5, "after": 1}}))
    assert steps.loc[("30 days", ""), "damage_avoided"] == pytest.approx(30 * 100 / 365 / 2 * 100)


def test_days_that_the_store_does_not_hold_are_no_step() -> None:
    # 30 days are 8.22 t beside the 20 t that the plan holds
    assert ("30 days", "") in _steps(_by_hand(material={"storage_limit_t": 28.3})).index
    full = _steps(_by_hand(material={"storage_limit_t": 28.2}))
    assert list(full.index) == [("supplier tonne", "a"), ("supplier tonne", "s")]


def test_more_days_than_the_store_holds_are_a_fault_of_the_call() -> None:
    # 73 days are 20 t
    assert _by_hand(days=73, material={"storage_limit_t": 20}).tables["harm"]["stock_t"].item() == pytest.approx(20)
    with pytest.raises(ModelFaults, match="--days: so many days of m are more than its storage_limit_t of 20 t"):
        _by_hand(days=74, material={"storage_limit_t": 20})


# A plant that takes three years to build is no help in the second; the one that is there already would be. To run it
# for 200 a tonne is cheaper than to go short for 1000.


def _plant(max_build: float, build_periods: int, **policies: Any) -> pd.Series:
    """The step of one tonne more of a plant of 10 t."""
    plant = {"project": "p", "material": "m", "country": "JPN", "kind": "refinery", "existing_t": 10, "capex": 500}
    plant |= {"running_cost": 200, "build_periods": build_periods, "max_build_t": max_build, "fixed_cost": 1}
    materials = [{**MATERIAL, "opening_stock_t": 20, "storage_cost_rate": 0.01, "shortage_cost": 1000}]
    tables = {"materials": materials, "suppliers": [SPOT, SPOT | AUSTRALIA], "projects": [plant]}
    world = small_world(4, crises=CHINA, tables=tables, policies={"reserve_days": 73, **policies})
    return _steps(stress([bichiku.solve(world, prices=False)], "halt", "2027-01")).loc[("project tonne", "p")]


@pytest.mark.parametrize(
    ("build_periods", "avoided", "cost"),
    [
        (1, 1000, 500 + 3 * 1),  # a tonne short less; kept up from the second year on
        (3, 0, 500 + 1),
    ],
)
def test_a_tonne_of_a_project_is_one_that_is_built(build_periods: int, avoided: float, cost: float) -> None:
    step = _plant(100, build_periods)
    assert step["damage_avoided"] == pytest.approx(avoided, abs=1e-6)
    assert step["cost"] == pytest.approx(cost)


@pytest.mark.parametrize("given", [{"max_build": 0}, {"max_build": 100, "projects": {"forbid": ["p"]}}])
def test_where_no_more_may_be_built_it_is_one_that_exists_and_has_no_cost(given: dict[str, Any]) -> None:
    step = _plant(given.pop("max_build"), 3, **given)
    assert step["damage_avoided"] == pytest.approx(1000)
    assert np.isnan(step["cost"])


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
