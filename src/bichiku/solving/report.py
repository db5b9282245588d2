"""How solving goes, as it goes on and once it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Progress = Callable[[int, int], None]
"""Called with the number of parts solved and of those to be solved."""


@dataclass(frozen=True)
class Report:
    """How the parts of a program were solved.

    Attributes:
        parts: number of separate problems.
        largest: rows and columns of the largest.
        iterations: iterations of all together, in the latest solve.
        log: HiGHS's log of each part solved, in the order of the parts; empty unless asked for.
        apart: how the parts went whose branches were solved apart, by the number of the part, from 1.
    """

    parts: int
    largest: tuple[int, int]
    iterations: int
    log: str = ""
    apart: Mapping[int, str] = field(default_factory=dict)
