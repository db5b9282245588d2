"""The tables of a run folder, read strictly: what is missing or no number is a finding, never a guess."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import pandas as pd

from bichiku.verification.verdict import Ledger, Place

MANIFEST = "manifest.json"
INPUTS = "inputs"


class Cell(Enum):
    """What the cells of a column hold."""

    TEXT = "text"
    WHOLE = "a whole number"
    WHOLE_OR_EMPTY = "a whole number or nothing"
    NUMBER = "a number"
    NUMBER_OR_EMPTY = "a number or nothing"


T, W, WE, N, NE = Cell.TEXT, Cell.WHOLE, Cell.WHOLE_OR_EMPTY, Cell.NUMBER, Cell.NUMBER_OR_EMPTY

FLOWS: dict[str, Cell] = {
    "crisis": T, "onset": W, "length": W, "period": W, "month": T, "material": T, "item": T, "source": T, "tonnes": N,
}  # fmt: skip

COLUMNS: dict[str, dict[str, Cell]] = {
    "summary.csv": {"metric": T, "material": T, "value": NE, "unit": T, "detail": T},
    "sourcing.csv": {
        "material": T, "supplier": T, "country": T, "kind": T, "year": W, "tonnes": N,
        "share_of_imports": NE, "delivered_cost": NE, "unit": T, "basis": T,
    },
    "flows.csv": FLOWS,
    "flows-branches.csv.gz": FLOWS,
    "reserve.csv": {
        "period": W, "month": T, "material": T, "stock_t": N, "cover_days": NE,
        "cover_days_full_running": NE, "target_days": NE, "bought_t": N, "used_t": N,
    },
    "projects.csv": {
        "project": T, "material": T, "country": T, "kind": T, "existing_t_per_year": N, "built_t_per_year": N,
        "used_t_per_year": N, "beyond_existing_t_per_year": N, "investment": N, "subsidy": N, "net_cost": N,
        "unit": T, "basis": T,
    },
    "costs.csv": {"line": T, "material": T, "year": W, "value": N, "undiscounted": NE, "unit": T},
    "crises.csv": {
        "crisis": T, "onset": W, "month": T, "length": W, "material": T, "probability": N, "annual_probability": NE,
        "effective_annual_probability": N, "branch_days": N, "short_t": N, "short_days": N,
        "time_to_survive_days": NE, "full_supply_after_days": NE, "stock_back_after_days": NE, "shortage": N,
        "substitution": N, "dearer_purchases": N, "dearer_refill": N, "damage": N, "unit": T,
    },
    "responses.csv": {
        "crisis": T, "onset": W, "length": W, "period": W, "month": T, "material": T, "means": T, "country": T,
        "plan_t": N, "branch_t": N, "change_t": N,
    },
    "shares.csv": {"material": T, "year": W, "stage": T, "country": T, "share": N, "hhi": N},
    "duals.csv": {
        "policy": T, "limit": T, "material": T, "crisis": T, "onset": WE, "length": WE, "year": WE, "month": T,
        "value": N, "dual": N, "unit": T,
    },
    "prices.csv": {
        "policy": T, "limit": T, "material": T, "year": WE, "value": N, "price": NE, "unit": T, "holds_from": NE,
        "holds_to": NE, "method": T, "sentence": T,
    },
    "split.csv": {
        "period": W, "month": T, "material": T, "stock_t": N, "use_t": N, "cover_days": NE,
        "stock_t_at_list_prices": N, "use_t_at_list_prices": N, "cover_days_at_list_prices": NE,
    },
}  # fmt: skip
"""Every table of a run with its columns."""

KEYS: dict[str, tuple[str, ...]] = {
    "summary.csv": ("metric", "material"),
    "sourcing.csv": ("material", "supplier", "year"),
    "flows.csv": ("crisis", "onset", "length", "period", "material", "item", "source"),
    "flows-branches.csv.gz": ("crisis", "onset", "length", "period", "material", "item", "source"),
    "reserve.csv": ("period", "material"),
    "projects.csv": ("project",),
    "costs.csv": ("line", "material", "year"),
    "crises.csv": ("crisis", "onset", "length", "material"),
    "responses.csv": ("crisis", "onset", "length", "period", "material", "means", "country"),
    "shares.csv": ("material", "year", "stage", "country"),
    "duals.csv": ("policy", "limit", "material", "crisis", "onset", "length", "year", "month"),
    "prices.csv": ("policy", "limit", "material", "year"),
    "split.csv": ("period", "material"),
}
"""The columns that name a row of each table."""

ONLY_IF_ASKED = {"split.csv": "split"}
"""Tables that a run has only where they were asked for, and the key of the manifest that says so."""

LEFT_OUT = "left_out"
"""The key of the manifest that names the tables which were written, verified and then not kept."""

MAY_BE_LEFT_OUT = ("flows-branches.csv.gz", "responses.csv")
"""Tables of branches that are large, and that a run may go without."""

NOTHING = -1  # an empty cell where a whole number is expected


@dataclass(frozen=True)
class RunTable:
    """One table as read.

    Attributes:
        file: its name.
        columns: texts as categories, whole numbers as integers (`NOTHING` where empty), numbers as floats
            (not-a-number where empty).
    """

    file: str
    columns: Mapping[str, pd.Series]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def numbers(self, column: str) -> np.ndarray:
        """A column of numbers."""
        return self.columns[column].to_numpy()

    def texts(self, column: str) -> np.ndarray:
        """A column of texts."""
        return self.columns[column].to_numpy(dtype=object)

    def row_keys(self) -> list[tuple[object, ...]]:
        """What names each row."""
        return list(zip(*(self.columns[name].tolist() for name in KEYS[self.file]), strict=True))

    def place(self, row: int) -> Place:
        """Line and key of a row."""
        parts = (self.columns[name].iloc[row] for name in KEYS[self.file])
        return Place(" ".join(str(part) for part in parts if part not in ("", NOTHING)), (row + 2,))


def read_tables(folder: Path, manifest: Mapping[str, object] | None, ledger: Ledger) -> dict[str, RunTable] | None:
    """All tables of a run; None, with findings, where one cannot be read in full.

    Args:
        folder: the run.
        manifest: its manifest, which says what was asked for; None where it has none that can be read.
        ledger: takes the findings.
    """
    called_for = check_present(folder, manifest, (), ledger)
    tables = {name: read_table(folder / name, ledger) for name in called_for if (folder / name).is_file()}
    found = {name: table for name, table in tables.items() if table is not None}
    return found if len(found) == len(called_for) else None


def check_present(
    folder: Path, manifest: Mapping[str, object] | None, left_out: Collection[str], ledger: Ledger
) -> list[str]:
    """Holds what is in a run folder against what should be, and returns the names of the tables that should.

    Args:
        folder: the run.
        manifest: see `read_tables`.
        left_out: tables that the run goes without.
        ledger: takes the findings.
    """
    asked = {name: manifest is not None and key in manifest for name, key in ONLY_IF_ASKED.items()}
    called_for = [name for name in COLUMNS if asked.get(name, name not in left_out)]
    for name in (*called_for, MANIFEST):
        if not (folder / name).is_file():
            ledger.wrong("file.missing", name, None, "no such file", "a file")
    if not (folder / INPUTS).is_dir():
        ledger.wrong("file.missing", INPUTS, None, "no such folder", "a folder")
    for path in tables_in(folder):
        if path.name not in called_for:
            expected = "left out, as the manifest says" if path.name in left_out else "no rule covers it"
            ledger.wrong("file.unknown", path.name, None, "a table", expected)
    ledger.right(len(called_for) + 2)
    return called_for


def tables_in(folder: Path) -> list[Path]:
    """The files of a folder that are tables by their names, in order."""
    return sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")])


def read_table(path: Path, ledger: Ledger) -> RunTable | None:
    """One table, by the columns of its name; None, with findings, where it cannot be read in full."""
    cells = COLUMNS[path.name]
    try:
        frame = pd.read_csv(
            path, dtype="str", keep_default_na=False, na_values=[], skip_blank_lines=False, encoding="utf-8"
        )
    except (ValueError, OSError, EOFError, zlib.error) as error:  # pandas' own errors are ValueErrors
        ledger.wrong("file.unreadable", path.name, None, str(error).strip(), "a table")
        return None
    if not isinstance(frame.index, pd.RangeIndex):  # more cells in every row than in the header
        ledger.wrong("file.unreadable", path.name, None, "rows longer than the header", "a table")
        return None
    if sorted(frame.columns) != sorted(cells):
        for name in sorted(set(cells) ^ set(frame.columns)):
            stated, expected = ("no such column", "a column") if name in cells else ("a column", "no such column")
            ledger.wrong("file.columns", path.name, Place(f"column {name}"), stated, expected)
        return None
    before = len(ledger.findings)
    columns = {
        # made from texts: read as a category, names that are all numbers would become numbers
        name: _column(frame[name] if kind in (N, NE) else frame[name].astype("category"), kind, path.name, ledger)
        for name, kind in cells.items()
    }
    return RunTable(path.name, columns) if len(ledger.findings) == before else None


def _column(column: pd.Series, kind: Cell, file: str, ledger: Ledger) -> pd.Series:
    ledger.right(len(column))
    absent = np.flatnonzero(column.isna())
    for row in absent[:1]:
        place = Place(f"column {column.name}", (int(row) + 2,))
        ledger.wrong("file.unreadable", file, place, "a row that ends early", "a cell")
    if len(absent) or kind is T:
        return column
    if kind in (W, WE):
        return _whole(column, kind, file, ledger)
    try:
        values = column.to_numpy(dtype=object)
        if kind is NE:
            values = np.where(values == "", "nan", values)
        numbers = values.astype(float)
    except ValueError:
        numbers = np.array([_number(text, kind) for text in column])
    wrong = ~np.isfinite(numbers)
    if kind is NE:
        wrong &= (column != "").to_numpy()
    _complain(column, wrong, kind, file, ledger)
    return pd.Series(numbers)


def _whole(column: pd.Series, kind: Cell, file: str, ledger: Ledger) -> pd.Series:
    texts = [str(text) for text in column.cat.categories]
    allowed = [text.isascii() and text.isdigit() and len(text) < 10 for text in texts]
    blank = [kind is WE and text == "" for text in texts]
    numbers = np.array([int(text) if good else NOTHING for text, good in zip(texts, allowed, strict=True)], dtype=int)
    good = np.array(allowed, dtype=bool) | np.array(blank, dtype=bool)
    codes = column.cat.codes.to_numpy()
    _complain(column, ~good[codes] if len(codes) else np.empty(0, dtype=bool), kind, file, ledger)
    return pd.Series(numbers[codes] if len(codes) else np.empty(0, dtype=int))


def _complain(column: pd.Series, wrong: np.ndarray, kind: Cell, file: str, ledger: Ledger) -> None:
    for row in np.flatnonzero(wrong):
        place = Place(f"column {column.name}", (int(row) + 2,))
        ledger.wrong("file.cell", file, place, str(column.iloc[row]), kind.value)


def _number(text: str, kind: Cell) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
