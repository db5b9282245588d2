"""What tests and trials share stands apart from both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("folder", "others"), [("oracles", "tests|trials|benchmarks"), ("trials", "tests")])
def test_nothing_is_imported_in_a_circle(folder: str, others: str) -> None:
    wrong = re.compile(rf"^\s*(from|import) ({others})\b", re.MULTILINE)
    assert [file.name for file in (ROOT / folder).glob("*.py") if wrong.search(file.read_text(encoding="utf-8"))] == []
