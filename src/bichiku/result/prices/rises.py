"""What a part's cost rises by when a limit moves by a step: the part is solved again there."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from bichiku.model.rounding import difference
from bichiku.policies import Limit
from bichiku.program import LinearProgram, Move
from bichiku.result.planes import PartWithPlanes
from bichiku.result.prices.beside import OtherLimits
from bichiku.solving import HotProgram, Optimum, Status
from bichiku.solving.coupled import RowsCouple
from bichiku.solving.known_parts import digest_of, digest_of_numbers

ROUNDING = 1e-13  # of a part's cost; two costs that differ by less are one


@dataclass(frozen=True)
class Rise:
    """What a part's cost rises by for a step up, and for the step that led up to now where it was asked for.

    Either is not a number where there is no solution, and None where the solver fails.

    Attributes:
        beside: other limits that bind then.
    """

    up: float | None
    down: float | None
    beside: tuple[str, ...]


def what_rises(moves: Sequence[tuple[Limit, Move]], part: int, hot: HotProgram, others: OtherLimits) -> Hashable:
    """All that rises of a part hang on: its numbers and basis, the limits that move, and what its rows are called."""
    limits = tuple(
        (
            limit.family,
            limit.name,
            limit.material,
            limit.year,
            limit.value,
            limit.unit,
            limit.steps,
            limit.holds,
            digest_of_numbers(move.arrays),
        )
        for limit, move in moves
    )
    program = hot.parts[part].program
    point = digest_of_numbers([hot.answer(part).x])
    return hot.options, digest_of(program), point, limits, others.named(hot.parts[part].rows)


def rises_of(
    moves: Sequence[tuple[Limit, Move]],
    part: int,
    hot: HotProgram,
    solve: Callable[[LinearProgram], Optimum],
    others: OtherLimits,
) -> Iterator[Rise | None]:
    """What one step more of each limit does to a part; none where other parts would move too."""
    try:
        now = solve(hot.parts[part].program)
    except RowsCouple:
        yield from (None for _ in moves)
        return
    for limit, move in moves:
        try:
            yield _rise(limit, move, part, hot, now, solve, others, _asks_down(limit))
        except RowsCouple:
            yield None


def rises_by_planes(
    moves: Sequence[tuple[Limit, Move]], part: int, hot: HotProgram, again: PartWithPlanes, others: OtherLimits
) -> Iterator[Rise]:
    """The same of a part of which something is kept by planes: those of a step hold before it too."""
    program = hot.parts[part].program
    for limit, move in moves:
        while True:
            known = again.planes
            now = again.optimum(program)
            rise = _rise(limit, move, part, hot, now, again.optimum, others, _has_down(limit))
            if again.planes == known:
                yield rise
                break


def _rise(
    limit: Limit,
    move: Move,
    part: int,
    hot: HotProgram,
    now: Optimum,
    solve: Callable[[LinearProgram], Optimum],
    others: OtherLimits,
    down: bool,
) -> Rise:
    """What one step more does to a part, and one step less if that is asked for."""
    if now.status is not Status.OPTIMAL:
        return Rise(None, None, ())  # it was solved before, so what fails is the solver
    program, step = hot.parts[part].program, limit.step
    after = solve(program.moved(move, step))
    up = _cost_of(after)
    beside = others.binding(limit, hot.parts[part].rows, now, after) if after.status is Status.OPTIMAL else ()
    before = _cost_of(solve(program.moved(move, -step))) if down else None
    return Rise(
        None if up is None else difference(up, now.objective, ROUNDING),
        None if before is None else difference(now.objective, before, ROUNDING),
        beside,
    )


def _asks_down(limit: Limit) -> bool:
    """Whether a step less is told by solving again: no basis tells it, and the move is the same on that side."""
    return len(moved(limit).entry_rows) > 0 and _has_down(limit)


def _has_down(limit: Limit) -> bool:
    return not limit.steps and limit.holds[0] <= -limit.step


def _cost_of(solution: Optimum) -> float | None:
    """Cost of a part; not a number where it has no solution, None where the solver fails."""
    if solution.status is Status.OPTIMAL:
        return solution.objective
    return math.nan if solution.status is Status.INFEASIBLE else None


def moved(limit: Limit) -> Move:
    """The move of a limit whose price is asked for, which has one."""
    assert limit.move is not None
    return limit.move
