"""The tree of somebody who operates a plan: what has happened, and from there on what may come.

Its nodes are the plan's, which is held, and those of branches that leave it, each with the first of some crises. A
branch parts where people learn that a crisis has ended; several may be on at once, each with its own clock. The
branches of one tree have nothing to do with each other: they stand side by side to be worked out at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.tree import SPINE, Future, Stretch, Tree
from bichiku.stressing.strikes import Lengths, Strike

Clock = tuple[np.ndarray, np.ndarray]
Seen = tuple[int, ...]  # of each crisis the length after which it ended, `SPINE` while it has not


@dataclass(frozen=True)
class Outlook:
    """Some crises, and the lengths of each that are possible with their probabilities.

    How long they really last is not looked at.
    """

    strikes: Sequence[Strike]
    known: Sequence[Lengths]

    @property
    def onset(self) -> int:
        """Period in which the first begins."""
        return min(strike.onset for strike in self.strikes)

    def seen(self, lengths: Sequence[int], period: int) -> Seen:
        """What is seen in a period if they last so long."""
        return tuple(
            length if strike.onset + length <= period else SPINE
            for length, strike in zip(lengths, self.strikes, strict=True)
        )


@dataclass(frozen=True)
class OperatingTree(Tree):
    """A tree of branches side by side.

    Attributes:
        clocks: by crisis the age at each node, -1 before it begins, and the length; see `Tree.clock`.
        numbers: for each outlook the node of a period in which something is seen.
    """

    clocks: Mapping[str, Clock]
    numbers: Sequence[Mapping[tuple[int, Seen], int]]

    def clock(self, crisis: str) -> Clock:
        """See `Tree.clock`."""
        return self.clocks[crisis]


def grow_operating_tree(outlooks: Sequence[Outlook], calendar: Calendar) -> OperatingTree:
    """The tree of what may become of some crises, with a branch for each outlook."""
    grown = _Branches(calendar.periods)
    for outlook in outlooks:
        grown.add(outlook)
    return grown.tree()


class _Branches:
    """The branches of a tree that grows."""

    def __init__(self, periods: int) -> None:
        self._periods = periods
        self._period = list(range(1, periods + 1))
        self._parent = list(range(-1, periods - 1))
        self._stretch = [-1] * periods
        self._weight = [0.0] * periods
        self._stretches: list[Stretch] = []
        self._futures: list[Future] = []
        self._numbers: list[dict[tuple[int, Seen], int]] = []
        self._outlooks: list[Outlook] = []

    def add(self, outlook: Outlook) -> None:
        """The branch of an outlook: a path for each way in which its crises may last."""
        strikes, first = outlook.strikes, outlook.onset
        label = "+".join(strike.name for strike in strikes)
        numbers: dict[tuple[int, Seen], int] = {}
        stretches: dict[Seen, int] = {}
        for lengths in product(*outlook.known):
            probability = float(np.prod([of[length] for of, length in zip(outlook.known, lengths, strict=True)]))
            end = max(
                Strike(strike.name, strike.crisis, strike.onset, length).end(self._periods)
                for strike, length in zip(strikes, lengths, strict=True)
            )
            node, path = first - 2, []
            for period in range(first, end + 1):
                seen = outlook.seen(lengths, period)
                if (period, seen) not in numbers:
                    if seen not in stretches:
                        stretches[seen] = len(self._stretches)
                        length = SPINE if SPINE in seen else max(seen)
                        self._stretches.append(Stretch(label, first, length, len(self._period), len(self._period)))
                    numbers[period, seen] = self._node(period, node, stretches[seen])
                node = numbers[period, seen]
                self._weight[node] += probability
                path.append(node)
            share, nodes = probability, np.array(path)
            self._futures.append(Future(label, first, max(lengths), probability, share, nodes))
        self._numbers.append(numbers)
        self._outlooks.append(outlook)

    def _node(self, period: int, parent: int, stretch: int) -> int:
        self._period.append(period)
        self._parent.append(parent)
        self._stretch.append(stretch)
        self._weight.append(0.0)
        return len(self._period) - 1

    def tree(self) -> OperatingTree:
        """The tree of all branches."""
        return OperatingTree(
            periods=self._periods,
            stretches=tuple(self._stretches),
            futures=tuple(self._futures),
            period=np.array(self._period),
            parent=np.array(self._parent),
            stretch=np.array(self._stretch),
            weight=np.array(self._weight),
            clocks=self._clocks(),
            numbers=self._numbers,
        )

    def _clocks(self) -> dict[str, Clock]:
        size = len(self._period)
        found: dict[str, Clock] = {}
        for outlook, numbers in zip(self._outlooks, self._numbers, strict=True):
            nodes = np.array(list(numbers.values()), dtype=int)
            period = np.array([at for at, _ in numbers])
            for position, strike in enumerate(outlook.strikes):
                age, length = found.setdefault(strike.name, (np.full(size, -1), np.full(size, SPINE)))
                age[nodes] = np.where(period >= strike.onset, period - strike.onset, -1)
                length[nodes] = [seen[position] for _, seen in numbers]
        return found
