"""Prices of limits, worked out on paper.

One year, 100 t of cobalt used, the Congo at 10 a tonne and Australia at 14, no discounting, and a stock that is
worth nothing at the end.
"""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from bichiku.model.world import World
from bichiku.result.pipeline import run_strategy
from bichiku.result.prices import prices as prices_module
from bichiku.solving import Optimum, Solution, Status
from bichiku.solving.highs import HighsRun
from oracles.by_hand import halt, small_world
from oracles.models import world_of, write_model
from oracles.second_builder import second_objective

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


def test_a_point_of_a_cap_saves_what_the_index_of_concentration_leaves(tmp_path: Path) -> None:
    # at 0.6 of the Congo and 0.4 of Australia the index is 0.52 and binds nothing. At 0.61 Canada has the share c at
    # which 0.61² + (0.39 - c)² + c² = 0.5205, or 1e-4 more, by which an index may be over its limit: 0.0048 or 0.0047.
    # Of the 4 that a tonne from the Congo saves, 0.48 or 0.47 t that cost 4 more take away
    extra = "policies: {share_caps: [{group: [COD], max: 0.6}], concentration: {max: 0.5205}}\n"
    found = prices(tmp_path, extra, suppliers=SUPPLIERS + "cobalt-can,cobalt,CAN,1000,18\n")
    row = only(found, "share_caps", "COD")
    least, most = ((0.78 - math.sqrt(0.78**2 - 8 * (0.61**2 + 0.39**2 - index))) / 4 for index in (0.5206, 0.5205))
    assert -4 + 4 * 100 * least <= row["price"] <= -4 + 4 * 100 * most
    assert (row["method"], row["holds_from"], row["holds_to"]) == ("re-solve", 60, 61)


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


# One year of recycling, built at 1 a tonne a year and run at 7 instead of buying at 10, saves 2; 100 t are enough.
RECYCLING = (
    "project,material,country,kind,max_build_t,capex,running_cost,fixed_cost\n"
    "recycling,cobalt,JPN,recycling,500,1,7,0\n"
)


def budget(folder: Path, money: float) -> pd.Series:
    found = prices(folder, f"policies: {{budget: {{investment: {money!r}}}}}\n", projects=RECYCLING)
    return only(found, "budget_investment")


def test_a_percent_of_budget_saves_what_it_builds(tmp_path: Path) -> None:
    # a million would build a million t, so the sentence speaks of the 0.1 that build 0.1 t
    row = budget(tmp_path, 10)
    assert (row["price"], row["method"]) == (pytest.approx(-2e6), "ranging")
    assert row["holds_to"] == pytest.approx(100e-6)
    assert row["sentence"] == (
        "Raising the investment budget by 1 % (USD 0.100) saves USD 0.200 in expected discounted money; "
        "holds up to 0.000100 million USD."
    )


def test_a_budget_that_is_used_up_after_a_tiny_piece_is_told_by_a_whole_step(tmp_path: Path) -> None:
    # 99.5 t are built and half a tonne more is of use: of 1 %, 0.995, the first 0.5 save 2 each and the rest nothing
    row = budget(tmp_path, 99.5)
    assert row["price"] == pytest.approx(-1 / 0.995e-6)
    assert (row["method"], row["holds_from"]) == ("re-solve", pytest.approx(99.5e-6))
    assert row["holds_to"] == pytest.approx(1.01 * 99.5e-6)
    assert row["sentence"].startswith("Raising the investment budget by 1 % (USD 0.995) saves USD 1.00 in expected")


def test_a_step_of_budget_costs_what_the_second_builder_says(tmp_path: Path) -> None:
    row = budget(tmp_path, 99.5)
    now, more = (
        second_objective(world_of(tmp_path, sets=[f"policies.budget.investment={m}"])) for m in (99.5, 100.495)
    )
    assert row["price"] == pytest.approx((more - now) / 0.995e-6)


def test_a_range_that_is_short_where_nothing_is_solved_again_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prices_module, "MOST_ROWS", 0)
    row = budget(tmp_path, 99.5)
    # 2 for each of 0.995 at most, as what more of it saves never grows
    assert (row["price"], row["method"]) == (pytest.approx(-2e6), "short range")
    assert row["holds_to"] == pytest.approx(100e-6)
    assert row["sentence"] == (
        "Raising the investment budget by 1 % (USD 0.995) saves at most USD 1.99 in expected discounted money; holds "
        "up to 0.000100 million USD, less than a step, and the program is too large to solve again for each of its "
        "limits."
    )


# A tonne of m in store at the end of year 1 costs 10 and saves 10 in year 2, or in a halt of m with 0.1 a shortage of
# 100: 9 + 10 - 10 = 9. So 100 t are held if the budget lets them be. A day of n is a tonne, which year 2 uses: the day
# costs nothing, but takes 10 of the budget.


def reserve_of_two(budget: float, days: float = 1) -> World:
    both = [{"material": m, "reference_price": 10, "haircut": 1, "shortage_cost": 100} for m in ("m", "n")]
    tables = {
        "materials": both,
        "demand": [{"material": m, "year": y, "tonnes": t} for m, t in (("m", 100), ("n", 365)) for y in (2026, 2027)],
        "suppliers": [
            {"supplier": f"of-{m}", "material": m, "country": "CHN", "capacity_t": 1000, "price": 10} for m in "mn"
        ],
    }
    policies = {
        "reserve_days": {"n": {"2026-12": days, "2027-12": 1}},
        "budget": {"reserve_per_year": budget},
    }
    crises = halt(2, 0.1, effects=[{"materials": ["m"], "loss": 1}])
    return small_world(tables=tables, policies=policies, crises=crises)


def day_of(world: World) -> pd.Series:
    found = run_strategy(world).tables["prices"]
    (row,) = found[(found["policy"] == "reserve_days") & (found["year"] == 2026)].to_dict("records")
    return pd.Series(row)


def test_a_day_with_a_kink_half_a_day_away_names_the_budget_that_it_meets() -> None:
    # 1000 for m, 10 for n and 5 to spare: the second half of a day more takes 5 from half a tonne of m, which saved 4.5
    row = day_of(reserve_of_two(1015))
    assert (row["price"], row["method"]) == (pytest.approx(4.5), "re-solve")
    assert row["sentence"] == (
        "One more day of reserve of n in 2026 costs USD 4.50 in expected discounted money; holds between 1.00 and 2.00 "
        "days, where the reserve budget in 2026 binds too."
    )
    assert second_objective(reserve_of_two(1015, 2)) - second_objective(reserve_of_two(1015)) == pytest.approx(4.5)


def test_a_day_that_meets_no_other_limit_names_none() -> None:
    # 20 to spare last for two days more, and each costs nothing
    row = day_of(reserve_of_two(1030))
    assert (row["price"], row["method"]) == (pytest.approx(0), "ranging")
    assert "too" not in row["sentence"]


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


@pytest.mark.parametrize("stands", [True, False])
def test_a_price_that_the_solver_fails_on_leaves_the_run_and_says_so(
    stands: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a share is solved again one step away, and here each such solve fails, or that of the program as it stands too
    optimum = HighsRun.optimum
    own: list[object] = []

    def failing(run: HighsRun) -> Optimum:
        own.append(run._program)
        return optimum(run) if stands and run._program is own[0] else Solution.none(Status.ERROR).optimum

    monkeypatch.setattr(HighsRun, "optimum", failing)
    cap = "policies:\n  share_caps:\n    - {group: [COD], max: 0.5}\n"
    found = prices(tmp_path, cap).set_index("policy").loc["share_caps"]
    assert pd.isna(found["price"])
    assert found["sentence"].endswith("has no price: the solver could not tell what it costs.")
