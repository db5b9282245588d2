"""The path of a number, as `--set` and `--vary` take it, in words that an axis can bear."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PARTS = re.compile(r"([^.\[\]]+)|\[([^\]]+)\]")
_BOUNDS = {"max": "at most", "min": "at least"}
_PLURALS = {"share caps": "share cap", "share floors": "share floor"}


def path_words(path: str, resolved: Mapping[str, Any]) -> str:
    """A path in words: ``policies.share_caps[0].max`` is *share cap on CHN, at most*.

    Args:
        path: the path.
        resolved: the model in which it is, which knows the name of an entry of a list.
    """
    here: Any = resolved
    words: list[str] = []
    for key, position in _PARTS.findall(path):
        here = _below(here, key or position)
        if position:
            joined = f"{_PLURALS[words[-1]]} on" if words[-1] in _PLURALS else words[-1]
            words[-1] = f"{joined} {_entry(here, position)}"
        elif key != "policies" or words:
            words.append(key.replace("_", " ") if not re.match(r"[0-9]", key) else f"in {key}")
    if len(words) > 1 and words[-1] in _BOUNDS:
        words[-1] = _BOUNDS[words[-1]]
    text = ", ".join(words)
    return text[:1].upper() + text[1:]


def _below(here: Any, key: str) -> Any:
    if isinstance(here, list) and key.isdecimal() and int(key) < len(here):
        return here[int(key)]
    return here.get(key) if isinstance(here, Mapping) else None


def _entry(entry: Any, position: str) -> str:
    """What an entry of a list is called: its name, or the countries that it is on; else its place."""
    if isinstance(entry, Mapping):
        group = entry.get("group")
        name = entry.get("name") or ("+".join(map(str, group)) if isinstance(group, list) else None)
        if name:
            return str(name)
    return position
