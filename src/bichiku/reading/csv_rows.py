"""CSV files as checked rows that remember their lines."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Generic, TextIO, TypeVar

from pydantic import ValidationError

from bichiku.model.countries import country_hint, is_country
from bichiku.model.faults import COMMAND_LINE, Fault, FaultLog, nearest, shown
from bichiku.model.tables import TABLES, Row
from bichiku.reading.cells import CellChange, change_rows, written
from bichiku.reading.files import Unreadable, content_of
from bichiku.reading.spreadsheets import (
    IN_EXCEL,
    RowFaults,
    empty_rows_fault,
    encoding_hint,
    header_faults,
    is_failed_formula,
    is_utf_16,
    length_fault,
)
from bichiku.reading.wording import in_words

R = TypeVar("R", bound=Row)
Key = tuple[str, ...]

COUNTRY = "country"  # the column of every table that holds one
MAX_BYTES = 50_000_000
MOST_ROWS = 50_000  # of a table: a thousand materials from fifty suppliers each


@dataclass(frozen=True)
class Table(Generic[R]):
    """Rows of one table in the order of their keys, with the line each stands on.

    Attributes:
        file: the file as the user would name it.
        rows: key (texts of the key columns) to row, sorted; sound rows only.
        lines: key to line number, of rejected rows too.
        rejected: key to the cells of a rejected row, so that what refers to it is not called unknown.
        complete: whether the whole file was read.
        content: the text that was read, changes of cells included; None where there is no table.
        original: the same without the changes.
    """

    file: str
    rows: dict[Key, R] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)
    rejected: dict[Key, dict[str, str]] = field(default_factory=dict)
    complete: bool = True
    content: bytes | None = None
    original: bytes | None = None

    def fault(self, key: Key, column: str, message: str, hint: str = "") -> Fault:
        """A fault in a cell of a row."""
        return Fault(self.file, self.lines.get(key), column, message, hint)

    @property
    def ids(self) -> set[str]:
        """First key of every row, of rejected rows too."""
        return {key[0] for key in self.lines}


@dataclass(frozen=True)
class TablesFolder:
    """Where the tables of a model are.

    Attributes:
        path: the folder.
        shown_as: the same as the user would name it.
        model: the model's folder, which no link may leave.
    """

    path: Path
    shown_as: str
    model: Path


def read_tables(
    folders: Sequence[TablesFolder], log: FaultLog, changes: Sequence[CellChange] = ()
) -> tuple[dict[str, Table[Any]], dict[str, Path]]:
    """All nine tables of a model, some cells changed, and the file of each that is there.

    A table is taken from the first folder that has it; one that none has, and that is not required, is empty.
    """
    names: dict[TablesFolder, list[str]] = {}
    for folder in folders:
        try:
            names[folder] = sorted(os.listdir(folder.path))
        except OSError as error:
            log.add(Fault(folder.shown_as, None, "", f"cannot be read: {error.strerror}"))
            return {kind.table: Table(f"{folder.shown_as}/{kind.table}.csv", complete=False) for kind in TABLES}, {}
        _check_file_names(names[folder], f"{folder.shown_as}/", log)
    tables: dict[str, Table[Any]] = {}
    files: dict[str, Path] = {}
    for kind in TABLES:
        name, mine = f"{kind.table}.csv", _of_table(kind, changes)
        holder = next((folder for folder in folders if name in names[folder]), None)
        if holder is None:
            tables[kind.table] = _absent(f"{folders[0].shown_as}/{name}", kind, log, mine)
        else:
            files[kind.table] = holder.path / name
            shown_as = f"{holder.shown_as}/{name}"
            tables[kind.table] = read_table(files[kind.table], holder.model, shown_as, kind, log, mine)
    return tables, files


def parse_tables(contents: Mapping[str, bytes], log: FaultLog) -> dict[str, Table[Any]]:
    """All nine tables of a model from texts by the name of the table; see `read_tables`."""
    _check_file_names([f"{name}.csv" for name in contents], "", log)
    return {
        kind.table: parse_table(contents[kind.table], f"{kind.table}.csv", kind, log)
        if kind.table in contents
        else _absent(f"{kind.table}.csv", kind, log, ())
        for kind in TABLES
    }


def changed_tables(
    tables: Mapping[str, Table[Any]], changes: Sequence[CellChange], log: FaultLog
) -> dict[str, Table[Any]]:
    """Tables as they were read, with other cells changed; those that nothing changes are kept as they are."""
    changed = dict(tables)
    for kind in TABLES:
        table, mine = tables[kind.table], _of_table(kind, changes)
        if mine and table.original is None:
            changed[kind.table] = _absent(table.file, kind, log, mine)
        elif mine and table.original is not None:
            changed[kind.table] = parse_table(table.original, table.file, kind, log, mine)
    return changed


def _check_file_names(names: Iterable[str], folder: str, log: FaultLog) -> None:
    known = [f"{kind.table}.csv" for kind in TABLES]
    for name in names:
        if name.lower().endswith(".csv") and name not in known:
            log.add(Fault(f"{folder}{name}", None, "", "is not a table of a model", nearest(name.lower(), known)))


def _of_table(kind: type[Row], changes: Sequence[CellChange]) -> list[CellChange]:
    return [change for change in changes if change.table == kind.table]


def _absent(shown_as: str, kind: type[R], log: FaultLog, changes: Sequence[CellChange]) -> Table[R]:
    for change in changes:
        log.add(Fault(COMMAND_LINE, None, change.typed, f"the model has no table {kind.table}"))
    if kind.required_table:
        log.add(Fault(shown_as, None, "", "is missing", "every model needs this table"))
    return Table(shown_as, complete=not kind.required_table)


def read_table(
    file: Path, model: Path, shown_as: str, kind: type[R], log: FaultLog, changes: Sequence[CellChange] = ()
) -> Table[R]:
    """One table of a model's folder, some cells changed; what is wrong with it goes to the log."""
    try:
        content = content_of(file, model, MAX_BYTES)
    except Unreadable as error:
        log.add(Fault(shown_as, error.line, "", str(error), error.hint))
        return Table(shown_as, complete=False)
    return parse_table(content, shown_as, kind, log, changes)


def parse_table(
    original: bytes, shown_as: str, kind: type[R], log: FaultLog, changes: Sequence[CellChange] = ()
) -> Table[R]:
    """One table from its text, some cells changed; what is wrong with it goes to the log."""
    content = original
    try:
        if is_utf_16(content):
            raise Unreadable(None, "is not UTF-8 text", f"{encoding_hint(content)}{IN_EXCEL}")
        records = _records(io.StringIO(content.decode("utf-8-sig"), newline=""))
        if changes:
            every = list(records)
            if every:
                change_rows(every[0][1], every[1:], kind, changes, log, shown_as)
            content, records = written([cells for _, cells in every]), iter(every)
        countries = cache(partial(_countries, content))
        return replace(_read(records, shown_as, kind, log, countries), content=content, original=original)
    except Unreadable as error:
        log.add(Fault(shown_as, error.line, "", str(error), error.hint))
    except UnicodeDecodeError as error:
        line = len((content[: error.start] + b".").splitlines())
        log.add(Fault(shown_as, line, "", "is not UTF-8 text", f"{encoding_hint(content)}{IN_EXCEL}"))
    return Table(shown_as, complete=False)


def _records(stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Each record and the line it begins on; comments and empty lines between records are skipped."""
    line = first = count = 0
    inside = False  # a record whose quotes hold line ends

    def content() -> Iterator[str]:
        nonlocal line, first, inside
        for text in stream:
            line += 1
            if not inside:
                if not text.strip() or (text.startswith("#") and not is_failed_formula(text)):
                    continue
                first, inside = line, True
            yield text

    try:
        for cells in csv.reader(content(), strict=True):
            inside = False
            count += 1
            if count > MOST_ROWS + 1:
                raise Unreadable(first, f"has more than {MOST_ROWS:,} rows")
            yield first, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise Unreadable(first, f"has a cell that cannot be read: {_QUOTES.get(str(error), error)}") from error


_QUOTES = {
    "unexpected end of data": "a quote is opened and never closed",
    f"field larger than field limit ({csv.field_size_limit()})": "it has no end; is a quote never closed?",
    "',' expected after '\"'": "text follows the closing quote; a quote inside a cell is written twice",
}


def _countries(content: bytes) -> set[str]:
    """The countries that stand in the rows of a table, one of which a misspelt one is most likely to be."""
    (_, header), *rows = _records(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return {
        cells[i]
        for i, name in enumerate(header)
        if name == COUNTRY
        for _, cells in rows
        if is_country("".join(cells[i : i + 1]))
    }


def _read(
    records: Iterator[tuple[int, list[str]]],
    shown_as: str,
    kind: type[R],
    log: FaultLog,
    countries: Callable[[], set[str]],
) -> Table[R]:
    line, header = next(records, (None, []))
    if line is None:
        raise Unreadable(None, "is empty", "give a header row")
    faults = list(header_faults(header, shown_as, line, kind))
    if faults:
        log.extend(faults)
        return Table(shown_as, complete=False)
    rows: dict[Key, R] = {}
    lines: dict[Key, int] = {}
    rejected: dict[Key, dict[str, str]] = {}
    found = RowFaults(log)
    empty: list[int] = []
    lengths: dict[int, tuple[list[str], list[int]]] = {}
    for line, cells in records:
        if not any(cells):
            empty.append(line)
            continue
        record = {name: text for name, text in zip(header, cells, strict=False) if text}
        key = tuple(record.get(name, "") for name in kind.key)
        row = None
        if len(cells) != len(header):
            lengths.setdefault(len(cells), (cells, []))[1].append(line)
        else:
            row = _row(record, shown_as, line, kind, found, countries)
        if row is None:
            rejected[key] = record
        elif key in lines:
            columns, ids = ", ".join(kind.key), ", ".join(key)
            found.add(Fault(shown_as, line, columns, f"{shown(ids)} stands in line {lines[key]} already"))
        else:
            rows[key] = row
        if all(key):
            lines.setdefault(key, line)
    log.extend(length_fault(where, cells, header, shown_as) for cells, where in lengths.values())
    if empty:
        log.add(empty_rows_fault(empty, shown_as))
    found.tell()
    return Table(shown_as, dict(sorted(rows.items())), lines, rejected)


def _row(
    record: dict[str, str],
    shown_as: str,
    line: int,
    kind: type[R],
    found: RowFaults,
    countries: Callable[[], set[str]],
) -> R | None:
    try:
        return kind.model_validate(record)
    except ValidationError as error:
        for item in error.errors():
            column = str(item["loc"][0])
            message, hint = ("is empty", "") if item["type"] == "missing" else in_words(item)
            if column == COUNTRY and column in record:
                hint = country_hint(record[column], countries())
            found.add(Fault(shown_as, line, column, message, hint))
        return None
