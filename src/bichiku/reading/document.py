"""A YAML file as plain data that remembers the line of every key."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from bichiku.model.faults import Fault, FaultLog, ModelFaults, SourceLine, shown
from bichiku.reading.files import Unreadable, content_of
from bichiku.reading.yaml12 import MAX_DEPTH, MAX_NODES, CoreLoader, TooDeep

KeyPath = tuple[Any, ...]

MAX_BYTES = 1_000_000
LARGEST_KEY = 10**9  # of whole numbers, which are years

_TOO_MUCH = "nests too deep or holds too much (aliases count each time)"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass
class Document:
    """Nested mappings, lists and scalars, and where each of them stands.

    Attributes:
        data: the content, a mapping at the top.
        places: file and line of every key path.
        content: the file it was read from, byte by byte; empty for one that was put together.
    """

    data: dict[Any, Any]
    places: dict[KeyPath, SourceLine] = field(default_factory=dict)
    content: bytes = b""

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
        data, replaced = copy.deepcopy(self.data), set[KeyPath]()
        _merge(data, other.data, (), replaced)
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


def read_document(file: Path, shown_as: str, folder: Path | None = None) -> Document:
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
        raise fail(raw[: error.start].count(b"\n") + 1, "is not UTF-8 text") from error
    return replace(parse_document(text, shown_as), content=raw)


def parse_document(text: str, shown_as: str) -> Document:
    """Parses YAML text; see `read_document` for the errors."""
    data, places = _parse(text, shown_as)
    if not isinstance(data, dict):
        raise ModelFaults([Fault(shown_as, 1, "", "must be a mapping of keys to values")])
    return Document(data, places)


def parse_value(text: str, shown_as: str) -> Any:
    """A value by itself, read by the rules of a model file.

    Raises:
        ModelFaults: it is not YAML.
    """
    return _parse(text, shown_as)[0]


def _parse(text: str, shown_as: str) -> tuple[Any, dict[KeyPath, SourceLine]]:
    def fail(line: int | None, message: str) -> ModelFaults:
        return ModelFaults([Fault(shown_as, line, "", message)])

    try:
        root = yaml.compose(text, Loader=CoreLoader)
    except TooDeep as error:
        raise fail(error.line, _TOO_MUCH) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise fail(line, f"is not YAML: holds the character {chr(error.character)!r}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise fail(mark.line + 1 if mark else None, f"is not YAML: {error.problem or error.context}") from error
    except (ValueError, OverflowError) as error:  # PyYAML lets these through for wild escapes and versions
        raise fail(None, "is not YAML: holds a number out of range") from error
    reader = _NodeReader(shown_as)
    data = reader.value(root, (), 0) if root is not None else None
    reader.faults.raise_if_any()
    return data, reader.places


class _NodeReader:
    """Turns PyYAML's nodes into data, noting lines, repeated keys, tags and excess."""

    def __init__(self, shown_as: str) -> None:
        self.shown_as = shown_as
        self.places: dict[KeyPath, SourceLine] = {}
        self.faults = FaultLog()
        self._loader = CoreLoader("")
        self._count = 0

    def _fail(self, node: yaml.Node, path: KeyPath, message: str) -> None:
        self.faults.add(Fault(self.shown_as, node.start_mark.line + 1, dotted(path), message))

    def value(self, node: yaml.Node, path: KeyPath, depth: int) -> Any:
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
            return [self.value(child, (*path, i), depth + 1) for i, child in enumerate(node.value)]
        try:
            value = self._loader.meaning(node)
        except ValueError:
            self._fail(node, path, f"{shown(node.value)} has too many digits or is too small to be told from zero")
            return None
        if isinstance(value, str) and (found := _SURROGATE.search(value)):
            self._fail(node, path, f"holds half a character: {found[0]!r}")
            return None
        return value

    def _mapping(self, node: yaml.MappingNode, path: KeyPath, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            before = len(self.faults)
            key = self.value(key_node, (*path, "?"), depth + 1)
            self.places.pop((*path, "?"), None)
            if len(self.faults) > before:
                continue
            if not isinstance(key, str) and not (type(key) is int and abs(key) <= LARGEST_KEY):
                self._fail(key_node, path, f"{shown(key)} cannot be a key")
                continue
            if key == "<<":
                self._fail(key_node, (*path, key), "merge keys are not part of YAML 1.2; write the keys out")
                continue
            if key in result:
                self._fail(key_node, (*path, key), "appears twice")
                continue
            self.places[(*path, key)] = (self.shown_as, key_node.start_mark.line + 1)
            result[key] = self.value(value_node, (*path, key), depth + 1)
        return result


def _merge(base: dict[Any, Any], changes: dict[Any, Any], path: KeyPath, replaced: set[KeyPath]) -> None:
    """Changes a mapping in place, and notes the key paths of all that is not as it was."""
    for key, change in changes.items():
        here = (*path, key)
        if isinstance(change, dict) and isinstance(base.get(key), dict):
            _merge(base[key], change, here, replaced)
            continue
        replaced.add(here)
        if change is None:
            base.pop(key, None)
        else:
            base[key] = copy.deepcopy(change)


def _is_below(path: KeyPath, tops: set[KeyPath]) -> bool:
    return any(path[:length] in tops for length in range(len(path) + 1))
