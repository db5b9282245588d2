"""How a program moves with one number that a person may change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

import numpy as np

NOTHING = np.empty(0, dtype=int)


def _none() -> np.ndarray:
    return NOTHING


def _no_moves() -> np.ndarray:
    return np.empty(0)


@dataclass(frozen=True)
class Move:
    """What one unit more of a number does to a program.

    Attributes:
        rows, row_moves: rows whose finite limits move, and by how much.
        columns, column_moves: columns whose upper bounds move.
        entry_rows, entry_columns, entry_moves: coefficients of the matrix that move; all of them stand in it.
    """

    rows: np.ndarray = field(default_factory=_none)
    row_moves: np.ndarray = field(default_factory=_no_moves)
    columns: np.ndarray = field(default_factory=_none)
    column_moves: np.ndarray = field(default_factory=_no_moves)
    entry_rows: np.ndarray = field(default_factory=_none)
    entry_columns: np.ndarray = field(default_factory=_none)
    entry_moves: np.ndarray = field(default_factory=_no_moves)

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """All that it is made of."""
        return tuple(getattr(self, name.name) for name in fields(self))

    @classmethod
    def together(cls, moves: Iterable[Move]) -> Move:
        """Several moves at once."""
        each = tuple(moves)
        return cls(*(np.concatenate(parts) for parts in zip(*(move.arrays for move in each), strict=True)))

    def inside(self, row_at: np.ndarray, column_at: np.ndarray) -> Move:
        """The move in the numbering of a part of the program.

        Args:
            row_at, column_at: number in the part of each row and column of the whole, -1 for those outside.
        """
        rows, columns, entries = row_at[self.rows], column_at[self.columns], row_at[self.entry_rows]
        return Move(
            rows[rows >= 0],
            self.row_moves[rows >= 0],
            columns[columns >= 0],
            self.column_moves[columns >= 0],
            entries[entries >= 0],
            column_at[self.entry_columns[entries >= 0]],
            self.entry_moves[entries >= 0],
        )


@dataclass(frozen=True)
class OneMore:
    """What one unit more does where a whole step is made.

    Attributes:
        move: the move for each unit of that step.
        bends: units more at which another move takes its place.
        is_whole: whether it is right for that step alone.
    """

    move: Move
    bends: np.ndarray = field(default_factory=_no_moves)
    is_whole: bool = False

    @classmethod
    def together(cls, parts: Iterable[OneMore]) -> OneMore:
        """All that one unit more does."""
        each = tuple(parts)
        return cls(
            Move.together(part.move for part in each),
            np.concatenate([part.bends for part in each]),
            any(part.is_whole for part in each),
        )


def where_zero(apart: np.ndarray, closer: np.ndarray) -> np.ndarray:
    """Units more at which ``apart + units · closer`` is zero."""
    moves = closer != 0.0
    return np.unique(-apart[moves] / closer[moves])
