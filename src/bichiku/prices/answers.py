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

from bichiku.linear_program import LinearProgram
from bichiku.prices.questions import Question
from bichiku.solve import HotProgram, Solution, Status
from bichiku.solve.components import Component
from bichiku.solve.highs import HighsRun
from bichiku.solve.sensitivity import Direction, sensitivity, slope

CAPACITIES = ("supplier_capacity", "project_capacity", "project_build_limit")
KINK = 1e-6  # of a tonne a year; the price of a capacity that holds for less is no price
UNIT = 1.0  # other prices must hold for one unit more, or are found one unit away ...
LARGE = 40_000  # ... unless the part has more rows than this, where solving again takes seconds each time
SAME = 0.01  # prices a unit up and a unit down that differ by less are one price


@dataclass(frozen=True)
class Answer:
    """What one unit more of a number costs, and the steps from least to most for which that price holds.

    Attributes:
        price: rise of expected discounted cost for one unit more; not a number if that has no solution.
        least, most: steps from where the number stands; not numbers for capacity that lies idle.
        method: ``ranging`` or ``re-solve``.
    """

    price: float
    least: float
    most: float
    method: str


def answer_all(questions: Sequence[Question], hot: HotProgram) -> list[Answer]:
    """Answers questions about a solved program; its solvers end as they began."""
    where = _Positions(hot)
    parts: dict[int, list[int]] = {}
    answers: list[Answer] = [Answer(0.0, -math.inf, math.inf, "ranging")] * len(questions)
    for number, question in enumerate(questions):
        part = where.part(question)
        if part is not None:
            parts.setdefault(part, []).append(number)

    def work(part: int) -> list[tuple[int, Answer]]:
        asked = [(number, where.local(questions[number], part)) for number in parts[part]]
        return _answer_part(asked, hot.parts[part], hot.runs[part], hot.answer(part))

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for found in pool.map(work, sorted(parts)):
            for number, answer in found:
                answers[number] = answer
    return answers


def _answer_part(
    asked: list[tuple[int, Question]], part: Component, run: HighsRun, solution: Solution
) -> list[tuple[int, Answer]]:
    program = part.program
    found: list[tuple[int, Answer]] = []
    again: list[tuple[int, Question]] = []
    for number, question in asked:
        if len(question.entries):
            slack = not np.any(solution.row_dual[question.rows])
            if slack:
                found.append((number, Answer(0.0, -math.inf, math.inf, "ranging")))
            else:
                again.append((number, question))
            continue
        direction = Direction(question.rows, question.row_moves, question.columns, question.column_moves)
        if question.policy in CAPACITIES and slope(program, solution, direction) == 0.0:
            found.append((number, Answer(0.0, math.nan, math.nan, "ranging")))
            continue
        result = sensitivity(program, run, solution, direction)
        needed = KINK if question.policy in CAPACITIES or program.shape[0] > LARGE else UNIT
        if result.most >= needed:
            found.append((number, Answer(result.slope, min(result.least, 0.0), result.most, "ranging")))
        else:
            again.append((number, question))
    for number, question in again:
        found.append((number, _one_unit_away(question, program, run, solution)))
    if again:
        run.change(program)
        run.solve()
    return found


def _one_unit_away(question: Question, program: LinearProgram, run: HighsRun, solution: Solution) -> Answer:
    up = _cost_after(question, 1.0, program, run) - solution.objective
    down = solution.objective - _cost_after(question, -1.0, program, run)
    if math.isnan(up):
        return Answer(down, -1.0, 0.0, "re-solve")
    both = abs(up - down) <= SAME * max(abs(up), abs(down))
    return Answer(up, -1.0 if both else 0.0, 1.0, "re-solve")


def _cost_after(question: Question, step: float, program: LinearProgram, run: HighsRun) -> float:
    run.change(moved(program, question, step))
    solution = run.solve()
    return solution.objective if solution.status is Status.OPTIMAL else math.nan


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


class _Positions:
    """Translates rows, columns and entries of the whole program into those of its parts."""

    def __init__(self, hot: HotProgram) -> None:
        rows, columns = hot.program.shape
        self._matrix = hot.program.matrix
        self._part_of_row, self._row = np.full(rows, -1), np.zeros(rows, dtype=int)
        self._part_of_column, self._column = np.full(columns, -1), np.zeros(columns, dtype=int)
        self._hot = hot
        for i, part in enumerate(hot.parts):
            self._part_of_row[part.rows], self._row[part.rows] = i, np.arange(len(part.rows))
            self._part_of_column[part.columns], self._column[part.columns] = i, np.arange(len(part.columns))

    def part(self, question: Question) -> int | None:
        """The part that a question is about; None if it touches nothing that is solved."""
        parts = np.concatenate([self._part_of_row[question.rows], self._part_of_column[question.columns]])
        parts = parts[parts >= 0]
        return int(np.bincount(parts).argmax()) if len(parts) else None

    def local(self, question: Question, part: int) -> Question:
        """The question in the numbering of a part."""
        rows = self._part_of_row[question.rows] == part
        columns = self._part_of_column[question.columns] == part
        entries = question.entries
        if len(entries):
            # entries of one row lie next to each other, in the same order in the part
            own = int(self._row[question.rows[0]])
            start = int(self._hot.parts[part].program.matrix.indptr[own])
            entries = start + entries - int(self._matrix.indptr[question.rows[0]])
        return replace(
            question,
            rows=self._row[question.rows[rows]],
            row_moves=question.row_moves[rows],
            columns=self._column[question.columns[columns]],
            column_moves=question.column_moves[columns],
            entries=entries,
        )
