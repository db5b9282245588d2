"""Risk: the CVaR of damage by year of onset, calm counted as no damage. For the world see `oracles.by_hand`.

Two crises in year 2: a halt with probability 0.01, and a loss of 95 % with 0.03 that leaves 50 of 1000 t (the supplier
is the buyer's own, so that what is left is not rationed). Without a reserve 100 and 50 t are short: damages 10000 and
5000. A tonne put by costs 15 (storage rate 50 %) and spares 0.96 * 10 on the plan, 0.01 * 100 and 0.03 * 100 in the
crises while they are short: 13.6, so none pays by itself. Objective: 1000 + 960 + 0.01 * 10000 + 0.03 * (500 + 5000)
= 2225.

CVaR at a level is the least of t + (0.01 * (10000 - t) + 0.03 * (5000 - t)) / (1 - level) over t of 0, 5000 and 10000,
without what is below zero.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bichiku.result.pipeline import NoSolution
from bichiku.result.run import Run
from bichiku.solving import Status
from oracles.by_hand import MATERIAL, SPOT, duals, halt, line, plan, solve

CRISES = halt(2, 0.01) | {"scarce": halt(2, 0.03, effects=[{"all": True, "loss": 0.95}])["halt"]}
NEUTRAL = 2225
OWN: dict[str, Any] = {"suppliers": [{"country": "JPN"}]}


def risky(crises: dict[str, Any] = CRISES, storage_limit_t: float | None = None, **risk: Any) -> Run:
    policies = {"risk": risk} if risk else {}
    material = {"storage_cost_rate": 0.5} | ({} if storage_limit_t is None else {"storage_limit_t": storage_limit_t})
    return solve(material=material, crises=crises, policies=policies, **OWN)


def objective(solved: Run) -> float:
    return solved.outcome.solution.objective


def held(solved: Run) -> float:
    return plan(solved, solved.outcome.stock["m"])[0]


def cvar(solved: Run, level: float) -> float:
    """CVaR at a level, from the table of crises alone; both of them begin in 2027."""
    crises = solved.tables["crises"]
    damage, probability = crises["damage"].to_numpy(), crises["probability"].to_numpy()
    return float(min(t + probability @ np.maximum(damage - t, 0) / (1 - level) for t in (0.0, *damage)))


@pytest.mark.parametrize(
    ("level", "expected"),
    # the mean, 100 + 150; the same over 5 % (96 % are calm, and 1 % of the worst 5 %); 5000 and a third of 5000 more
    # over 3 %; the worst one in a hundred; the worst of it
    [(0.0, 250), (0.95, 5000), (0.97, 20000 / 3), (0.99, 10000), (0.995, 10000)],
)
def test_a_weight_adds_cvar_to_the_cost(level: float, expected: float) -> None:
    # With 0.0001 a tonne in reserve gains 0.01 at most and lacks 1.4: none is held.
    solved = risky(level=level, weight=0.0001)
    assert held(solved) == pytest.approx(0, abs=1e-6)
    assert line(solved, "risk") == pytest.approx(0.0001 * expected)
    assert line(solved, "risk", year=2027) == pytest.approx(0.0001 * expected)
    assert cvar(solved, level) == pytest.approx(expected)
    assert objective(solved) == pytest.approx(NEUTRAL + 0.0001 * expected)


def test_a_weight_that_pays_moves_the_reserve() -> None:
    # At level 0.99 a tonne spares 100 of CVaR (the halt alone): with 0.02 it gains 2 and lacks 1.4. The first 50 t cost
    # 15 - 13.6 each. Beyond them the loss of 95 % is no longer short: a tonne spares 0.99 * 10 + 1 = 10.9, lacks 4.1.
    solved = risky(level=0.99, weight=0.02)
    assert held(solved) == pytest.approx(50)
    # 2225 + 50 * 1.4 + 0.02 * 5000
    assert objective(solved) == pytest.approx(2395)


def test_a_limit_on_cvar_forces_a_reserve() -> None:
    # 9000 in the worst one of a hundred: 10 t, which cost 1.4 each.
    solved = risky(level=0.99, limit=9000)
    assert (held(solved), objective(solved)) == pytest.approx((10, 2239))
    assert cvar(solved, 0.99) == pytest.approx(9000)


def test_the_dual_of_the_limit_is_the_cost_of_a_unit_of_cvar_and_negative() -> None:
    table = duals(risky(level=0.99, limit=9000), "risk_limit")
    assert table["dual"].tolist() == pytest.approx([-1.4 / 100])
    assert (table["value"].tolist(), table["year"].tolist()) == ([9000], [2027])


def test_a_limit_at_level_nought_is_a_limit_on_the_mean() -> None:
    # A tonne spares 100 in both branches, 4 of the mean: 250 - 210 = 40 is 10 t.
    assert held(risky(level=0.0, limit=210)) == pytest.approx(10)


# Nobody is short where a little less is used.
HARMLESS = halt(2, 0.36, effects=[{"materials": ["m"], "demand_factor": 0.9}])["halt"]


@pytest.mark.parametrize("more", [{}, {"harmless": HARMLESS}])
def test_a_limit_that_cannot_be_kept_has_no_solution_whatever_else_may_happen(more: dict[str, Any]) -> None:
    # 20 t of 100 can be held, 8000 is the least damage of the halt. (Counted among crises alone, the halt is the worst
    # quarter of them; with the harmless one it is a fortieth, and the worst quarter 4 * (8000 + 3 * 3000) / 40 = 1700.)
    assert risky(CRISES | more, storage_limit_t=20, level=0.99, limit=8000)
    with pytest.raises(NoSolution) as failure:
        risky(CRISES | more, storage_limit_t=20, level=0.99, limit=7999)
    assert failure.value.status is Status.INFEASIBLE


def test_a_harmless_crisis_moves_no_limit() -> None:
    # 10 t, each for 1.4, as without it; it spares 36 % of ten tonnes at 10. A tonne in store spares 10 there as well.
    solved = risky(CRISES | {"harmless": HARMLESS}, level=0.99, limit=9000)
    assert (held(solved), objective(solved)) == pytest.approx((10, 2239 - 36))
    assert cvar(solved, 0.99) == pytest.approx(9000)


def two_years(**risk: Any) -> Run:
    """A halt of probability 0.01 in each of years 2 and 3, after each of which the branch goes on to the end.

    A tonne held from year 1 to year 2 costs 15 and spares 0.99 * 10 + 0.01 * 100 = 10.9: it lacks 4.1. Held from year 2
    to year 3: bought with the plan's 0.99 at 10 and stored in two half years, 0.99 * 12.5 + 0.98 * 2.5 + 0.01 * 2.5 =
    14.85, it spares 0.98 * 10 + 0.01 * 100 = 10.8 and lacks 4.05.
    """
    crises = halt(2, 0, onsets=[{"period": t, "probability": 0.01} for t in (2, 3)])
    return solve(3, material={"storage_cost_rate": 0.5}, crises=crises, policies={"risk": {"level": 0.99, **risk}})


def test_each_year_of_onset_has_a_limit_of_its_own() -> None:
    # The branch of year 2 buys again in year 3, so each halt is 100 t short: damage of 10000. 9000 asks for 10 t each.
    # 1000 + 990 + 1000 (year 2) + 980 + 10 (the branch) + 1000 (year 3); 10 * 4.1 + 10 * 4.05.
    assert objective(two_years(limit=20_000)) == pytest.approx(
        1000 + 0.99 * 1000 + 0.01 * 10_000 + 0.98 * 1000 + 0.01 * 1000 + 0.01 * 10_000
    )
    solved = two_years(limit=9000)
    assert plan(solved, solved.outcome.stock["m"]) == pytest.approx([10, 10, 0], abs=1e-6)
    assert duals(solved, "risk_limit")["year"].tolist() == [2027, 2028]


def test_a_limit_may_begin_in_a_later_year() -> None:
    solved = two_years(limit=9000, **{"from": "2028-06"})
    assert plan(solved, solved.outcome.stock["m"]) == pytest.approx([0, 10, 0], abs=1e-6)
    assert duals(solved, "risk_limit")["year"].tolist() == [2028]


def test_a_weight_is_on_the_sum_over_all_years() -> None:
    # 0.0001 on 10000 in each of two years
    assert line(two_years(weight=0.0001), "risk") == pytest.approx(2)
    assert line(two_years(weight=0.0001), "risk", year=2028) == pytest.approx(1)


def test_a_halt_of_two_chains_does_their_damage_together() -> None:
    # Two materials that nothing ties, each 100 t short in the same halt: 20000 together, in one future.
    tables = {
        "materials": [MATERIAL | {"storage_cost_rate": 0.5, "material": name} for name in "mn"],
        "demand": [{"material": name, "year": year, "tonnes": 100} for name in "mn" for year in (2026, 2027)],
        "suppliers": [SPOT | {"supplier": f"s-{name}", "material": name} for name in "mn"],
    }
    solved = solve(tables=tables, crises=halt(2, 0.01), policies={"risk": {"level": 0.99, "weight": 0.0001}})
    assert len(solved.outcome.chains) == 2
    assert line(solved, "risk") == pytest.approx(2)
    # A limit of 19000 asks for 10 t of either: 4.1 each (see `two_years`) above 2 * (1000 + 990 + 100).
    solved = solve(tables=tables, crises=halt(2, 0.01), policies={"risk": {"level": 0.99, "limit": 19000}})
    assert objective(solved) == pytest.approx(4180 + 41)


def test_a_weight_of_nought_is_risk_neutral() -> None:
    assert objective(risky(level=0.99, weight=0)) == pytest.approx(NEUTRAL)
    assert objective(risky()) == pytest.approx(NEUTRAL)


def test_a_limit_at_the_worst_case_is_idle_and_below_it_binds() -> None:
    # At a high level CVaR is the damage of the worst crisis, 10000; a hundred less is a tonne at 1.4.
    assert objective(risky(level=0.995, limit=10000)) == pytest.approx(NEUTRAL)
    assert duals(risky(level=0.995, limit=10001), "risk_limit")["dual"].tolist() == pytest.approx([0])
    assert objective(risky(level=0.995, limit=9900)) == pytest.approx(NEUTRAL + 1.4)


@pytest.mark.parametrize("level", [0.0, 0.95, 0.97, 0.99])
def test_more_weight_means_less_risk_and_more_other_cost(level: float) -> None:
    weights = [0, 0.005, 0.014, 0.02, 0.05, 0.5]
    found = [risky(level=level, weight=weight) for weight in weights]
    risks = [cvar(solved, level) for solved in found]
    others = [objective(solved) - line(solved, "risk") for solved in found]
    assert all(later <= earlier + 1e-6 for earlier, later in pairwise(risks))
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(others))
    assert risks[-1] < risks[0]
    for solved, weight, risk in zip(found, weights, risks, strict=True):
        assert line(solved, "risk") == pytest.approx(weight * risk)


def test_a_higher_level_is_never_less_risk() -> None:
    found = [line(risky(level=level, weight=0.0001), "risk") for level in (0, 0.5, 0.9, 0.97, 0.98, 0.99)]
    assert found == sorted(found)


def test_damage_is_discounted_and_counts_what_saving_costs() -> None:
    # Up to 40 % can be saved at 30; 25 % interest. Damage of a halt in year 2: (60 * 100 + 40 * 30) / 1.25 = 5760.
    # A tonne put by in year 1 costs 10 and 8 storage in each half year; with p = 0.01 none pays. 0.01 / 0.5 of it.
    tables = {"substitution": [{"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30}]}
    changes = {"material": {"storage_cost_rate": 1.6}, "tables": tables, "discount_rate": 0.25}
    solved = solve(**changes, crises=halt(2, 0.01), policies={"risk": {"level": 0.5, "weight": 0.001}})
    assert line(solved, "risk") == pytest.approx(0.001 * 0.02 * 5760)
    (row,) = solved.tables["crises"].to_dict("records")
    assert (row["shortage"], row["substitution"]) == pytest.approx((4800, 960))
    assert (row["dearer_purchases"], row["dearer_refill"], row["damage"]) == pytest.approx((0, 0, 5760))


def test_what_purchases_cost_more_than_on_the_plan_is_damage() -> None:
    # 100 t at 5 times the price, with a quarter of duty: 100 * (50 - 10) * 1.25 = 5000, with 0.1 at level 0.5.
    # Storage at 100 a year: nothing is bought ahead.
    crises = halt(2, 0.1, effects=[{"materials": ["m"], "price_factor": 5.0}])
    solved = solve(
        material={"storage_cost_rate": 10},
        suppliers=[{"tariff_rate": 0.25}],
        crises=crises,
        policies={"risk": {"level": 0.5, "weight": 0.01}},
    )
    assert line(solved, "risk") == pytest.approx(0.01 * 0.2 * 5000)
    assert solved.tables["crises"]["dearer_purchases"].tolist() == pytest.approx([5000])
    assert objective(solved) == pytest.approx(1250 + 0.9 * 1250 + 0.1 * 5 * 1250 + 10)


def test_refill_above_the_reference_price_is_damage() -> None:
    # 20 t of reserve are used in the halt of year 2 and bought back at 30, the dearest delivered price: 20 * (30 - 10),
    # and 80 t short at 100. Storage at 20 a year: no more is held.
    dearest = {"supplier": "dearest", "capacity_t": 0, "price": 30}
    solved = solve(
        3,
        material={"storage_cost_rate": 2},
        suppliers=[{}, dearest],
        crises=halt(2, 0.01, recovery=0),
        policies={"reserve_days": 73, "risk": {"level": 0.99, "weight": 0.0001}},
    )
    (row,) = solved.tables["crises"].to_dict("records")
    assert (row["shortage"], row["dearer_refill"], row["damage"]) == pytest.approx((8000, 400, 8400))
    assert line(solved, "risk") == pytest.approx(0.84)


def test_without_a_crisis_there_is_no_risk() -> None:
    solved = solve(policies={"risk": {"level": 0.5, "limit": 0, "weight": 5}})
    assert objective(solved) == pytest.approx(2000)
    assert line(solved, "risk") == 0
