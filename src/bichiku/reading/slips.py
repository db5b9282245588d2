"""Slips of the pen in YAML that leave it well-formed, and what was meant: they show as a key with nothing after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from bichiku.model.numbers import without_separators

NO_VALUE = "has no value"
PARTED = "is parted by a comma, which begins a new key"

_KEY_WITH_VALUE = re.compile(r"""([^\s:'"{}\[\],#]+):([^\s:/'"{}\[\],#][^\s,{}\[\]#]*)""")
_DIGITS = re.compile(r"[0-9]+(\.[0-9]+)?")
_NUMBER = re.compile(r"[-+]?[0-9]+")

_NULL = "tag:yaml.org,2002:null"

Pairs = Sequence[tuple[yaml.Node, yaml.Node]]


def is_empty(node: yaml.Node) -> bool:
    """Whether nothing at all is written where a value should be: no ``null``, no ``''``."""
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value == "" and node.tag == _NULL


def rest_of_number(pairs: Pairs, at: int) -> list[str]:
    """Digits that a comma parted from the value of an entry of a mapping: ``000`` of ``{investment: 6,000}``."""
    value = pairs[at][1]
    if not isinstance(value, yaml.ScalarNode) or value.style is not None or not _NUMBER.fullmatch(value.value):
        return []
    rest = []
    for key, after in pairs[at + 1 :]:
        if not (isinstance(key, yaml.ScalarNode) and is_empty(after) and _DIGITS.fullmatch(key.value)):
            break
        rest.append(key.value)
    return rest


def comma_hint(value: str, rest: Sequence[str]) -> str:
    """How to write a number that commas part."""
    return f"a comma parts two entries here: write {without_separators(','.join([value, *rest]))}"


def no_value_hint(text: str, key: yaml.Node, path: tuple[Any, ...]) -> str:
    """What a key with nothing after it may have been meant to say.

    Args:
        text: the whole file.
        key: the key.
        path: its key path in model.yaml.
    """
    found = _KEY_WITH_VALUE.fullmatch(key.value) if isinstance(key, yaml.ScalarNode) and key.style is None else None
    if found:
        return f"a space is missing after the colon: write {found[1]}: {found[2]}"
    in_strategy = path[:1] == ("strategies",)
    if in_strategy and len(path) == 2:
        return f"write {path[1]}: {{}} for a strategy without changes"
    remove = ", or write null to remove what is there without it" if in_strategy and len(path) > 2 else ""
    if _holds_comments(text, key.start_mark):
        return f"all lines below it are comments: make the key a comment too{remove}"
    return f"give it a value, or leave the key out{remove}"


def unreadable_hint(text: str, line: int) -> str:
    """What may be wrong in a text that is not YAML from some line on, counted from 0."""
    lines = text.splitlines()[: line + 1]
    for number in range(len(lines), max(len(lines) - 3, 0), -1):
        written = lines[number - 1]
        if re.match(r"\s*\t", written):
            return f"indent line {number} with spaces, not with tabs"
        found = re.match(rf"\s*(?:- )?{_KEY_WITH_VALUE.pattern}", written)
        if found:
            return f"a space is missing after the colon in line {number}: write {found[1]}: {found[2]}"
        found = re.match(r"\s*-(?=[^\s\-0-9.])", written)
        if found:
            return f"a space is missing after the dash in line {number}"
    return ""


def _holds_comments(text: str, key: yaml.Mark) -> bool:
    """Whether the lines below a key that are not empty begin with comments, indented as its children would be."""
    for line in text.splitlines()[key.line + 1 :]:
        if line.strip():
            return line.lstrip().startswith("#")
    return False
