"""What became of a chain: a path through what was operated, its money and its harm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bichiku.model.cost_lines import GAP
from bichiku.model.paths import Paths
from bichiku.result.outcome import ChainOutcome
from bichiku.result.tables.crises import Harm


class OperatedChain:
    """A chain as it was last looked at, with all branches that were worked out side by side.

    Attributes:
        part: the chain, what has happened included.
    """

    def __init__(self, part: ChainOutcome) -> None:
        self.part = part
        self._harm: dict[str, Harm] = {}

    def harm(self, material: str) -> Harm:
        """What the branches do to a material."""
        if material not in self._harm:
            self._harm[material] = Harm(material, self.part)
        return self._harm[material]

    @cached_property
    def money(self) -> np.ndarray:
        """Discounted money of all cost lines but the hand-back at each node of a branch, if it is reached."""
        tree = self.part.tree
        total = np.zeros(tree.size)
        for line in self.part.program.cost_lines:
            if line.line != GAP:
                total += line.money.at(self.part.solution.x)
        return np.divide(total, tree.weight, out=np.zeros(tree.size), where=tree.weight > 0.0)

    @cached_property
    def handed_back(self) -> np.ndarray:
        """Discounted money of the hand-back at each node at which a branch ends."""
        tree = self.part.tree
        total = np.zeros(tree.size)
        for line in self.part.program.cost_lines:
            if line.line == GAP:
                total += line.money.at(self.part.solution.x)
        total[tree.ends] /= tree.end_weight
        return total


@dataclass(frozen=True)
class Course:
    """What became of one chain.

    Attributes:
        operated: the chain as it was last looked at.
        path: nodes that were run through, from the first onset on.
        reviews: how often operation was planned anew.
    """

    operated: OperatedChain
    path: np.ndarray
    reviews: int

    @property
    def part(self) -> ChainOutcome:
        """The chain as it was last looked at."""
        return self.operated.part

    @property
    def cost(self) -> float:
        """Discounted money of all cost lines along the path, the hand-back at its end included.

        What is built and signed is the plan's; of it only what running it costs is in there.
        """
        return float(self.operated.money[self.path].sum() + self.operated.handed_back[self.path[-1]])

    def opening(self, material: str) -> float:
        """Tonnes in store when the first crisis begins."""
        return float(self.part.stock_before(material)[self.path[0]])

    def met(self, material: str, periods: int) -> float:
        """Share of demand that is met in so many periods from the onset on; not a number without demand."""
        nodes = self.path[:periods]
        demand = float(self.part.demand[material][nodes].sum()) if material in self.part.demand else 0.0
        return 1.0 - float(self.part.short[material][nodes].sum()) / demand if demand > 0.0 else math.nan

    def harm(self, material: str) -> dict[str, float]:
        """What the path does to a material, by the names of the columns of crises.csv."""
        found = self.operated.harm(material).along(Paths([self.path]))
        return {name: float(alone) for name, (alone,) in found.items()}
