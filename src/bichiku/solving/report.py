"""How solving goes, as it goes on and once it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

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


def log_of_part(number: int, parts: int, shape: tuple[int, int], note: str, file: Path) -> str:
    """What the log says of a part: which it is, how its branches went if they were solved apart, and HiGHS's own words.

    Args:
        number, parts: which part of how many.
        shape: its rows and columns.
        note: how its branches went; empty for most.
        file: what HiGHS wrote; none where it was not asked.
    """
    words = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    head = f"Part {number} of {parts}: {shape[0]:,} rows, {shape[1]:,} columns\n"
    return f"{head}{note}\n{words}\n" if note else f"{head}{words}\n"
