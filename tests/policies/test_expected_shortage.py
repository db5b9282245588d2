"""Expected shortage in days. For the world see `oracles.by_hand`, and for the reserve that does not pay by 0.5 a
tonne `test_survive`: without one, a halt of probability 0.05 in year 2 costs 2450 and 0.05 * 365 = 18.25 days.
"""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.result.pipeline import NoSolution
from bichiku.solving import Status
from oracles.by_hand import MATERIAL, SPOT, duals, halt, solve

DEAR = {"storage_cost_rate": 0.5}


def limited(days: float, periods: int = 2, **changes: Any) -> Any:
    materials = changes.pop("materials", "all")
    limit = {"max_days": days, "materials": materials}
    return solve(periods, **{"material": DEAR, **changes}, policies={"expected_shortage": limit})


@pytest.mark.parametrize(("days", "expected"), [(20, 2450), (18.25, 2450), (9.125, 2475), (0, 2500)])
def test_days_short_are_bought_down(days: float, expected: float) -> None:
    # Half of the days need half of the reserve: 50 t at 0.5.
    assert limited(days, crises=halt(2, 0.05)).outcome.solution.objective == pytest.approx(expected)


def test_the_dual_is_the_cost_of_a_day_and_negative() -> None:
    # A tonne in reserve costs 0.5 and spares 0.05 * 365 / 100 days.
    table = duals(limited(9.125, crises=halt(2, 0.05)), "expected_shortage")
    assert table["dual"].tolist() == pytest.approx([-0.5 / 0.1825])
    assert table["value"].tolist() == [9.125]
    assert table["unit"].tolist() == ["USD of expected discounted cost per days more on the limit"]


def test_the_days_of_all_nodes_are_added_up_by_weight() -> None:
    # 50 t a year are all there is: 182.5 days short in each of two years on the plan, in the crisis of year 2 all 365.
    # 182.5 + 0.8 * 182.5 + 0.2 * 365 = 401.5
    changes = {"suppliers": [{"capacity_t": 50}], "crises": halt(2, 0.2)}
    assert limited(401.5, **changes)
    with pytest.raises(NoSolution) as failure:
        limited(401.4, **changes)
    assert failure.value.status is Status.INFEASIBLE


def test_days_are_those_of_demand_in_the_crisis() -> None:
    # Demand halves in the crisis, so 50 t short are all of 365 days: 18.25 expected days again, and each tonne in
    # reserve spares twice as many. For 9.125 days 25 t are held; each costs 15 - 0.95 * 10 - 0.05 * 100 = 0.5.
    # Without: 1000 + 950 + 0.05 * 5000 = 2200.
    crises = halt(2, 0.05, effects=[{"all": True, "loss": 1.0, "demand_factor": 0.5}])
    assert limited(9.125, crises=crises).outcome.solution.objective == pytest.approx(2212.5)


def test_nodes_without_demand_count_for_nothing() -> None:
    crises = halt(2, 0.05, effects=[{"all": True, "loss": 1.0, "demand_factor": 0.0}])
    assert limited(0, crises=crises).outcome.solution.objective == pytest.approx(1950)


def test_each_material_has_its_own_limit() -> None:
    tables = {
        "materials": [MATERIAL | DEAR, MATERIAL | DEAR | {"material": "n"}],
        "demand": [{"material": name, "year": year, "tonnes": 100} for name in "mn" for year in (2026, 2027)],
        "suppliers": [SPOT, SPOT | {"supplier": "t", "material": "n"}],
    }
    changes = {"tables": tables, "crises": halt(2, 0.05)}
    assert limited(9.125, **changes).outcome.solution.objective == pytest.approx(2 * 2475)
    assert limited(9.125, materials=["n"], **changes).outcome.solution.objective == pytest.approx(2450 + 2475)


def test_days_of_a_crisis_that_goes_on_are_weighed_by_how_likely_it_does() -> None:
    # Nothing can be bought for one year or for two, half each, with 0.02, nor put by: 365 days with 0.02 and 0.01.
    changes = {"periods": 3, "material": {"storage_limit_t": 0}, "crises": halt(2, 0.02, duration={1: 0.5, 2: 0.5})}
    assert limited(10.96, **changes)
    with pytest.raises(NoSolution):
        limited(10.94, **changes)
