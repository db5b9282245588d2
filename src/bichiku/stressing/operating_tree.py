"""The tree of somebody who operates a plan: what has happened, and from there on what may come.

Its nodes are the plan's, which is held, and those of one branch that leaves it with the first of some crises. The
branch parts where people learn that a crisis has ended; several may be on at once, each with its own clock.
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
class OperatingTree(Tree):
    """A tree of one branch.

    Attributes:
        clocks: by crisis the age at each node, -1 before it begins, and the length; see `Tree.clock`.
        numbers: node of a period in which something is seen.
    """

    clocks: Mapping[str, Clock]
    numbers: Mapping[tuple[int, Seen], int]

    def clock(self, crisis: str) -> Clock:
        """See `Tree.clock`."""
        return self.clocks[crisis]


def seen(lengths: Sequence[int], strikes: Sequence[Strike], period: int) -> Seen:
    """What is seen in a period of crises that last so long."""
    return tuple(
        length if strike.onset + length <= period else SPINE for length, strike in zip(lengths, strikes, strict=True)
    )


def grow_operating_tree(strikes: Sequence[Strike], known: Sequence[Lengths], calendar: Calendar) -> OperatingTree:
    """The tree of what may become of some crises.

    Args:
        strikes: the crises, each with its onset; how long they really last is not looked at.
        known: the lengths of each that are possible, with their probabilities.
        calendar: the time axis.
    """
    periods, first = calendar.periods, min(strike.onset for strike in strikes)
    label = "+".join(strike.name for strike in strikes)
    numbers: dict[tuple[int, Seen], int] = {}
    parents: list[int] = []
    weights: list[float] = []
    futures = []
    for lengths in product(*known):
        probability = float(np.prod([of[length] for of, length in zip(known, lengths, strict=True)]))
        ends = [
            Strike(strike.name, strike.crisis, strike.onset, length).end(periods)
            for strike, length in zip(strikes, lengths, strict=True)
        ]
        node, path = first - 2, []
        for at in range(first, max(ends) + 1):
            key = (at, seen(lengths, strikes, at))
            if key not in numbers:
                numbers[key] = periods + len(numbers)
                parents.append(node)
                weights.append(0.0)
            node = numbers[key]
            weights[node - periods] += probability
            path.append(node)
        futures.append(Future(label, first, max(lengths), probability, np.array(path)))
    period = np.concatenate([np.arange(1, periods + 1), [at for at, _ in numbers]]).astype(int)
    taken = np.bincount(period[periods:] - 1, weights, minlength=periods)
    information = [what for _, what in numbers]
    stretches, number = _stretches(label, first, information, periods)
    clocks = {}
    for position, strike in enumerate(strikes):
        lengths_seen = np.array([SPINE] * periods + [what[position] for what in information])
        ages = np.where((period >= strike.onset) & (np.arange(len(period)) >= periods), period - strike.onset, -1)
        clocks[strike.name] = (ages, lengths_seen)
    return OperatingTree(
        periods=periods,
        stretches=stretches,
        futures=tuple(futures),
        period=period,
        parent=np.concatenate([np.arange(-1, periods - 1), parents]).astype(int),
        stretch=np.concatenate([np.full(periods, -1), number]).astype(int),
        weight=np.concatenate([np.maximum(1.0 - taken, 0.0), weights]),
        clocks=clocks,
        numbers=numbers,
    )


def _stretches(
    label: str, onset: int, information: Sequence[Seen], periods: int
) -> tuple[tuple[Stretch, ...], list[int]]:
    """A stretch for all nodes at which the same is seen, and the number of that of each node."""
    found: dict[Seen, list[int]] = {}
    for number, what in enumerate(information):
        found.setdefault(what, []).append(periods + number)
    order = {what: position for position, what in enumerate(found)}
    stretches = tuple(
        Stretch(label, onset, max(what) if SPINE not in what else SPINE, nodes[0], nodes[-1])
        for what, nodes in found.items()
    )
    return stretches, [order[what] for what in information]
