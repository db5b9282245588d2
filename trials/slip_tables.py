"""Slips in a table: cells, rows and headings that are swapped, shifted, doubled, dropped or written otherwise."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from random import Random

from trials.slip_models import Rows, Slip, difference, rows_of, sound_files
from trials.slip_words import DRESSED, grouped, one_of, other_case, other_digits, typo, wide, with_comma

MakeRows = Callable[[Random, Rows], Rows | None]


def _in_row(change: Callable[[Random, list[str]], list[str]]) -> MakeRows:
    """A slip in one of the rows below the header."""

    def make(random: Random, rows: Rows) -> Rows:
        at = random.randrange(1, len(rows))
        return [*rows[:at], change(random, rows[at]), *rows[at + 1 :]]

    return make


def _in_cell(change: Callable[[Random, str], str], wanted: re.Pattern[str] = re.compile(".+")) -> MakeRows:
    """A slip in one of the cells of a kind."""

    def make(random: Random, rows: Rows) -> Rows | None:
        cells = [(i, j) for i, row in enumerate(rows[1:], 1) for j, cell in enumerate(row) if wanted.fullmatch(cell)]
        if not cells:
            return None
        i, j = random.choice(cells)
        changed = [*rows[i][:j], change(random, rows[i][j]), *rows[i][j + 1 :]]
        return [*rows[:i], changed, *rows[i + 1 :]]

    return make


def _in_header(change: Callable[[Random, str], str]) -> MakeRows:
    def make(random: Random, rows: Rows) -> Rows:
        at = random.randrange(len(rows[0]))
        return [[*rows[0][:at], change(random, rows[0][at]), *rows[0][at + 1 :]], *rows[1:]]

    return make


def _swap_cells(random: Random, row: list[str]) -> list[str]:
    i, j = random.sample(range(len(row)), 2)
    swapped = list(row)
    swapped[i], swapped[j] = row[j], row[i]
    return swapped


def _shift(random: Random, row: list[str]) -> list[str]:
    at = random.randrange(len(row))
    return random.choice((row[:at] + row[at + 1 :], [*row[:at], *row[at + 1 :], ""], [*row[:at], "", *row[at:]]))


def _double_row(random: Random, rows: Rows) -> Rows:
    return [*rows, random.choice(rows[1:])]


def _double_with_other_case(random: Random, rows: Rows) -> Rows:
    row = random.choice(rows[1:])
    return [*rows, [other_case(random, row[0]), *row[1:]]]


def _copy_down(random: Random, rows: Rows) -> Rows | None:
    """A cell that a spreadsheet filled in from the row above."""
    if len(rows) < 3:
        return None
    at, column = random.randrange(2, len(rows)), random.randrange(len(rows[0]))
    filled = [*rows[at][:column], rows[at - 1][column], *rows[at][column + 1 :]]
    return [*rows[:at], filled, *rows[at + 1 :]]


def _trailing(random: Random, rows: Rows) -> Rows:
    return random.choice(([[*row, ""] for row in rows], [rows[0], *([*row, ""] for row in rows[1:])]))


def _reordered(random: Random, rows: Rows) -> Rows:
    if random.random() < 0.5:
        return [rows[0], *random.sample(rows[1:], len(rows) - 1)]
    order = random.sample(range(len(rows[0])), len(rows[0]))
    return [[row[i] for i in order] for row in rows]


def _fill_in(random: Random, rows: Rows) -> Rows | None:
    """Zero where nothing stands in a column of which zero is the default."""
    zero = [
        i for i, name in enumerate(rows[0]) if name in ("haircut", "loss_rate", "freight", "tariff_rate", "lag_periods")
    ]
    empty = [(i, j) for i, row in enumerate(rows[1:], 1) for j in zero if not row[j]]
    if not empty:
        return None
    i, j = random.choice(empty)
    return [*rows[:i], [*rows[i][:j], "0", *rows[i][j + 1 :]], *rows[i + 1 :]]


_DIGITS = re.compile(r"[0-9]+(\.[0-9]+)?")
_LETTERS = re.compile(r"[A-Za-z][A-Za-z-]+")
TABLE_SLIPS: dict[str, tuple[MakeRows, str]] = {
    "two cells of a row swapped": (_in_row(_swap_cells), ""),
    "a row shifted": (_in_row(_shift), ""),
    "a row doubled": (_double_row, ""),
    "a row doubled in other case": (_double_with_other_case, ""),
    "a row commented out": (_in_row(lambda random, row: [f"#{row[0]}", *row[1:]]), ""),
    "a row dropped": (lambda random, rows: (lambda at: rows[:at] + rows[at + 1 :])(random.randrange(1, len(rows))), ""),
    "a cell emptied": (_in_cell(lambda random, text: ""), ""),
    "a cell copied down": (_copy_down, ""),
    "a comma added in a cell": (_in_cell(with_comma, _DIGITS), ""),
    "digits grouped in a cell": (_in_cell(grouped, _DIGITS), ""),
    "a cell dressed up": (_in_cell(DRESSED, _DIGITS), ""),
    "other digits in a cell": (_in_cell(other_digits, _DIGITS), ""),
    "a full-width digit in a cell": (_in_cell(wide, _DIGITS), ""),
    "a word in a cell misspelt": (_in_cell(typo, _LETTERS), ""),
    "a word in a cell in other case": (_in_cell(other_case, _LETTERS), ""),
    "a word in a cell in full width": (_in_cell(wide, _LETTERS), ""),
    "a heading misspelt": (_in_header(typo), ""),
    "a heading in other case": (_in_header(other_case), ""),
    "a heading with a unit": (_in_header(lambda random, text: f"{text} (t)"), ""),
    "two headings swapped": (lambda random, rows: [_swap_cells(random, rows[0]), *rows[1:]], ""),
    "a heading doubled": (lambda random, rows: [[*rows[0], rows[0][-1]], *([*row, row[-1]] for row in rows[1:])], ""),
    "commas at the ends": (_trailing, ""),
    "a row of commas": (lambda random, rows: [*rows, [""] * len(rows[0])], ""),
    "a title above the header": (lambda random, rows: [["Table 1", *[""] * (len(rows[0]) - 1)], *rows], ""),
    "white space in a cell": (_in_cell(one_of(" {}".format, "{} ".format, "\t{}".format)), "white space"),
    "rows or columns in another order": (_reordered, "order"),
    "a default filled in": (_fill_in, "default"),
    "a cell in another notation": (_in_cell(lambda random, text: f"{text}.0", re.compile("[0-9]{5,}")), "notation"),
}
"""How a slip in a table is made, and the rule by which it means the same, by kind."""


def in_table(random: Random, base: str) -> Slip | None:
    """A slip in one of the tables of a model; None where it finds no place there."""
    files = sound_files()[base]
    table = random.choice([name for name in files if name.endswith(".csv")])
    before = files[table].decode().replace("\r\n", "\n")
    kind, (make, rule) = random.choice(list(TABLE_SLIPS.items()))
    rows = make(random, rows_of(before))
    if rows is None:
        return None
    quote = kind in ("a comma added in a cell", "digits grouped in a cell") and random.random() < 0.5
    text = _written(rows) if quote else "".join(",".join(row) + "\n" for row in rows)
    if text == before:
        return None
    where = f"{table}, {difference(before, text)}"
    return Slip(kind, base, {**files, table: text.encode()}, rule=rule, where=where)


def _written(rows: Rows) -> str:
    """Rows as a spreadsheet writes them, with quotes around what holds a comma."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
