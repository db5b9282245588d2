"""Metrics of crises. For the world see `tests.by_hand`."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.by_hand import halt, solve, summed

# A halt that leaves 100 t short and a loss of 95 % that leaves 50 t: damages of 10000 and 5000, in branches that are
# one and three quarters of what may happen. Storage at half the price a year: nobody puts any by.
CRISES = halt(2, 0.01) | {"scarce": halt(2, 0.03, effects=[{"all": True, "loss": 0.95}])["halt"]}


def risky(**changes: Any) -> dict[str, tuple[float, str]]:
    """CVaR metrics under a risk policy that is too weak to move anything."""
    solved = solve(material={"storage_cost_rate": 0.5}, crises=CRISES, **changes)
    return {name: summed(solved, name) for name in ("cvar_damage", "cvar_damage_of_risk_policy")}


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_the_worst_tenth_is_the_worst_tenth_under_any_risk_policy(level: float) -> None:
    found = risky(policies={"risk": {"level": level, "weight": 1e-4}})
    assert found["cvar_damage"] == (pytest.approx(10000), "mean of the worst 10 % of crises")


def test_cvar_at_the_level_of_the_policy_is_a_number_of_its_own() -> None:
    # 1/4 of 10000 and 3/4 of 5000
    found = risky(policies={"risk": {"level": 0.0, "weight": 1e-4}})
    assert found["cvar_damage_of_risk_policy"] == (pytest.approx(6250), "level 0, over all crises of the horizon")


def test_cvar_of_the_policy_counts_crises_after_the_window_too() -> None:
    found = risky(policies={"risk": {"level": 0.9, "limit": 20000}}, report_until="2026-12")
    assert math.isnan(found["cvar_damage"][0])
    assert found["cvar_damage_of_risk_policy"][0] == pytest.approx(10000)


def test_without_a_risk_policy_there_is_no_such_number() -> None:
    assert math.isnan(risky()["cvar_damage_of_risk_policy"][0])
