"""Changes of single table cells, as typed on the command line: ``suppliers[cobalt-cod].price=12``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bichiku.model.faults import COMMAND_LINE, Fault, FaultLog, nearest
from bichiku.model.tables import TABLES, Row
from bichiku.reading.slips import NO_VALUE
from bichiku.reading.yaml12 import NULLS

_CELL = re.compile(r"(?P<table>[a-z]+)\[(?P<key>[^\]]*)\]\.(?P<column>[^=]+)=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True)
class CellChange:
    """One cell of a table, and the text it gets.

    Attributes:
        typed: the change as the user typed it, up to the equal sign.
        table: name of the table.
        key: texts of its key columns; typed with ``/`` between them.
        column: name of the column.
        value: the new text, ``null`` to clear the cell.
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


def change_rows(
    header: list[str],
    rows: Sequence[tuple[int, list[str]]],
    kind: type[Row],
    changes: Iterable[CellChange],
    log: FaultLog,
    shown_as: str,
) -> None:
    """Changes cells of a table in place; an optional column that the table lacks is added, empty elsewhere.

    Rows that are no rows of the table stay as they are.

    Args:
        header: the table's columns.
        rows: its rows, each with its line.
        kind: what its rows are.
        changes: the changes.
        log: takes up what is wrong with the changes themselves, and notes where the others went.
        shown_as: the table's file as the user would name it.
    """
    if not set(kind.key) <= set(header):
        return  # reading the table says what is wrong with it
    optional = set(kind.columns()) - set(kind.required_columns())
    whole = all(len(row) == len(header) for _, row in rows)
    columns = [header.index(name) for name in kind.key]
    by_key = {tuple(row[column] for column in columns): (line, row) for line, row in rows if len(row) == len(header)}
    for change in changes:
        line, row = by_key.get(change.key, (0, None))
        if row is None:
            hint = nearest("/".join(change.key), ["/".join(key) for key in by_key])
            log.add(Fault(COMMAND_LINE, None, change.typed, f"{kind.table} has no such row", hint))
        elif change.column in kind.key:
            log.add(Fault(COMMAND_LINE, None, change.typed, f"{change.column} names the row and cannot be changed"))
        elif change.column not in kind.columns():
            log.add(Fault(COMMAND_LINE, None, change.typed, "unknown column", nearest(change.column, kind.columns())))
        elif not change.value:  # an empty shell variable must not clear a cell
            log.add(Fault(COMMAND_LINE, None, change.typed, f"{NO_VALUE}; write null to clear the cell"))
        else:
            if change.column not in header and change.column in optional and whole:
                header.append(change.column)
                for _, cells in rows:
                    cells.append("")
            if change.column in header:  # if not, reading the table says what is wrong with it
                row[header.index(change.column)] = "" if change.value in NULLS else change.value
                log.typed(shown_as, line, change.column, change.typed)


def written(rows: Iterable[list[str]]) -> bytes:
    """Rows as the text of a table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
