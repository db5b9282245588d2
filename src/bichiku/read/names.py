"""What an id may look like, in the tables and in model.yaml."""

from __future__ import annotations

import re
from typing import Any

from bichiku.read.faults import Wrong, shown

LONGEST = 100
_SIGNS = re.compile(r"[,;|/\[\]=]")  # they part names, columns and paths


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
    return text


def check_material(text: Any) -> str:
    """The id of a material, which is none of the words that stand for several."""
    return _not_reserved(check_name(text), {"all": "every material", "default": "the materials not named"})


def check_crisis(text: Any) -> str:
    """The name of a crisis, which cannot be that of the calm path."""
    return _not_reserved(check_name(text), {"plan": "the path without a crisis"})


def _not_reserved(name: str, reserved: dict[str, str]) -> str:
    if name in reserved:
        raise Wrong(f"{name!r} stands for {reserved[name]}", "choose another name")
    return name
