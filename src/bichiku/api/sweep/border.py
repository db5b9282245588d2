"""The border between points with a solution and points without: what is wrong with the latter shows best there."""

from __future__ import annotations

from collections.abc import Iterator

from bichiku.api.sweep.run import numeric
from bichiku.solving import Status

Point = tuple[str, ...]

NOT_WORTH_IT = {Status.OPTIMAL.value, *(status.value for status in Status if status.gave_up)}


def border_point(statuses: dict[Point, str]) -> tuple[Point, Point | None] | None:
    """A point without a solution, next to a solved one if there is such a one, else the first; and its neighbour.

    Infeasible points come before those that failed for another reason. None if every point is solved, or not solved
    for want of time or iterations alone.
    """
    unsolved = [point for point, status in statuses.items() if status not in NOT_WORTH_IT]
    unsolved.sort(key=lambda point: statuses[point] != Status.INFEASIBLE.value)
    for point in unsolved:
        for neighbour in _neighbours(point, statuses):
            if statuses[neighbour] == Status.OPTIMAL.value:
                return point, neighbour
    return (unsolved[0], None) if unsolved else None


def _neighbours(point: Point, statuses: dict[Point, str]) -> Iterator[Point]:
    """Points of the grid that are one step away along one axis."""
    for place, value in enumerate(point):
        values = sorted({other[place] for other in statuses}, key=lambda text: numeric((text,)))
        here = values.index(value)
        for step in (here - 1, here + 1):
            if 0 <= step < len(values):
                yield (*point[:place], values[step], *point[place + 1 :])
