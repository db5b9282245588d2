"""What one more day of a reserve's target does: to the plan's stock, its ceiling, what waits and what branches keep."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bichiku.policies.days import move_of_days
from bichiku.policies.release import days_held_back, period_before
from bichiku.policies.reserve_ceiling import ceiling_days, ceiling_tonnes, is_target
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
        days = ceiling_days(world, material)
        assert days is not None
        rise = more if is_target(world, material) else np.zeros(len(more))
        now, then = (
            ceiling_tonnes(built, world, material, days + step * rise, target + step * more) for step in (0.0, 1.0)
        )
        if rise.any() or (now != then).any():
            lifted = Move(rows=block.numbers, row_moves=(then - now)[block.keys])
            fed = _of_feed(built, material, block.numbers, block.keys, rise[block.keys] / world.calendar.days)
            # where it turns hangs on the stock of all periods before, so it is told for this one step
            yield OneMore(Move.together([lifted, fed]), is_whole=True)


def _waiting(built: Built, material: str, target: np.ndarray, more: np.ndarray) -> Iterator[OneMore]:
    """What waits for its release is a share of the target before the emergency."""
    world = built.world
    for block in _blocks(built, "release", material):
        tree, nodes = built.tree_of(block.chain), block.keys
        before = period_before(tree, nodes)
        now, then = (
            days_held_back(world.policies.release, world.kept(material), days, tree, nodes, before)
            for days in (target, target + more)
        )
        apart = target[before - 1] - days_before_onset(target, tree, nodes)
        closer = more[before - 1] - days_before_onset(more, tree, nodes)
        move = _of_use(built, material, block.numbers, before - 1, then - now)
        yield OneMore(move, where_zero(apart, closer))


def _kept_in_branches(built: Built, material: str, target: np.ndarray, more: np.ndarray) -> Iterator[OneMore]:
    """What a branch without emergency must keep of the plan's stock is less where the target has risen since."""
    for block in _blocks(built, "reserve_kept", material):
        tree, nodes = built.tree_of(block.chain), block.keys
        risen = growth(target + more, tree, nodes) - growth(target, tree, nodes)
        apart = target[tree.period[nodes] - 1] - days_before_onset(target, tree, nodes)
        closer = more[tree.period[nodes] - 1] - days_before_onset(more, tree, nodes)
        # the stock may stand on either side of its row
        side = np.where(np.isfinite(built.program.row_lower[block.numbers]), -1.0, 1.0)
        move = _of_use(built, material, block.numbers, tree.on_plan[nodes], side * risen)
        yield OneMore(move, where_zero(apart, closer))


def _blocks(built: Built, family: str, material: str) -> Iterator[RowBlock]:
    return (block for block in built.program.blocks(family) if block.material == material)


def _of_use(built: Built, material: str, rows: np.ndarray, at: np.ndarray, days: np.ndarray) -> Move:
    """Rows whose limits move by so many days of the plan's use: demand in the limit, feed in the coefficients.

    Args:
        built: the strategy.
        material: whose use it is.
        rows: their numbers.
        at: the plan's node of each.
        days: by which each moves.
    """
    moves = days != 0.0
    rows, at, periods = rows[moves], at[moves], days[moves] / built.world.calendar.days
    used = built.demand[material][at] if material in built.demand else np.zeros(len(at))
    return Move.together([Move(rows=rows, row_moves=periods * used), _of_feed(built, material, rows, at, periods)])


def _of_feed(built: Built, material: str, rows: np.ndarray, at: np.ndarray, periods: np.ndarray) -> Move:
    """The part of it that feed is, in periods of use."""
    consumers = built.world.consumers(material)
    starts = np.array([built.program.columns_of("run", name).start for name in consumers], dtype=int)
    rates = np.array([built.world.projects[name].input_per_output or 0.0 for name in consumers])
    return Move(
        entry_rows=np.tile(rows, len(starts)),
        entry_columns=(starts[:, np.newaxis] + at).ravel(),
        entry_moves=-(rates[:, np.newaxis] * periods).ravel(),
    )
