"""Strategies: sets of changes over the base of a model, and changes typed on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bichiku.model.faults import COMMAND_LINE, Fault, FaultLog, ModelFaults, Wrong, nearest, shown
from bichiku.reading import schema
from bichiku.reading.alike import alike_in_document
from bichiku.reading.document import Document, KeyPath, dotted, nulls, parse_value, without_nulls
from bichiku.reading.removals import entry_faults, removal_faults
from bichiku.reading.slips import NO_VALUE
from bichiku.reading.yaml12 import NULLS

BASE = "base"
ON = "on"  # key of a strategy that names the one it is built on
YARDSTICK = "yardstick"  # key of a strategy that is no candidate
FIXED = ("model", "tables", "start", "periods", "resolution", "strategies")
TYPED = (COMMAND_LINE, None)
MOST_STRATEGIES = 100
NAME_HINT = "use letters, digits, -, _ and .; at most 100 of them"
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
    for path in nulls(base.data):
        log.add(
            document.fault(path, NO_VALUE, "leave the key out, or give it one; null removes keys in strategies only")
        )
    if given is None or not isinstance(given, dict):
        log.add(document.fault(("strategies",), "must be a mapping of names to changes"))
        return base, {}
    if not given:
        return base, {BASE: Document({})}
    if len(given) > MOST_STRATEGIES:
        log.add(document.fault(("strategies",), f"has {len(given):,} strategies; at most {MOST_STRATEGIES} are read"))
        return base, {}
    log.extend(alike_in_document(document, "strategies"))
    strategies = {}
    for name, changes in given.items():
        path = ("strategies", name)
        if not is_strategy_name(name):
            log.add(document.fault(path, f"{shown(name)} cannot name a strategy", NAME_HINT))
        elif not isinstance(changes, dict):
            hint = f"write {name}: {{}} for a strategy without changes" if changes is None else ""
            what = "null" if changes is None else shown(changes)
            log.add(document.fault(path, f"{what} is not a mapping of changes", hint))
        else:
            for key in (key for key in changes if key in FIXED):
                log.add(document.fault((*path, key), "cannot differ between strategies of one world"))
            strategies[name] = document.below(path)
    built = {name: _built_on(name, strategies, document, log) for name in strategies}
    if built and all(changes.is_yardstick for changes in built.values()):
        log.add(document.fault(("strategies",), "all are yardsticks, and there is nothing to measure"))
    for name, changes in built.items():
        before = base if changes.on is None else base.merged(changes.on)
        for where, wrong in removal_faults(before.data, changes.data, ()):
            log.add(document.fault(("strategies", name, *where), str(wrong), wrong.hint))
    return base, built


def _built_on(name: str, strategies: dict[str, Document], document: Document, log: FaultLog) -> Document:
    """The changes of a strategy with those of the strategy that it is built on before them."""
    passed: list[str] = []
    own: list[Document] = []
    at: str | None = name
    while at is not None:
        passed.append(at)
        changes = strategies[at]
        data = {key: value for key, value in changes.data.items() if key not in (ON, YARDSTICK)}
        own.append(replace(changes, data=data))
        at = _named_on(at, changes, strategies, document, log if at == name else None)
        if at in passed:
            way = " on ".join([*passed[passed.index(at) :], at])
            log.add(document.fault(("strategies", name, ON), f"is built on itself: {way}"))
            break
    found = own.pop()
    while own:
        found = replace(own.pop(), on=found)
    return replace(found, is_yardstick=_is_yardstick(name, strategies[name], document, log))


def _is_yardstick(name: str, changes: Document, document: Document, log: FaultLog) -> bool:
    given = changes.data.get(YARDSTICK, False)
    if not isinstance(given, bool):
        log.add(document.fault(("strategies", name, YARDSTICK), f"{shown(given)} is neither true nor false"))
    return given is True


def _named_on(
    name: str, changes: Document, strategies: dict[str, Document], document: Document, log: FaultLog | None
) -> str | None:
    """The strategy that another is built on; None for the base, and where it is none."""
    on = changes.data.get(ON)
    if ON not in changes.data or (isinstance(on, str) and on in strategies):
        return on
    if log is not None:
        hint = nearest(on, strategies) if isinstance(on, str) else "name one strategy"
        log.add(document.fault(("strategies", name, ON), f"no strategy {shown(on)}", hint))
    return None


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
            path = parse_path(path_text.strip())
            value = parse_value(value_text, COMMAND_LINE, schema, path)
            if value is None and value_text.strip() not in NULLS:  # an empty shell variable must not remove a limit
                raise ValueError("has no value; write null to remove the key")
            document = _assign(document, path, value, log)
        except ModelFaults as error:
            log.extend(_typed(fault, path_text) for fault in error.faults)
        except ValueError as error:
            hint = error.hint if isinstance(error, Wrong) else ""
            log.add(Fault(COMMAND_LINE, None, path_text, str(error), hint))
    return document


def _typed(fault: Fault, path: str) -> Fault:
    """A fault inside a value, told with the path that the value was meant for."""
    where = f"{path}{'' if fault.where.startswith('[') else '.'}{fault.where}" if fault.where else path
    return Fault(COMMAND_LINE, None, where, fault.message, fault.hint)


def parse_path(text: str) -> KeyPath:
    """The keys and positions of a path as it is typed; whether anything stands there is not looked at.

    Raises:
        ValueError: it is no path.
    """
    if not text.isprintable() or not re.fullmatch(r"[^.\[\]=\s]+(\.[^.\[\]=\s]+|\[[0-9]+\])*", text):
        raise ValueError(f"{shown(text)} is not a path such as policies.reserve_days or policies.share_caps[0].max")
    path: list[Any] = []
    for key, position in re.findall(r"([^.\[\]]+)|\[([0-9]+)\]", text):
        is_number = position or (re.fullmatch(r"[0-9]{1,9}", key) and schema.has_whole_keys(tuple(path)))
        path.append(int(position or key) if is_number else key)
    return tuple(path)


def _assign(document: Document, path: KeyPath, value: Any, log: FaultLog) -> Document:
    if path[0] in ("strategies", "tables"):
        raise ValueError(f"{path[0]} cannot be set here")
    result = document.merged(Document({}))
    holder: Any = result.data
    for depth, key in enumerate(path[:-1]):
        if isinstance(holder, dict) and key not in holder:
            if value is None:  # nothing is made to remove a key from it
                log.extend(_told(entry_faults(holder, key, _nested(path[depth + 1 :]), path[: depth + 1])))
                return document
            holder[key] = {}
            result.places[path[: depth + 1]] = TYPED
        holder = _step(holder, key, path[: depth + 1])
    last = path[-1]
    wrong = _told(_removals(holder, last, value, path))
    log.extend(wrong)
    if wrong or (value is None and isinstance(holder, dict) and last not in holder):
        return document
    if isinstance(holder, list):
        _step(holder, last, path)
    elif not isinstance(holder, dict):
        raise ValueError(_no_mapping(holder, path))
    for old in [p for p in result.places if p[: len(path)] == path]:
        del result.places[old]
    result.places[path] = TYPED
    if value is None:
        _remove(result.data, path)
    else:
        holder[last] = without_nulls(value)
    return result


def _remove(holder: Any, path: KeyPath) -> None:
    """Removes a key, and the mappings above it that are empty then."""
    key, *rest = path
    if rest:
        _remove(holder[key], tuple(rest))
    if not rest or (holder[key] == {} and isinstance(holder, dict)):
        del holder[key]


def _nested(path: KeyPath) -> Any:
    """Mappings that hold nothing but a key to remove."""
    return {path[0]: _nested(path[1:])} if path else None


def _told(found: Iterable[tuple[KeyPath, Wrong]]) -> list[Fault]:
    return [Fault(COMMAND_LINE, None, dotted(where), str(what), what.hint) for where, what in found]


def _removals(holder: Any, key: Any, value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Wrong]]:
    if isinstance(holder, list):
        yield from removal_faults(None, value, path)
    elif isinstance(holder, dict) or value is not None:
        yield from entry_faults(holder, key, value, path)


def _step(holder: Any, key: Any, path: KeyPath) -> Any:
    if isinstance(holder, list):
        if not isinstance(key, int) or not 0 <= key < len(holder):
            count = "one entry" if len(holder) == 1 else f"{len(holder)} entries"
            raise ValueError(f"{dotted(path)} does not exist; the list has {count}")
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
