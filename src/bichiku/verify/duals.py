"""duals.csv against the policy rows: their limits, their signs, and no price on a limit that does not bind."""

from __future__ import annotations

import numpy as np

from bichiku.verify.files import Table
from bichiku.verify.policies import PolicyRow
from bichiku.verify.sheet import Numbers, Sheet, check_sheet, match_rows
from bichiku.verify.verdict import KEPT, Ledger, Place


def check_duals(rows: list[PolicyRow], currency: str, duals: Table, ledger: Ledger) -> None:
    """Rows, limits and units are the policies'; duals have the sign of their limit and rest on binding rows.

    The size of a dual on a binding row cannot be recomputed without solving, so it is not.
    """
    keys: list[tuple[object, ...]] = [row.key for row in rows]
    scale = np.array([max(abs(row.limit), abs(row.stated)) for row in rows])
    units = [f"{currency} of expected discounted cost per {row.unit} more on the limit" for row in rows]
    stated = Numbers("dual.value", np.array([row.stated for row in rows]), scale)
    check_sheet(duals, Sheet(keys, {"value": stated}, {"unit": units}), ledger)

    found, positions = match_rows(duals, keys, Ledger())
    chosen = [rows[i] for i in positions]
    dual = duals.numbers("dual")[found]
    size = _size_of_group(chosen, dual)
    sign = np.array([-1.0 if row.floor else 1.0 for row in chosen])

    def place(i: int) -> Place:
        return duals.place(int(found[i]))

    ledger.at_most("dual.sign", duals.file, sign * dual, 0.0, place, size)
    binding = np.array([row.slack <= KEPT * (1.0 + max(row.scale, abs(row.limit), abs(row.value))) for row in chosen])
    loose = np.flatnonzero(~binding.astype(bool))
    ledger.at_most("dual.slack", duals.file, np.abs(dual[loose]), 0.0, lambda i: place(int(loose[i])), size[loose])


def _size_of_group(rows: list[PolicyRow], dual: np.ndarray) -> np.ndarray:
    """The largest dual of the same policy and material, for the accuracy that can be asked of its neighbours."""
    largest: dict[tuple[str, str], float] = {}
    for row, value in zip(rows, dual, strict=True):
        group = (row.key[0], row.key[2])
        largest[group] = max(largest.get(group, 0.0), abs(float(value)))
    return np.array([largest[row.key[0], row.key[2]] for row in rows])
