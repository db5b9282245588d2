"""Smallest and largest numbers of a linear program, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bichiku.program.linear_program import LinearProgram

COEFFICIENTS = "coefficients"
COSTS = "costs"
LIMITS = "limits of rows"
BOUNDS = "bounds of columns"

DUST = 1e-13  # of the largest limit of rows of one name; less is what a difference of two such leaves
ROUNDING = 1e-9  # of what was taken from a limit; less than this is what the subtraction left


@dataclass(frozen=True)
class NumberPlace:
    """Where a number stands: a row, a column, or both for a coefficient."""

    row: int | None
    column: int | None

    def name(self, program: LinearProgram) -> str:
        """The place as messages name it."""
        row = None if self.row is None else program.row_name(self.row)
        column = None if self.column is None else program.column_name(self.column)
        return " in ".join(name for name in (column, row) if name is not None)


@dataclass(frozen=True)
class Extreme:
    """Smallest and largest number of a kind, other than nought, and where they are (by name and by position)."""

    what: str
    smallest: float
    smallest_at: str
    smallest_place: NumberPlace
    largest: float
    largest_at: str
    largest_place: NumberPlace


@dataclass(frozen=True)
class Numbers:
    """All numbers of one kind in a program, and where each of them stands.

    Attributes:
        what: the kind.
        values: the numbers.
        rows: row of each, None where the kind has none.
        columns: column of each, None where the kind has none.
    """

    what: str
    values: np.ndarray
    rows: np.ndarray | None
    columns: np.ndarray | None

    def place(self, i: int) -> NumberPlace:
        row = None if self.rows is None else int(self.rows[i])
        column = None if self.columns is None else int(self.columns[i])
        return NumberPlace(row, column)

    def used(self) -> np.ndarray:
        """Positions of those that are finite and not nought."""
        return np.flatnonzero((self.values != 0) & np.isfinite(self.values))

    def extreme(self, among: np.ndarray, program: LinearProgram) -> Extreme:
        """Smallest and largest by size among some positions, at least one."""
        sizes = abs(self.values[among])
        low, high = int(among[sizes.argmin()]), int(among[sizes.argmax()])
        at_low, at_high = self.place(low), self.place(high)
        return Extreme(
            what=self.what,
            smallest=float(sizes.min()),
            smallest_at=at_low.name(program),
            smallest_place=at_low,
            largest=float(sizes.max()),
            largest_at=at_high.name(program),
            largest_place=at_high,
        )


def numbers(program: LinearProgram) -> tuple[Numbers, ...]:
    """Coefficients, costs, limits of rows and bounds of columns."""
    entries = program.matrix.tocoo()
    rows, columns = entries.coords
    limits = np.where(np.isfinite(program.row_lower), program.row_lower, program.row_upper)
    limits = np.where(abs(limits) > ROUNDING * abs(program.row_constant), limits, 0.0)
    for block in program.row_blocks:
        sizes = abs(limits[block.rows])
        largest = sizes[np.isfinite(sizes)].max(initial=0.0)
        limits[block.rows] = np.where(sizes <= DUST * largest, 0.0, limits[block.rows])
    all_rows, all_columns = np.arange(program.shape[0]), np.arange(program.shape[1])
    return (
        Numbers(COEFFICIENTS, entries.data, rows, columns),
        Numbers(COSTS, program.cost, None, all_columns),
        Numbers(LIMITS, limits, all_rows, None),
        Numbers(BOUNDS, program.column_upper, None, all_columns),
    )


def extremes(program: LinearProgram) -> tuple[Extreme, ...]:
    """The range of each kind that the program has numbers of."""
    return tuple(kind.extreme(used, program) for kind in numbers(program) if len(used := kind.used()))
