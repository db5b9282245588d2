"""From the rows of uncertainty.csv to the numbers of the model that they move."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bichiku.model.faults import Fault, FaultLog, nearest, shown
from bichiku.model.tables import TABLES, UncertaintyRow
from bichiku.model.uncertainty import Group, UncertainRange
from bichiku.policies.policy import values_at
from bichiku.reading import schema
from bichiku.reading.csv_rows import Key, Table
from bichiku.reading.document import dotted
from bichiku.reading.strategies import parse_path

Tables = Mapping[str, Table[Any]]

ANY = "*"
UNCERTAIN_KEYS = ("discount_rate", "refill_periods", "events", "crises")
_CELL = re.compile(r"(?P<table>[a-z]+)\[(?P<key>[^\]]*)\]\.(?P<column>.+)")
_NAME = "uncertainty"
_LENGTH = 4  # crises, name, duration and a number of periods


def range_faults(tables: Tables) -> Iterator[Fault]:
    """What is wrong with ranges whatever the strategies: their ends, and paths that cannot lead to a number."""
    table = tables[_NAME]
    for key, row in table.rows.items():
        if row.low > row.high:
            yield table.fault(key, "low", f"{row.low:g} is above high, {row.high:g}", "the smaller number is low")
        elif row.low == row.high:
            yield table.fault(key, "low", f"{row.low:g} is high too, so that nothing moves", "leave the row out")
        elif row.kind == "factor" and not row.low <= 1 <= row.high:
            message = f"factors of {row.low:g} to {row.high:g} leave out one, which the model has"
            yield table.fault(key, "low", message, "widen the range, or change the number in the model")
        elif row.kind == "whole" and not (row.low.is_integer() and row.high.is_integer()):
            yield table.fault(key, "low", f"{row.low:g} to {row.high:g} is no range of whole numbers")
        found = _CELL.fullmatch(row.path)
        if found and found["table"] in tables:
            yield from _cell_faults(table, key, tables)
        else:
            yield from _key_faults(table, key)


def _key_faults(table: Table[Any], key: Key) -> Iterator[Fault]:
    path = table.rows[key].path
    try:
        first = parse_path(path)[0]
    except ValueError as error:
        yield table.fault(key, "path", str(error), "or one such as suppliers[cobalt-cod].price")
        return
    if first not in UNCERTAIN_KEYS:
        known = ", ".join(UNCERTAIN_KEYS)
        hint = f"what can be uncertain is a number in a table or below {known}"
        message = "is chosen, not uncertain" if first in schema.keys_at(()) else "is no key of a model"
        yield table.fault(key, "path", f"{shown(path)}: {first} {message}", hint)


def _cell_faults(table: Table[Any], key: Key, tables: Tables) -> Iterator[Fault]:
    row: UncertaintyRow = table.rows[key]
    found = _CELL.fullmatch(row.path)
    assert found is not None
    name, column = found["table"], found["column"]
    (kind,) = (kind for kind in TABLES if kind.table == name)
    if name == _NAME:
        yield table.fault(key, "path", "a range of a range means nothing")
    elif column not in kind.columns():
        yield table.fault(
            key, "path", f"{shown(row.path)}: unknown column {shown(column)}", nearest(column, kind.columns())
        )
    elif column in kind.key:
        yield table.fault(key, "path", f"{shown(row.path)}: {column} names the row and is no number that may move")
    elif tables[name].complete:
        rows = _rows_at(found["key"], tables[name])
        rejected = any(map(_meets(found["key"]), tables[name].rejected))
        if not rows and not rejected:
            known = ["/".join(other) for other in tables[name].rows]
            message = f"{shown(row.path)} meets nothing: {name} has no such row"
            yield table.fault(key, "path", message, nearest(found["key"], known))
        for other, cells in rows.items():
            value = getattr(cells, column)
            if isinstance(value, int | float):
                yield from _number_faults(table, key, f"{name}[{'/'.join(other)}].{column}", value, type(value) is int)
            elif value is not None or ANY not in found["key"]:
                what = "is empty" if value is None else f"holds {shown(value)}, which is no number"
                yield table.fault(key, "path", f"{name}[{'/'.join(other)}].{column} {what}")
                return


def _number_faults(table: Table[Any], key: Key, path: str, value: float, whole: bool) -> Iterator[Fault]:
    row: UncertaintyRow = table.rows[key]
    if whole and row.kind != "whole":
        yield table.fault(key, "kind", f"{path} is a whole number", "give it the kind whole")
    elif not whole and row.kind == "whole":
        yield table.fault(key, "kind", f"{path} need not be a whole number", "leave the kind empty")


def _rows_at(key: str, table: Table[Any]) -> dict[Key, Any]:
    """The rows that a key of a path names: the one of that name, else all that its stars leave open."""
    exact = tuple(part.strip() for part in key.split("/"))
    if exact in table.rows:
        return {exact: table.rows[exact]}
    meets = _meets(key)
    return {other: row for other, row in table.rows.items() if meets(other)}


def _meets(key: str) -> Callable[[Key], bool]:
    """Whether a row is one of those that a key of a path leaves open."""
    parts = [part.strip() for part in key.split("/")]
    patterns = [re.compile(".*".join(map(re.escape, part.split(ANY)))) for part in parts]

    def meets(other: Key) -> bool:
        return len(patterns) == len(other) and all(map(re.Pattern.fullmatch, patterns, other))

    return meets


def uncertain_groups(tables: Tables, resolved: Mapping[str, Mapping[str, Any]], log: FaultLog) -> list[Group]:
    """The groups of a model that was read, in the order of their lines.

    Args:
        tables: its tables.
        resolved: by strategy, its model.yaml with all changes merged in.
        log: takes up what is wrong with ranges in view of the strategies.
    """
    table: Table[UncertaintyRow] = tables[_NAME]
    groups: dict[str, list[UncertainRange]] = {}
    moved: dict[str, Key] = {}
    for key in sorted(table.rows, key=lambda key: table.lines[key]):
        row = table.rows[key]
        found = _CELL.fullmatch(row.path)
        base = _cells(found, tables) if found and found["table"] in tables else _settings(table, key, resolved, log)
        log.extend(_base_faults(table, key, base))
        rest = {path: _rest(path, resolved) for path in base} if _is_length(row.path) else {}
        for path, others in rest.items():
            log.extend(_length_faults(table, key, path, base[path], others))
        for path in (*base, *(other for others in rest.values() for other in others)):
            if path in moved:
                message = f"{path} is moved by line {table.lines[moved[path]]} already"
                hint = "the probabilities of a crisis's lengths sum to one, so one row moves them all"
                log.add(table.fault(key, "path", message, hint if rest else ""))
            moved[path] = key
        groups.setdefault(row.group or row.path, []).append(UncertainRange(row, base, rest))
    return [Group(name, tuple(ranges)) for name, ranges in groups.items()]


def _cells(found: re.Match[str], tables: Tables) -> dict[str, float]:
    name, column = found["table"], found["column"]
    values = {other: getattr(row, column) for other, row in _rows_at(found["key"], tables[name]).items()}
    return {f"{name}[{'/'.join(other)}].{column}": float(v) for other, v in values.items() if v is not None}


def _settings(
    table: Table[UncertaintyRow], key: Key, resolved: Mapping[str, Mapping[str, Any]], log: FaultLog
) -> dict[str, float]:
    """Numbers of model.yaml by path; each must be there, and the same, in every strategy."""
    path = table.rows[key].path
    base: dict[str, float] = {}
    first: dict[str, str] = {}
    for strategy, document in resolved.items():
        found = {dotted(place): (place, value) for place, value in values_at(document, parse_path(path))}
        if not found or (first and set(found) != set(base)):
            hint = "a number that stands in model.yaml, in every strategy"
            log.add(table.fault(key, "path", f"{shown(path)} meets nothing in {strategy}", hint))
            break
        for where, (place, value) in found.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                log.add(table.fault(key, "path", f"{where} holds {shown(value)}, which is no number"))
            elif where in base and base[where] != value:
                message = f"{where} is {base[where]:g} in {first[where]} and {value:g} in {strategy}"
                hint = "what a strategy chooses is not uncertain"
                log.add(table.fault(key, "path", message, hint))
            elif where not in base:
                log.extend(_number_faults(table, key, where, value, not schema.is_fraction(place)))
                base[where], first[where] = float(value), strategy
    return base


def _is_length(path: str) -> bool:
    """Whether a path leads to the probability of one length of a crisis."""
    if _CELL.fullmatch(path):
        return False
    steps = parse_path(path)
    return len(steps) == _LENGTH and steps[0] == "crises" and steps[2] == "duration"


def _rest(path: str, resolved: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """The probabilities of the other lengths of a crisis by path; those of the number itself are alike in all."""
    place = parse_path(path)
    lengths = next(found for _, found in values_at(next(iter(resolved.values())), place[:-1]))
    return {dotted((*place[:-1], length)): float(share) for length, share in lengths.items() if length != place[-1]}


def _length_faults(
    table: Table[UncertaintyRow], key: Key, path: str, base: float, rest: Mapping[str, float]
) -> Iterator[Fault]:
    row = table.rows[key]
    if row.kind != "value":
        yield table.fault(key, "kind", f"{path} is the probability of a length, moved to a value", "leave it empty")
    elif row.low < 0 or row.high > 1:
        yield table.fault(key, "low", f"{row.low:g} to {row.high:g} is no range of a probability", "0 to 1")
    if not any(rest.values()):
        message = f"{path} is {base:g}, as no other length can be; nothing can take what it leaves"
        yield table.fault(key, "path", message, "give the crisis a second length with a probability in the model")


def _base_faults(table: Table[UncertaintyRow], key: Key, base: Mapping[str, float]) -> Iterator[Fault]:
    row = table.rows[key]
    if base and row.kind == "factor" and not any(base.values()):
        yield table.fault(key, "path", f"{shown(row.path)} is zero, and a factor does not move it")
    if row.kind == "factor":
        return
    for path, value in base.items():
        if not row.low <= value <= row.high:
            message = f"{path} is {value:g} in the model, outside {row.low:g} to {row.high:g}"
            yield table.fault(key, "low", message, "widen the range, or change the number in the model")
