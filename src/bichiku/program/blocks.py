"""Rows and columns that belong together, with the labels that they were declared under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

ALL = "all"  # index of what belongs to no single material
Index = tuple[str, ...]


def index_of(key: Any) -> Index:
    """The index tuple of one label or of several."""
    return tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)


def index_text(index: Index) -> str:
    """An index as messages name it."""
    return "/".join(index)


@dataclass(frozen=True)
class RowBlock:
    """Rows of one constraint family and one index that lie next to each other.

    Attributes:
        family: name of the constraint family, such as ``balance`` or ``reserve_days``.
        index: what the rows are for, such as a material, or a limit and a material.
        first: number of the first row.
        keys: node, period, year or branch of each row, by `place`; shape (rows,).
        place: what the keys are: ``node``, ``year`` or ``once``; ``period``, ``year``, ``future`` or ``onset-year``
            where they couple chains.
        unit: unit of the right-hand side.
        policy: whether the rows are a limit set by a policy.
        chain: name of the chain whose nodes its keys are; empty where rows couple chains.
    """

    family: str
    index: Index
    first: int
    keys: np.ndarray
    place: str
    unit: str
    policy: bool
    chain: str = ""

    @property
    def rows(self) -> slice:
        return slice(self.first, self.first + len(self.keys))

    @property
    def numbers(self) -> np.ndarray:
        """Number of each row in the program; shape (rows,)."""
        return np.arange(self.first, self.first + len(self.keys))

    @property
    def material(self) -> str:
        """The last label, which is the material where a family has one."""
        return self.index[-1]

    @property
    def limit(self) -> str:
        """The name of the limit where a family has several for a material; else empty."""
        return self.index[0] if len(self.index) > 1 else ""


@dataclass(frozen=True)
class ColumnBlock:
    """Columns of one variable and one index: one for each node, year or branch, or a single one.

    Attributes:
        variable: name of the variable, such as ``ship``.
        index: supplier, project, material, or material and tranche.
        first: number of the first column.
        count: number of columns.
        place: ``node``, ``year``, ``hand-back`` or ``once``; ``future`` or ``onset-year`` where they couple chains.
        chain: name of its chain; empty where it couples chains.
    """

    variable: str
    index: Index
    first: int
    count: int
    place: str
    chain: str = ""

    @property
    def columns(self) -> slice:
        return slice(self.first, self.first + self.count)
