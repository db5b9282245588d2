"""Five hundred spoilt inputs, the same on every run; ``python -m trials.fuzz`` judges as many as one likes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bichiku.model import numbers
from bichiku.reading import yaml12
from trials.fuzz import fuzz
from trials.fuzz_checks import Defect, check, decimal
from trials.fuzz_inputs import MODEL, Planted, Spoilt, bases

PARTS = 4
INPUTS = 125  # in each part


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_spoilt_inputs_are_refused_clearly_or_read_right(part: int) -> None:
    found = fuzz(INPUTS, seed=part)
    assert found.defects == {}
    assert found.outcomes.total() >= INPUTS
    assert found.outcomes["refused"] > 50
    assert found.outcomes["taken"] + found.outcomes["solved"] > 5


@pytest.mark.parametrize("text", ["0x10", "1_000", "１２", "1,5", "5%", "nan", "inf", ".", "1e", "", " 5", "−5"])
def test_the_second_reading_takes_plain_decimals_only(text: str) -> None:
    assert decimal(text) is None


@pytest.mark.parametrize(("text", "value"), [("060", 60), ("-1.50e+1", -15), (".5", 0.5), ("2.", 2), ("0e9999", 0)])
def test_the_second_reading_knows_what_decimals_mean(text: str, value: float) -> None:
    assert decimal(text) == value


def _planted_days(text: str) -> Spoilt:
    """The tutorial with another duration of its crisis."""
    base = bases()["tutorial"]
    path = ("crises", "china-halt", "duration")
    start, end, _, before = next(scalar for scalar in base.scalars if scalar[2] == path)
    content = (base.text[:start] + text + base.text[end:]).encode()
    return Spoilt("tutorial", {**base.files, MODEL: content}, planted=Planted(MODEL, path, text, before))


def test_a_number_read_in_base_eight_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(_planted_days("010"), tmp_path, solve=False) == "taken"
    pattern, first, _ = yaml12._SCALARS["int"]
    monkeypatch.setitem(yaml12._SCALARS, "int", (pattern, first, lambda text: int(text, 8 if text[0] == "0" else 10)))
    with pytest.raises(Defect, match="'010' read as 8"):
        check(_planted_days("010"), tmp_path, solve=False)


def test_digits_of_another_script_taken_for_a_number_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = bases()["minimal"]
    content = base.files["suppliers.csv"].replace(b"1000,10", "1000,１２".encode())
    row = tuple(zip(*base.rows("suppliers.csv"), strict=True))
    planted = Planted("suppliers.csv", (row, "price"), "１２", "10")
    spoilt = Spoilt("minimal", {**base.files, "suppliers.csv": content}, planted=planted)
    assert check(spoilt, tmp_path, solve=False) == "refused"
    monkeypatch.setattr(numbers, "_DECIMAL", re.compile(r"\d+"))
    with pytest.raises(Defect, match="'１２' taken for a number"):
        check(spoilt, tmp_path, solve=False)


def test_a_share_that_is_filled_up_with_what_no_row_speaks_of_is_no_defect(tmp_path: Path) -> None:
    # 0.3 from China and 0.01 from Canada itself: the other 0.69 are Canada's too, which W104 tells
    base = bases()["tutorial"]
    content = base.files["origins.csv"].replace(b"CAN,0.7", b"CAN,0.01")
    row = (("supplier", "tungsten-can"), ("country", "CAN"))
    planted = Planted("origins.csv", (row, "share"), "0.01", "0.7")
    assert (
        check(Spoilt("tutorial", {**base.files, "origins.csv": content}, planted=planted), tmp_path, False) == "taken"
    )
