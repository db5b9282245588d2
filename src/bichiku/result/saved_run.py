"""A run as data: what a finished strategy says, whether just solved or read back from its folder."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from bichiku.model.faults import Fault, ModelFaults, shown
from bichiku.model.world import World
from bichiku.read.files import is_file, is_folder, json_value
from bichiku.read.model import INPUTS, MODEL_FILE, Model, read_model
from bichiku.read.strategies import is_strategy_name
from bichiku.result.pipeline import Solved
from bichiku.verify import verify_files

MANIFEST = "manifest.json"
REPORT = "report.html"
TABLE_FILES = ("summary", "sourcing", "flows", "reserve", "projects", "costs", "crises", "shares", "duals", "prices")
COMPARED_TABLES = tuple(name for name in TABLE_FILES if name != "flows")  # flows.csv is large

_OTHERS = {  # a file that tells what a folder is if it is no run
    MODEL_FILE: "it is a model; bichiku run makes runs of it",
    "comparison.csv": "it is a comparison; give one of the runs compared",
    "frontier.csv": "it is a sweep",
}


@dataclass(frozen=True)
class SavedRun:
    """One strategy's results.

    Attributes:
        model: name of the model.
        strategy: name of the strategy.
        world: inputs as resolved.
        tables: result tables by file name without ending.
        manifest: content of manifest.json; empty for a run that is not written yet.
        folder: where it is written, if it is.
    """

    model: str
    strategy: str
    world: World
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]
    folder: Path | None


def of_solved(model: str, solved: Solved, folder: Path | None) -> SavedRun:
    """A strategy just solved."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8")) if folder else {}
    world = solved.outcome.world
    return SavedRun(model, world.strategy, world, solved.tables, manifest, folder)


def is_run(path: Path) -> bool:
    """Whether a path is a run folder rather than a model."""
    return is_file(path / MANIFEST)


def check_is_run(folder: Path) -> None:
    """Tells a run, however damaged, from a folder that is none.

    Raises:
        ModelFaults: it is none; the hint says what it may be.
    """
    if not is_folder(folder):
        message = "is not a run folder" if os.path.lexists(folder) else "does not exist"
        raise ModelFaults([Fault(str(folder), None, "", message, "give a run folder")])
    if is_folder(folder / INPUTS):
        return
    for file, hint in _OTHERS.items():
        if is_file(folder / file):
            raise ModelFaults([Fault(str(folder), None, "", "is not a run folder", hint)])
    if not is_run(folder):
        hint = f"it has neither {MANIFEST} nor {INPUTS}"
        raise ModelFaults([Fault(str(folder), None, "", "is not a run folder", hint)])


def read_run(folder: Path, tables: tuple[str, ...] = TABLE_FILES) -> SavedRun:
    """Reads a run folder back, once it is sure that its files are those that were verified.

    Args:
        folder: the run folder.
        tables: which result tables to read.

    Raises:
        ModelFaults: it is not a run folder, or a file has changed since it was written.
    """
    manifest = _manifest(folder)
    verdict = verify_files(folder)
    if not verdict.holds:
        hint = "bichiku verify shows all that is wrong"
        raise ModelFaults([Fault(str(folder), None, "", f"is not as it was written: {verdict.findings[0]}", hint)])
    frames = {name: read_result(folder / f"{name}.csv") for name in tables}
    model = read_run_model(folder)
    (world,) = model.worlds.values()
    return SavedRun(model.name, world.strategy, world, frames, manifest, folder)


def read_run_model(folder: Path, assignments: Sequence[str] = ()) -> Model:
    """The model that a run was made from, under its own name and with its one strategy.

    Args:
        folder: the run folder; whether its files have changed since is not looked at.
        assignments: changes, see `read_model`.

    Raises:
        ModelFaults: it is not a run folder, or its model does not hold.
    """
    manifest = _manifest(folder)
    read = read_model(folder / INPUTS, (), assignments)
    if len(read.worlds) != 1:
        message = f"has {len(read.worlds)} strategies; the inputs of a run have one"
        raise ModelFaults([Fault(str(folder / INPUTS / MODEL_FILE), None, "strategies", message)])
    name, (world,), (resolved,) = manifest["strategy"], read.worlds.values(), read.resolved.values()
    return replace(
        read, name=manifest["model"], worlds={name: replace(world, strategy=name)}, resolved={name: resolved}
    )


def _manifest(folder: Path) -> dict[str, Any]:
    """A run's manifest, in which the names of model and strategy are sound."""
    check_is_run(folder)
    file = str(folder / MANIFEST)
    try:
        manifest: dict[str, Any] = json_value((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise ModelFaults([Fault(file, None, "", f"cannot be read: {error.strerror}")]) from error
    except ValueError as error:
        raise ModelFaults([Fault(file, None, "", "cannot be read: it is not JSON")]) from error
    try:
        model, strategy = manifest["model"], manifest["strategy"]
    except (KeyError, TypeError) as error:
        raise ModelFaults([Fault(file, None, "", "does not say of which model and strategy the run is")]) from error
    for key, good in (("model", _is_folder_name(model)), ("strategy", is_strategy_name(strategy))):
        if not good:
            message = f"{shown(manifest[key])} is not the name of a {key}"
            raise ModelFaults([Fault(file, None, key, message)])
    return manifest


def read_result(file: Path) -> pd.DataFrame:
    """A result table as it was before it was written."""
    return pd.read_csv(file, keep_default_na=False, na_values=[""], low_memory=False)


def _is_folder_name(text: object) -> bool:
    return isinstance(text, str) and text.isprintable() and "/" not in text and "\\" not in text
