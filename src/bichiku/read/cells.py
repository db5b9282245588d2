"""Changes of single table cells, as typed on the command line: ``suppliers[cobalt-cod].price=12``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bichiku.read.faults import Fault, FaultLog, nearest
from bichiku.read.tables import TABLES

COMMAND_LINE = "--set"
_CELL = re.compile(r"(?P<table>[a-z]+)\[(?P<key>[^\]]*)\]\.(?P<column>[^=]+)=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True)
class CellChange:
    """One cell of a table, and the text it gets.

    Attributes:
        typed: the change as the user typed it, up to the equal sign.
        table: name of the table.
        key: texts of its key columns; typed with ``/`` between them.
        column: name of the column.
        value: the new text.
    """

    typed: str
    table: str
    key: tuple[str, ...]
    column: str
    value: str


def split_assignments(assignments: Iterable[str]) -> tuple[list[str], list[CellChange]]:
    """Changes of model.yaml, and changes of table cells, each in the order given."""
    tables = {kind.table for kind in TABLES}
    settings, cells = [], []
    for text in assignments:
        found = _CELL.fullmatch(text)
        if found and found["table"] in tables:
            key = tuple(part.strip() for part in found["key"].split("/"))
            column, value = found["column"].strip(), found["value"].strip()
            cells.append(CellChange(text.partition("=")[0], found["table"], key, column, value))
        else:
            settings.append(text)
    return settings, cells


def with_changes(content: bytes, table: str, changes: Iterable[CellChange], log: FaultLog) -> bytes:
    """A table's text with some cells changed; comments are left out. Text that is no table stays as it is."""
    mine = [change for change in changes if change.table == table]
    if not mine:
        return content
    try:
        lines = [line for line in content.decode("utf-8-sig").splitlines(keepends=True) if not line.startswith("#")]
        records = [[cell.strip() for cell in cells] for cells in csv.reader(lines, strict=True) if cells]
    except (UnicodeDecodeError, csv.Error):
        return content  # reading the table says what is wrong with it
    if not records:
        return content
    header, rows = records[0], records[1:]
    keys = next(kind.key for kind in TABLES if kind.table == table)
    if not set(keys) <= set(header):
        return content
    by_key = {tuple(dict(zip(header, row, strict=False)).get(name, "") for name in keys): row for row in rows}
    for change in mine:
        row = by_key.get(change.key)
        if row is None:
            hint = nearest("/".join(change.key), ["/".join(key) for key in by_key])
            log.add(Fault(COMMAND_LINE, None, change.typed, f"{table} has no such row", hint))
        elif change.column in keys:
            log.add(Fault(COMMAND_LINE, None, change.typed, f"{change.column} names the row and cannot be changed"))
        elif change.column not in header:
            log.add(Fault(COMMAND_LINE, None, change.typed, "unknown column", nearest(change.column, header)))
        else:
            row[header.index(change.column)] = change.value
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()
