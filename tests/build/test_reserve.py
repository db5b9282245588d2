"""The reserve in a crisis: it may be used in an emergency alone. For the world see `oracles.by_hand`."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import MATERIAL, SPOT, branch, halt, solve

TWO = {
    "materials": [MATERIAL | {"storage_cost_rate": 0.5}, MATERIAL | {"material": "n", "storage_cost_rate": 0.5}],
    "demand": [{"material": name, "year": year, "tonnes": 100} for name in "mn" for year in range(2026, 2030)],
    "suppliers": [SPOT, SPOT | {"supplier": "t", "material": "n"}],
}


def in_a_crisis(*effects: dict[str, Any], onset: int = 2, days: Any = 73, **changes: Any) -> list[float]:
    """Stock of ``m`` in a branch of the years from its onset to 4 that comes with 0.01; the plan holds ``days``."""
    crises = halt(onset, 0.01, duration=2, effects=list(effects))
    solved = solve(4, tables=TWO, crises=crises, policies={"reserve_days": {"m": days}}, **changes)
    return branch(solved, solved.outcome.stock["m"])


def test_a_reserve_is_not_sold_into_a_price_spike() -> None:
    # 20 t would spare 20 * 10 at twice the price, and are bought back at 10 later: dearness is no emergency.
    assert in_a_crisis({"materials": ["m"], "price_factor": 2.0}) == pytest.approx([20, 20, 20])


def test_a_reserve_is_used_where_its_own_supply_is_cut() -> None:
    # A fifth of the plan's 100 t is left, 80 t are wanted and 20 in store; more than the ration is never had again.
    assert in_a_crisis({"materials": ["m"], "loss": 0.8}) == pytest.approx([0, 0, 0], abs=1e-6)


def test_an_emergency_begins_with_the_cut() -> None:
    # Prices double in the first year, in which selling the stock would pay; a trifle is lost from the second on.
    effects = {"materials": ["m"], "price_factor": 2.0, "duration": 1}, {"materials": ["m"], "loss": 0.001, "start": 1}
    assert in_a_crisis(*effects) == pytest.approx([20, 0, 0], abs=1e-6)


def test_an_emergency_lasts_to_the_end_of_the_path() -> None:
    # The cut is over after the first year; what is gone need not be there again in the second, which is dear.
    effects = {"materials": ["m"], "loss": 0.8, "duration": 1}, {"materials": ["m"], "price_factor": 2.0}
    assert in_a_crisis(*effects) == pytest.approx([0, 0, 0], abs=1e-6)


def test_demand_that_rises_is_an_emergency() -> None:
    # 1500 t in the crisis, of 1000 for sale and what is in store.
    found = in_a_crisis({"materials": ["m"], "demand_factor": 15.0})
    assert found[0] == pytest.approx(0, abs=1e-6)


def test_a_source_that_can_never_send_anything_is_no_emergency() -> None:
    nothing = SPOT | {"supplier": "none", "capacity_t": 0, "country": "AUS"}
    tables = TWO | {"suppliers": [*TWO["suppliers"], nothing]}
    crises = halt(
        2, 0.01, duration=2, effects=[{"countries": ["AUS"], "loss": 1.0}, {"all": True, "price_factor": 2.0}]
    )
    solved = solve(4, tables=tables, crises=crises, policies={"reserve_days": {"m": 73}})
    assert branch(solved, solved.outcome.stock["m"]) == pytest.approx([20, 20, 20])


def test_a_build_up_may_pause_in_a_price_spike() -> None:
    # 73 days at the end of 2026, 219 at the end of 2028: 20, 40, 60 t. From an onset in 2027 the target has been 73
    # days: the stock may stay at 20 t.
    days = {"2026-12": 73, "2028-12": 219}
    assert in_a_crisis({"materials": ["m"], "price_factor": 2.0}, days=days) == pytest.approx([20, 20, 20])
    # an onset in the first period reads the target of that period
    found = in_a_crisis({"materials": ["m"], "price_factor": 2.0}, days=days, onset=1)
    assert found == pytest.approx([20, 20, 20, 20])
