"""Which of several optima is written: lowest delivered cost first, then supplier id.

For the world see `oracles.by_hand`.
"""

from __future__ import annotations

import pytest

from oracles.by_hand import branch, duals, halt, plan, solve

ACCURACY = 1e-6  # relative, what a certificate promises


def test_suppliers_at_the_same_price_are_used_in_the_order_of_their_ids() -> None:
    # 60 t each of three at 10: 100 t of demand are met by the first and part of the second.
    names = ("c", "a", "b")
    solved = solve(1, suppliers=[{"supplier": name, "capacity_t": 60} for name in names])
    assert [plan(solved, solved.outcome.arrived[name])[0] for name in "abc"] == pytest.approx([60, 40, 0], abs=1e-6)


def test_the_delivered_price_counts_not_the_price_alone() -> None:
    # 10, 9 + 1 freight, 8 * 1.25: all cost 10 delivered.
    suppliers = [
        {"supplier": "c", "capacity_t": 60},
        {"supplier": "b", "capacity_t": 60, "price": 9, "freight": 1},
        {"supplier": "a", "capacity_t": 60, "price": 8, "tariff_rate": 0.25},
    ]
    solved = solve(1, suppliers=suppliers)
    assert [plan(solved, solved.outcome.arrived[name])[0] for name in "abc"] == pytest.approx([60, 40, 0], abs=1e-6)


def test_a_cheaper_supplier_comes_before_its_id() -> None:
    solved = solve(1, suppliers=[{"supplier": "a", "price": 10.001}, {"supplier": "b", "price": 10}])
    assert plan(solved, solved.outcome.arrived["b"]) == pytest.approx([100])


def test_a_plan_without_probability_buys_from_the_cheapest() -> None:
    # The crisis of year 2 is certain, so nothing that the plan does there costs anything; half as much is used in it.
    suppliers = [{"supplier": "a", "price": 20}, {"supplier": "b", "price": 10}]
    crises = halt(2, 1.0, effects=[{"materials": ["m"], "demand_factor": 0.5}])
    solved = solve(suppliers=suppliers, material={"storage_cost_rate": 2}, crises=crises)
    assert branch(solved, solved.outcome.arrived["b"]) == pytest.approx([50])
    assert plan(solved, solved.outcome.arrived["a"])[1] == pytest.approx(0, abs=1e-6)


def test_neither_cost_nor_duals_show_the_tie_break() -> None:
    suppliers = [{"supplier": name, "capacity_t": 60} for name in "abc"]
    alone = solve(policies={"reserve_days": 73}, material={"storage_cost_rate": 0.5})
    tied = solve(policies={"reserve_days": 73}, material={"storage_cost_rate": 0.5}, suppliers=suppliers)
    assert tied.outcome.solution.objective == pytest.approx(alone.outcome.solution.objective, rel=1e-9)
    expected = duals(alone, "reserve_days")["dual"].tolist()
    assert duals(tied, "reserve_days")["dual"].tolist() == pytest.approx(expected, rel=ACCURACY)


@pytest.mark.parametrize("price", [5, 0.1, 0.001])
def test_an_answer_with_ties_holds_its_certificate_however_small_the_money(price: float) -> None:
    # Two suppliers at one price, the first of them too small for all 100 t.
    suppliers = [{"supplier": "a", "capacity_t": 60, "price": price}, {"supplier": "b", "price": price}]
    solved = solve(1, material={"reference_price": price}, suppliers=suppliers)
    assert solved.certificate.holds
    assert solved.outcome.solution.objective == pytest.approx(100 * price)


def test_of_plans_of_equal_cost_the_one_that_is_short_later_is_written() -> None:
    # 100 t in store, nothing to buy, in a halt of four quarters of 100 t each: which three are short costs the same.
    material = {"opening_stock_t": 200}
    crises = halt(2, 0.5, duration=4)
    solved = solve(5, resolution="quarter", demand=400, material=material, suppliers=[{"capacity_t": 0}], crises=crises)
    assert branch(solved, solved.outcome.short["m"]) == pytest.approx([0, 100, 100, 100], abs=1e-6)
    assert solved.outcome.solution.objective == pytest.approx(30_000)


def test_what_is_missing_for_nothing_is_no_more_than_what_is_missing() -> None:
    # 20 t are held at the end, at the reference price, which a branch that lacks them buys back for nothing more; 300 t
    # could be spared
    policies = {"reserve_days": {"2026-12": 73, "2028-12": 73}}
    halted = halt(2, 0.1, duration=1, recovery=1)
    run = solve(3, material={"haircut": 0}, suppliers=[{"capacity_t": 400}], crises=halted, policies=policies)
    flows = run.branch_flows
    gaps = flows[flows["item"].isin(["gap", "gap_scarce"])]
    assert gaps["tonnes"].sum() <= 20 * (1 + ACCURACY)


def test_where_a_crisis_may_go_on_the_store_is_used_first_too() -> None:
    # 20 t in store, all halted for one year or two, the one as likely as the other, and back by a quarter a year: what
    # is not used in the first year would be used in the second, whichever it is, for the same money
    policies = {"reserve_days": 73, "reserve_ceiling": "target"}
    slow = [{"capacity_t": 120, "ramp_periods": 4}]
    run = solve(4, suppliers=slow, crises=halt(2, 0.1, duration={1: 0.5, 2: 0.5}, recovery=1), policies=policies)
    crises = run.crises.set_index("length")
    for length in (1, 2):
        assert crises.loc[length, "time_to_survive_days"] == pytest.approx(73)
