"""Good runs to verify and to tamper with."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from oracles.rich_model import description
from oracles.world_strategies import write_model

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"


def _run(model_folder: Path, output: Path, strategy: str) -> Path:
    model = read_model(model_folder)
    return run_strategy(model.worlds[strategy], split=True).write(output)


@pytest.fixture(scope="session")
def good_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of the tutorial and one of the rich model, both split; nobody may change them."""
    folder = tmp_path_factory.mktemp("good")
    write_model(description(), folder / "rich")
    return {
        "tutorial": _run(TUTORIAL, folder / "runs", "china-half"),
        "rich": _run(folder / "rich", folder / "runs", "base"),
    }


@pytest.fixture
def copy_of(good_runs: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of a good run to tamper with."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(good_runs[name], tmp_path / name))

    return copy
