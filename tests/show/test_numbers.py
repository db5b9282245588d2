"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from bichiku.show.numbers import percent, whole


@pytest.mark.parametrize(("value", "text"), [(-6e-14, "0"), (-0.4, "0"), (-0.6, "-1"), (59.6, "60"), (math.nan, "-")])
def test_a_whole_number_has_no_signed_nought(value: float, text: str) -> None:
    assert whole(value) == text


def test_a_share_of_nothing_has_no_sign() -> None:
    assert percent(-1e-12) == "0 %"
