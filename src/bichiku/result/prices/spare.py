"""What more capacity does besides: to the tonnes spared for a refill, and to what cannot leave the store."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bichiku.build.hand_back import beyond_use, spare_tonnes
from bichiku.policies.policy import Limit, bent
from bichiku.policies.reserve_ceiling import ceiling_days, ceiling_tonnes
from bichiku.policies.reserve_target import target_days
from bichiku.program import Move
from bichiku.program.move import OneMore, where_zero
from bichiku.result.outcome import Outcome


def with_spare(limit: Limit, outcome: Outcome) -> Limit:
    """A capacity under all that a step of it does; existing capacity of a project takes feed as well as it gives."""
    assert limit.move is not None
    source = outcome.world.sources[limit.name]
    feed = getattr(source, "input_material", None)
    materials = [source.material, *([] if feed is None else [feed])]
    parts = [part for material in materials for part in _of(material, limit, outcome)]
    return bent(limit, OneMore.together([OneMore(limit.move), *parts]))


def _of(material: str, limit: Limit, outcome: Outcome) -> Iterator[OneMore]:
    part, program, step = outcome.of(material), outcome.program, limit.step
    world, tree, more = part.world, part.tree, {limit.name: step}
    columns = program.columns_of("gap", material)
    if columns.stop > columns.start:
        now, then = (beyond_use(material, world, tree, part.state, extra) for extra in ({}, more))
        spare = [spare_tonnes(beyond, world, tree)[tree.ends] for beyond in (now, then)]
        move = Move(columns=np.arange(columns.start, columns.stop), column_moves=(spare[1] - spare[0]) / step)
        yield OneMore(move, where_zero(now, (then - now) / step))
    for block in program.blocks("reserve_ceiling"):
        most = ceiling_days(world, material)
        if block.material == material and most is not None:
            target = target_days(world, material)
            tonnes = [ceiling_tonnes(outcome, world, material, most, target, extra) for extra in ({}, more)]
            moves = (tonnes[1] - tonnes[0])[block.keys] / step
            if moves.any():
                yield OneMore(Move(rows=block.numbers, row_moves=moves), is_whole=True)
