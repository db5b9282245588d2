"""What a command does without is not loaded: a user waits for it at each call."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[1] / "models" / "tutorial"
HEAVY = ("pandas", "pyomo", "matplotlib", "highspy", "scipy", "numpy", "distributed", "jinja2")


def _loaded(*words: str, **environment: str) -> set[str]:
    """Modules that a call of the command loads, and the words that it prints."""
    code = (
        "import sys; sys.argv[0] = 'bichiku'\nfrom bichiku.__main__ import main\ntry: main()\nexcept SystemExit: pass\n"
    )
    code += "print('loaded', *sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("loaded ")]
    return {*line.split()[1:], *done.stdout.split()}


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["run", "--help"], ["compare", "--help"]])
def test_help_and_version_load_no_library_of_numbers(words: list[str]) -> None:
    assert not _loaded(*words).intersection(HEAVY)


def test_completion_loads_no_library_of_numbers() -> None:
    typed = {"_BICHIKU_COMPLETE": "complete_bash", "COMP_WORDS": "bichiku comp", "COMP_CWORD": "1"}
    found = _loaded(**typed)
    assert "compare" in found
    assert not found.intersection(HEAVY)


def test_a_check_draws_nothing_and_a_run_loads_no_more_of_scipy_than_it_needs(tmp_path: Path) -> None:
    checked = _loaded("check", str(TUTORIAL))
    assert not checked.intersection(["matplotlib", "distributed", "scipy.stats"])
    run = _loaded("run", str(TUTORIAL), "-s", "today", "-q", "-o", str(tmp_path))
    assert not run.intersection(["matplotlib.pyplot", "scipy.stats", "distributed"])


def test_what_verifies_a_run_builds_and_draws_nothing(tmp_path: Path) -> None:
    _loaded("run", str(TUTORIAL), "-s", "today", "-q", "-o", str(tmp_path))
    (folder,) = tmp_path.iterdir()
    assert not _loaded("verify", str(folder)).intersection(["pyomo", "matplotlib"])
