"""Prices and their ranges, part by part of a solved program.

A limit that stands on the right-hand side has an exact price, the sum of its duals, and an exact range, that
of the optimal basis. Where the basis gives no room for one unit more (a kink), or the number is a coefficient
(a share), the part is solved again one unit away instead.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bichiku.policies import Limit
from bichiku.program import LinearProgram, Move
from bichiku.result.prices.limits import CAPACITIES
from bichiku.solving import HotProgram, Solution, Status
from bichiku.solving.highs import SolverError
from bichiku.solving.sensitivity import sensitivity, slope, steps

KINK = 1e-6  # of a tonne a year; the price of a capacity that holds for less is no price
UNIT = 1.0  # other prices must hold for one unit more, or are found one unit away ...
LARGE = 40_000  # ... unless the part has more rows than this, where solving again takes seconds each time
SAME = 0.01  # prices a unit up and a unit down that differ by less are one price

Rises = tuple[float | None, float | None]  # of the cost, for one unit more and for the last unit up to now


@dataclass(frozen=True)
class Price:
    """What one unit more of a number costs, and the steps from least to most for which that price holds.

    Attributes:
        price: rise of expected discounted cost for one unit more; not a number if that has no solution, or if
            the solver could not tell.
        least, most: steps from where the number stands; not numbers for capacity that lies idle.
        method: ``ranging`` or ``re-solve``.
        untold: whether there is no price because the solver failed on numerical grounds.
    """

    price: float
    least: float
    most: float
    method: str
    untold: bool = False


def prices_of(limits: Sequence[Limit], hot: HotProgram) -> list[Price]:
    """Prices of the limits of a solved program, each of which can move."""
    numbering = _Numbering(hot)
    local = [numbering.local(_move(limit)) for limit in limits]
    # working with a basis keeps the interpreter's lock, so threads would gain nothing here
    found = [_by_ranging(limit, local[i], hot) for i, limit in enumerate(limits)]
    again: dict[int, list[int]] = {}
    for i, price in enumerate(found):
        if price is None:
            for part in local[i]:
                again.setdefault(part, []).append(i)

    def solve_again(part: int) -> dict[int, Rises]:
        with hot.session(part) as solve:
            return {i: _rises(local[i][part], part, hot, solve) for i in again[part]}

    rises: dict[int, list[Rises]] = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for of_part in pool.map(solve_again, sorted(again)):
            for i, up_and_down in of_part.items():
                rises.setdefault(i, []).append(up_and_down)
    return [_one_unit_away(rises[i]) if price is None else price for i, price in enumerate(found)]


def _move(limit: Limit) -> Move:
    assert limit.move is not None
    return limit.move


def _by_ranging(limit: Limit, local: dict[int, Move], hot: HotProgram) -> Price | None:
    """The price from duals and basis of all parts that a limit touches; None where it takes solving again."""
    if not local:
        return Price(0.0, -math.inf, math.inf, "ranging")
    if limit.steps:
        return None
    solutions = {part: hot.answer(part) for part in local}
    programs = {part: hot.parts[part].program for part in local}
    if len(_move(limit).entry_rows):
        ((part, mine),) = local.items()
        return _of_idle_coefficients(mine, programs[part], solutions[part])
    price = sum(slope(programs[part], solutions[part], local[part]) for part in local)
    if limit.family in CAPACITIES and price == 0.0:
        return Price(0.0, math.nan, math.nan, "ranging")
    try:
        found = [sensitivity(programs[part], hot.runs[part], solutions[part], local[part]) for part in local]
    except SolverError:
        return None
    least, most = max(one.least for one in found), min(one.most for one in found)
    large = any(program.shape[0] > LARGE for program in programs.values())
    needed = KINK if limit.family in CAPACITIES or large else UNIT
    return Price(price, min(least, 0.0), most, "ranging") if most >= needed else None


def _of_idle_coefficients(move: Move, program: LinearProgram, solution: Solution) -> Price | None:
    """A limit in coefficients without a price costs nothing until it binds; None where it has a price already."""
    if solution.row_dual[move.rows].any():
        return None
    activity = program.matrix @ solution.x
    moved = np.zeros(program.shape[0])
    np.add.at(moved, move.entry_rows, move.entry_moves * solution.x[move.entry_columns])
    change = moved[move.rows] - move.row_moves
    least, most = steps((activity - program.row_lower)[move.rows], change)
    least_upper, most_upper = steps((program.row_upper - activity)[move.rows], -change)
    most = min(most, most_upper)
    return Price(0.0, min(max(least, least_upper), 0.0), most, "ranging") if most >= UNIT else None


def _rises(move: Move, part: int, hot: HotProgram, solve: Callable[[LinearProgram], Solution]) -> Rises:
    """Rise of a part's cost for one unit more, and for the last unit up to now; see `_cost_after`."""
    now, program = hot.answer(part).objective, hot.parts[part].program
    up, down = (_cost_after(program.moved(move, step), solve) for step in (1.0, -1.0))
    return None if up is None else up - now, None if down is None else now - down


def _cost_after(program: LinearProgram, solve: Callable[[LinearProgram], Solution]) -> float | None:
    """Cost of a part one unit away; not a number where it has no solution, None where the solver fails."""
    solution = solve(program)
    if solution.status is Status.OPTIMAL:
        return solution.objective
    return math.nan if solution.status is Status.INFEASIBLE else None


def _one_unit_away(of_parts: list[Rises]) -> Price:
    """The price from the rises of all parts that a limit touches."""
    ups, downs = ([math.nan if rise is None else rise for rise in rises] for rises in zip(*of_parts, strict=True))
    up, down = sum(ups), sum(downs)
    if math.isnan(up):
        return Price(math.nan, 0.0, 0.0, "re-solve", any(one is None for one, _ in of_parts))
    both = abs(up - down) <= SAME * max(abs(up), abs(down))
    return Price(up, -1.0 if both else 0.0, 1.0, "re-solve")


class _Numbering:
    """Translates rows and columns of the whole program into those of its parts."""

    def __init__(self, hot: HotProgram) -> None:
        rows, columns = hot.program.shape
        self._part_of_row, self._row = np.full(rows, -1), np.zeros(rows, dtype=int)
        self._part_of_column, self._column = np.full(columns, -1), np.zeros(columns, dtype=int)
        for i, part in enumerate(hot.parts):
            self._part_of_row[part.rows], self._row[part.rows] = i, np.arange(len(part.rows))
            self._part_of_column[part.columns], self._column[part.columns] = i, np.arange(len(part.columns))

    def local(self, move: Move) -> dict[int, Move]:
        """The move in the numbering of each part that it touches; columns outside all parts do not matter."""
        parts = np.concatenate([self._part_of_row[move.rows], self._part_of_column[move.columns]])
        return {int(part): self._in_part(move, int(part)) for part in np.unique(parts[parts >= 0])}

    def _in_part(self, move: Move, part: int) -> Move:
        row_at = np.where(self._part_of_row == part, self._row, -1)
        return move.inside(row_at, np.where(self._part_of_column == part, self._column, -1))
