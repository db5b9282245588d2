"""duals.csv against the policy rows: their limits, their signs, and no price on a limit that does not bind."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from bichiku.verification.facts import PolicyRow
from bichiku.verification.files import NOTHING, RunTable
from bichiku.verification.sheet import ColumnNumbers, Sheet, check_sheet, match_rows
from bichiku.verification.verdict import KEPT, Ledger, Place


def check_duals(rows: list[PolicyRow], currency: str, duals: RunTable, ledger: Ledger) -> None:
    """Rows, limits and units are the policies'; duals have the sign of their limit and rest on binding rows.

    The size of a dual on a binding row cannot be recomputed without solving, so it is not; on a soft limit it
    is at most the penalty, and the penalty where the limit is passed.
    """
    rows = _with_planes(rows, duals)
    keys: list[tuple[object, ...]] = [row.key for row in rows]
    units = [f"{currency} of expected discounted cost per {row.unit} more on the limit" for row in rows]
    stated = ColumnNumbers("dual.value", np.array([row.stated for row in rows]))
    check_sheet(duals, Sheet(keys, {"value": stated}, {"unit": units}, elsewhere=("dual",)), ledger)

    found, positions = match_rows(duals, keys, Ledger())
    chosen = [rows[i] for i in positions]
    dual = duals.numbers("dual")[found]
    size = _size_of_group(chosen, dual)
    sign = np.array([-1.0 if row.floor else 1.0 for row in chosen])

    def place(i: int) -> Place:
        return duals.place(int(found[i]))

    def one(row: PolicyRow) -> float:
        return ledger.ones.of_unit(row.unit, currency)

    ledger.at_most("dual.sign", duals.file, sign * dual, 0.0, place, size)
    most = np.array([np.inf if row.penalty is None else row.penalty for row in chosen])
    soft = np.flatnonzero(np.isfinite(most))
    ledger.at_most("dual.penalty", duals.file, np.abs(dual[soft]), most[soft], lambda i: place(int(soft[i])))
    passed = np.array([i for i in soft if chosen[i].slack < -_room(chosen[i], one(chosen[i]))], dtype=int)
    ledger.at_most("dual.penalty", duals.file, most[passed], np.abs(dual[passed]), lambda i: place(int(passed[i])))
    binding = np.array([row.slack <= _room(row, one(row)) for row in chosen], dtype=bool)
    loose = np.flatnonzero(~binding)
    ledger.at_most("dual.slack", duals.file, np.abs(dual[loose]), 0.0, lambda i: place(int(loose[i])), size[loose])


def _room(row: PolicyRow, one: float) -> float:
    """How far a row may be from its limit and still count as binding."""
    return 2.0 * row.planes + KEPT * (one + max(row.scale, abs(row.limit), abs(row.value)))


def _with_planes(rows: list[PolicyRow], duals: RunTable) -> list[PolicyRow]:
    """The rows with those that planes keep replaced by the planes that the table names.

    Which planes were found is known to the solver alone. They are numbered without a gap, each belongs to a
    material and year under the limit, and one that has a dual needs the row to be at its limit.
    """
    limited = {(row.key[0], row.key[2], row.key[6]): row for row in rows if row.planes}
    found: dict[str, dict[int, PolicyRow]] = {family: {} for family, _, _ in limited}
    for family, limit, material, crisis, onset, length, year, month in duals.row_keys():
        plane = re.fullmatch(r"plane ([1-9]\d{0,5})", str(limit))
        row = limited.get((str(family), str(material), int(str(year))))
        if plane and row and (crisis, onset, length, month) == ("", NOTHING, NOTHING, ""):
            stated = replace(row, key=(row.key[0], str(limit), *row.key[2:]))
            found[row.key[0]].setdefault(int(plane[1]), stated)
    planes = []
    for name, numbered in found.items():
        for number in range(1, max(numbered, default=0) + 1):
            key = (name, f"plane {number}", "", "", NOTHING, NOTHING, NOTHING, "")
            nowhere = PolicyRow(key, 0, 0, 0, 0, _nowhere, "t")
            planes.append(numbered.get(number, nowhere))
    return [row for row in rows if not row.planes] + planes


def _nowhere() -> Place:
    return Place("")


def _size_of_group(rows: list[PolicyRow], dual: np.ndarray) -> np.ndarray:
    """The largest dual of the same policy and material, for the accuracy that can be asked of its neighbours."""
    largest: dict[tuple[str, str], float] = {}
    for row, value in zip(rows, dual, strict=True):
        group = (row.key[0], row.key[2])
        largest[group] = max(largest.get(group, 0.0), abs(float(value)))
    return np.array([largest[row.key[0], row.key[2]] for row in rows])
