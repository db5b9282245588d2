"""Reserve days: on the plan, a stock of at least so many days of demand."""

from __future__ import annotations

from typing import Any

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.world import World


def target_days(world: World, material: str) -> np.ndarray | None:
    """Days of cover asked for at the end of each period; shape (periods,). None without a target."""
    policy = world.policies.reserve_days
    path = policy.of(material) if policy and material in world.demand else None
    return None if path is None else path(world.calendar.ends)


def add_reserve_days(stencil: Stencil, world: World) -> None:
    """``stock ≥ days · demand / d`` at each plan node; in a crisis the reserve may be used."""
    days = {material: target for material in world.demand if (target := target_days(world, material)) is not None}
    if not days:
        return
    tree, length = stencil.tree, world.calendar.days
    stencil.parameters("reserve_target_days", {k: target[tree.period - 1] for k, target in days.items()})

    def rule(m: Any, material: str) -> Any:
        return m.stock[material] >= m.reserve_target_days[material] * m.demand[material] / length

    stencil.add_rows("reserve_days", days, rule, nodes=tree.plan, unit="t", policy=True)
