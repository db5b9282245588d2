"""What a sweep varies: ``PATH=START:STOP:STEP`` or ``PATH=A,B,C``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bichiku.model.faults import Fault, FaultLog, Wrong
from bichiku.model.numbers import LARGEST, decimal_number
from bichiku.reading.values import yaml_text

MOST_AXES = 2
MOST_POINTS = 10_000
_PARTED = re.compile(r"0[0-9]+(\.[0-9]*)?")  # what follows the comma of 0,05 and of 6,000


@dataclass(frozen=True)
class SweepAxis:
    """One number that is varied.

    Attributes:
        path: the number as `--set` takes it, such as ``policies.reserve_days``.
        values: its values as texts, in order.
    """

    path: str
    values: tuple[str, ...]


def parse_axes(texts: Sequence[str]) -> list[SweepAxis]:
    """Reads the `--vary` options.

    Raises:
        ModelFaults: with every fault at once.
    """
    log = FaultLog()
    axes = []
    for text in texts:
        path, equals, rest = text.partition("=")
        try:
            if not equals or not path.strip():
                raise ValueError("is not PATH=START:STOP:STEP or PATH=A,B,C")
            axes.append(SweepAxis(path.strip(), _values(rest)))
        except ValueError as error:
            log.add(Fault("--vary", None, text, str(error), error.hint if isinstance(error, Wrong) else ""))
    if not texts:
        log.add(Fault("--vary", None, "", "is missing", "for example --vary policies.reserve_days=0:180:15"))
    return _checked(axes, len(texts), log)


def axes_of(vary: Mapping[str, str | Iterable[object]]) -> list[SweepAxis]:
    """Axes by path: a text as `--vary` takes it (``"0:180:15"``), or the values themselves.

    Raises:
        ModelFaults: with every fault at once.
    """
    log = FaultLog()
    axes = []
    for path, values in vary.items():
        try:
            if not isinstance(values, Iterable):
                raise ValueError(f"{values!r} is not a list of values, nor a text such as 0:180:15")
            texts = _values(values) if isinstance(values, str) else tuple(map(value_text, values))
            if not texts:
                raise ValueError("has no values")
            axes.append(SweepAxis(path.strip(), texts))
        except ValueError as error:
            log.add(Fault("vary", None, path, str(error)))
    if not vary:
        log.add(Fault("vary", None, "", "is empty", 'for example vary={"policies.reserve_days": [0, 60, 120]}'))
    return _checked(axes, len(vary), log)


def value_text(value: object) -> str:
    """A value as `--vary` takes it."""
    return value if isinstance(value, str) else yaml_text(value)


def _checked(axes: list[SweepAxis], given: int, log: FaultLog) -> list[SweepAxis]:
    if given > MOST_AXES:
        log.add(Fault("--vary", None, "", f"is given {given} times; a sweep has one axis or two"))
    if len({axis.path for axis in axes}) < len(axes):
        log.add(Fault("--vary", None, axes[0].path, "is varied twice"))
    points = math.prod(len(axis.values) for axis in axes)
    if points > MOST_POINTS:
        log.add(Fault("--vary", None, "", f"asks for {points:,} points; a sweep has at most {MOST_POINTS:,}"))
    log.raise_if_any()
    return axes


def grid(axes: Sequence[SweepAxis]) -> list[tuple[str, ...]]:
    """All points, the last axis running to and fro so that neighbours in the list are neighbours in the grid."""
    if len(axes) == 1:
        return [(value,) for value in axes[0].values]
    points: list[tuple[str, ...]] = []
    for i, first in enumerate(axes[0].values):
        row = [(first, second) for second in axes[1].values]
        points += row if i % 2 == 0 else row[::-1]
    return points


def _values(text: str) -> tuple[str, ...]:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) == 1:
        values = tuple(part.strip() for part in text.split(","))
        if not all(values):
            raise ValueError("has an empty value")
        parted = next((value for value in values[1:] if _PARTED.fullmatch(value)), None)
        if parted is not None:
            raise Wrong(f"has the value {parted}", "is there a comma inside a number? commas part values")
        return values
    if len(parts) != 3 or not all(_is_ordinary(part) for part in parts):
        raise ValueError("is not START:STOP:STEP in numbers")
    start, stop, step = (Decimal(part) for part in parts)
    if step == 0 or (stop - start) / step < 0:
        raise ValueError("has a step that does not lead from start to stop")
    if (stop - start) / step > MOST_POINTS:
        raise ValueError(f"has more than {MOST_POINTS:,} points")
    count = int((stop - start) / step)
    return tuple(f"{(start + i * step).normalize():f}" for i in range(count + 1))


def _is_ordinary(text: str) -> bool:
    """Whether a text is a number of a size that can be written out and stepped through without rounding."""
    try:
        value = abs(decimal_number(text))
    except ValueError:
        return False
    return value == 0 or 1 / LARGEST <= value <= LARGEST
