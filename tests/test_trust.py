"""docs/trust.md says what the trials found, and names tests and commands that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from trials.promises import BEGIN, END, PAGE, PROMISES, Promise, table

ROOT = Path(__file__).parents[1]


def test_the_table_has_the_figures_that_the_trials_wrote() -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    assert rest.partition(END)[0] == table()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.trial)
def test_each_promise_is_held_by_tests_that_exist(promise: Promise) -> None:
    assert promise.tests
    for file, names in promise.tests.items():
        body = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
        assert set(names) <= {part.name for part in body if isinstance(part, ast.FunctionDef)}, file
        assert all(name.startswith("test_") for name in names)


def test_each_command_can_be_typed() -> None:
    for command in re.findall(r"`python ([^`]+)` \|$", table(), flags=re.MULTILINE):
        words = command.split()
        place = words[1].replace(".", "/") + ".py" if words[0] == "-m" else words[0]
        assert "pytest" in words or (ROOT / place).is_file(), command


def test_the_makefile_runs_every_trial() -> None:
    line = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("TRIALS :="))
    named = set(line.split()[2:])
    assert named == {promise.trial for promise in PROMISES} - {"warnings", "solvers"}
