"""A model that is another with changes: model.yaml over that of another folder, and table over table."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bichiku.model.faults import FaultLog, ModelFaults, SourceLine, nearest, shown
from bichiku.reading import schema
from bichiku.reading.csv_rows import TablesFolder
from bichiku.reading.document import Document, KeyPath, read_document
from bichiku.reading.files import MODEL_FILE, is_file, is_folder, is_inside
from bichiku.reading.removals import removal_faults

ON = "on"
STRATEGIES = "strategies"
MOST_LAYERS = 5


@dataclass(frozen=True)
class Layers:
    """A model and those that it is built on.

    Attributes:
        document: model.yaml with all changes merged in; `content` is that of the model's own file.
        files: content of each model.yaml, by its path as seen from the model's folder.
        tables: where its tables lie, its own first; none where one of the folders could not be looked into.
    """

    document: Document
    files: dict[str, bytes]
    tables: tuple[TablesFolder, ...]


def read_layers(file: Path, folder: Path | None, log: FaultLog) -> Layers:
    """Reads model.yaml and, where it has `on`, that of the model which it changes.

    Args:
        file: the model.yaml.
        folder: the folder that no link may lead it out of; None where the file itself was named.
        log: gets what is wrong with the layers as such.

    Raises:
        ModelFaults: a file cannot be read (see `read_document`), or there is no such model to build on.
    """
    layers = _layers(file, folder, [])
    own = layers[0]
    merged = layers[-1].document
    for layer in reversed(layers[:-1]):
        merged = _changed(merged, layer.document, log)
    merged.content = own.document.content
    here = file.parent
    files = {
        file.name if layer is own else Path(os.path.relpath(layer.file, here)).as_posix(): layer.document.content
        for layer in layers
    }
    folders = [_tables_folder(layer, log) for layer in layers]
    return Layers(merged, files, tuple(found for found in folders if found) if all(folders) else ())


def _changed(base: Document, change: Document, log: FaultLog) -> Document:
    """A model with the changes of one built on it: keys merge as those of a strategy, and a strategy stands whole."""
    old, new = ({key: value for key, value in of.data.items() if key != STRATEGIES} for of in (base, change))
    for where, wrong in removal_faults(old, new, ()):
        log.add(change.fault(where, str(wrong), wrong.hint))
    merged = replace(base, data=old).merged(replace(change, data=new))
    theirs, own = base.data.get(STRATEGIES, {}), change.data.get(STRATEGIES, {})
    if not isinstance(theirs, dict) or not isinstance(own, dict):
        wrong_one = change if STRATEGIES in change.data else base
        return _with_strategies(merged, wrong_one.data[STRATEGIES], wrong_one.places)
    for name in [name for name, asked in own.items() if asked is None and name not in theirs]:
        log.add(change.fault((STRATEGIES, name), f"there is no {shown(name)} to remove", nearest(name, theirs)))
    kept = {name: asked for name, asked in {**theirs, **own}.items() if asked is not None}
    places = {path: place for path, place in base.places.items() if len(path) < 2 or path[1] not in own}
    return _with_strategies(merged, kept, places | change.places) if kept else merged


def _with_strategies(document: Document, strategies: Any, places: Mapping[KeyPath, SourceLine]) -> Document:
    mine = {path: place for path, place in places.items() if path[:1] == (STRATEGIES,)}
    return Document({**document.data, STRATEGIES: strategies}, document.places | mine)


@dataclass(frozen=True)
class _Layer:
    file: Path
    document: Document


def _layers(file: Path, folder: Path | None, passed: list[Path]) -> list[_Layer]:
    """A model and what it is built on, itself first."""
    document = read_document(file, str(file), folder, schema)
    if ON not in document.data:
        return [_Layer(file, document)]

    def fail(message: str, hint: str = "") -> ModelFaults:
        return ModelFaults([document.fault((ON,), message, hint)])

    given = document.data[ON]
    if not isinstance(given, str) or not given.isprintable() or os.path.isabs(given):
        raise fail(f"{shown(given)} is not the path of a model from this folder, such as ../japan")
    named = Path(os.path.normpath(file.parent / given))
    other = named if named.suffix in (".yaml", ".yml") else named / MODEL_FILE
    known = [*passed, file.resolve()]
    if not is_file(other):
        raise fail(f"there is no model {shown(given)}", "the path is seen from this folder")
    if other.resolve() in known:
        raise fail(f"{shown(given)} is built on itself")
    if len(known) >= MOST_LAYERS:
        raise fail(f"at most {MOST_LAYERS} models are built on one another")
    del document.data[ON]
    return [_Layer(file, document), *_layers(other, None if other == named else named, known)]


def _tables_folder(layer: _Layer, log: FaultLog) -> TablesFolder | None:
    document, home = layer.document, layer.file.parent
    given = document.data.get("tables", ".")
    if not isinstance(given, str):
        return None  # a fault of the settings
    folder = home / given
    if given.isprintable() and not is_inside(folder, home):
        log.add(document.fault(("tables",), f"{shown(given)} leaves the model's folder"))
        return None
    if not given.isprintable() or not is_folder(folder):
        log.add(document.fault(("tables",), f"there is no folder {shown(given)}"))
        return None
    return TablesFolder(folder, str(home if folder.resolve() == home.resolve() else folder), home)
