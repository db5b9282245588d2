"""Costs by year, discounted and not. For the world see `oracles.by_hand`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.result.pipeline import run_strategy
from oracles.by_hand import small_world, solve


def test_money_of_its_time_stands_beside_what_it_is_worth_today() -> None:
    # 73 days are 20 t, bought in the first of two years beside 100 t a year at 10; worth 200 when the second is over
    run = solve(material={"haircut": 0}, discount_rate=0.1, policies={"reserve_days": 73})
    costs = run.costs.set_index(["line", "year"])
    for line, year, paid, factor in (
        ("purchase", 2026, 1200, 1),
        ("purchase", 2027, 1000, 1 / 1.1),
        ("terminal_stock_value", 2027, -200, 1 / 1.21),
    ):
        assert costs.loc[(line, year), "undiscounted"] == pytest.approx(paid)
        assert costs.loc[(line, year), "value"] == pytest.approx(paid * factor)


def test_what_nobody_pays_has_no_money_of_its_time() -> None:
    limit = [{"group": ["CHN"], "max": 0, "soft": 1}]
    run = solve(1, policies={"share_caps": limit})
    penalty = run.costs[run.costs["line"] == "penalty"]
    assert penalty["value"].sum() == pytest.approx(100)  # 100 t beyond the cap at 1 each
    assert penalty["undiscounted"].isna().all()


def test_what_nobody_pays_is_no_cost_of_the_year() -> None:
    # 100 t at 10, and a penalty of 1 a tonne that shapes the plan and leaves no purse
    run = solve(1, policies={"share_caps": [{"group": ["CHN"], "max": 0, "soft": 1}]})
    told = run.summary[run.summary["material"] == "all"].set_index("metric")["value"]
    assert told["penalty_per_year"] == pytest.approx(100)
    for metric in ("cost_per_year", "nation_cost_per_year", "paid_by_industry_per_year"):
        assert told[metric] == pytest.approx(1000), metric


@pytest.mark.parametrize("level", [0, 0.9])
def test_the_risk_of_a_year_falls_in_its_last_period(level: float, tmp_path: Path) -> None:
    # 100 t a quarter, nothing stored: a halt in the third, one in five, costs 100 t at 100 each; the year's tail is
    # beyond a window that ends in June, and the run verifies
    crises = {
        "halt": {
            "onsets": [{"period": 3, "probability": 0.2}],
            "duration": 1,
            "recovery": 0,
            "effects": [{"countries": ["CHN"], "loss": 1}],
        }
    }
    risk = {"risk": {"level": level, "weight": 1}}
    run = run_strategy(small_world(4, resolution="quarter", report_until="2026-06", crises=crises, policies=risk))
    assert run.summary.set_index(["metric", "material"]).loc[("risk_per_year", "all"), "value"] == 0.0
    run.write(tmp_path)  # which verifies it
