"""A YAML file as plain data that remembers the line of every key."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import yaml

from bichiku.model.faults import Fault, FaultLog, ModelFaults, SourceLine, shown
from bichiku.reading.files import Unreadable, content_of
from bichiku.reading.slips import (
    NO_VALUE,
    PARTED,
    comma_hint,
    is_empty,
    no_value_hint,
    rest_of_number,
    unreadable_hint,
)
from bichiku.reading.spreadsheets import encoding_hint
from bichiku.reading.yaml12 import MAX_DEPTH, MAX_NODES, CoreLoader, TooDeep

KeyPath = tuple[Any, ...]

MAX_BYTES = 1_000_000
LARGEST_KEY = 10**9  # of whole numbers, which are years


class Schema(Protocol):
    """What a file holds at its key paths, as far as reading must know it."""

    def is_text(self, path: KeyPath, /) -> bool: ...
    def has_whole_keys(self, path: KeyPath, /) -> bool: ...


class Anything:
    """The schema of a file of which nothing is known: numbers are numbers wherever they stand."""

    def is_text(self, path: KeyPath, /) -> bool:
        return False

    def has_whole_keys(self, path: KeyPath, /) -> bool:
        return True


ANYTHING = Anything()

_TOO_MUCH = "nests too deep or holds too much (aliases count each time)"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass
class Document:
    """Nested mappings, lists and scalars, and where each of them stands.

    Attributes:
        data: the content, a mapping at the top.
        places: file and line of every key path.
        content: the file it was read from, byte by byte; empty for one that was put together.
        on: changes that are made before these, where it holds changes.
        is_yardstick: whether the changes make a strategy that others are measured by, and that nobody could choose.
    """

    data: dict[Any, Any]
    places: dict[KeyPath, SourceLine] = field(default_factory=dict)
    content: bytes = b""
    on: Document | None = None
    is_yardstick: bool = False

    def place(self, path: KeyPath) -> SourceLine:
        """File and line of a key path, or of the nearest one above it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return ("model.yaml", None)

    def fault(self, path: KeyPath, message: str, hint: str = "") -> Fault:
        """A fault at a key path."""
        file, line = self.place(path)
        return Fault(file, line, dotted(path), message, hint)

    def merged(self, other: Document) -> Document:
        """This document changed by another: mappings merge, all else is replaced, null removes."""
        if other.on is not None:
            return self.merged(other.on).merged(replace(other, on=None))
        data, replaced = copy.deepcopy(self.data), set[KeyPath]()
        _merge(data, other.data, (), replaced)
        if not replaced:  # nearly always where a command line changes one number after another
            return Document(data, dict(self.places))
        kept = {path: place for path, place in self.places.items() if not _is_below(path, replaced)}
        new = {path: place for path, place in other.places.items() if _is_below(path, replaced)}
        return Document(data, kept | new)

    def below(self, path: KeyPath) -> Document:
        """The mapping at a key path as a document of its own."""
        data: Any = self.data
        for key in path:
            data = data[key]
        inside = {p[len(path) :]: place for p, place in self.places.items() if p[: len(path)] == path}
        return Document(data if data is not None else {}, inside)


def dotted(path: KeyPath) -> str:
    """A key path as a user types it: ``policies.share_caps[0].max``."""
    text = ""
    for key in path:
        if isinstance(key, int) and not 1000 <= key <= 9999:
            text += f"[{key}]"
        else:
            text += f".{key}" if text else f"{key}"
    return text


def read_document(file: Path, shown_as: str, folder: Path | None = None, schema: Schema = ANYTHING) -> Document:
    """Reads a YAML file; where a folder is given, no link may lead it out of there.

    Raises:
        ModelFaults: the file is missing, out of bounds, too large, not UTF-8, not YAML, nests too deep, repeats
            a key or does not hold a mapping.
    """

    def fail(line: int | None, message: str, hint: str = "") -> ModelFaults:
        return ModelFaults([Fault(shown_as, line, "", message, hint)])

    try:
        raw = content_of(file, folder, MAX_BYTES)
    except Unreadable as error:
        raise fail(None, str(error), error.hint) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise fail(line, "is not UTF-8 text", encoding_hint(raw)) from error
    return replace(parse_document(text, shown_as, schema), content=raw)


def parse_document(text: str, shown_as: str, schema: Schema = ANYTHING) -> Document:
    """Parses YAML text; see `read_document` for the errors."""
    data, places = _parse(text, shown_as, schema)
    if not isinstance(data, dict):
        raise ModelFaults([Fault(shown_as, 1, "", "must be a mapping of keys to values")])
    return Document(data, places)


def parse_value(text: str, shown_as: str, schema: Schema = ANYTHING, at: KeyPath = ()) -> Any:
    """A value by itself, read by the rules of a model file.

    Args:
        text: the value.
        shown_as: what faults call the text.
        schema: that of the file in which it is to stand.
        at: the key path at which it is to stand there.

    Raises:
        ModelFaults: it is not YAML, or a key in it has no value.
    """
    return _parse(text, shown_as, schema, at)[0]


def _parse(text: str, shown_as: str, schema: Schema, at: KeyPath = ()) -> tuple[Any, dict[KeyPath, SourceLine]]:
    def fail(line: int | None, message: str, hint: str = "") -> ModelFaults:
        return ModelFaults([Fault(shown_as, line, "", message, hint)])

    try:
        root = yaml.compose(text, Loader=CoreLoader)
    except TooDeep as error:
        raise fail(error.line, _TOO_MUCH) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise fail(line, f"is not YAML: holds the character {chr(error.character)!r}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"is not YAML: {error.problem or error.context}"
        raise fail(
            mark.line + 1 if mark else None, message, unreadable_hint(text, mark.line) if mark else ""
        ) from error
    except (ValueError, OverflowError) as error:  # PyYAML lets these through for wild escapes and versions
        raise fail(None, "is not YAML: holds a number out of range") from error
    reader = _NodeReader(shown_as, text, schema, at)
    data = reader.value(root, (), 0) if root is not None else None
    reader.faults.raise_if_any()
    return data, reader.places


class _NodeReader:
    """Turns PyYAML's nodes into data, noting lines, repeated keys, keys without a value, tags and excess."""

    def __init__(self, shown_as: str, text: str, schema: Schema, at: KeyPath) -> None:
        self.shown_as = shown_as
        self.places: dict[KeyPath, SourceLine] = {}
        self.faults = FaultLog()
        self._text, self._schema, self._at = text, schema, at
        self._loader = CoreLoader("")
        self._count = 0

    def _fail(self, node: yaml.Node, path: KeyPath, message: str, hint: str = "") -> None:
        self.faults.add(Fault(self.shown_as, node.start_mark.line + 1, dotted(path), message, hint))

    def value(self, node: yaml.Node, path: KeyPath, depth: int, as_text: bool = False) -> Any:
        self._count += 1
        self.places.setdefault(path, (self.shown_as, node.start_mark.line + 1))
        if depth > MAX_DEPTH or self._count > MAX_NODES:
            self._fail(node, path[:3], _TOO_MUCH)
            raise ModelFaults(self.faults)
        if self._loader.has_own_tag(node):
            self._fail(node, path, f"{node.tag.replace('tag:yaml.org,2002:', '!!')} is a type that a model cannot hold")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self._entry(child, (*path, i), depth + 1) for i, child in enumerate(node.value)]
        try:
            value = self._loader.meaning(node)
        except ValueError:
            self._fail(node, path, f"{shown(node.value)} has too many digits or is too small to be told from zero")
            return None
        if value is not None and (as_text or self._schema.is_text(self._at + path)):
            value = node.value
        if isinstance(value, str) and (found := _SURROGATE.search(value)):
            self._fail(node, path, f"holds half a character: {found[0]!r}")
            return None
        return value

    def _entry(self, node: yaml.Node, path: KeyPath, depth: int) -> Any:
        if is_empty(node):
            self._fail(node, path, NO_VALUE, "give the entry a value, or leave it out")
        return self.value(node, path, depth)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        whole_keys = self._schema.has_whole_keys(self._at + path)
        parted = 0  # keys to come that are digits of a number before them
        for i, (key_node, value_node) in enumerate(node.value):
            if parted:
                parted -= 1
                continue
            before = len(self.faults)
            key = self.value(key_node, (*path, "?"), depth + 1, as_text=not whole_keys)
            self.places.pop((*path, "?"), None)
            if len(self.faults) > before:
                continue
            if not isinstance(key, str) and not (type(key) is int and abs(key) <= LARGEST_KEY):
                hint = "put it in quotes" if key is None and not is_empty(key_node) else ""
                what = "null" if hint else shown(key)
                self._fail(key_node, path, f"{what} cannot be a key", hint)
                continue
            here = (*path, key)
            if key == "<<":
                self._fail(key_node, here, "merge keys are not part of YAML 1.2; write the keys out")
                continue
            if key in result:
                self._fail(key_node, here, "appears twice")
                continue
            self.places[here] = (self.shown_as, key_node.start_mark.line + 1)
            result[key] = self.value(value_node, here, depth + 1)
            if is_empty(value_node):
                self._fail(key_node, here, NO_VALUE, no_value_hint(self._text, key_node, self._at + here))
            elif rest := rest_of_number(node.value, i):
                self._fail(value_node, here, PARTED, comma_hint(value_node.value, rest))
                parted = len(rest)
        return result


def _merge(base: dict[Any, Any], changes: dict[Any, Any], path: KeyPath, replaced: set[KeyPath]) -> None:
    """Changes a mapping in place, and notes the key paths of all that is not as it was."""
    for key, change in changes.items():
        here = (*path, key)
        if isinstance(change, dict) and isinstance(base.get(key), dict):
            _merge(base[key], change, here, replaced)
            if change and not base[key]:
                del base[key]
            continue
        kept = without_nulls(change)
        if key not in base and (kept is None or (change and not kept)):
            continue  # what only removes removes nothing here
        replaced.add(here)
        if kept is None:
            del base[key]
        else:
            base[key] = copy.deepcopy(kept)


def without_nulls(data: Any) -> Any:
    """Data without what is null in it, and without mappings in which nothing else is."""
    if isinstance(data, dict):
        kept = {key: (value, without_nulls(value)) for key, value in data.items() if value is not None}
        return {key: after for key, (before, after) in kept.items() if after != {} or before == {}}
    return [without_nulls(value) for value in data if value is not None] if isinstance(data, list) else data


def nulls(data: Any, path: KeyPath = ()) -> list[KeyPath]:
    """Where data says nothing."""
    if data is None:
        return [path]
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [found for key, value in inside for found in nulls(value, (*path, key))]


def _is_below(path: KeyPath, tops: set[KeyPath]) -> bool:
    return any(path[:length] in tops for length in range(len(path) + 1))
