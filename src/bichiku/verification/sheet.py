"""What a table must say, row by row, and the comparison with what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from bichiku.verification.files import KEYS, NOTHING, RunTable
from bichiku.verification.verdict import COPIED, Ledger, Place


@dataclass(frozen=True)
class ColumnNumbers:
    """What a column of numbers must hold; elements as the sheet's keys.

    Attributes:
        rule: the rule that says so.
        values: numbers recomputed.
        scale: magnitude of the terms involved.
        tolerance: see `bichiku.verification.verdict`.
    """

    rule: str
    values: np.ndarray
    scale: np.ndarray | float = 0.0
    tolerance: float = COPIED


@dataclass(frozen=True)
class Sheet:
    """A table recomputed.

    Attributes:
        keys: the key of each row.
        numbers: by column.
        texts: by column; all rows.
        elsewhere: columns that other rules hold to what they must be.
        optional: which rows may be left out, for they are zero but for rounding; None for no row.
    """

    keys: list[tuple[object, ...]]
    numbers: Mapping[str, ColumnNumbers]
    texts: Mapping[str, list[str]] = field(default_factory=dict)
    optional: np.ndarray | None = None
    elsewhere: tuple[str, ...] = ()


def check_columns(table: RunTable, stated: Iterable[str], ledger: Ledger) -> None:
    """A column that neither names a row nor has a statement of what it must be is a finding."""
    for column in sorted(set(table.columns).difference(KEYS[table.file], stated)):
        place = Place(f"column {column}")
        ledger.wrong("columns.stated", table.file, place, f"column {column} is not verified", "a statement")
    ledger.right()


def check_sheet(table: RunTable, sheet: Sheet, ledger: Ledger) -> None:
    """Holds a table against what it must say."""
    check_columns(table, (*sheet.numbers, *sheet.texts, *sheet.elsewhere), ledger)
    rows, positions = match_rows(table, sheet.keys, ledger, sheet.optional)
    for column, texts in sheet.texts.items():
        stated = table.texts(column)
        for row, position in zip(rows, positions, strict=True):
            if stated[row] != texts[position]:
                ledger.wrong("row.text", table.file, _in_column(table, row, column), str(stated[row]), texts[position])
        ledger.right(len(rows))
    for column, wanted in sheet.numbers.items():
        scale = np.broadcast_to(np.asarray(wanted.scale, float), (len(sheet.keys),))[positions]
        ledger.equal(
            wanted.rule,
            table.file,
            table.numbers(column)[rows],
            np.asarray(wanted.values, float)[positions],
            lambda i, column=column: _in_column(table, int(rows[i]), column),  # type: ignore[misc]
            scale,
            wanted.tolerance,
        )


def match_rows(
    table: RunTable, keys: list[tuple[object, ...]], ledger: Ledger, optional: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the table and the positions of their keys; what does not match one to one is a finding."""
    position = {key: i for i, key in enumerate(keys)}
    seen: dict[tuple[object, ...], int] = {}
    for row, key in enumerate(table.row_keys()):
        if key not in position:
            ledger.wrong("row.unknown", table.file, table.place(row), "a row", "no such row")
        elif key in seen:
            ledger.wrong("row.twice", table.file, table.place(row), "a second row", f"one row, line {seen[key] + 2}")
        else:
            seen[key] = row
    if len(seen) < len(keys):
        for i, key in enumerate(keys):
            if key not in seen and not (optional is not None and optional[i]):
                text = " ".join(str(part) for part in key if part not in ("", NOTHING))
                ledger.wrong("row.missing", table.file, Place(text), "no such row", "a row")
    ledger.right(len(keys))
    return np.array(list(seen.values()), dtype=int), np.array([position[key] for key in seen], dtype=int)


def _in_column(table: RunTable, row: int, column: str) -> Place:
    place = table.place(row)
    return Place(f"{place.text}, {column}", place.lines)
