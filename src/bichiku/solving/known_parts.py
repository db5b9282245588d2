"""Parts of programs that were solved before: strategies of a model mostly differ in a few of their chains.

What is told of a part hangs on its numbers and on its optimal basis alone, never on the way that led there, so that a
run made among others is, byte for byte, the run made by itself.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import highspy
import numpy as np

from bichiku.program import LinearProgram
from bichiku.solving.solution import Solution

MOST = 400  # things kept; an answer of a chain of the Japan model takes about a megabyte


@dataclass(frozen=True)
class KnownPart:
    """A part that was solved to optimality.

    Attributes:
        answer: its solution.
        basis: its basis, as HiGHS keeps it.
        log: what HiGHS wrote while solving; empty where nobody asked.
    """

    answer: Solution
    basis: highspy.HighsBasis
    log: str


class KnownParts:
    """What is known of parts by what they are, the latest of it; threads may ask side by side."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        """What is kept under a key; None if nothing is."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def keep(self, key: Hashable, found: Any) -> None:
        """Keeps something under a key, and forgets what was asked for longest ago where there is too much."""
        with self._lock:
            self._found[key] = found
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)


def digest_of(program: LinearProgram) -> bytes:
    """What stands for all numbers of a program; its names are left out."""
    matrix, units = program.matrix, program.units
    arrays = [matrix.data, matrix.indices, matrix.indptr, program.cost, program.preference]
    arrays += [program.column_lower, program.column_upper, program.row_lower, program.row_upper]
    arrays += [] if units is None else [units.rows, units.columns]
    return digest_of_numbers(arrays, (program.shape, program.constant, None if units is None else units.money))


def digest_of_numbers(arrays: Iterable[np.ndarray], beside: object = None) -> bytes:
    """What stands for some arrays, and for something beside them that says in its `repr` all that it is."""
    found = hashlib.blake2b(repr(beside).encode(), digest_size=20)
    for array in arrays:
        found.update(repr((array.dtype.str, array.shape)).encode())
        found.update(np.ascontiguousarray(array).data)
    return found.digest()
