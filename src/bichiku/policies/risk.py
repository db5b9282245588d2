"""Risk: the CVaR of damage given a crisis, weighed in the cost or limited.

Rockafellar and Uryasev (2000), "Optimization of conditional value-at-risk": CVaR at level β is the least of
``threshold + Σ q · excess / (1 − β)`` over the threshold, with ``excess ≥ damage − threshold``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bichiku.build.costs import RISK, node_discount, shortage_cost, substitution_cost
from bichiku.build.program import ALL
from bichiku.build.stencil import Stencil
from bichiku.model.world import World


def branch_shares(stencil: Stencil) -> np.ndarray:
    """Probabilities of the branches, scaled to sum to one; shape (branches,)."""
    probability = np.array([branch.probability for branch in stencil.tree.branches])
    return probability / probability.sum()


def add_risk(stencil: Stencil, world: World) -> None:
    """Declares damage, threshold and excess, then the weight's cost line and the limit's row."""
    policy = world.policies.risk
    tree = stencil.tree
    if policy is None or not any(branch.probability > 0 for branch in tree.branches):
        return
    stencil.variables("excess", [ALL], stencil.per_branch)
    stencil.variables("threshold", [ALL], stencil.once)
    begins = np.zeros(tree.size)
    begins[tree.first] = 1.0
    stencil.parameters("branch_begins", {ALL: begins})
    stencil.parameters("damage_discount", {ALL: node_discount(stencil, world)})
    shares = np.zeros(tree.size)
    shares[tree.first] = branch_shares(stencil)

    def exceeds(m: Any, _: str) -> Any:
        total = sum(shortage_cost(world, m, k) + substitution_cost(world, m, k) for k in world.demand)
        # excess and threshold count once in a branch, at its first node
        once = m.branch_begins[ALL] * (m.excess[ALL] + m.threshold[ALL])
        return m.damage_discount[ALL] * total - once <= 0

    unit = world.settings.currency
    on_branches = np.flatnonzero(tree.branch >= 0)
    stencil.add_rows("excess_damage", [ALL], exceeds, nodes=on_branches, key=tree.branch, place="branch", unit=unit)

    def value_at_branch(m: Any) -> Any:
        return m.threshold[ALL] + m.excess[ALL] / (1.0 - policy.level)

    if policy.weight:
        stencil.add_cost(RISK, [ALL], lambda m, _: policy.weight * value_at_branch(m), tree.first, shares[tree.first])
    if policy.limit is not None:
        stencil.parameters("branch_share", {ALL: shares})

        def limit(m: Any, _: str) -> Any:
            return m.branch_share[ALL] * value_at_branch(m) <= policy.limit

        zeros = np.zeros(tree.size, dtype=int)
        stencil.add_rows("risk_limit", [ALL], limit, nodes=tree.first, key=zeros, place="once", unit=unit, policy=True)
