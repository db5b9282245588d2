"""The warning about strategies that have changes and ask for nothing else; those read here are named ``base``."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from bichiku.show.warnings import shown_warnings
from oracles.by_hand import description
from oracles.models import write_model
from tests.check.cases import Case, holds

DEARER = {"discount_rate": 0.01}
CASES = [
    Case(  # zero is the rate without a key
        "W111",
        description(strategies={"base": {"discount_rate": 0.0}}),
        description(strategies={"base": DEARER}),
        "base",
        ("the same as the base",),
    ),
    Case("W111", description(strategies={"base": {"policies": {}}}), description(strategies={"base": {}}), "base"),
    Case(
        "W111",
        description(strategies={"first": DEARER, "base": DEARER}),
        description(strategies={"base": DEARER, "second": DEARER}),  # of two that are alike the second is told
        "base",
        ("the same as the strategy first",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)


def test_what_the_command_line_makes_alike_is_told(tmp_path: Path) -> None:
    extra = "strategies:\n  today: {}\n  dearer: {discount_rate: 0.01}\n"
    folder = write_model(tmp_path, extra)
    told = [shown_warnings(read_model(folder, (), sets).worlds).lines for sets in ((), ["discount_rate=0.02"])]
    assert [any(line.startswith("W111: dearer") for line in lines) for lines in told] == [False, True]
