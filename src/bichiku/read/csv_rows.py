"""CSV files as checked rows that remember their lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TextIO, TypeVar

from pydantic import ValidationError

from bichiku.read.cells import CellChange, with_changes
from bichiku.read.faults import Fault, FaultLog, nearest, shown
from bichiku.read.tables import TABLES, Row
from bichiku.read.wording import in_words

R = TypeVar("R", bound=Row)
Key = tuple[str, ...]

MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class Table(Generic[R]):
    """Rows of one table in the order of their keys, with the line each stands on.

    Attributes:
        file: the file as the user would name it.
        rows: key (texts of the key columns) to row, sorted; sound rows only.
        lines: key to line number, of rejected rows too.
        rejected: key to the cells of a rejected row, so that what refers to it is not called unknown.
        complete: whether the whole file was read.
        content: the text that was read, changes of cells included; None where there is no file.
    """

    file: str
    rows: dict[Key, R] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)
    rejected: dict[Key, dict[str, str]] = field(default_factory=dict)
    complete: bool = True
    content: bytes | None = None

    def fault(self, key: Key, column: str, message: str, hint: str = "") -> Fault:
        """A fault in a cell of a row."""
        return Fault(self.file, self.lines.get(key), column, message, hint)

    @property
    def ids(self) -> set[str]:
        """First key of every row, of rejected rows too."""
        return {key[0] for key in self.lines}


def read_tables(
    folder: Path, shown_as: str, log: FaultLog, changes: Sequence[CellChange] = ()
) -> dict[str, Table[Any]]:
    """All seven tables of a folder, some cells changed; a table that is absent and not required is empty."""
    known = [f"{kind.table}.csv" for kind in TABLES]
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() == ".csv" and file.name not in known:
            hint = nearest(file.name.lower(), known)
            log.add(Fault(f"{shown_as}/{file.name}", None, "", "is not a table of a model", hint))
    return {kind.table: _read_if_there(folder, shown_as, kind, log, changes) for kind in TABLES}


def _read_if_there(
    folder: Path, shown_as: str, kind: type[R], log: FaultLog, changes: Sequence[CellChange]
) -> Table[R]:
    name = f"{kind.table}.csv"
    if (folder / name).is_file():
        return read_table(folder / name, f"{shown_as}/{name}", kind, log, changes)
    for change in changes:
        if change.table == kind.table:
            log.add(Fault("--set", None, change.typed, f"the model has no table {kind.table}"))
    if kind.required_table:
        log.add(Fault(f"{shown_as}/{name}", None, "", "is missing", "every model needs this table"))
    return Table(f"{shown_as}/{name}", complete=not kind.required_table)


def read_table(file: Path, shown_as: str, kind: type[R], log: FaultLog, changes: Sequence[CellChange] = ()) -> Table[R]:
    """One table, some cells changed; what is wrong with it goes to the log."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise _Unreadable(None, f"is larger than {MAX_BYTES:,} bytes")
        content = with_changes(file.read_bytes(), kind.table, changes, log)
        stream = io.StringIO(content.decode("utf-8-sig"), newline="")
        return replace(_read(_records(stream), shown_as, kind, log), content=content)
    except _Unreadable as error:
        log.add(Fault(shown_as, error.line, "", str(error), error.hint))
    except UnicodeDecodeError:
        log.add(Fault(shown_as, None, "", "is not UTF-8 text"))
    except OSError as error:
        log.add(Fault(shown_as, None, "", f"cannot be read: {error.strerror}"))
    return Table(shown_as, complete=False)


class _Unreadable(Exception):
    """The file cannot be read on from some line."""

    def __init__(self, line: int | None, message: str, hint: str = "") -> None:
        self.line, self.hint = line, hint
        super().__init__(message)


def _records(stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Each record and the line it begins on; comments and empty lines between records are skipped."""
    line = first = 0
    inside = False  # a record whose quotes hold line ends

    def content() -> Iterator[str]:
        nonlocal line, first, inside
        for text in stream:
            line += 1
            if not inside:
                if text.startswith("#") or not text.strip():
                    continue
                first, inside = line, True
            yield text

    try:
        for cells in csv.reader(content(), strict=True):
            inside = False
            yield first, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise _Unreadable(first, f"has a cell that cannot be read: {_QUOTES.get(str(error), error)}") from error


_QUOTES = {
    "unexpected end of data": "a quote is opened and never closed",
    f"field larger than field limit ({csv.field_size_limit()})": "it has no end; is a quote never closed?",
    "',' expected after '\"'": "text follows the closing quote; a quote inside a cell is written twice",
}


def _read(records: Iterator[tuple[int, list[str]]], shown_as: str, kind: type[R], log: FaultLog) -> Table[R]:
    line, header = next(records, (None, []))
    if line is None:
        raise _Unreadable(None, "is empty", "give a header row")
    faults = list(_header_faults(header, shown_as, line, kind))
    if faults:
        log.extend(faults)
        return Table(shown_as, complete=False)
    rows: dict[Key, R] = {}
    lines: dict[Key, int] = {}
    rejected: dict[Key, dict[str, str]] = {}
    for line, cells in records:
        record = {name: text for name, text in zip(header, cells, strict=False) if text}
        key = tuple(record.get(name, "") for name in kind.key)
        row = None
        if len(cells) != len(header):
            log.add(Fault(shown_as, line, "", f"has {len(cells)} cells where the header has {len(header)}"))
        else:
            row = _row(record, shown_as, line, kind, log)
        if row is None:
            rejected[key] = record
        elif key in lines:
            columns, ids = ", ".join(kind.key), ", ".join(key)
            log.add(Fault(shown_as, line, columns, f"{shown(ids)} stands in line {lines[key]} already"))
        else:
            rows[key] = row
        if all(key):
            lines.setdefault(key, line)
    return Table(shown_as, dict(sorted(rows.items())), lines, rejected)


def _row(record: dict[str, str], shown_as: str, line: int, kind: type[R], log: FaultLog) -> R | None:
    try:
        return kind.model_validate(record)
    except ValidationError as error:
        for item in error.errors():
            message, hint = ("is empty", "") if item["type"] == "missing" else in_words(item)
            log.add(Fault(shown_as, line, str(item["loc"][0]), message, hint))
        return None


def _header_faults(header: list[str], shown_as: str, line: int, kind: type[Row]) -> Iterator[Fault]:
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and sign in header[0]:
            yield Fault(shown_as, line, "", f"has {name} between its columns", "save it with commas")
            return
    columns = kind.columns()
    for name in header:
        if name not in columns:
            yield Fault(shown_as, line, name, f"unknown column {shown(name)}", nearest(name, columns))
        elif header.count(name) > 1:
            yield Fault(shown_as, line, name, f"column {name!r} appears more than once")
    for name in kind.required_columns():
        if name not in header:
            yield Fault(shown_as, line, name, f"column {name!r} is missing")
