"""Materials tied by projects, worked out again from the tables: chains, and what stands above and below a material."""

from __future__ import annotations

import numpy as np

from bichiku.model.world import World


def chain_of_material(world: World) -> np.ndarray:
    """The number of each material's chain, counted in the order of the materials; shape (materials,)."""
    tied = _tied(world)
    found = np.full(len(tied), -1)
    for k in range(len(tied)):
        if found[k] < 0:
            found[tied[k]] = found.max() + 1
    return found


def related(world: World) -> np.ndarray:
    """Whether a material is another's feed up the chain, made from it down the chain, or itself; shape (k, k)."""
    made = _made_from(world)
    return _closed(made) | _closed(made.T)


def _made_from(world: World) -> np.ndarray:
    """Whether a project makes the first material from the second; shape (materials, materials)."""
    materials = list(world.materials)
    made = np.zeros((len(materials), len(materials)), dtype=bool)
    for row in world.projects.values():
        if row.input_material is not None:
            made[materials.index(row.material), materials.index(row.input_material)] = True
    return made


def _tied(world: World) -> np.ndarray:
    made = _made_from(world)
    return _closed(made | made.T)


def _closed(steps: np.ndarray) -> np.ndarray:
    """What can be reached in any number of steps, none included."""
    reached = steps | np.eye(len(steps), dtype=bool)
    while True:
        further = (reached.astype(int) @ reached.astype(int)) > 0
        if (further == reached).all():
            return reached
        reached = further
