"""A quantity of the model as a map from the columns of its program to the nodes of its tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Quantity:
    """Numbers by node that are linear in the columns: ``Σ coefficient · x[column] + constant``.

    Attributes:
        nodes: node of each term.
        columns: column of each term.
        coefficients: value per unit of the column.
        constant: what no column moves; shape (nodes of the tree,).
    """

    nodes: np.ndarray
    columns: np.ndarray
    coefficients: np.ndarray
    constant: np.ndarray

    @classmethod
    def nothing(cls, size: int) -> Quantity:
        """Zero at every node."""
        none = np.empty(0, dtype=int)
        return cls(none, none, np.empty(0), np.zeros(size))

    @classmethod
    def total(cls, parts: Iterable[Quantity], size: int) -> Quantity:
        """The sum of several quantities over the same nodes."""
        some = list(parts)
        if not some:
            return cls.nothing(size)
        return cls(
            np.concatenate([part.nodes for part in some]),
            np.concatenate([part.columns for part in some]),
            np.concatenate([part.coefficients for part in some]),
            sum((part.constant for part in some), np.zeros(size)),
        )

    def at(self, x: np.ndarray) -> np.ndarray:
        """Values at a solution; shape (nodes,)."""
        size = len(self.constant)
        return np.bincount(self.nodes, self.coefficients * x[self.columns], minlength=size) + self.constant

    def scaled(self, factors: np.ndarray) -> Quantity:
        """The quantity times a number at each node; `factors` has shape (nodes,)."""
        return replace(self, coefficients=self.coefficients * factors[self.nodes], constant=self.constant * factors)

    def summed(self, nodes: np.ndarray, columns: int) -> tuple[np.ndarray, float]:
        """The sum over some nodes, as a vector over all columns of the program and a constant."""
        inside = np.isin(self.nodes, nodes)
        vector = np.bincount(self.columns[inside], self.coefficients[inside], minlength=columns)
        return vector, float(self.constant[nodes].sum())
