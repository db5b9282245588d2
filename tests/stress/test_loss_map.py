"""The map of losses of the tutorial, and what is beside it, by hand.

In January 2026 there are in store 1,973 t of graphite and 329 t of tungsten; 200 t and 100 t are under way. A quarter
takes 3,000 t of graphite in 2026 and 3,500 t in 2027, of which synthetic graphite saves 15 % from the second quarter of
a loss on, and Mozambique can send 1,500 t a quarter, which takes a quarter. A quarter takes 500 t of tungsten;
recycling gives 75 t; Canada can send 300 t, of which 30 % is made of Chinese feed, after a quarter.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bichiku
from bichiku.api.stress.loss_map import stress_map, write_map
from bichiku.api.stress.plans import operators_of
from bichiku.executing import executor
from bichiku.executing.processes import ThisProcess
from bichiku.result.held_plan import HeldPlan
from bichiku.stressing.loss_map import FromStart, LossMap, LossTask
from bichiku.stressing.losses import GROUP, PAIR, ROUTE, Loss, losses_of
from oracles.by_hand import small_world, solve
from tests.in_process import typed

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"
QUARTER = 365 / 4


@pytest.fixture(scope="module")
def run() -> bichiku.Run:
    return bichiku.solve(bichiku.read(TUTORIAL)["today"])


@pytest.fixture(scope="module")
def found(run: bichiku.Run) -> LossMap:
    return stress_map([run], ThisProcess())


def lost(run: bichiku.Run, *countries: str) -> pd.DataFrame:
    """What a loss does that begins with the plan, by material and quarters."""
    rows = LossTask(operators_of([run]), [1])(("today", Loss(PAIR, countries)))
    return pd.DataFrame(rows, columns=FromStart._fields).set_index(["material", "length"])


def days_short(tonnes: float, of_2027: float = 0.0) -> float:
    return QUARTER * (tonnes / 3000 + of_2027 / 3500)


def test_graphite_without_china(run: bichiku.Run) -> None:
    short = lost(run, "CHN").loc["graphite", "short"]
    first, second = 3000 - 1973 - 200, 0.85 * 3000 - 1500
    assert short[1] == pytest.approx(days_short(first))
    assert short[2] == pytest.approx(days_short(first + second))
    assert short[4] == pytest.approx(days_short(first + 3 * second))
    assert short[8] == pytest.approx(days_short(first + 3 * second, 4 * (0.85 * 3500 - 1500)))
    assert lost(run, "CHN").loc[("graphite", 4), "survive"] == pytest.approx(QUARTER * 1973 / (1973 + first))


def test_graphite_without_china_and_mozambique(run: bichiku.Run) -> None:
    # what is under way still comes
    short = lost(run, "CHN", "MOZ").loc["graphite", "short"]
    assert short[4] == pytest.approx(days_short(827 + 3 * 0.85 * 3000))


def test_tungsten_without_china_loses_canadas_chinese_feed(run: bichiku.Run) -> None:
    # the first quarter leaves 329 + 100 + 75 - 500 = 4 t; each further one has 0.7 * 300 + 75
    each = 500 - 210 - 75
    of_tungsten = lost(run, "CHN").loc["tungsten"]
    assert of_tungsten.loc[4, "short"] == pytest.approx(QUARTER * (3 * each - 4) / 500)
    assert of_tungsten.loc[4, "survive"] == pytest.approx(QUARTER * (1 + 4 / each))


def test_the_worst_start_of_china_is_the_first(found: LossMap) -> None:
    # later the plan has filled its store for the third quarter, the only one in which it reckons with a halt
    year = found.losses.query("months == 12").set_index(["loss", "material"])
    assert year.loc[("CHN", "graphite"), "worst_start"] == "2026-01"
    assert year.loc[("CHN", "graphite"), "short_days"] == pytest.approx(days_short(827 + 3 * 1050))
    assert year.loc[("CHN", "graphite"), "mean_short_days"] < year.loc[("CHN", "graphite"), "short_days"]
    assert set(year["starts"]) == {8}
    assert list(found.months) == [3, 6, 12, 24]  # a month is no quarter


def test_a_longer_loss_is_never_better_from_its_worst_start(found: LossMap) -> None:
    by_months = found.losses.pivot_table(index=["loss", "material"], columns="months", values="damage")
    assert (np.diff(by_months.to_numpy(), axis=1) >= -1e-3).all()


def test_the_static_figure_knows_neither_store_nor_time(found: LossMap) -> None:
    # 2026 and 2027 take 26,000 t of graphite; Mozambique and Canada could send 8,000 t a year
    graphite = found.static.set_index("material").loc["graphite"]
    assert (graphite["largest"], graphite["left_able"]) == ("CHN", pytest.approx(16_000 / 26_000))
    assert graphite["met"] == pytest.approx(1 - days_short(827 + 3 * 1050) / 365)


def test_what_is_short_after_the_year_of_the_loss_is_not_of_that_year() -> None:
    # a plant at home makes 10 of 100 t a year, and China comes back by a quarter a year: 90 t are short in the year
    # without it, and 65 in the year after, with which its recovery ends
    ramped = [{"capacity_t": 100, "ramp_periods": 4}]
    plant = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "existing_t": 10}
    solved = solve(6, suppliers=ramped, tables={"projects": [plant]})
    found = LossTask(operators_of([solved]), [1])(("base", Loss("country", ("CHN",))))[0]
    assert (found.onset, found.met) == (1, pytest.approx(0.1))
    assert found.short == pytest.approx(365 * (0.9 + 0.65))


@pytest.mark.slow
def test_one_core_and_two_find_the_same(run: bichiku.Run, found: LossMap) -> None:
    with executor("2") as two:
        pd.testing.assert_frame_equal(stress_map([run], two).losses, found.losses)


def test_countries_pairs_of_the_largest_routes_and_groups_are_lost() -> None:
    sellers = [
        {"supplier": f"s{i}", "country": code} for i, code in enumerate(("AUS", "BRA", "CAN", "CHL", "CHN", "COD"))
    ]
    sellers[0] |= {"route": "malacca"}
    countries = [{"country": "AUS", "groups": "partners"}, {"country": "FRA", "groups": "eu"}]
    world = small_world(
        2, suppliers=[*sellers, {"supplier": "home", "country": "JPN"}], tables={"countries": countries}
    )
    losses = losses_of(world, HeldPlan.of(bichiku.solve(world, prices=False)))
    kinds = [loss.kind for loss in losses]
    assert (kinds.count("country"), kinds.count(PAIR)) == (6, 10)
    assert [loss.name for loss in losses if loss.kind in (ROUTE, GROUP)] == ["malacca", "partners"]


def test_tables_and_a_page_are_written(run: bichiku.Run, found: LossMap, tmp_path: Path) -> None:
    folder = write_map(found, [run], tmp_path)
    assert {"losses.csv", "static.csv", "manifest.json", "report.html"} == {file.name for file in folder.iterdir()}
    assert "<svg" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_map_loses_everything_in_turn_and_takes_no_crisis(run: bichiku.Run, tmp_path: Path) -> None:
    done = typed(["stress", run.write(tmp_path), "--map", "--from", "2026-07"], tmp_path)
    assert done.returncode == 2
    assert "--from: does not go with --map" in done.stderr
