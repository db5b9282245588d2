"""The reserve in a crisis: where a material is in no emergency, the branch keeps what the plan holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.state import State
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.policies.reserve_target import growth, target_days

KEPT, GROWTH = "reserve_kept", "growth"  # the rows, and the number in them that hangs on the target


def emergencies(world: World, tree: Tree, state: State) -> dict[str, np.ndarray]:
    """Whether each material of a chain is in an emergency at each node; shape (nodes,).

    It is from the first node of its path at which supply of it, of its feed or of what is made from it is cut, or
    demand for one of these is raised, until the path ends.
    """
    cut = {material: np.zeros(tree.size, dtype=bool) for material in world.materials}
    for name, row in world.sources.items():
        able = row.capacity_t if name in world.suppliers else row.existing_t + row.max_build_t  # type: ignore[union-attr]
        for effects in (state.supply, state.on_route):
            if able > 0.0 and name in effects:
                cut[row.material] |= effects[name].is_cut
    for material, raised in state.demand_raised.items():
        cut[material] |= raised
    found = {}
    for material in world.materials:
        struck = np.any([cut[other] for other in related(world, material)], axis=0)
        for node in tree.off_plan:  # parents come before their children
            if tree.parent[node] >= tree.periods:
                struck[node] |= struck[tree.parent[node]]
        found[material] = struck & (tree.stretch >= 0)
    return found


def related(world: World, material: str) -> set[str]:
    """A material, its feed anywhere up the chain, and what is made from it anywhere down the chain."""
    feeds = {(row.input_material, row.material) for row in world.projects.values() if row.input_material is not None}
    found = {material}
    for back in (True, False):
        reached = {material}
        while True:
            more = {(a if back else b) for a, b in feeds if (b if back else a) in reached} - reached
            if not more:
                break
            reached |= more
        found |= reached
    return found


def add_reserve(stencil: Stencil, world: World, emergency: dict[str, np.ndarray]) -> None:
    """``stock ≥ plan's stock − max(0, days − days before the onset) · plan's use / d``, outside emergencies."""
    tree, model, d = stencil.tree, stencil.model, world.calendar.days
    stencil.parameters("emergency", {name: struck.astype(float) for name, struck in emergency.items()})
    kept = {name: np.flatnonzero(~struck & (tree.stretch >= 0)) for name, struck in emergency.items()}
    kept = {name: nodes for name, nodes in kept.items() if len(nodes)}
    if not kept:
        return
    stencil.elsewhere(
        "stock_planned", of=model.stock, at=dict.fromkeys(kept, tree.on_plan), outside=dict.fromkeys(kept, 0.0)
    )
    fed = sorted({name for material in kept for name in world.consumers(material)})
    stencil.elsewhere("run_planned", of=model.run, at=dict.fromkeys(fed, tree.on_plan), outside=dict.fromkeys(fed, 0.0))
    stencil.parameters(GROWTH, {name: _growth(world, name, tree) for name in kept})
    planned = {name: stencil.number("demand", name)[tree.on_plan] for name in kept if name in world.demand}
    stencil.parameters("demand_planned", planned)

    def keeps(m: Any, material: str) -> Any:
        use = sum(world.projects[name].input_per_output * m.run_planned[name] for name in world.consumers(material))
        if material in world.demand:
            use = use + m.demand_planned[material]
        return m.stock[material] >= m.stock_planned[material] - m.growth[material] * use / d

    stencil.add_rows(KEPT, kept, keeps, nodes=lambda material: kept[material], unit="t")


def growing_stencil(stencil: Stencil, world: World) -> Stencil | None:
    """The rows of `add_reserve` alone, of a stencil without targets, under those of a strategy; None if none rises.

    Args:
        stencil: the stencil.
        world: the same world with the targets that are asked for.
    """
    rises = {key: _growth(world, key[1][0], stencil.tree) for key in stencil.numbers if key[0] == GROWTH}
    if not any(days.any() for days in rises.values()):
        return None
    rows = [family for family in stencil.rows if family.constraint.local_name == KEPT]
    numbers = {**stencil.numbers, **rises}
    return replace(stencil, numbers=numbers, rows=rows, bounds=[], costs=[], preferences=[], quantities=[])


def _growth(world: World, material: str, tree: Tree) -> np.ndarray:
    """Days by which a target has risen since before each node's onset; shape (nodes,). Nothing without a target."""
    days = target_days(world, material)
    return np.zeros(tree.size) if days is None else growth(days, tree, np.arange(tree.size))
