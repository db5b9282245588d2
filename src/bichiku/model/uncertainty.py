"""How uncertain numbers move: each group of ranges has one position, and every number of it follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bichiku.model.tables import UncertaintyRow

LOW, BASE, HIGH = -1.0, 0.0, 1.0
"""Positions of a group: all its numbers at their low end, as the model has them, and at their high end."""

CANNOT_BE = "cannot be"
"""Status of every strategy in a drawn world in which crises of a chain are likelier than certain together."""


@dataclass(frozen=True)
class UncertainRange:
    """A row of uncertainty.csv with the numbers that its path meets.

    Attributes:
        row: the row.
        base: the numbers as the model has them, by path as `--set` takes it.
        rest: by path of a number that is the probability of one length of a crisis, the probabilities of the other
            lengths as the model has them.
    """

    row: UncertaintyRow
    base: Mapping[str, float]
    rest: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def ends(self, base: float) -> tuple[float, float]:
        """The low and the high end of a number, in its own unit."""
        scale = base if self.row.kind == "factor" else 1.0
        return self.row.low * scale, self.row.high * scale

    def at(self, path: str, position: float) -> float:
        """A number at a position of its group: on a straight line from the base to either end.

        Whole numbers are those nearest to the line.
        """
        base = self.base[path]
        low, high = self.ends(base)
        share = abs(position)
        value = (1.0 - share) * base + share * (high if position > BASE else low)
        return float(round(value)) if self.row.kind == "whole" else value

    def numbers(self, position: float) -> dict[str, float]:
        """All numbers at a position of the group by path.

        Where one is the probability of a length, the other lengths share what it leaves of one in the proportions
        that they have in the model.
        """
        found = {}
        for path, base in self.base.items():
            found[path] = self.at(path, position)
            for other, share in self.rest.get(path, {}).items():
                found[other] = share * (1.0 - found[path]) / (1.0 - base)
        return found


@dataclass(frozen=True)
class Group:
    """Ranges that move together.

    Attributes:
        name: name of the group, or the path of a range that moves alone.
        ranges: its ranges, in the order of their lines.
    """

    name: str
    ranges: tuple[UncertainRange, ...]

    def assignments(self, position: float) -> list[str]:
        """What is set at a position between `LOW` and `HIGH`, as `--set` takes it; nothing at `BASE`."""
        if position == BASE:
            return []
        return [
            f"{path}={_text(value, part.row.kind)}"
            for part in self.ranges
            for path, value in part.numbers(position).items()
        ]


def _text(value: float, kind: str) -> str:
    return str(int(value)) if kind == "whole" else repr(value)
