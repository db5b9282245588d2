"""What an id and a line of text may look like, in the tables and in model.yaml."""

from __future__ import annotations

import re
from typing import Any

from bichiku.model.faults import Wrong, shown

LONGEST = 100
LONGEST_LINE = 200
_SIGNS = re.compile(r"[,;|/\[\]=]")  # they part names, columns and paths
# a spreadsheet takes a cell that begins with one of these (or its full-width form) for a formula, and a line of
# a table that begins with # is a comment; see docs/tables.md
_LEADING = tuple("=+-@＝＋－＠#")


def check_name(text: Any) -> str:
    """The id itself.

    Raises:
        Wrong: it holds a sign with a meaning, or what cannot be seen.
    """
    if not isinstance(text, str):
        raise Wrong(f"{shown(text)} is not a text", "put it in quotes")
    if not text or text != text.strip() or len(text) > LONGEST or not text.isprintable() or _SIGNS.search(text):
        signs = "no commas, semicolons, slashes, bars, brackets, equal signs or control characters"
        hint = f"{signs}; at most {LONGEST} characters"
        raise Wrong(f"{shown(text)} cannot be a name", hint)
    return _not_leading(text)


def check_line(text: Any) -> str:
    """A title or the like: one line of text that a spreadsheet and a terminal show as it is.

    Raises:
        Wrong: it is none.
    """
    if not isinstance(text, str):
        raise Wrong(f"{shown(text)} is not a text", "put it in quotes")
    if not text.strip() or len(text) > LONGEST_LINE or not text.isprintable():
        hint = f"one line without control characters, at most {LONGEST_LINE} characters"
        raise Wrong(f"{shown(text)} is not a line of text" if text.strip() else "is empty", hint)
    return _not_leading(text)


def check_free_text(text: Any) -> str:
    """A text of a table, which may go over several lines.

    Raises:
        Wrong: a spreadsheet would take it for a formula.
    """
    return _not_leading(str(text))


def _not_leading(text: str) -> str:
    if text.startswith(_LEADING) and len(text) > 1:  # a dash by itself stands for nothing
        hint = "which makes a comment" if text[0] == "#" else "which makes a formula in a spreadsheet"
        raise Wrong(f"{shown(text)} begins with {text[0]!r}", hint)
    return text


def check_material(text: Any) -> str:
    """The id of a material, which is none of the words that stand for several."""
    return _not_reserved(check_name(text), {
        "all": "every material", "default": "the materials not named", "state_share": "the state's part of a reserve",
    })  # fmt: skip


def check_crisis(text: Any) -> str:
    """The name of a crisis, which cannot be that of the calm path."""
    return _not_reserved(check_name(text), {"plan": "the path without a crisis"})


def _not_reserved(name: str, reserved: dict[str, str]) -> str:
    if name.casefold() in reserved:
        raise Wrong(f"{name!r} stands for {reserved[name.casefold()]}", "choose another name")
    return name
