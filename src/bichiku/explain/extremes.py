"""Coefficients so large or small that a solver may fail on them, and where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bichiku.linear_program import LinearProgram


@dataclass(frozen=True)
class Extreme:
    """Smallest and largest number of a kind, other than nought, and where they are."""

    what: str
    smallest: float
    smallest_at: str
    largest: float
    largest_at: str


def extremes(program: LinearProgram) -> tuple[Extreme, ...]:
    """Ranges of coefficients, costs, limits of rows and bounds of columns."""
    entries = program.matrix.tocoo()
    rows, columns = entries.coords

    def entry(i: int) -> str:
        return f"{program.column_name(int(columns[i]))} in {program.row_name(int(rows[i]))}"

    limits = np.where(np.isfinite(program.row_lower), program.row_lower, program.row_upper)
    found = [
        _extreme("coefficients", entries.data, entry),
        _extreme("costs", program.cost, program.column_name),
        _extreme("limits of rows", limits, program.row_name),
        _extreme("bounds of columns", program.column_upper, program.column_name),
    ]
    return tuple(extreme for extreme in found if extreme is not None)


def _extreme(what: str, values: np.ndarray, name: Callable[[int], str]) -> Extreme | None:
    sizes = abs(values)
    used = np.flatnonzero((sizes > 0) & np.isfinite(sizes))
    if not len(used):
        return None
    low, high = used[sizes[used].argmin()], used[sizes[used].argmax()]
    return Extreme(what, float(sizes[low]), name(int(low)), float(sizes[high]), name(int(high)))
