"""What one more day of a reserve's target does: to the plan's stock, its ceiling, what waits and what branches keep."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bichiku.policies.days import move_of_days
from bichiku.policies.release import days_held_back, period_before
from bichiku.policies.reserve_ceiling import ceiling_tonnes
from bichiku.policies.reserve_target import days_before_onset, growth
from bichiku.policies.views import Built
from bichiku.program import Move, RowBlock
from bichiku.program.move import OneMore, where_zero


def one_more_day(built: Built, floor: RowBlock, target: np.ndarray, year: int, mine: np.ndarray) -> OneMore:
    """One more day of a material's target in all periods of a year.

    Args:
        built: the strategy.
        floor: the rows of the target.
        target: its days at the end of each period; shape (periods,).
        year: the calendar year.
        mine: which of the rows move; shape (rows,).
    """
    more = (built.world.calendar.years == year).astype(float)
    return OneMore.together(
        [
            OneMore(move_of_days(built, floor, target, mine)),
            *_ceiling(built, floor, target, more),
            *_waiting(built, floor.material, target, more),
            *_kept_in_branches(built, floor.material, target, more),
        ]
    )


def _ceiling(built: Built, floor: RowBlock, target: np.ndarray, more: np.ndarray) -> Iterator[OneMore]:
    """The ceiling where it is the target; else what of the target cannot leave the store lifts it."""
    world, material = built.world, floor.material
    for block in _blocks(built, "reserve_ceiling", material):
        most = world.policies.reserve_ceiling.of(material)
        days = target if most == "target" else most(world.calendar.ends)
        rise = more if most == "target" else np.zeros(len(more))
        tonnes = [
            ceiling_tonnes(built, world, material, days + step * rise, target + step * more) for step in (0.0, 1.0)
        ]
        if rise.any() or (tonnes[0] != tonnes[1]).any():
            at = block.keys
            fed = _fed(built, block, at, -rise[at] / world.calendar.days)
            above = Move(rows=block.numbers, row_moves=(tonnes[1] - tonnes[0])[at])
            yield OneMore(Move.together([above, fed]), is_whole=True)


def _waiting(built: Built, material: str, target: np.ndarray, more: np.ndarray) -> Iterator[OneMore]:
    world, d = built.world, built.world.calendar.days
    for block in _blocks(built, "release", material):
        tree, nodes = built.tree_of(block.chain), block.keys
        before = period_before(tree, nodes)
        now, then = (
            days_held_back(world.policies.release, world.kept(material), days, tree, nodes, before)
            for days in (target, target + more)
        )
        moved, at = (then - now) / d, before - 1
        apart = days_before_onset(target, tree, nodes) - target[at]
        closer = more[at] - days_before_onset(more, tree, nodes)
        row_moves = moved * built.demand[material][at] if material in world.demand else np.zeros(len(nodes))
        fed = _fed(built, block, at, -moved)
        yield OneMore(Move.together([Move(rows=block.numbers, row_moves=row_moves), fed]), where_zero(apart, -closer))


def _kept_in_branches(built: Built, material: str, target: np.ndarray, more: np.ndarray) -> Iterator[OneMore]:
    """What a branch without emergency must keep of the plan's stock is less where the target has risen since."""
    world, d = built.world, built.world.calendar.days
    for block in _blocks(built, "reserve_kept", material):
        tree, nodes = built.tree_of(block.chain), block.keys
        moved = (growth(target + more, tree, nodes) - growth(target, tree, nodes)) / d
        apart = target[tree.period[nodes] - 1] - days_before_onset(target, tree, nodes)
        closer = more[tree.period[nodes] - 1] - days_before_onset(more, tree, nodes)
        at = tree.on_plan[nodes]
        side = np.where(np.isfinite(built.program.row_lower[block.numbers]), 1.0, -1.0)
        used = built.demand[material][at] if material in world.demand else np.zeros(len(nodes))
        fed = _fed(built, block, at, side * moved)
        bends = where_zero(apart, closer)
        yield OneMore(Move.together([Move(rows=block.numbers, row_moves=-side * moved * used), fed]), bends)


def _blocks(built: Built, family: str, material: str) -> Iterator[RowBlock]:
    return (block for block in built.program.blocks(family) if block.material == material)


def _fed(built: Built, block: RowBlock, at: np.ndarray, moves: np.ndarray) -> Move:
    """Rows whose coefficients of a tonne of feed move, in the columns of what runs at other nodes."""
    program, world = built.program, built.world
    consumers = world.consumers(block.material)
    starts = [program.columns_of("run", name).start for name in consumers]
    rates = [world.projects[name].input_per_output or 0.0 for name in consumers]
    return Move(
        entry_rows=np.tile(block.numbers, len(starts)),
        entry_columns=(np.array(starts, dtype=int)[:, np.newaxis] + at).ravel(),
        entry_moves=(np.array(rates)[:, np.newaxis] * moves).ravel(),
    )
