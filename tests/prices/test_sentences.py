"""Prices in words."""

from __future__ import annotations

from bichiku.result.prices.answers import Answer
from bichiku.result.prices.questions import Question
from bichiku.result.prices.sentences import limits, sentence


def test_what_rounding_leaves_of_a_number_is_nothing() -> None:
    # a range from 65 - 65 = 4e-14 on
    cap = Question("share_caps", "CHN", "m", 2026, 65.0, "points")
    answer = Answer(0.0, -65.0 + 4.3e-14, float("inf"), "ranging")
    assert limits(cap, answer)[0] == 0.0
    assert sentence(cap, answer, "USD").endswith("changes nothing; holds everywhere.")
