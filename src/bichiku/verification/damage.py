"""Damage of each branch and its conditional value at risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import saved_by_material
from bichiku.verification.flows import Flows
from bichiku.verification.tree import Nodes
from bichiku.verification.verdict import KEPT


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

    @property
    def of_branch(self) -> np.ndarray:
        """Damage of each branch, all materials together."""
        return np.asarray(self.by_material.sum(axis=1))

    def best_thresholds(self, level: float) -> np.ndarray:
        """The least and the largest threshold that attain the CVaR; between them nothing changes."""
        corners = _corners(self.of_branch)
        values = with_thresholds(self.of_branch, level, corners) @ self.shares
        best = corners[values <= values.min() + KEPT * max(values.min(), 0.0)]
        return np.array([best.min(), best.max()])


def with_thresholds(damage: np.ndarray, level: float, thresholds: np.ndarray) -> np.ndarray:
    """``threshold + excess / (1 - level)`` of each branch; shape (thresholds, branches)."""
    excess = np.maximum(damage - thresholds[:, np.newaxis], 0.0)
    return np.asarray(thresholds[:, np.newaxis] + excess / (1.0 - level))


def least_cvar(damage: np.ndarray, shares: np.ndarray, level: float) -> float:
    """The conditional value at risk: the least expected value of these over all thresholds."""
    thresholds = np.unique(np.append(damage, 0.0))  # damage of nothing may be a trifle below zero
    return float((with_thresholds(damage, level, thresholds) @ shares).min())


def _corners(damage: np.ndarray) -> np.ndarray:
    return np.unique(np.maximum(np.append(damage, 0.0), 0.0))


def damage_of(world: World, nodes: Nodes, flows: Flows) -> Damage:
    """Damage from the written shortages and savings."""
    money = damage_by_node(world, nodes, flows)
    found = np.zeros((len(nodes.branches), len(world.materials)))
    for number in range(len(nodes.branches)):
        found[number] = money[nodes.first[number] : nodes.last[number] + 1].sum(axis=0)
    probability = np.array([branch.probability for branch in nodes.branches])
    total = probability.sum()
    return Damage(found, probability / total if total > 0 else probability)


def damage_by_node(world: World, nodes: Nodes, flows: Flows) -> np.ndarray:
    """Discounted shortage and substitution cost of each node if it comes to it; shape (nodes, materials)."""
    price = np.array([row.shortage_cost or 0.0 for row in world.materials.values()])
    tranche_cost = np.array([row.cost for row in world.tranches.values()])
    undiscounted = flows["short"] * price + saved_by_material(world, flows["saved"], tranche_cost)
    return np.asarray(undiscounted * discount_of(world, nodes)[:, np.newaxis])
