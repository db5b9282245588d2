"""Survive: no shortage in named crises, for so many days or for the whole branch."""

from __future__ import annotations

from typing import Any

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.calendar import Calendar
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.policies.shares import limited_materials
from bichiku.read.settings import Survive


def add_survive(stencil: Stencil, world: World) -> None:
    """``short ≤ 0`` at the branch nodes that begin within `days` days of the onset."""
    policy = world.policies.survive
    if policy is None:
        return
    materials = [material for material in limited_materials(policy.materials, world) if material in world.demand]
    nodes = surviving_nodes(policy, stencil.tree, world.calendar)

    def rule(m: Any, material: str) -> Any:
        return m.short[material] <= 0

    stencil.add_rows("survive", materials, rule, nodes=nodes, unit="t", policy=True)


def surviving_nodes(policy: Survive, tree: Tree, calendar: Calendar) -> np.ndarray:
    """Numbers of the nodes at which nothing may be short."""
    begins = calendar.begins
    wanted = [
        branch.crisis in policy.crises and (policy.from_ is None or int(begins[branch.onset - 1]) >= policy.from_)
        for branch in tree.branches
    ]
    inside = np.isin(tree.branch, np.flatnonzero(wanted))
    if policy.days is not None:
        inside &= (tree.period - tree.onset) * calendar.days < policy.days
    return np.flatnonzero(inside)
