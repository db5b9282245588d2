"""What in a program belongs to the plan, and what to a branch that leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PLAN = -1  # in place of a branch's number


@dataclass(frozen=True)
class Structure:
    """The branch of each column, and the rows without which the program would fall into more parts.

    Attributes:
        branch: number of each column's branch, `PLAN` for what is decided for all of them; shape (columns,).
        couples: whether a row couples chains; shape (rows,).
    """

    branch: np.ndarray
    couples: np.ndarray

    def part(self, rows: np.ndarray, columns: np.ndarray) -> Structure:
        """That of some rows and columns."""
        return Structure(self.branch[columns], self.couples[rows])

    def with_coupling(self, rows: int, columns: int) -> Structure:
        """That of the program with so many further columns of the plan, and rows that couple chains."""
        return Structure(
            np.concatenate([self.branch, np.full(columns, PLAN)]),
            np.concatenate([self.couples, np.ones(rows, dtype=bool)]),
        )

    @classmethod
    def side_by_side(cls, parts: Sequence[Structure]) -> Structure:
        """That of programs that share no row, no column and no branch."""
        numbered, count = [], 0
        for part in parts:
            numbered.append(np.where(part.branch == PLAN, PLAN, part.branch + count))
            count += int(part.branch.max(initial=PLAN)) + 1
        return cls(np.concatenate(numbered), np.concatenate([part.couples for part in parts]))
