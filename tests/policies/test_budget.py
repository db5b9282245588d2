"""Budget: net investment in all, and money for reserves in each year. For the world see `oracles.by_hand`.

As in `test_survive` a tonne put by in year 1 costs 15; against a halt of probability 0.1 it spares 10 + 9, a gain of 4.
"""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.result.pipeline import NoSolution
from bichiku.solving import Status
from oracles.by_hand import MATERIAL, SPOT, cost, duals, halt, plan, solve

DEAR = {"storage_cost_rate": 0.5}
STAKE = {"project": "p", "material": "m", "country": "AUS", "kind": "mine-stake", "max_build_t": 100, "fixed_cost": 0}
STAKE |= {"capex": 10, "subsidy_rate": 0.5, "running_cost": 1}


def invested(**budget: Any) -> Any:
    return solve(tables={"projects": [STAKE]}, policies={"budget": budget})


@pytest.mark.parametrize(
    ("limit", "built", "expected"), [(0, 0, 2000), (100, 20, 1740), (500, 100, 700), (900, 100, 700)]
)
def test_net_investment_is_limited(limit: float, built: float, expected: float) -> None:
    # A tonne a year costs 5 after subsidy and spares 10 - 1 in each of two years: 13 gained on each of at most 100.
    solved = invested(investment=limit)
    assert solved.outcome.values("build", "p") == pytest.approx([built], abs=1e-6)
    assert solved.outcome.solution.objective == pytest.approx(expected)


def test_the_dual_of_the_investment_limit_is_the_gain_on_a_unit_of_money() -> None:
    # 13 gained for 5 spent
    table = duals(invested(investment=100), "budget_investment")
    assert table["dual"].tolist() == pytest.approx([-2.6])
    assert table["value"].tolist() == [100]
    assert table["unit"].tolist() == ["USD of expected discounted cost per USD more on the limit"]


def test_without_anything_to_build_the_limit_is_idle() -> None:
    assert cost(policies={"budget": {"investment": 0}}) == pytest.approx(2000)


@pytest.mark.parametrize(("limit", "held", "expected"), [(0, 0, 2900), (300, 30, 2780), (1000, 100, 2500)])
def test_money_for_reserves_is_limited_year_by_year(limit: float, held: float, expected: float) -> None:
    # 1000 + 0.9 * 1000 + 0.1 * 10000 = 2900 without a reserve; each tonne gains 4 and takes 10 of the budget.
    solved = solve(material=DEAR, crises=halt(2, 0.1), policies={"budget": {"reserve_per_year": limit}})
    assert plan(solved, solved.outcome.stock["m"])[0] == pytest.approx(held, abs=1e-6)
    assert solved.outcome.solution.objective == pytest.approx(expected)


def test_a_stock_built_in_spring_and_sold_by_december_takes_its_budget() -> None:
    # 25 t a quarter; the third quarter costs three times as much, so its 25 t are put by in spring, if 250 may be spent
    dear = {"dear": {"from": "2026-07", "to": "2026-09", "effects": [{"all": True, "price_factor": 3}]}}
    year: dict[str, Any] = {"resolution": "quarter", "events": dear}
    assert cost(4, **year) == pytest.approx(4 * 250)
    solved = solve(4, **year, policies={"budget": {"reserve_per_year": 100}})
    assert plan(solved, solved.outcome.stock["m"]) == pytest.approx([0, 10, 0, 0], abs=1e-6)
    assert solved.outcome.solution.objective == pytest.approx(250 + 350 + 15 * 30 + 250)
    table = duals(solved, "budget_reserve")
    assert table["dual"].tolist() == pytest.approx([0, -2, 0, 0])  # 20 saved on a tonne of 10
    assert table["month"].tolist() == ["2026-01", "2026-04", "2026-07", "2026-10"]


def test_the_dual_of_the_reserve_budget_is_the_gain_on_a_unit_of_money() -> None:
    solved = solve(material=DEAR, crises=halt(2, 0.1), policies={"budget": {"reserve_per_year": 300}})
    table = duals(solved, "budget_reserve")
    assert table["dual"].tolist() == pytest.approx([-0.4, 0])
    assert table["year"].tolist() == [2026, 2027]


def test_a_year_is_measured_from_its_start_to_its_end() -> None:
    # Two quarters a year from July. A halt in the first quarter of 2027 takes 100 t in store at the end of 2026, of
    # which 500 buy 50. Nothing of 2027's money is used: the stock falls.
    event = {"from": "2027-01", "to": "2027-03", "effects": [{"all": True, "loss": 1.0}]}
    changes = {"demand": 400, "start": "2026-07", "resolution": "quarter", "events": {"halt": event}}
    solved = solve(4, **changes, policies={"budget": {"reserve_per_year": 500}})
    assert plan(solved, solved.outcome.stock["m"])[1] == pytest.approx(50)
    assert solved.outcome.solution.objective == pytest.approx(350 * 10 + 50 * 100)


def test_the_first_year_starts_with_the_opening_stock() -> None:
    # 50 t are in store already; 73 days ask for 20 t and bind no money, 219 days for 60 t: 10 t at 10.
    changes = {"material": {"opening_stock_t": 50}}
    assert solve(1, **changes, policies={"reserve_days": 73, "budget": {"reserve_per_year": 0}})
    assert solve(1, **changes, policies={"reserve_days": 219, "budget": {"reserve_per_year": 100}})
    with pytest.raises(NoSolution) as failure:
        solve(1, **changes, policies={"reserve_days": 219, "budget": {"reserve_per_year": 99}})
    assert failure.value.status is Status.INFEASIBLE


def test_all_materials_share_the_reserve_budget_at_their_reference_prices() -> None:
    # 73 days of each are 20 t, worth 200 and 600 at the reference prices.
    tables = {
        "materials": [MATERIAL, MATERIAL | {"material": "n", "reference_price": 30}],
        "demand": [{"material": name, "year": 2026, "tonnes": 100} for name in "mn"],
        "suppliers": [SPOT, SPOT | {"supplier": "t", "material": "n"}],
    }
    assert solve(1, tables=tables, policies={"reserve_days": 73, "budget": {"reserve_per_year": 800}})
    with pytest.raises(NoSolution):
        solve(1, tables=tables, policies={"reserve_days": 73, "budget": {"reserve_per_year": 799}})
