"""What in a program belongs to the plan, and what to a branch that leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PLAN = -1  # in place of a branch's number


@dataclass(frozen=True)
class Structure:
    """The branch of each column.

    Attributes:
        branch: number of each column's branch, `PLAN` for what is decided for all of them; shape (columns,).
    """

    branch: np.ndarray

    def part(self, columns: np.ndarray) -> Structure:
        """That of some columns."""
        return Structure(self.branch[columns])

    def with_plan(self, columns: int) -> Structure:
        """That of the program with so many further columns of the plan."""
        return Structure(np.concatenate([self.branch, np.full(columns, PLAN)]))

    @classmethod
    def side_by_side(cls, parts: Sequence[Structure]) -> Structure:
        """That of programs that share no row, no column and no branch."""
        numbered, count = [], 0
        for part in parts:
            numbered.append(np.where(part.branch == PLAN, PLAN, part.branch + count))
            count += int(part.branch.max(initial=PLAN)) + 1
        return cls(np.concatenate(numbered))
