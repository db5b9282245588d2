"""Prices of limits, worked out on paper.

One year, 100 t of cobalt used, the Congo at 10 a tonne and Australia at 14, no discounting, and a stock that is
worth nothing at the end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bichiku.result.pipeline import run_strategy
from bichiku.solving import Solution, Status
from bichiku.solving.highs import HighsRun
from oracles.models import world_of, write_model

ONE_YEAR = "model: Prices\nbuyer: JPN\nstart: 2026-01\nperiods: 1\nresolution: year\n"
SUPPLIERS = """\
supplier,material,country,capacity_t,price
cobalt-aus,cobalt,AUS,1000,14
cobalt-cod,cobalt,COD,1000,10
"""
DEMAND = "material,year,tonnes\ncobalt,2026,100\n"
WORTHLESS = "material,reference_price,haircut,shortage_cost\ncobalt,10,1,100\n"  # what is left over at the end


def prices(folder: Path, extra: str = "", **tables: str) -> pd.DataFrame:
    defaults = {"suppliers": SUPPLIERS, "demand": DEMAND, "materials": WORTHLESS}
    write_model(folder, whole=ONE_YEAR + extra, **{**defaults, **tables})
    return run_strategy(world_of(folder)).tables["prices"]


def only(frame: pd.DataFrame, policy: str, limit: str = "") -> pd.Series:
    found = frame[(frame["policy"] == policy) & (frame["limit"] == limit)]
    assert len(found) == 1
    return found.iloc[0]


def test_a_point_of_a_cap_saves_the_difference_of_prices(tmp_path: Path) -> None:
    # a point of 100 t is 1 t, bought at 10 instead of 14
    extra = "policies: {share_caps: [{group: [COD], max: 0.5}]}\n"
    row = only(prices(tmp_path, extra), "share_caps", "COD")
    assert (row["value"], row["price"], row["unit"]) == (50, pytest.approx(-4), "USD per point")
    assert (row["holds_from"], row["holds_to"]) == (49, 51)
    assert "saves USD 4" in row["sentence"]


def test_a_point_of_a_floor_costs_the_difference_of_prices(tmp_path: Path) -> None:
    extra = "policies: {share_floors: [{group: [AUS], min: 0.2}]}\n"
    row = only(prices(tmp_path, extra), "share_floors", "AUS")
    assert (row["value"], row["price"]) == (20, pytest.approx(4))


def test_a_point_of_the_cap_on_any_country(tmp_path: Path) -> None:
    # the Congo's cap binds and a point of it saves 4; Australia's does not
    frame = prices(tmp_path, "policies: {country_cap: {max: 0.6}}\n")
    assert only(frame, "country_cap", "COD")["price"] == pytest.approx(-4)
    assert only(frame, "country_cap", "AUS")["price"] == 0


def test_a_day_of_reserve_costs_what_the_haircut_takes(tmp_path: Path) -> None:
    # a day is 100/365 t, bought at 10 and valued at 10 less a haircut of a tenth: 100/365 * 1
    materials = "material,reference_price,haircut,shortage_cost\ncobalt,10,0.1,100\n"
    row = only(prices(tmp_path, "policies: {reserve_days: 30}\n", materials=materials), "reserve_days")
    assert (row["value"], row["price"]) == (pytest.approx(30), pytest.approx(100 / 365))
    # 1000 t a year less 100 t used can be stored: 900 t are 3285 days
    assert (row["holds_from"], row["holds_to"]) == (pytest.approx(0), pytest.approx(3285))


def test_a_tonne_of_a_cheap_supplier_saves_until_it_serves_all(tmp_path: Path) -> None:
    suppliers = SUPPLIERS.replace("COD,1000", "COD,60")
    row = only(prices(tmp_path, suppliers=suppliers), "supplier_capacity", "cobalt-cod")
    assert row["price"] == pytest.approx(-4)
    assert (row["holds_from"], row["holds_to"]) == (pytest.approx(0), pytest.approx(100))
    assert only(prices(tmp_path / "idle"), "supplier_capacity", "cobalt-aus")["price"] == 0


def test_a_tonne_of_a_contract_saves_likewise(tmp_path: Path) -> None:
    suppliers = "supplier,material,country,kind,capacity_t,price\n"
    suppliers += "cobalt-aus,cobalt,AUS,spot,1000,14\ncobalt-cod,cobalt,COD,contract,60,10\n"
    row = only(prices(tmp_path, suppliers=suppliers), "supplier_capacity", "cobalt-cod")
    assert (row["price"], row["holds_to"]) == (pytest.approx(-4), pytest.approx(100))


def test_a_tonne_of_recycling_saves_the_price_less_its_running_cost(tmp_path: Path) -> None:
    projects = "project,material,country,kind,existing_t,running_cost\nrecycling,cobalt,JPN,recycling,20,7\n"
    row = only(prices(tmp_path, projects=projects), "project_capacity", "recycling")
    assert (row["value"], row["price"], row["holds_to"]) == (20, pytest.approx(-3), pytest.approx(100))


def test_a_tonne_that_may_be_built_saves_the_price_less_all_its_costs(tmp_path: Path) -> None:
    # bought at 10; built at 1 a tonne a year and run at 7 it saves 2
    head = "project,material,country,kind,max_build_t,capex,running_cost,fixed_cost\n"
    frame = prices(tmp_path, projects=head + "recycling,cobalt,JPN,recycling,20,1,7,0\n")
    assert only(frame, "project_build_limit", "recycling")["price"] == pytest.approx(-2)
    assert only(frame, "project_capacity", "recycling")["price"] == pytest.approx(-3)


def test_a_million_more_of_budget_saves_what_it_builds(tmp_path: Path) -> None:
    # 1 million builds 1 million t a year at 1 each, but 100 t are enough; within 0.00001 million each saves 2 / 1
    head = "project,material,country,kind,max_build_t,capex,running_cost,fixed_cost\n"
    extra = "policies: {budget: {investment: 10}}\n"
    row = only(
        prices(tmp_path, extra, projects=head + "recycling,cobalt,JPN,recycling,500,1,7,0\n"), "budget_investment"
    )
    # 10 builds 10 t, saving 20; a million more builds the other 90 t, saving 180
    assert row["price"] == pytest.approx(-180)
    assert row["method"] == "re-solve"


def test_a_share_that_cannot_rise_has_the_price_of_the_last_point(tmp_path: Path) -> None:
    # Australia sells 20 t: a floor of 20 % is its most, and a point less saves 4
    suppliers = SUPPLIERS.replace("AUS,1000", "AUS,20")
    materials = "material,reference_price,shortage_cost\ncobalt,10,100000\n"
    extra = "policies: {share_floors: [{group: [AUS], of: supply, min: 0.2}]}\n"
    row = only(prices(tmp_path, extra, suppliers=suppliers, materials=materials), "share_floors", "AUS")
    # one point more leaves 20/0.21 = 95.24 t of supply and 4.76 t short at 100000 less the 10 not paid
    short = 100 - 20 / 0.21
    assert row["price"] == pytest.approx(short * (100_000 - 10))


def test_a_tonne_a_country_may_not_sell_has_no_price(tmp_path: Path) -> None:
    frame = prices(tmp_path)
    assert set(frame["policy"]) == {"supplier_capacity"}
    assert (frame["price"] == 0).all()


def test_a_price_that_the_solver_fails_on_leaves_the_run_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a share is solved again one unit away, and here each such solve fails
    solve = HighsRun.solve
    first: set[int] = set()

    def failing(run: HighsRun, *limits: Any) -> Solution:
        if id(run._program) in first or not first:
            first.add(id(run._program))
            return solve(run, *limits)
        return Solution.none(Status.ERROR)

    monkeypatch.setattr(HighsRun, "solve", failing)
    cap = "policies:\n  share_caps:\n    - {group: [COD], max: 0.5}\n"
    found = prices(tmp_path, cap).set_index("policy").loc["share_caps"]
    assert pd.isna(found["price"])
    assert found["sentence"].endswith("has no price: the solver could not tell what it costs.")
