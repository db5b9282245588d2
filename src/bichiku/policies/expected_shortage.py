"""Expected shortage: the expected days short of each material over the horizon are limited."""

from __future__ import annotations

from typing import Any

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.world import World
from bichiku.policies.shares import limited_materials


def add_expected_shortage(stencil: Stencil, world: World) -> None:
    """``Σ weight · short · d / demand ≤ max_days`` over the nodes with demand."""
    policy = world.policies.expected_shortage
    if policy is None:
        return
    materials = [material for material in limited_materials(policy.materials, world) if material in world.demand]
    demand = {name: stencil.numbers[id(stencil.model.demand[name])] for name in materials}
    days_per_tonne = {
        name: np.divide(
            stencil.tree.weight * world.calendar.days, tonnes, out=np.zeros(stencil.tree.size), where=tonnes > 0
        )
        for name, tonnes in demand.items()
    }
    stencil.parameters("expected_days_per_tonne", days_per_tonne)

    def rule(m: Any, material: str) -> Any:
        return m.expected_days_per_tonne[material] * m.short[material] <= policy.max_days

    stencil.add_rows(
        "expected_shortage",
        materials,
        rule,
        nodes=lambda material: np.flatnonzero(demand[material] > 0),
        key=np.zeros(stencil.tree.size, dtype=int),
        place="once",
        unit="days",
        policy=True,
    )
