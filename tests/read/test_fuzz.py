"""Two thousand spoilt inputs, the same on every run; ``python -m trials.fuzz`` judges as many as one likes."""

from __future__ import annotations

import pytest

from trials.fuzz import fuzz
from trials.fuzz_checks import decimal

PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_spoilt_inputs_are_refused_clearly_or_read_right(part: int) -> None:
    found = fuzz(2000 // PARTS, seed=part)
    assert found.defects == {}
    assert found.outcomes.total() >= 2000 // PARTS
    assert found.outcomes["refused"] > 100
    assert found.outcomes["taken"] + found.outcomes["solved"] > 10


@pytest.mark.parametrize("text", ["0x10", "1_000", "１２", "1,5", "5%", "nan", "inf", ".", "1e", "", " 5", "−5"])
def test_the_second_reading_takes_plain_decimals_only(text: str) -> None:
    assert decimal(text) is None


@pytest.mark.parametrize(("text", "value"), [("060", 60), ("-1.50e+1", -15), (".5", 0.5), ("2.", 2), ("0e9999", 0)])
def test_the_second_reading_knows_what_decimals_mean(text: str, value: float) -> None:
    assert decimal(text) == value
