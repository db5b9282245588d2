"""Prices and their ranges, part by part of a solved program.

A limit that stands on the right-hand side has an exact price, the sum of its duals, and an exact range, that
of the optimal basis. Where the basis gives no room for one unit more (a kink), or the number is a coefficient
(a share), the part is solved again one unit away instead.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from bichiku.build.program import LinearProgram
from bichiku.result.prices.questions import Question
from bichiku.solve import HotProgram, Solution, Status
from bichiku.solve.highs import HighsRun, SolverError
from bichiku.solve.sensitivity import Direction, sensitivity, slope, steps

CAPACITIES = ("supplier_capacity", "project_capacity", "project_build_limit")
KINK = 1e-6  # of a tonne a year; the price of a capacity that holds for less is no price
UNIT = 1.0  # other prices must hold for one unit more, or are found one unit away ...
LARGE = 40_000  # ... unless the part has more rows than this, where solving again takes seconds each time
SAME = 0.01  # prices a unit up and a unit down that differ by less are one price


@dataclass(frozen=True)
class Answer:
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


def answer_all(questions: Sequence[Question], hot: HotProgram) -> list[Answer]:
    """Answers questions about a solved program; its solvers end as they began."""
    places = _Places(hot)
    local = [places.local(question) for question in questions]
    # working with a basis keeps the interpreter's lock, so threads would gain nothing here
    answers = [_by_ranging(question, local[i], hot) for i, question in enumerate(questions)]
    again: dict[int, list[int]] = {}
    for i, answer in enumerate(answers):
        if answer is None:
            for part in local[i]:
                again.setdefault(part, []).append(i)

    def solve_again(part: int) -> dict[int, tuple[float | None, float | None]]:
        found = {i: _rises(local[i][part], part, hot) for i in again[part]}
        hot.runs[part].change(hot.parts[part].program)
        hot.runs[part].solve()
        return found

    rises: dict[int, list[tuple[float | None, float | None]]] = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for found in pool.map(solve_again, sorted(again)):
            for i, up_and_down in found.items():
                rises.setdefault(i, []).append(up_and_down)
    return [_one_unit_away(rises[i]) if answer is None else answer for i, answer in enumerate(answers)]


def _by_ranging(question: Question, local: dict[int, Question], hot: HotProgram) -> Answer | None:
    """The answer from duals and basis of all parts that a question touches; None where it takes solving again."""
    if not local:
        return Answer(0.0, -math.inf, math.inf, "ranging")
    solutions = {part: hot.answer(part) for part in local}
    if len(question.entries):
        ((part, mine),) = local.items()
        return _of_idle_share(mine, hot.parts[part].program, solutions[part])
    directions = {
        part: Direction(mine.rows, mine.row_moves, mine.columns, mine.column_moves) for part, mine in local.items()
    }
    programs = {part: hot.parts[part].program for part in local}
    price = sum(slope(programs[part], solutions[part], directions[part]) for part in local)
    if question.policy in CAPACITIES and price == 0.0:
        return Answer(0.0, math.nan, math.nan, "ranging")
    try:
        found = [sensitivity(programs[part], hot.runs[part], solutions[part], directions[part]) for part in local]
    except SolverError:
        return None
    least, most = max(one.least for one in found), min(one.most for one in found)
    large = any(program.shape[0] > LARGE for program in programs.values())
    needed = KINK if question.policy in CAPACITIES or large else UNIT
    return Answer(price, min(least, 0.0), most, "ranging") if most >= needed else None


def _of_idle_share(question: Question, program: LinearProgram, solution: Solution) -> Answer | None:
    """A share limit without a price costs nothing until it meets the share; None where it has a price already."""
    row = int(question.rows[0])
    if solution.row_dual[row]:
        return None
    columns = program.matrix.indices[question.entries]
    change = float(question.entry_moves @ solution.x[columns] - question.row_moves[0])
    activity = float(program.matrix.data[question.entries] @ solution.x[columns])
    room = (activity - program.row_lower[row], program.row_upper[row] - activity)
    (least, most), (least_upper, most_upper) = steps(room[0], change), steps(room[1], -change)
    most = min(most, most_upper)
    return Answer(0.0, min(max(least, least_upper), 0.0), most, "ranging") if most >= UNIT else None


def _rises(question: Question, part: int, hot: HotProgram) -> tuple[float | None, float | None]:
    """Rise of a part's cost for one unit more, and for the last unit up to now; see `_cost_after`."""
    now = hot.answer(part).objective
    up, down = (_cost_after(question, step, part, hot) for step in (1.0, -1.0))
    return None if up is None else up - now, None if down is None else now - down


def _one_unit_away(of_parts: list[tuple[float | None, float | None]]) -> Answer:
    """The answer from the rises of all parts that a question touches."""
    ups, downs = ([math.nan if rise is None else rise for rise in rises] for rises in zip(*of_parts, strict=True))
    up, down = sum(ups), sum(downs)
    if math.isnan(up):
        return Answer(math.nan, 0.0, 0.0, "re-solve", any(one is None for one, _ in of_parts))
    both = abs(up - down) <= SAME * max(abs(up), abs(down))
    return Answer(up, -1.0 if both else 0.0, 1.0, "re-solve")


def _cost_after(question: Question, step: float, part: int, hot: HotProgram) -> float | None:
    """Cost of a part so many units away; not a number where it has no solution, None where the solver fails."""
    program = moved(hot.parts[part].program, question, step)
    hot.runs[part].change(program)
    solution = hot.runs[part].solve()
    if solution.status not in (Status.OPTIMAL, Status.INFEASIBLE):
        solution = HighsRun(program, hot.options).solve()  # from the start, not from the last basis
    if solution.status is Status.OPTIMAL:
        return solution.objective
    return math.nan if solution.status is Status.INFEASIBLE else None


def moved(program: LinearProgram, question: Question, step: float) -> LinearProgram:
    """A program with the question's number moved by so many units."""
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    lower[question.rows] += step * question.row_moves
    upper[question.rows] += step * question.row_moves
    column_upper = program.column_upper.copy()
    column_upper[question.columns] += step * question.column_moves
    matrix = program.matrix
    if len(question.entries):
        matrix = matrix.copy()
        matrix.data[question.entries] += step * question.entry_moves
    return replace(program, matrix=matrix, row_lower=lower, row_upper=upper, column_upper=column_upper)


class _Places:
    """Translates rows, columns and entries of the whole program into those of its parts."""

    def __init__(self, hot: HotProgram) -> None:
        rows, columns = hot.program.shape
        self._hot = hot
        self._part_of_row, self._row = np.full(rows, -1), np.zeros(rows, dtype=int)
        self._part_of_column, self._column = np.full(columns, -1), np.zeros(columns, dtype=int)
        for i, part in enumerate(hot.parts):
            self._part_of_row[part.rows], self._row[part.rows] = i, np.arange(len(part.rows))
            self._part_of_column[part.columns], self._column[part.columns] = i, np.arange(len(part.columns))

    def local(self, question: Question) -> dict[int, Question]:
        """The question in the numbering of each part that it touches; columns outside all parts do not matter."""
        parts = np.concatenate([self._part_of_row[question.rows], self._part_of_column[question.columns]])
        return {int(part): self._in_part(question, int(part)) for part in np.unique(parts[parts >= 0])}

    def _in_part(self, question: Question, part: int) -> Question:
        rows = self._part_of_row[question.rows] == part
        columns = self._part_of_column[question.columns] == part
        entries = question.entries
        if len(entries):
            # entries of one row lie next to each other, in the same order in the part
            own = int(self._row[question.rows[0]])
            start = int(self._hot.parts[part].program.matrix.indptr[own])
            entries = start + entries - int(self._hot.program.matrix.indptr[question.rows[0]])
        return replace(
            question,
            rows=self._row[question.rows[rows]],
            row_moves=question.row_moves[rows],
            columns=self._column[question.columns[columns]],
            column_moves=question.column_moves[columns],
            entries=entries,
        )
