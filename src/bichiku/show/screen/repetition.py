"""What `bichiku run --from` says: whether a run came out the same."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from bichiku.result.repeat import Repetition, Sameness


def repetition_lines(before: Path, found: Repetition) -> Iterator[str]:
    """The verdict, what differs, and other versions that may be why."""
    head = f"{before} repeated: {found.sameness.value}"
    if found.sameness is Sameness.IN_NUMBERS:
        head += f" to {max(found.tables.values()):.1e} of the largest number of a column"
    yield head
    if not found.same:
        yield f"  objective: {found.objective:.1e} apart, relative"
        for file, difference in found.tables.items():
            words = "other rows or texts" if math.isinf(difference) else f"{difference:.1e} of the largest of a column"
            yield f"  {file}: {words}"
    for name, (then, now) in found.versions.items():
        yield f"  {name} was {then}, is {now}"
