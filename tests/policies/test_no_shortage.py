"""No shortage on the plan; the world is that of `oracles.by_hand`."""

from __future__ import annotations

import pytest

from oracles.by_hand import branch, cost, halt, plan, solve

CHEAP = {"shortage_cost": 5}  # less than the 10 that a tonne costs


def test_demand_is_met_that_would_be_cheaper_to_go_without() -> None:
    assert cost(material=CHEAP) == pytest.approx(2 * 100 * 5)
    assert cost(material=CHEAP, policies={"no_shortage": True}) == pytest.approx(2 * 100 * 10)
    assert cost(material=CHEAP, policies={"no_shortage": ["m"]}) == pytest.approx(2 * 100 * 10)


def test_branches_may_be_short() -> None:
    solved = solve(crises=halt(2, 0.1), material={"storage_limit_t": 0}, policies={"no_shortage": True})
    assert plan(solved, solved.outcome.short["m"]) == pytest.approx([0, 0])
    assert branch(solved, solved.outcome.short["m"]) == pytest.approx([100])


def test_false_is_no_answer() -> None:
    with pytest.raises(Exception, match="false asks for nothing"):
        cost(policies={"no_shortage": False})
