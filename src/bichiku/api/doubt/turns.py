"""Where the order of two strategies turns as one group of numbers moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bichiku.api.doubt.question import Answer, Question, StrategyCost
from bichiku.model.rounding import difference
from bichiku.model.uncertainty import Group

WIDTH = 1e-3  # of the way from base to end: what a turn is narrowed down to
TIE = 1e-9  # share of the cost by which two strategies differ and still cost the same
MOST_SOLVES = 40


@dataclass(frozen=True)
class Turn:
    """What is asked: a strategy that is behind at the base is ahead at an end of a group.

    Attributes:
        group: the group, all others staying at their base.
        end: the end.
        ahead: the strategy that is ahead at the base.
        behind: the one that is ahead at the end.
        at_base, at_end: cost of `behind` less that of `ahead` there; zero or more, and below zero.
    """

    group: Group
    end: float
    ahead: str
    behind: str
    at_base: float
    at_end: float

    @property
    def name(self) -> str:
        return f"{self.behind} before {self.ahead} as {self.group.name} goes to {self.end:+g}"


def costs_more(one: StrategyCost, other: StrategyCost) -> float:
    """What a strategy costs more than another; nothing where both cost the same but for rounding."""
    return difference(one.cost, other.cost, TIE)


@dataclass(frozen=True)
class Turned:
    """Where it is.

    Attributes:
        position: of the group, between base and end.
        beyond: the nearest position that was solved with the other strategy ahead.
        solves: worlds that were looked into to find it.
    """

    position: float
    beyond: float
    solves: int


@dataclass(frozen=True)
class Turning:
    """Finds turns, by the rule of false position with the halving of a stubborn end (Illinois).

    Source: Dowell and Jarratt, A modified regula falsi method, BIT 11 (1971) 168-174.

    Attributes:
        solve: tells what strategies cost in a world.
    """

    solve: Callable[[Question], Answer]

    def __call__(self, asked: Turn) -> Turned | None:
        """The turn; None where one of the two has no solution on the way.

        Both sides of it are solved: of the last two worlds one has the first strategy ahead and the other the second.
        """
        near, far = 0.0, 1.0
        at_near, at_far = asked.at_base, asked.at_end
        weight_near, weight_far = at_near, at_far
        solves = 0
        while far - near > WIDTH and solves < MOST_SOLVES:
            share = near + (far - near) * weight_near / (weight_near - weight_far)
            if solves % 3 == 2:  # where costs jump, as with whole numbers, lines lead astray
                share = (near + far) / 2
            # a step that hugs an end would narrow nothing
            share = min(max(share, near + WIDTH / 2), far - WIDTH / 2)
            found = self._difference(asked, share)
            solves += 1
            if found is None:
                return None
            if found >= 0.0:
                near, at_near, weight_near, weight_far = share, found, found, weight_far / 2
            else:
                far, at_far, weight_far, weight_near = share, found, found, weight_near / 2
        line = near + (far - near) * at_near / (at_near - at_far)
        return Turned(asked.end * line, asked.end * far, solves)

    def _difference(self, asked: Turn, share: float) -> float | None:
        """Cost of the one behind less that of the one ahead, so far on the way to the end."""
        assignments = tuple(asked.group.assignments(asked.end * share))
        found = self.solve(Question(asked.name, assignments, (asked.ahead, asked.behind)))
        behind, ahead = found[asked.behind], found[asked.ahead]
        if not (behind.is_solved and ahead.is_solved):
            return None
        return costs_more(behind, ahead)
