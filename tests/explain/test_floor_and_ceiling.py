"""A reserve that is floor and ceiling at once and rises faster than can be bought; see `oracles.by_hand` for the world.

Of 150 t a year that can be bought 50 are left over demand, and 100 t are asked for at the end of 2028, none before.
"""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.explaining import explain
from bichiku.explaining.floor_and_ceiling import rising_from
from bichiku.model.calendar import month_index
from bichiku.model.time_path import TimePath
from bichiku.show.explanation import text_of
from oracles.by_hand import cost, small_world

SLOW: dict[str, Any] = {"suppliers": [{"capacity_t": 150}]}
FAST = {"2026-12": 0, "2027-12": 0, "2028-12": 365}


def asked(path: Any, ceiling: Any = "target") -> dict[str, Any]:
    return {"reserve_days": {"default": path}, "reserve_ceiling": ceiling, "no_shortage": True}


def told(path: Any) -> str:
    return " ".join(text_of(explain(small_world(4, policies=asked(path), **SLOW))).split())


def test_the_conflict_is_told_in_words_with_its_three_ways_out() -> None:
    text = told(FAST)
    assert "the reserve of m is floor and ceiling at once (reserve_ceiling: target)" in text
    assert "start earlier, take longer, or allow more than the target" in text
    # half of it a year before
    assert "raise the ceiling on the stock of m in 2027 from 0 days to 182.5 days" in text
    assert "start earlier: let reserve_days of m rise from 2026-12 on, instead of 2027-12" in text


def test_what_is_offered_is_enough() -> None:
    # 50 t in 2027, 100 in 2028; what is held at the end is lost
    early = {"2026-12": 0, "2028-12": 365}
    assert cost(4, policies=asked(early), **SLOW) == pytest.approx(5 * 100 * 10)
    more = {"m": {"2026-12": 0, "2027-12": 182.5, "2028-12": 365}}
    assert cost(4, policies=asked(FAST, more), **SLOW) == pytest.approx(5000)


def test_a_rise_begun_earlier_keeps_what_comes_after_it() -> None:
    months = [month_index(f"{year}-12") for year in (2026, 2027, 2028, 2029)]
    path = TimePath(tuple(months), (60.0, 60.0, 120.0, 180.0))
    found = rising_from(path, months[1], month_index("2026-06"))
    assert found == TimePath((month_index("2026-06"), months[2], months[3]), (60.0, 120.0, 180.0))


def test_a_target_that_is_no_ceiling_is_not_spoken_of() -> None:
    world = small_world(4, policies=asked(FAST) | {"reserve_ceiling": {"m": {"2027-12": 0, "2028-12": 400}}}, **SLOW)
    assert "floor and ceiling" not in text_of(explain(world))
