"""Damage of each branch and its conditional value at risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bichiku.verify.balances import saved_by_material
from bichiku.verify.flows import Flows
from bichiku.verify.tree import Nodes
from bichiku.verify.verdict import KEPT
from bichiku.world import World


def discount_of(world: World, nodes: Nodes) -> np.ndarray:
    """Discount factor of each node's period."""
    return discount(world, nodes.period - 1)


def discount(world: World, elapsed: np.ndarray | int) -> np.ndarray:
    """Discount factor after so many periods."""
    years = np.asarray(elapsed, float) / world.calendar.periods_per_year
    return np.asarray(np.exp(-years * np.log1p(world.settings.discount_rate)))


@dataclass(frozen=True)
class Damage:
    """Discounted shortage and substitution cost if a branch happens.

    Attributes:
        by_material: shape (branches, materials).
        shares: branch probabilities scaled to sum to one; zeros where no branch is likely.
    """

    by_material: np.ndarray
    shares: np.ndarray

    @property
    def likely(self) -> bool:
        """Whether any branch has a probability."""
        return bool(self.shares.sum() > 0)

    def threshold_values(self, level: float, thresholds: np.ndarray) -> np.ndarray:
        """``threshold + excess / (1 - level)`` of each branch; shape (thresholds, branches)."""
        excess = np.maximum(self.by_material.sum(axis=1) - thresholds[:, np.newaxis], 0.0)
        return thresholds[:, np.newaxis] + excess / (1.0 - level)

    def cvar(self, level: float) -> float:
        """The least expected value of these over all thresholds."""
        return float((self.threshold_values(level, self._corners()) @ self.shares).min())

    def best_thresholds(self, level: float) -> tuple[float, float]:
        """The least and the largest threshold that attain the CVaR; between them nothing changes."""
        corners = self._corners()
        values = self.threshold_values(level, corners) @ self.shares
        best = corners[values <= values.min() + KEPT * max(values.min(), 0.0)]
        return float(best.min()), float(best.max())

    def _corners(self) -> np.ndarray:
        return np.unique(np.maximum(np.append(self.by_material.sum(axis=1), 0.0), 0.0))


def damage_of(world: World, nodes: Nodes, flows: Flows) -> Damage:
    """Damage from the written shortages and savings."""
    price = np.array([row.shortage_cost or 0.0 for row in world.materials.values()])
    tranche_cost = np.array([row.cost for row in world.tranches.values()])
    undiscounted = flows["short"] * price + saved_by_material(world, flows["saved"], tranche_cost)
    money = undiscounted * discount_of(world, nodes)[:, np.newaxis]
    found = np.zeros((len(nodes.branches), len(world.materials)))
    for number in range(len(nodes.branches)):
        found[number] = money[nodes.first[number] : nodes.last[number] + 1].sum(axis=0)
    probability = np.array([branch.probability for branch in nodes.branches])
    total = probability.sum()
    return Damage(found, probability / total if total > 0 else probability)
