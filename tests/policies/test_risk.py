"""Risk: the CVaR of damage given a crisis. For the world see `oracles.by_hand`.

Two crises in year 2: a halt with probability 0.01, and a loss of 95 % with 0.03 that leaves 50 of 1000 t. Without a
reserve 100 and 50 t are short: damages 10000 and 5000, in branches of conditional probability 1/4 and 3/4. A tonne
put by costs 15 (storage rate 50 %) and spares 0.96 * 10 on the plan, 0.01 * 100 and 0.03 * 100 in the crises while
they are short: 13.6, so none pays by itself. Objective: 1000 + 960 + 0.01 * 10000 + 0.03 * (500 + 5000) = 2225.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bichiku.result.pipeline import NoSolution
from bichiku.result.run import Run
from bichiku.solving import Status
from oracles.by_hand import duals, halt, line, plan, solve

CRISES = halt(2, 0.01) | {"scarce": halt(2, 0.03, effects=[{"all": True, "loss": 0.95}])["halt"]}
NEUTRAL = 2225


def risky(**risk: Any) -> Run:
    policies = {"risk": risk} if risk else {}
    return solve(material={"storage_cost_rate": 0.5}, crises=CRISES, policies=policies)


def objective(solved: Run) -> float:
    return solved.outcome.solution.objective


def held(solved: Run) -> float:
    return plan(solved, solved.outcome.stock["m"])[0]


def cvar(solved: Run, level: float) -> float:
    """The mean of the worst 1 - level of damages, from the table of crises alone."""
    table = solved.tables["crises"].groupby(["crisis", "onset"])[["damage"]].sum()
    table["q"] = solved.tables["crises"].groupby(["crisis", "onset"])["probability"].first()
    table = table.sort_values("damage", ascending=False)
    q = (table["q"] / table["q"].sum()).to_numpy()
    taken = np.diff(np.minimum(np.cumsum(q), 1 - level), prepend=0.0)
    return float(taken @ table["damage"].to_numpy() / (1 - level))


@pytest.mark.parametrize(
    ("level", "expected"),
    # the mean 1/4 * 10000 + 3/4 * 5000; (1/4 * 10000 + 1/4 * 5000) / (1/2); the worst quarter; the worst of it
    [(0.0, 6250), (0.5, 7500), (0.75, 10000), (0.95, 10000)],
)
def test_a_weight_adds_cvar_to_the_cost(level: float, expected: float) -> None:
    # With 0.0001 a tonne in reserve gains 0.01 at most and lacks 1.4: none is held.
    solved = risky(level=level, weight=0.0001)
    assert held(solved) == pytest.approx(0, abs=1e-6)
    assert line(solved, "risk") == pytest.approx(0.0001 * expected)
    assert cvar(solved, level) == pytest.approx(expected)
    assert objective(solved) == pytest.approx(NEUTRAL + 0.0001 * expected)


def test_a_weight_that_pays_moves_the_reserve() -> None:
    # At level 0.75 a tonne spares 100 of CVaR (the halt alone): with 0.02 it gains 2 and lacks 1.4. The first 50 t cost
    # 15 - 13.6 each. Beyond them the loss of 95 % is no longer short: a tonne spares 0.99 * 10 + 1 = 10.9, lacks 4.1.
    solved = risky(level=0.75, weight=0.02)
    assert held(solved) == pytest.approx(50)
    # 2225 + 50 * 1.4 + 0.02 * 5000
    assert objective(solved) == pytest.approx(2395)


def test_a_limit_on_cvar_forces_a_reserve() -> None:
    # 9000 in the worst quarter: 10 t, which cost 1.4 each.
    solved = risky(level=0.75, limit=9000)
    assert (held(solved), objective(solved)) == pytest.approx((10, 2239))
    assert cvar(solved, 0.75) == pytest.approx(9000)


def test_the_dual_of_the_limit_is_the_cost_of_a_unit_of_cvar_and_negative() -> None:
    table = duals(risky(level=0.75, limit=9000), "risk_limit")
    assert table["dual"].tolist() == pytest.approx([-1.4 / 100])
    assert table["value"].tolist() == [9000]


def test_a_limit_at_level_nought_is_a_limit_on_the_mean() -> None:
    # A tonne spares 100 in both branches: 6250 - 5250 = 1000 is 10 t.
    assert held(risky(level=0.0, limit=5250)) == pytest.approx(10)


def test_a_limit_that_cannot_be_kept_has_no_solution() -> None:
    changes = {"material": {"storage_limit_t": 20}, "crises": CRISES}
    # 20 t of 100 can be held, 8000 is the least damage of the halt
    assert solve(**changes, policies={"risk": {"level": 0.75, "limit": 8000}})
    with pytest.raises(NoSolution) as failure:
        solve(**changes, policies={"risk": {"level": 0.75, "limit": 7999}})
    assert failure.value.status is Status.INFEASIBLE


def test_a_weight_of_nought_is_risk_neutral() -> None:
    assert objective(risky(level=0.75, weight=0)) == pytest.approx(NEUTRAL)
    assert objective(risky()) == pytest.approx(NEUTRAL)


def test_a_limit_at_the_worst_case_is_idle_and_below_it_binds() -> None:
    # At a high level CVaR is the damage of the worst crisis, 10000.
    assert objective(risky(level=0.99, limit=10000)) == pytest.approx(NEUTRAL)
    assert duals(risky(level=0.99, limit=10001), "risk_limit")["dual"].tolist() == pytest.approx([0])
    assert objective(risky(level=0.99, limit=9900)) > NEUTRAL + 1


@pytest.mark.parametrize("level", [0.0, 0.5, 0.75, 0.95])
def test_more_weight_means_less_risk_and_more_other_cost(level: float) -> None:
    weights = [0, 0.005, 0.014, 0.02, 0.05, 0.2]
    found = [risky(level=level, weight=weight) for weight in weights]
    risks = [cvar(solved, level) for solved in found]
    others = [objective(solved) - line(solved, "risk") for solved in found]
    assert all(later <= earlier + 1e-6 for earlier, later in pairwise(risks))
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(others))
    assert risks[-1] < risks[0]
    for solved, weight, risk in zip(found, weights, risks, strict=True):
        assert line(solved, "risk") == pytest.approx(weight * risk)


def test_a_higher_level_is_never_less_risk() -> None:
    found = [line(risky(level=level, weight=0.0001), "risk") for level in (0, 0.2, 0.5, 0.75, 0.9)]
    assert found == sorted(found)


def test_damage_is_discounted_and_counts_what_saving_costs() -> None:
    # Up to 40 % can be saved at 30; 25 % interest. Damage of a halt in year 2: (60 * 100 + 40 * 30) / 1.25 = 5760.
    # A tonne put by in year 1 costs 10 and 8 storage in each half year; with p = 0.01 none pays.
    tables = {"substitution": [{"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30}]}
    changes = {"material": {"storage_cost_rate": 1.6}, "tables": tables, "discount_rate": 0.25}
    solved = solve(**changes, crises=halt(2, 0.01), policies={"risk": {"level": 0.5, "weight": 0.001}})
    assert line(solved, "risk") == pytest.approx(5.76)
    assert solved.tables["crises"]["damage"].tolist() == pytest.approx([5760])


def test_dearer_purchases_in_a_crisis_are_no_damage() -> None:
    crises = halt(2, 0.5, effects=[{"materials": ["m"], "price_factor": 9.0}])
    # storage at 100 a year: nothing is bought ahead
    solved = solve(material={"storage_cost_rate": 10}, crises=crises, policies={"risk": {"level": 0.5, "limit": 0}})
    assert objective(solved) == pytest.approx(1000 + 0.5 * 1000 + 0.5 * 9000)


def test_without_a_crisis_there_is_no_risk() -> None:
    solved = solve(policies={"risk": {"level": 0.5, "limit": 0, "weight": 5}})
    assert objective(solved) == pytest.approx(2000)
    assert line(solved, "risk") == 0
