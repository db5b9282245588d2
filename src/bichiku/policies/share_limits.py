"""Share caps and floors: a group's share of a material, per calendar year of the plan.

The China-share cap is one of these: ``{group: [CHN], stage: exporter, max: 0.5}``.
"""

from __future__ import annotations

from collections.abc import Sequence

from bichiku.build.stencil import Stencil
from bichiku.model.world import World
from bichiku.policies.shares import ShareRow, add_share_rows, limited_materials
from bichiku.read.settings import ShareCap, ShareFloor


def add_share_limits(stencil: Stencil, world: World) -> None:
    """``group's arrivals ≤ max · all arrivals`` for each cap, ``≥ min · all arrivals`` for each floor."""
    add_share_rows(stencil, world, "share_caps", share_rows(world.policies.share_caps, world), "cap")
    add_share_rows(stencil, world, "share_floors", share_rows(world.policies.share_floors, world), "floor")


def share_rows(limits: Sequence[ShareCap | ShareFloor], world: World) -> dict[tuple[str, str], ShareRow]:
    """What caps (or floors) limit, by (name of the limit, material)."""
    rows: dict[tuple[str, str], ShareRow] = {}
    for limit in limits:
        path = limit.max if isinstance(limit, ShareCap) else limit.min
        row = ShareRow(world.members(limit.group), limit.stage, limit.of, path, limit.soft)
        for material in limited_materials(limit.materials, world):
            rows[_free_name(limit.name or "+".join(limit.group), material, rows), material] = row
    return rows


def _free_name(name: str, material: str, taken: dict[tuple[str, str], ShareRow]) -> str:
    """Two limits on the same group are both kept, the second as ``name #2``."""
    candidates = [name, *(f"{name} #{number}" for number in range(2, len(taken) + 2))]
    return next(candidate for candidate in candidates if (candidate, material) not in taken)
