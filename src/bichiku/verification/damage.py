"""Damage of each future, part by part, and its conditional value at risk by year of onset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bichiku.model.world import World
from bichiku.verification.balances import of_material, saved_by_material
from bichiku.verification.flows import Flows, refused_by_source
from bichiku.verification.hand_back import Refill, discounted_ends, shortage_money
from bichiku.verification.states import States
from bichiku.verification.tree import Nodes, discount_of

PARTS = ("shortage", "substitution", "dearer_purchases", "dearer_refill")


@dataclass(frozen=True)
class Damage:
    """Discounted money that a crisis costs if it comes.

    Attributes:
        on_path: by part, money at each node if it comes to it, refill left out; shape (nodes, materials) each.
        terms_on_path: the terms of dearer purchases at each node without their signs, as goods of a contract that are
            offered and refused cancel; shape (nodes, materials).
        at_end: refill above the reference price at each end of `Refill`; shape (ends, materials).
        by_part: by part, the sum along the path of each future; shape (futures, materials) each.
        dearer_terms: `terms_on_path`, likewise.
        likely: probability of each future; shape (futures,).
        year: calendar year of each future's onset; shape (futures,).
    """

    on_path: Mapping[str, np.ndarray]
    terms_on_path: np.ndarray
    at_end: np.ndarray
    by_part: Mapping[str, np.ndarray]
    dearer_terms: np.ndarray
    likely: np.ndarray
    year: np.ndarray

    @property
    def by_material(self) -> np.ndarray:
        """All parts together; shape (futures, materials)."""
        return np.asarray(sum(self.by_part[part] for part in PARTS))

    @property
    def of_future(self) -> np.ndarray:
        """Damage of each future, all materials of all chains together."""
        return np.asarray(self.by_material.sum(axis=1))

    def cvar(self, year: int, level: float) -> float:
        """The CVaR of the futures that begin in a year."""
        begun = self.year == year
        return least_cvar(self.of_future[begun], self.likely[begun], level)


def least_cvar(damage: np.ndarray, likely: np.ndarray, level: float) -> float:
    """The least of ``threshold + sum of likely x excess / (1 - level)``; what is left to one counts as no damage."""
    thresholds = np.unique(np.maximum(np.append(damage, 0.0), 0.0))
    excess = np.maximum(damage - thresholds[:, np.newaxis], 0.0)
    return float((thresholds + excess @ likely / (1.0 - level)).min())


def damage_of(world: World, nodes: Nodes, states: States, flows: Flows, refill: Refill) -> Damage:
    """Damage from the written flows."""
    on_path = damage_by_node(world, nodes, states, flows)
    at_end = discounted_ends(refill, flows)[1]
    position = {int(node): i for i, node in enumerate(refill.ends)}
    shape = len(nodes.futures), len(world.materials)
    by_part = {part: np.zeros(shape) for part in PARTS}
    terms = _dearer(world, nodes, states, flows["arrived"] + refused_by_source(world, flows))
    dearer_terms = np.zeros(shape)
    for number, future in enumerate(nodes.futures):
        dearer_terms[number] = terms[future.path].sum(axis=0)
        for part, money in on_path.items():
            by_part[part][number] = money[future.path].sum(axis=0)
        by_part["dearer_refill"][number] = at_end[position[future.end]]
    likely = np.array([future.probability for future in nodes.futures], dtype=float)
    onset = np.array([future.onset for future in nodes.futures], dtype=int)
    return Damage(on_path, terms, at_end, by_part, dearer_terms, likely, world.calendar.years[onset - 1])


def damage_by_node(world: World, nodes: Nodes, states: States, flows: Flows) -> dict[str, np.ndarray]:
    """Discounted shortage, substitution and dearer purchases of each node if it comes to it."""
    now = discount_of(world, nodes)[:, np.newaxis]
    tranche_cost = np.array([row.cost for row in world.tranches.values()])
    return {
        "shortage": shortage_money(world, states, flows["short"]) * now,
        "substitution": saved_by_material(world, flows["saved"], tranche_cost) * now,
        "dearer_purchases": _dearer(world, nodes, states, flows["arrived"]),
    }


def _dearer(world: World, nodes: Nodes, states: States, tonnes: np.ndarray) -> np.ndarray:
    """Discounted money by which tonnes of each source are dearer than on the plan; shape (nodes, materials)."""
    suppliers = world.suppliers
    paid = np.array([suppliers[n].price * (1.0 + suppliers[n].tariff_rate) if n in suppliers else 0.0
                     for n in world.sources])  # fmt: skip
    dearer = np.maximum(states.price - states.price[nodes.on_plan], 0.0)
    return np.asarray((tonnes * dearer * paid) @ of_material(world) * discount_of(world, nodes)[:, np.newaxis])
