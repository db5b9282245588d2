"""A seeded draw of slips of the pen; ``python -m trials.slips`` judges as many as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from trials.fuzz_inputs import MODEL
from trials.slip_models import Slip, sound_files
from trials.slips import CHANGED, REFUSED, SILENT, WARNED, judge, slip

SLIPS = 400


@pytest.mark.slow
def test_no_slip_is_silent_and_what_a_rule_calls_the_same_is() -> None:
    found = slip(SLIPS, seed=3)
    assert found.silent == {}
    assert found.wrong == {}
    assert found.outcomes.total() + found.by_rule.total() == SLIPS
    assert min(found.outcomes[REFUSED], found.outcomes[CHANGED], found.by_rule.total()) > 10


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        ("investment: 6000", "investment: 6,000", REFUSED),
        ("investment: 6000", "investment: 7000", CHANGED),
        ("    budget: {investment: 6000}", "    budget: {investment: 12000}", CHANGED),
        ("  today: {}", "  today: {discount_rate: 0.03}", WARNED),  # 0.03 is what the base says
        ("model: Strategies", "model:  Strategies", "YAML"),
        ("  today: {}", "  today: {policies: {risk: null}}", WARNED),
    ],
)
def test_what_comes_of_a_slip_is_told_apart(tmp_path: Path, before: str, after: str, outcome: str) -> None:
    files = sound_files()["strategies"]
    text = files[MODEL].decode()
    assert text.count(before) == 1
    slipped = Slip("by hand", "strategies", {**files, MODEL: text.replace(before, after).encode()})
    assert judge(slipped, tmp_path) == outcome


def test_a_slip_that_nobody_is_told_of_is_silent(tmp_path: Path) -> None:
    # a change that is told of by nothing: the same reserve budget as in the base, beside one that differs
    files = sound_files()["strategies"]
    text = (
        files[MODEL]
        .decode()
        .replace("budget: {investment: 6000}", "budget: {investment: 6000, reserve_per_year: 4000}")
    )
    assert judge(Slip("by hand", "strategies", {**files, MODEL: text.encode()}), tmp_path) == SILENT
