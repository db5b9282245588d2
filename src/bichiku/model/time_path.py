"""Settings that change over time: a number, or dated points with straight lines between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bichiku.model.calendar import month_index, month_label
from bichiku.model.faults import Wrong, shown
from bichiku.model.numbers import number_hint

FIRST_YEAR, LAST_YEAR = 1000, 9999  # of dated points


@dataclass(frozen=True)
class TimePath:
    """Linear between its points and flat outside them.

    Attributes:
        at: position of each point in increasing order (month index, or calendar year).
        values: value at each point.
    """

    at: tuple[int, ...]
    values: tuple[float, ...]

    def __call__(self, position: np.ndarray) -> np.ndarray:
        """Values at the positions asked for; same shape."""
        return np.interp(position, self.at, self.values)

    def raised(self, by: float) -> TimePath:
        """The path that stands higher by a number everywhere."""
        return replace(self, values=tuple(value + by for value in self.values))

    @property
    def monthly(self) -> bool:
        """Whether its points are months; every month index of a dated point lies beyond the last calendar year."""
        return self.at[-1] > LAST_YEAR


def date_label(at: int) -> str:
    """A position on a path as text: a month or a calendar year."""
    return month_label(at) if at > LAST_YEAR else str(at)


def _number(value: Any, upper: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(f"{shown(value)} is not a number", number_hint(value))
    if not value >= 0:  # negative, or not a number
        raise ValueError(f"{shown(value)} is not a number of zero or more")
    if value > upper:
        raise ValueError(f"{shown(value)} is over {upper:g}")
    return float(value)


def monthly_path(value: Any, upper: float) -> TimePath:
    """A path from a number or a mapping such as ``{2026-01: 60, 2030-12: 180}``.

    Raises:
        ValueError: it is neither; names the offending part.
    """
    return _path(value, upper, lambda key: month_index(str(key)))


def yearly_path(value: Any, upper: float) -> TimePath:
    """A path from a number or a mapping such as ``{2026: 0.9, 2030: 0.5}``.

    Raises:
        ValueError: it is neither; names the offending part.
    """
    return _path(value, upper, _year)


def _path(value: Any, upper: float, position: Callable[[Any], int]) -> TimePath:
    if isinstance(value, TimePath):
        return value
    if not isinstance(value, dict):
        return TimePath((0,), (_number(value, upper),))
    if not value:
        raise ValueError("holds no point; give a number or dated points")
    points = sorted((position(key), _number(number, upper)) for key, number in value.items())
    return TimePath(tuple(at for at, _ in points), tuple(number for _, number in points))


def _year(key: Any) -> int:
    if isinstance(key, bool) or not isinstance(key, int) or not FIRST_YEAR <= key <= LAST_YEAR:
        raise ValueError(f"{shown(key)} is not a year such as 2030")
    return key
