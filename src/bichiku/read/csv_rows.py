"""CSV files as checked rows that remember their lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from bichiku.read.faults import Fault, FaultLog, nearest
from bichiku.read.tables import TABLES, Row

R = TypeVar("R", bound=Row)

MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class Table(Generic[R]):
    """Rows of one table in the order of their keys, with the line each stands on.

    Attributes:
        file: the file as the user would name it.
        rows: key (texts of the key columns) to row, sorted.
        lines: key to line number.
    """

    file: str
    rows: dict[tuple[str, ...], R]
    lines: dict[tuple[str, ...], int]

    def fault(self, key: tuple[str, ...], column: str, message: str, hint: str = "") -> Fault:
        """A fault in a cell of a row."""
        return Fault(self.file, self.lines.get(key), column, message, hint)


def read_tables(folder: Path, shown_as: str, log: FaultLog) -> dict[str, Table[Row]]:
    """All seven tables of a folder; a table that is absent and not required is empty."""
    known = {kind.table for kind in TABLES}
    for file in sorted(folder.glob("*.csv")):
        if file.stem not in known:
            hint = nearest(file.name, [f"{name}.csv" for name in known])
            log.add(Fault(f"{shown_as}/{file.name}", None, "", "is not a table of a model", hint))
    tables: dict[str, Table[Row]] = {}
    for kind in TABLES:
        file = folder / f"{kind.table}.csv"
        shown = f"{shown_as}/{file.name}"
        if file.is_file():
            tables[kind.table] = read_table(file, shown, kind, log)
        else:
            if kind.required_table:
                log.add(Fault(shown, None, "", "is missing", "every model needs this table"))
            tables[kind.table] = Table(shown, {}, {})
    return tables


def read_table(file: Path, shown_as: str, kind: type[R], log: FaultLog) -> Table[R]:
    """One table; what is wrong with it goes to the log."""
    found: dict[tuple[str, ...], R] = {}
    lines: dict[tuple[str, ...], int] = {}
    try:
        records = _records(file, shown_as, kind, log)
        for line, record in records:
            try:
                row = kind.model_validate(record)
            except ValidationError as error:
                log.extend(_faults(error, shown_as, line, record))
                continue
            key = tuple(str(getattr(row, name)) for name in kind.key)
            if key in found:
                columns = ", ".join(kind.key)
                log.add(Fault(shown_as, line, columns, f"{', '.join(key)!r} stands in line {lines[key]} already"))
                continue
            found[key], lines[key] = row, line
    except (csv.Error, UnicodeDecodeError, OSError) as error:
        what = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"cannot be read: {error}"
        log.add(Fault(shown_as, None, "", what))
    return Table(shown_as, dict(sorted(found.items())), lines)


def _records(file: Path, shown_as: str, kind: type[Row], log: FaultLog) -> Iterator[tuple[int, dict[str, str]]]:
    if file.stat().st_size > MAX_BYTES:
        log.add(Fault(shown_as, None, "", f"is larger than {MAX_BYTES:,} bytes"))
        return
    with file.open(encoding="utf-8-sig", newline="") as stream:
        line = 0

        def content() -> Iterator[str]:
            nonlocal line
            for text in stream:
                line += 1
                if not text.startswith("#") and text.strip():
                    yield text

        reader = csv.reader(content(), strict=True)
        header = next(reader, None)
        if header is None:
            log.add(Fault(shown_as, None, "", "is empty", "give a header row"))
            return
        header = [name.strip() for name in header]
        if not _header_is_sound(header, shown_as, line, kind, log):
            return
        for cells in reader:
            if len(cells) != len(header):
                log.add(Fault(shown_as, line, "", f"has {len(cells)} cells where the header has {len(header)}"))
                continue
            yield line, {name: text for name, cell in zip(header, cells, strict=True) if (text := cell.strip())}


def _header_is_sound(header: list[str], shown_as: str, line: int, kind: type[Row], log: FaultLog) -> bool:
    before = len(log)
    columns = kind.columns()
    for name in header:
        if name not in columns:
            log.add(Fault(shown_as, line, name, f"unknown column {name!r}", nearest(name, columns)))
        elif header.count(name) > 1:
            log.add(Fault(shown_as, line, name, f"column {name!r} appears more than once"))
    for name in kind.required_columns():
        if name not in header:
            log.add(Fault(shown_as, line, name, f"column {name!r} is missing"))
    return len(log) == before


def _faults(error: ValidationError, shown_as: str, line: int, record: dict[str, str]) -> Iterator[Fault]:
    for item in error.errors():
        column = str(item["loc"][0]) if item["loc"] else ""
        hint = ""
        if item["type"] == "missing":
            message = "is empty"
        elif item["type"] == "literal_error":
            expected = item["ctx"]["expected"].replace("'", "")
            message = f"{record[column]!r} is not one of {expected}"
            hint = nearest(record[column], expected.replace(" or ", ", ").split(", "))
        else:
            message = str(item["msg"]).removeprefix("Value error, ")
        yield Fault(shown_as, line, column, message, hint)
