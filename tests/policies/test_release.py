"""The part of a reserve that waits for its release; the world is that of `oracles.by_hand`."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import branch, halt, solve

YEAR = 365  # days of reserve: 100 t
DEAR = {"storage_cost_rate": 3}  # so that nothing is held beyond the reserve: a tonne costs 30 a year to keep


def short_in_halt(periods: int = 4, onset: int = 2, duration: int = 2, **policies: Any) -> list[float]:
    """Tonnes short in the branch of a halt that begins in 2027."""
    asked = {"reserve_days": YEAR, **policies}
    solved = solve(periods, crises=halt(onset, 0.1, duration=duration), policies=asked, material=DEAR)
    return branch(solved, solved.outcome.short["m"])


def test_all_of_a_reserve_is_there_without_a_release() -> None:
    # 100 t for two years without supply; a shortage that costs the same later is put off
    assert short_in_halt() == pytest.approx([0, 100, 0])


def test_what_waits_is_not_used_in_the_first_period() -> None:
    assert short_in_halt(release={"share": 0.5, "after": 1}) == pytest.approx([50, 50, 0])


def test_what_waits_longer_is_not_used_in_the_second() -> None:
    assert short_in_halt(release={"share": 0.5, "after": 2}) == pytest.approx([50, 100, 0])


def test_what_is_held_beyond_the_target_is_free() -> None:
    # 100 t more from the start, kept on the plan as they are worth their price at the end
    asked = {"reserve_days": YEAR, "release": {"share": 1, "after": 1}}
    solved = solve(3, crises=halt(2, 0.1), policies=asked, material={"opening_stock_t": 200, "haircut": 0})
    assert branch(solved, solved.outcome.short["m"]) == pytest.approx([0, 0])


def test_storage_losses_wear_what_waits() -> None:
    # a tenth is lost a year: of the 100 t 90 are left in 2027, of which 45 wait
    asked = {"reserve_days": YEAR, "release": {"share": 0.5, "after": 1}}
    solved = solve(3, crises=halt(2, 0.1), policies=asked, material={"loss_rate": 0.1})
    assert branch(solved, solved.outcome.stock["m"])[0] == pytest.approx(45)


def test_nothing_waits_in_a_crisis_of_the_first_period() -> None:
    asked = {"reserve_days": YEAR, "release": {"share": 1, "after": 5}}
    solved = solve(2, crises=halt(1, 0.1), policies=asked, material={"opening_stock_t": 100})
    assert branch(solved, solved.outcome.short["m"])[0] == pytest.approx(0)
