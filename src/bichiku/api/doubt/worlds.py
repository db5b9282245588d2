"""The worlds in which a choice is judged: the model's own, each group of numbers at its ends, and draws of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bichiku.model.uncertainty import BASE, HIGH, LOW, Group

OWN, AT_LOW, AT_HIGH, DRAW = "base", "low", "high", "draw"
MOST_DRAWS = 100_000


@dataclass(frozen=True)
class Setting:
    """Where the groups stand in one world.

    Attributes:
        name: name of the world.
        kind: `OWN`, `AT_LOW`, `AT_HIGH` or `DRAW`.
        group: the group that alone is moved; empty where none is, or all are.
        positions: position of each group, in their order.
    """

    name: str
    kind: str
    group: str
    positions: tuple[float, ...]

    def assignments(self, groups: Sequence[Group]) -> tuple[str, ...]:
        """What is set in this world, as `--set` takes it."""
        return tuple(
            text for group, position in zip(groups, self.positions, strict=True) for text in group.assignments(position)
        )


def settings_of(groups: Sequence[Group], draws: int, seed: int) -> list[Setting]:
    """All worlds, in order: the model's own, each group low and high, and the draws.

    The draws are a Latin hypercube: for each group each N-th of its positions is drawn once, so that half of the worlds
    have it between low and base and half between base and high.

    Args:
        groups: the groups.
        draws: number of draws.
        seed: of the draws; the same seed gives the same worlds.
    """
    count = len(groups)
    found = [Setting(OWN, OWN, "", (BASE,) * count)]
    for number, group in enumerate(groups):
        for kind, end in ((AT_LOW, LOW), (AT_HIGH, HIGH)):
            positions = tuple(end if i == number else BASE for i in range(count))
            found.append(Setting(f"{kind} {group.name}", kind, group.name, positions))
    if draws:
        from scipy.stats import qmc  # takes half a second to load

        shares = qmc.LatinHypercube(d=count, seed=seed).random(draws)
        found += [
            Setting(f"{DRAW} {number}", DRAW, "", tuple(float(LOW + (HIGH - LOW) * share) for share in row))
            for number, row in enumerate(shares, start=1)
        ]
    return found
