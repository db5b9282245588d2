"""Paths through the nodes of a tree, and what happens along each of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

NEVER = -1


class Paths:
    """Some paths of a tree, one behind another. What is asked of them has shape (paths,).

    Args:
        paths: numbers of the nodes of each, in their order; none is empty.
    """

    def __init__(self, paths: Iterable[np.ndarray]) -> None:
        each = [np.asarray(path, dtype=int) for path in paths]
        self.lengths = np.array([len(path) for path in each], dtype=int)
        assert self.lengths.all(), "a path without a node"  # whose sum `reduceat` would take from the next
        self.nodes = np.concatenate(each) if each else np.empty(0, dtype=int)
        self._first = np.cumsum(self.lengths) - self.lengths
        self._place = np.arange(len(self.nodes)) - np.repeat(self._first, self.lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def ends(self) -> np.ndarray:
        """Number of the last node of each path."""
        return self.nodes[self._first + self.lengths - 1]

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Sum of a number at each node over each path."""
        return np.add.reduceat(values[self.nodes], self._first) if len(self) else np.zeros(0)

    def first(self, marked: np.ndarray) -> np.ndarray:
        """Place in each path of its first marked node, counted from 0; `NEVER` where it has none."""
        if not len(self):
            return np.zeros(0, dtype=int)
        past = len(self.nodes)
        found = np.minimum.reduceat(np.where(marked[self.nodes], self._place, past), self._first)
        return np.where(found < past, found, NEVER)

    def last(self, marked: np.ndarray) -> np.ndarray:
        """Place in each path of its last marked node; `NEVER` where it has none."""
        if not len(self):
            return np.zeros(0, dtype=int)
        found: np.ndarray = np.maximum.reduceat(np.where(marked[self.nodes], self._place, NEVER), self._first)
        return found

    def at(self, place: np.ndarray, values: np.ndarray) -> np.ndarray:
        """A number at one node of each path, by its place in it."""
        found: np.ndarray = values[self.nodes[self._first + place]]
        return found
