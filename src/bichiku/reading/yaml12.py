"""PyYAML held to YAML 1.2: how scalars are told apart, and how deep a file may nest.

PyYAML follows YAML 1.1, where ``060`` is 48, ``no`` is false and ``1e-3`` is a text. Reader and writer here
share the core schema of YAML 1.2 instead: decimal numbers only, ``true`` and ``false`` the only truth values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from bichiku.model.numbers import is_lost

MAX_DEPTH = 40
MAX_NODES = 20_000

NULLS = ("~", "null", "Null", "NULL")  # what writes nothing, beside nothing itself

_TRUE = ("true", "True", "TRUE")
_PREFIX = "tag:yaml.org,2002:"
_SCALARS: dict[str, tuple[str, list[str], Callable[[str], Any]]] = {  # pattern, first characters, meaning
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF"), lambda text: text in _TRUE),
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""], lambda text: None),
    "int": (r"[-+]?[0-9]+", list("-+0123456789"), int),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
        lambda text: float(re.sub(r"\.(?=[a-zA-Z])", "", text)),
    ),
}


class TooDeep(Exception):
    """Collections stand inside one another beyond `MAX_DEPTH`, or there are more nodes than `MAX_NODES`."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


class CoreLoader(yaml.SafeLoader):
    """Composes nodes with the scalar rules of the core schema; what they mean is for `meaning`."""

    yaml_implicit_resolvers: dict[str, Any] = {}
    _depth = _count = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH or self._count > MAX_NODES:
            raise TooDeep(self.peek_event().start_mark.line + 1)  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def meaning(self, node: yaml.Node) -> Any:
        """The value of a scalar without a tag of its own.

        Raises:
            ValueError: a number that a computer cannot hold, or cannot tell from zero.
        """
        name = node.tag.removeprefix(_PREFIX)
        value = _SCALARS[name][2](node.value) if name in _SCALARS else node.value
        if name == "float" and is_lost(node.value, value):
            raise ValueError("too small to be told from zero")
        return value

    def has_own_tag(self, node: yaml.Node) -> bool:
        """Whether a node says what it is (``!!set``, ``!!str``), other than what it looks like."""
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        looks_like = self.resolve(type(node), node.value, (plain, not plain))  # type: ignore[no-untyped-call]
        return bool(node.tag != looks_like)


class CoreDumper(yaml.SafeDumper):
    """Quotes what `CoreLoader` would not read as a text."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _name, (_pattern, _first, _) in _SCALARS.items():
    for _class in (CoreLoader, CoreDumper):
        _class.add_implicit_resolver(_PREFIX + _name, re.compile(rf"(?:{_pattern})\Z"), _first)
