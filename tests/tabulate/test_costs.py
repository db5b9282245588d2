"""Costs by year, discounted and not. For the world see `oracles.by_hand`."""

from __future__ import annotations

import pytest

from oracles.by_hand import solve


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
