"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from bichiku.show.numbers import page_days, percent, whole


@pytest.mark.parametrize(("value", "text"), [(-6e-14, "0"), (-0.4, "0"), (-0.6, "-1"), (59.6, "60"), (math.nan, "-")])
def test_a_whole_number_has_no_signed_nought(value: float, text: str) -> None:
    assert whole(value) == text


def test_a_share_of_nothing_has_no_sign() -> None:
    assert percent(-1e-12) == "0 %"


def test_days_that_may_be_typed_are_told_whole() -> None:
    found = [page_days(value) for value in (60.0, 36.5, 91.25, 91.2499999, 12.25, 85.123, 1234.56)]
    assert found == ["60", "36.5", "91.25", "91.25", "12.25", "85.1", "1,230"]
