"""What the tables of a run hold: each column declared once, for its writer, its reader and the reference pages."""

from __future__ import annotations

import csv
import gzip
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from bichiku.model.calendar import month_index
from bichiku.model.faults import Fault, ModelFaults, shown

LONGEST_WHOLE = 9  # digits
ROWS_AT_ONCE = 100_000  # that stand in memory as text
PACKED_LEVEL = 3  # of gzip: a third of the time of its best, for a tenth more bytes


class Kind(Enum):
    """What the cells of a column hold."""

    TEXT = "a text"
    MONTH = "a month such as 2026-01"
    COUNT = "a whole number"
    YEAR = "a year"
    NUMBER = "a number"

    @property
    def is_text(self) -> bool:
        return self in (Kind.TEXT, Kind.MONTH)

    @property
    def is_whole(self) -> bool:
        return self in (Kind.COUNT, Kind.YEAR)


class Role(Enum):
    """What a column that is no number is for when a run is held against its repeat."""

    LABEL = "tells rows apart"
    GROUP = "tells rows apart, and which of them hold numbers of one kind"
    NOTE = "tells no two rows apart, and must be equal"
    WORDS = "follows from the numbers of its row, in fewer digits"


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: its heading.
        kind: what its cells hold.
        unit: unit of a number, or where the unit stands; empty for what has none.
        text: what it says, in the words of the reference pages.
        optional: whether a cell may be empty; a text may always be.
        role: see `Role`; of no account for numbers.
        zeros_left_out: whether a row that would hold zero is left out of the table.
    """

    name: str
    kind: Kind
    unit: str
    text: str
    optional: bool = False
    role: Role = Role.LABEL
    zeros_left_out: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its cells are quantities, not labels or texts."""
        return self.kind is Kind.NUMBER

    @property
    def expected(self) -> str:
        """What its cells must hold, in words."""
        return f"{self.kind.value} or nothing" if self.optional else self.kind.value

    def series(self, values: Any) -> pd.Series:
        """Values of this column: texts as such, numbers as floats, whole numbers as integers (`None` for none).

        Raises:
            ValueError: they are of another kind.
        """
        if self.kind.is_text:
            if isinstance(values, pd.Categorical):
                return pd.Series(values)
            if pd.api.types.infer_dtype(values, skipna=False) not in ("string", "empty"):
                raise ValueError(f"column {self.name} holds what is no text")
            return pd.Series(values, dtype="str")
        if self.kind.is_whole:
            return pd.Series(pd.array(values, dtype="Int64") if self.optional else np.asarray(values, dtype=int))
        return pd.Series(np.asarray(values, dtype=float) + 0.0)  # no zero below zero

    def parse(self, texts: pd.Series) -> tuple[pd.Series, np.ndarray]:
        """The values that texts of a file write, and the numbers of the rows that write none."""
        if self.kind is Kind.TEXT:
            return texts, np.empty(0, dtype=int)
        codes, distinct = pd.factorize(texts)
        read = [self._value(text) for text in distinct]
        wrong = np.flatnonzero(np.array([value is None for value in read], dtype=bool)[codes])
        if len(wrong) or self.kind.is_text:
            return texts, wrong
        values = np.array([math.nan if value == "" else value for value in read], dtype=float)[codes]
        if self.kind.is_whole:
            values = [None if math.isnan(value) else int(value) for value in values]
        return self.series(values), wrong

    def _value(self, text: str) -> str | float | None:
        """What a cell says; empty where it may be, None where it does not hold what is expected."""
        if text == "" and self.optional:
            return ""
        try:
            if self.kind is Kind.MONTH:
                month_index(text)
                return text
            if self.kind.is_whole:
                return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_WHOLE else None
            value = float(text)
        except ValueError:
            return None
        return value if math.isfinite(value) else None


@dataclass(frozen=True)
class ResultTable:
    """One table of results.

    Attributes:
        name: file name without its ending.
        text: what a row of it is.
        columns: in order.
        key: names of the columns that name a row.
        packed: whether its file is a gzip of the table, as it is large and seldom opened.
    """

    name: str
    text: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    packed: bool = False

    @property
    def file(self) -> str:
        return f"{self.name}.csv.gz" if self.packed else f"{self.name}.csv"

    @cached_property
    def names(self) -> list[str]:
        """Headings, in order."""
        return [column.name for column in self.columns]

    def from_rows(self, rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
        """A data frame of rows, each with all columns by name.

        Raises:
            ValueError: a row lacks a column, has another one, or a value of another kind.
        """
        rows = list(rows)
        for row in rows:
            self._check(row)
        return self.from_columns({name: [row[name] for row in rows] for name in self.names})

    def from_columns(self, columns: Mapping[str, Any]) -> pd.DataFrame:
        """A data frame of whole columns by name, of equal length.

        Raises:
            ValueError: a column is missing, unknown or of another kind.
        """
        self._check(columns)
        try:
            return pd.DataFrame({column.name: column.series(columns[column.name]) for column in self.columns})
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.file}: {error}") from error

    def _check(self, names: Iterable[str]) -> None:
        found = set(names)
        if found != set(self.names):
            missing, unknown = sorted(set(self.names) - found), sorted(found - set(self.names))
            raise ValueError(f"{self.file}: columns missing {missing}, unknown {unknown}")

    def write(self, frame: pd.DataFrame, folder: Path) -> None:
        """Writes a data frame of this table into a folder, under its file name; equal tables have equal bytes."""
        file = folder / self.file
        if self.packed:
            # the name and the time that gzip notes would tell equal runs apart
            with (
                file.open("wb") as raw,
                gzip.GzipFile("", "wb", PACKED_LEVEL, raw, mtime=0) as packed,
                io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
            ):
                self._write_rows(frame, text)
        else:
            with file.open("w", encoding="utf-8", newline="") as text:
                self._write_rows(frame, text)

    def _write_rows(self, frame: pd.DataFrame, text: TextIO) -> None:
        text.write(_line(self.names))
        for first in range(0, len(frame), ROWS_AT_ONCE):
            some = frame.iloc[first : first + ROWS_AT_ONCE]
            rows = map(",".join, zip(*(_cells(some[name]) for name in self.names), strict=True))
            text.writelines(f"{row}\n" for row in rows)

    def read(self, folder: Path) -> pd.DataFrame:
        """The table as it was before it was written.

        Raises:
            ModelFaults: it cannot be read, lacks a column, has one more, or a cell is not of its column's kind.
        """
        file = folder / self.file
        try:
            texts = pd.read_csv(file, dtype="str", keep_default_na=False, na_values=[], encoding="utf-8")
        except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
            raise ModelFaults([Fault(str(file), None, "", f"cannot be read: {str(error).strip()}")]) from error
        if not isinstance(texts.index, pd.RangeIndex):  # more cells in every row than in the header
            raise ModelFaults([Fault(str(file), None, "", "has rows longer than its header")])
        faults = [
            Fault(str(file), 1, name, "is missing" if name in self.names else "is no column of this table")
            for name in sorted(set(self.names) ^ set(texts.columns))
        ]
        if faults:
            raise ModelFaults(faults)
        columns = {}
        for column in self.columns:
            found = texts[column.name]
            columns[column.name], wrong = column.parse(found)
            if len(wrong):
                message = f"{shown(found.iloc[wrong[0]])} is not {column.expected}"
                faults.append(Fault(str(file), int(wrong[0]) + 2, column.name, message))
        if faults:
            raise ModelFaults(faults)
        return pd.DataFrame(columns)


def _cells(column: pd.Series) -> list[str]:
    """The cells of a column as they stand in the file; texts and whole numbers repeat, so each is worked out once."""
    if column.dtype.kind == "f":
        values = column.tolist()
        return ["" if math.isnan(value) else repr(value) for value in values]
    places, known = pd.factorize(column, use_na_sentinel=False)
    # behind an empty cell, as a line of one empty cell alone would be quoted
    cells = [_line(["", None if pd.isna(value) else value])[1:-1] for value in known.tolist()]
    found: list[str] = np.array(cells, dtype=object)[places].tolist()
    return found


def _line(cells: Sequence[object]) -> str:
    """A line of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
