"""Runs read back from their folders, and folders that are none told apart from them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bichiku.model.faults import Fault, ModelFaults, shown
from bichiku.reading.files import MODEL_FILE, is_file, is_folder, json_value
from bichiku.reading.model import INPUTS, Model, read_model
from bichiku.reading.strategies import is_strategy_name
from bichiku.result.manifest import EDITION, MANIFEST
from bichiku.result.run import Run
from bichiku.result.tables import OF_BRANCHES, OPTIONAL, TABLES
from bichiku.verification import verify_files

COMPARED_TABLES = tuple(name for name in TABLES if name not in ("flows", *OF_BRANCHES))

_OTHERS = {  # a file that tells what a folder is if it is no run
    MODEL_FILE: "it is a model; bichiku run makes runs of it",
    "comparison.csv": "it is a comparison; give one of the runs compared",
    "frontier.csv": "it is a sweep",
    **dict.fromkeys(
        ("harm.csv", "losses.csv", "draws.csv", "value.csv"), "it is a stress of runs; give one of those runs"
    ),
    "regret.csv": "it is a doubt",
}


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


def read_run(folder: str | Path, tables: tuple[str, ...] = tuple(TABLES)) -> Run:
    """Reads a run folder back, once it is sure that its files are those that were verified.

    Args:
        folder: the run folder.
        tables: which result tables to read; one that the run was not asked for, or asked to go without, is left out.

    Raises:
        ModelFaults: it is not a run folder, its numbers did not verify, a file has changed since it was written, or a
            table does not hold what it should.
    """
    folder = Path(folder)
    manifest = _manifest(folder)
    _check_verified(folder, manifest)
    verdict = verify_files(folder)
    if not verdict.holds:
        hint = "bichiku verify shows all that is wrong"
        raise ModelFaults([Fault(str(folder), None, "", f"is not as it was written: {verdict.findings[0]}", hint)])
    frames = {
        name: TABLES[name].read(folder)
        for name in tables
        if TABLES[name].file not in verdict.left_out and (name not in OPTIONAL or name in manifest)
    }
    (world,) = read_run_model(folder).worlds.values()
    return Run(world, frames, manifest=manifest, folder=folder)


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
    return read.called(manifest["model"], manifest["strategy"])


def check_edition(folder: Path) -> None:
    """Refuses a run of the first edition; a manifest that cannot be read is for others to tell of.

    Raises:
        ModelFaults: it is one.
    """
    try:
        manifest = json_value((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return
    _check_edition(folder, manifest)


def _check_edition(folder: Path, manifest: Any) -> None:
    if isinstance(manifest, dict) and "model" in manifest and manifest.get("edition") != EDITION:
        message = "is a run of the first edition of the model's meaning, whose numbers mean something else"
        raise ModelFaults([Fault(str(folder), None, "", message, "solve its model again; see docs/format-2.md")])


def _check_verified(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuses a run that was kept although its numbers did not verify; one written without verification passes."""
    verdict = manifest.get("verification")
    if verdict is not None and not (isinstance(verdict, dict) and verdict.get("holds") is True):
        message = "was rejected: numbers of it did not verify, so nothing can be told from them"
        raise ModelFaults([Fault(str(folder), None, "", message, "bichiku verify shows which")])


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
    _check_edition(folder, manifest)
    try:
        model, strategy = manifest["model"], manifest["strategy"]
    except (KeyError, TypeError) as error:
        raise ModelFaults([Fault(file, None, "", "does not say of which model and strategy the run is")]) from error
    for key, good in (("model", _is_folder_name(model)), ("strategy", is_strategy_name(strategy))):
        if not good:
            message = f"{shown(manifest[key])} is not the name of a {key}"
            raise ModelFaults([Fault(file, None, key, message)])
    return manifest


def _is_folder_name(text: object) -> bool:
    return isinstance(text, str) and text.isprintable() and "/" not in text and "\\" not in text
