"""Single numbers that can be turned, and the least turn after which a program has a point that keeps all limits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from bichiku.explaining.judge import Judge
from bichiku.explaining.rules import Rule
from bichiku.program import LinearProgram, Move
from bichiku.solving import Status

FINE = 1e-3  # points of a share to which a least turn is narrowed down


class Dial(ABC):
    """A number that can be turned towards asking for less; `most` is how far it goes."""

    most: float = np.inf

    @abstractmethod
    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        """The program with the number turned by so much."""

    @abstractmethod
    def least(self, program: LinearProgram, judge: Judge) -> float | None:
        """The least turn that helps; None where none does or the solver cannot tell."""


@dataclass(frozen=True)
class LimitDial(Dial):
    """Limits of rows and bounds of columns that move with a number: one linear program finds the least turn."""

    moves: tuple[Move, ...]
    sign: float
    most: float = np.inf

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        for move in self.moves:
            program = program.moved(move, self.sign * step)
        return program

    def least(self, program: LinearProgram, judge: Judge) -> float | None:
        rows = np.concatenate([move.rows for move in self.moves]).astype(int)
        row_moves = self.sign * np.concatenate([move.row_moves for move in self.moves])
        columns = np.concatenate([move.columns for move in self.moves]).astype(int)
        column_moves = self.sign * np.concatenate([move.column_moves for move in self.moves])
        count, width = program.shape
        turn = sparse.csr_array((-row_moves, (rows, np.zeros(len(rows), dtype=int))), shape=(count, 1))
        each = np.arange(len(columns))
        bounds = sparse.csr_array(
            (
                np.concatenate([np.ones(len(columns)), -column_moves]),
                (np.concatenate([each, each]), np.concatenate([columns, np.full(len(columns), width)])),
            ),
            shape=(len(columns), width + 1),
        )
        upper = program.column_upper.copy()
        upper[columns] = np.inf
        question = replace(program, column_upper=upper).extended(
            turn,
            np.array([self.most]),
            np.ones(1),
            bounds,
            program.column_upper[columns],
        )
        return _objective(judge, question)


@dataclass(frozen=True)
class ShareDial(Dial):
    """A share stands in coefficients, so the least turn is narrowed down by halving.

    Attributes:
        moves: how the program moves with the share, one for each year (and country).
        rooms: points by which each can move before it is nothing or all; there it stays while others move on.
    """

    moves: tuple[Move, ...]
    sign: float
    rooms: tuple[float, ...]
    most: float

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        for move, room in zip(self.moves, self.rooms, strict=True):
            program = program.moved(move, self.sign * min(step, room))
        return program

    def least(self, program: LinearProgram, judge: Judge) -> float | None:
        feasible = judge.hot()
        return halved(lambda step: feasible(self.at(program, step)), self.most)


@dataclass(frozen=True)
class TonnesDial(Dial):
    """Tonnes in all by which some rows may be missed, each in the direction of its sign.

    Attributes:
        rows: the rows.
        signs: one for more than the upper limit, minus one for less than the lower.
        limits: the most that each row may be missed by.
    """

    rows: np.ndarray
    signs: np.ndarray
    limits: np.ndarray

    def _with_slack(self, program: LinearProgram, total: float, cost: float) -> LinearProgram:
        count, width = len(self.rows), program.shape[1]
        entries = sparse.csr_array((-self.signs, (self.rows, np.arange(count))), shape=(program.shape[0], count))
        summed = sparse.csr_array(
            (np.ones(count), (np.zeros(count, dtype=int), width + np.arange(count))), shape=(1, width + count)
        )
        return program.extended(entries, self.limits, np.full(count, cost), summed, np.array([total]))

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        return self._with_slack(program, step, 0.0)

    def least(self, program: LinearProgram, judge: Judge) -> float | None:
        return _objective(judge, self._with_slack(program, np.inf, 1.0))


@dataclass(frozen=True)
class UnmetDial(Dial):
    """Tonnes in all of some columns that are closed as things stand.

    Attributes:
        columns: the columns.
        room: what each may be at most.
    """

    columns: np.ndarray
    room: np.ndarray
    most: float = np.inf

    def _opened(self, program: LinearProgram, total: float, cost: float) -> LinearProgram:
        upper = program.column_upper.copy()
        upper[self.columns] = self.room
        where = (np.zeros(len(self.columns), dtype=int), self.columns)
        summed = sparse.csr_array((np.ones(len(self.columns)), where), shape=(1, program.shape[1]))
        nothing, costs = np.empty(0), np.zeros(program.shape[1])
        costs[self.columns] = cost
        opened = replace(program, column_upper=upper).extended(
            sparse.csr_array((program.shape[0], 0)),
            nothing,
            nothing,
            summed,
            np.array([total]),
        )
        return replace(opened, cost=costs)

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        return self._opened(program, step, 0.0)

    def least(self, program: LinearProgram, judge: Judge) -> float | None:
        return _objective(judge, self._opened(program, np.inf, 1.0))


def halved(helps: Callable[[float], bool | None], most: float, fine: float = FINE) -> float | None:
    """The least step up to `most` that helps, a little above rather than below."""
    low, high = 0.0, most
    if not helps(most):
        return None
    while high - low > fine:
        middle = (low + high) / 2
        verdict = helps(middle)
        if verdict is None:
            return None
        low, high = (low, middle) if verdict else (middle, high)
    return high


def _objective(judge: Judge, program: LinearProgram) -> float | None:
    solution = judge.solve(program)
    return solution.objective if solution.status is Status.OPTIMAL else None


def dial_of(rules: Sequence[Rule]) -> Dial | None:
    """The dial of a number that stands in one rule, or in several that turn together."""
    first = rules[0]
    if first.kind == "survive":
        rows = np.concatenate([rule.rows for rule in rules])
        return TonnesDial(rows, np.ones(len(rows)), np.full(len(rows), np.inf))
    moves = tuple(rule.move for rule in rules if rule.move is not None)
    if len(moves) < len(rules):
        return None
    if first.unit != "points":
        return LimitDial(moves, first.loosening)
    rooms = tuple(rule.value if first.loosening < 0 else 100.0 - rule.value for rule in rules)
    if any(len(move.entry_rows) for move in moves):
        return ShareDial(moves, first.loosening, rooms, max(rooms))
    return LimitDial(moves, first.loosening, min(rooms))


def demand_dial(rule: Rule) -> UnmetDial:
    """Tonnes of demand that are done without, and are not counted as short."""
    return UnmetDial(rule.columns, rule.column_upper)
