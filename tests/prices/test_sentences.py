"""Prices in words."""

from __future__ import annotations

from bichiku.policies import Limit
from bichiku.result.prices.prices import Price
from bichiku.result.prices.sentences import sentence, values


def test_what_rounding_leaves_of_a_number_is_nothing() -> None:
    # a range from 65 - 65 = 4e-14 on
    cap = Limit("share_caps", "CHN", "m", 2026, 65.0, "points")
    answer = Price(0.0, -65.0 + 4.3e-14, float("inf"), "ranging")
    assert values(cap, answer)[0] == 0.0
    assert sentence(cap, answer, "USD").endswith("changes nothing; holds everywhere.")
