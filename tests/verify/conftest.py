"""Good runs to verify and to tamper with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from oracles.rich_model import description
from oracles.world_strategies import write_model

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"


def _run(model_folder: Path, output: Path, strategy: str, changes: Mapping[str, object] | None = None) -> Path:
    world = read_model(model_folder).worlds[strategy]
    return run_strategy(world.changed(changes) if changes else world, split=True).write(output)


@pytest.fixture(scope="session")
def good_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of the tutorial, one of the rich model, and one of that without planes, all split; nobody may change them.

    What is kept by planes has prices that are solved again, all of one program of which parts are coupled.
    """
    folder = tmp_path_factory.mktemp("good")
    write_model(description(), folder / "rich")
    return {
        "tutorial": _run(TUTORIAL, folder / "runs", "china-half"),
        "rich": _run(folder / "rich", folder / "runs", "base"),
        "without planes": _run(folder / "rich", folder / "runs", "base", {"policies.concentration": None}),
    }


@pytest.fixture
def copy_of(good_runs: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of a good run to tamper with."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(good_runs[name], tmp_path / name))

    return copy
