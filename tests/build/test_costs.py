"""The cost lines, one by one. For the world see `oracles.by_hand`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from oracles.by_hand import halt, line, solve

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"
RISE = {"rise": {"from": "2027-01", "to": "2027-12", "effects": [{"materials": ["m"], "price_factor": 2.0}]}}
DEAR = {"storage_cost_rate": 2}  # 20 a tonne and year: nothing is bought ahead


@pytest.mark.parametrize("strategy", list(read_model(TUTORIAL).worlds))
def test_the_lines_sum_to_the_objective(strategy: str) -> None:
    solved = run_strategy(read_model(TUTORIAL).worlds[strategy])
    assert solved.tables["costs"]["value"].sum() == pytest.approx(solved.outcome.solution.objective, rel=1e-9)


def test_money_is_discounted_to_the_start_by_parts_of_a_year() -> None:
    # 1.05^4 - 1 a year is 5 % a quarter.
    solved = solve(3, resolution="quarter", demand=400, discount_rate=1.05**4 - 1)
    assert line(solved, "purchase") == pytest.approx(1000 * (1 + 1 / 1.05 + 1 / 1.05**2))


def test_tariffs_follow_the_price_and_freight_does_not() -> None:
    solved = solve(material=DEAR, suppliers=[{"freight": 3, "tariff_rate": 0.1}], events=RISE)
    for name, money in [("purchase", (1000, 2000)), ("tariff", (100, 200)), ("freight", (300, 300))]:
        assert tuple(line(solved, name, year=year) for year in (2026, 2027)) == pytest.approx(money)


def test_a_contract_keeps_its_price_and_tariff() -> None:
    solved = solve(material=DEAR, suppliers=[{"kind": "contract", "tariff_rate": 0.1}], events=RISE)
    assert (line(solved, "purchase", year=2027), line(solved, "tariff", year=2027)) == pytest.approx((1000, 100))


def test_goods_are_paid_at_the_price_of_their_arrival() -> None:
    # Shipped in 2026, when the price is 10, and arrived in 2027, when it is 20.
    solved = solve(material=DEAR, suppliers=[{"lead_periods": 1, "in_transit_t": 100}], events=RISE)
    assert (line(solved, "purchase", year=2026), line(solved, "purchase", year=2027)) == pytest.approx((1000, 2000))


def test_goods_under_way_at_the_start_are_paid_on_arrival() -> None:
    solved = solve(1, suppliers=[{"lead_periods": 1, "in_transit_t": 30, "freight": 1}])
    assert (line(solved, "purchase"), line(solved, "freight")) == pytest.approx((300, 30))


def test_a_crisis_price_is_paid_in_the_crisis_only() -> None:
    crises = halt(2, 0.25, effects=[{"materials": ["m"], "price_factor": 3.0}])
    # 0.75 * 1000 + 0.25 * 3000
    assert line(solve(material=DEAR, crises=crises), "purchase", year=2027) == pytest.approx(1500)


def test_holding_is_on_the_mean_of_opening_and_closing_stock() -> None:
    # 40 % of 10 is 1 a tonne and quarter; 100, 50 and 0 t in store.
    material = {"opening_stock_t": 100, "storage_cost_rate": 0.4}
    solved = solve(2, start="2026-10", resolution="quarter", demand=200, material=material)
    assert (line(solved, "holding", year=2026), line(solved, "holding", year=2027)) == pytest.approx((75, 25))


def test_a_branch_holds_from_what_the_plan_left() -> None:
    # 200 t at 2 a tonne and year, 100 used in year 1. In year 2 from 100 to 0 on the plan, and from 100 to 50 in the
    # crisis, where demand halves.
    crises = halt(2, 0.5, effects=[{"materials": ["m"], "demand_factor": 0.5}])
    solved = solve(material={"opening_stock_t": 200, "storage_cost_rate": 0.2}, crises=crises)
    assert line(solved, "holding", year=2026) == pytest.approx(300)
    assert line(solved, "holding", year=2027) == pytest.approx(0.5 * 100 + 0.5 * 150)


def test_the_terminal_stock_value_is_a_line_of_its_own_discounted_to_the_end() -> None:
    # 40 t at 10 less a haircut of 25 %, one year from the start.
    solved = solve(1, demand=0, material={"opening_stock_t": 40, "haircut": 0.25}, discount_rate=0.25)
    assert line(solved, "terminal_stock_value", material="m", year=2026) == pytest.approx(-240)
    assert solved.outcome.solution.objective == pytest.approx(-240)


def test_a_branch_at_the_horizon_values_its_stock_as_the_plan_does() -> None:
    # 300 t, 100 used in year 1: 100 left on the plan, 200 in the crisis without demand, at 10 less a half.
    crises = halt(2, 0.5, effects=[{"materials": ["m"], "demand_factor": 0.0}])
    solved = solve(material={"opening_stock_t": 300, "haircut": 0.5}, crises=crises)
    assert line(solved, "terminal_stock_value") == pytest.approx(-(0.5 * 100 + 0.5 * 200) * 5)


def test_a_branch_that_returned_has_no_terminal_value() -> None:
    # The branch ends in year 2 of 3 and hands its 200 t back for 200; the plan's 100 t are valued with weight one.
    solved = solve(3, material={"opening_stock_t": 400, "haircut": 0.5}, crises=halt(2, 0.5, recovery=0))
    assert line(solved, "terminal_stock_value") == pytest.approx(-100 * 5)


def test_investment_and_subsidy_fall_at_the_start_and_running_where_it_runs() -> None:
    # 100 t a year at capex 6, a third of it subsidy; run in year 2 for 2 a tonne, at 25 % interest.
    project = {
        "project": "p",
        "material": "m",
        "country": "JPN",
        "kind": "recycling",
        "max_build_t": 500,
        "capex": 6,
        "fixed_cost": 0,
    }
    project |= {"subsidy_rate": 1 / 3, "running_cost": 2, "build_periods": 1}
    solved = solve(tables={"projects": [project]}, discount_rate=0.25)
    assert line(solved, "investment", year=2026) == pytest.approx(600)
    assert line(solved, "subsidy", year=2026) == pytest.approx(-200)
    assert line(solved, "running", year=2027) == pytest.approx(160)
    assert solved.tables["projects"][["investment", "subsidy", "net_cost"]].iloc[0].tolist() == pytest.approx(
        [600, 200, 400]
    )


def test_running_cost_falls_where_a_project_runs_not_where_its_goods_arrive() -> None:
    project = {"project": "p", "material": "m", "country": "AUS", "kind": "mine-stake", "existing_t": 1000}
    project |= {"running_cost": 2, "lead_periods": 1}
    solved = solve(tables={"projects": [project]}, discount_rate=0.25)
    assert (line(solved, "running", year=2026), line(solved, "running", year=2027)) == pytest.approx((200, 0))


def test_shortage_and_substitution_are_weighed_by_their_branch() -> None:
    # A halt of probability 0.01 in year 2, at 25 % interest: 40 t saved at 30, 60 t short at 100.
    tables = {"substitution": [{"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30}]}
    solved = solve(material=DEAR, tables=tables, crises=halt(2, 0.01), discount_rate=0.25)
    assert line(solved, "substitution") == pytest.approx(0.01 * 1200 * 0.8)
    assert line(solved, "shortage") == pytest.approx(0.01 * 6000 * 0.8)
