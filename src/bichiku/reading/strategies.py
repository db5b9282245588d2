"""Strategies: sets of changes over the base of a model, and changes typed on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from bichiku.model.faults import Fault, FaultLog, ModelFaults, nearest, shown
from bichiku.reading.document import Document, KeyPath, dotted, parse_value

BASE = "base"
FIXED = ("model", "tables", "start", "periods", "resolution", "strategies")
COMMAND_LINE = ("--set", None)
MOST_STRATEGIES = 100
NAME_HINT = "use letters, digits, - and _; at most 100 of them"
_NULLS = ("null", "Null", "NULL", "~")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def split_strategies(document: Document, log: FaultLog) -> tuple[Document, dict[str, Document]]:
    """The base without its strategies, and the changes of each strategy by name.

    A model without strategies has one, `BASE`, that changes nothing.
    """
    given = document.data.get("strategies", {})
    base = Document(
        {key: value for key, value in document.data.items() if key != "strategies"},
        {path: place for path, place in document.places.items() if path[:1] != ("strategies",)},
    )
    for path in _nulls(base.data, ()):
        log.add(document.fault(path, "has no value", "leave the key out, or give it one"))
    if given is None or not isinstance(given, dict):
        log.add(document.fault(("strategies",), "must be a mapping of names to changes"))
        return base, {}
    if not given:
        return base, {BASE: Document({})}
    if len(given) > MOST_STRATEGIES:
        log.add(document.fault(("strategies",), f"has {len(given):,} strategies; at most {MOST_STRATEGIES} are read"))
        return base, {}
    strategies = {}
    for name, changes in given.items():
        path = ("strategies", name)
        if not is_strategy_name(name):
            log.add(document.fault(path, f"{shown(name)} cannot name a strategy", NAME_HINT))
        elif changes is not None and not isinstance(changes, dict):
            log.add(document.fault(path, f"{shown(changes)} is not a mapping of changes"))
        else:
            for key in (key for key in changes or {} if key in FIXED):
                log.add(document.fault((*path, key), "cannot differ between strategies of one world"))
            strategies[name] = document.below(path)
    return base, strategies


def is_strategy_name(text: object) -> bool:
    """Whether something can name a strategy, and with it a folder."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def choose(strategies: dict[str, Document], wanted: Sequence[str], log: FaultLog) -> dict[str, Document]:
    """The strategies asked for, in the order asked for; all of them when none is."""
    if not wanted:
        return strategies
    for name in wanted:
        if name not in strategies:
            log.add(Fault("--strategy", None, "", f"no strategy {shown(name)}", nearest(name, strategies)))
    return {name: strategies[name] for name in dict.fromkeys(wanted) if name in strategies}


def command_line_changes(document: Document, assignments: Iterable[str], log: FaultLog) -> Document:
    """The document changed by texts such as ``policies.reserve_days=120``; later ones win."""
    for assignment in assignments:
        path_text, equals, value_text = assignment.partition("=")
        try:
            if not equals:
                raise ValueError("is not PATH=VALUE")
            path = _parse_path(path_text.strip())
            value = parse_value(value_text, COMMAND_LINE[0])
            if value is None and value_text.strip() not in _NULLS:  # an empty shell variable must not remove a limit
                raise ValueError("has no value; write null to remove the key")
            document = _assign(document, path, value)
        except ModelFaults as error:
            log.extend(_typed(fault, path_text) for fault in error.faults)
        except ValueError as error:
            log.add(Fault(COMMAND_LINE[0], None, path_text, str(error)))
    return document


def _typed(fault: Fault, path: str) -> Fault:
    """A fault inside a value, told with the path that the value was meant for."""
    where = f"{path}.{fault.where}" if fault.where else path
    return Fault(COMMAND_LINE[0], None, where, fault.message, fault.hint)


def _parse_path(text: str) -> KeyPath:
    if not text.isprintable() or not re.fullmatch(r"[^.\[\]=\s]+(\.[^.\[\]=\s]+|\[[0-9]+\])*", text):
        raise ValueError(f"{shown(text)} is not a path such as policies.reserve_days or policies.share_caps[0].max")
    path: list[Any] = []
    for key, position in re.findall(r"([^.\[\]]+)|\[([0-9]+)\]", text):
        path.append(int(position) if position else int(key) if re.fullmatch(r"[0-9]{4}", key) else key)
    return tuple(path)


def _assign(document: Document, path: KeyPath, value: Any) -> Document:
    if path[0] in ("strategies", "tables"):
        raise ValueError(f"{path[0]} cannot be set here")
    result = document.merged(Document({}))
    holder: Any = result.data
    for depth, key in enumerate(path[:-1]):
        if isinstance(holder, dict) and key not in holder:
            holder[key] = {}
            result.places[path[: depth + 1]] = COMMAND_LINE
        holder = _step(holder, key, path[: depth + 1])
    last = path[-1]
    if isinstance(holder, list):
        _step(holder, last, path)
    elif not isinstance(holder, dict):
        raise ValueError(_no_mapping(holder, path))
    for old in [p for p in result.places if p[: len(path)] == path]:
        del result.places[old]
    result.places[path] = COMMAND_LINE
    if value is None and isinstance(holder, dict):
        holder.pop(last, None)
    else:
        holder[last] = value
    return result


def _step(holder: Any, key: Any, path: KeyPath) -> Any:
    if isinstance(holder, list):
        if not isinstance(key, int) or not 0 <= key < len(holder):
            raise ValueError(f"{dotted(path)} does not exist; the list has {len(holder)} entries")
        return holder[key]
    if isinstance(holder, dict):
        return holder[key]
    raise ValueError(_no_mapping(holder, path))


def _no_mapping(holder: Any, path: KeyPath) -> str:
    """That a key cannot be set below a number, and how a number of one material is set beside that of all."""
    text = f"{dotted(path[:-1])} is {shown(holder)}, not a mapping; set it as a whole"
    if path[0] == "policies" and isinstance(path[-1], str) and not path[-1][:4].isdecimal():
        text += f", for a material as {dotted(path[:-1])}={{default: {shown(holder)}, {path[-1]}: ...}}"
    return text


def _nulls(data: Any, path: KeyPath) -> list[KeyPath]:
    if data is None:
        return [path]
    if isinstance(data, dict):
        return [found for key, value in data.items() for found in _nulls(value, (*path, key))]
    if isinstance(data, list):
        return [found for i, value in enumerate(data) for found in _nulls(value, (*path, i))]
    return []
