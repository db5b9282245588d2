"""Numbers that can be adjusted, and the least adjustment after which a program has a point that keeps all limits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.kept_rows import KeptRows
from bichiku.explaining.rules import DEMAND, Rule
from bichiku.program import LinearProgram, Move
from bichiku.solving import Status

FINE = 1e-3  # points of a share, or days, to which a least step is narrowed down


class Adjustment(ABC):
    """A number that can be moved towards asking for less.

    Attributes:
        most: how far it goes.
        fine: how far the least step that is found may be above the true one.
    """

    most: float = np.inf
    fine: float = 0.0

    @abstractmethod
    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        """The program with the number moved by so much."""

    @abstractmethod
    def least(self, program: LinearProgram, check: FeasibilityCheck) -> float | None:
        """The least step that helps; None where none does or the solver cannot tell."""


class PricedAdjustment(Adjustment):
    """A number that a program can be given room for at a price, so that one linear program finds the least step."""

    @abstractmethod
    def with_room(self, program: LinearProgram, most: float, price: float) -> LinearProgram:
        """The program in which the number moves by any step up to `most`, each unit at a price."""

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        return self.with_room(program, step, 0.0)

    def least(self, program: LinearProgram, check: FeasibilityCheck) -> float | None:
        return _objective(check, self.with_room(program, np.inf, 1.0))


@dataclass(frozen=True)
class LimitAdjustment(Adjustment):
    """Limits of rows and bounds of columns that move with a number: one linear program finds the least step."""

    moves: tuple[Move, ...]
    sign: float
    most: float = np.inf

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        for move in self.moves:
            program = program.moved(move, self.sign * step)
        return program

    def least(self, program: LinearProgram, check: FeasibilityCheck) -> float | None:
        rows = np.concatenate([move.rows for move in self.moves]).astype(int)
        row_moves = self.sign * np.concatenate([move.row_moves for move in self.moves])
        columns = np.concatenate([move.columns for move in self.moves]).astype(int)
        column_moves = self.sign * np.concatenate([move.column_moves for move in self.moves])
        count, width = program.shape
        step = sparse.csr_array((-row_moves, (rows, np.zeros(len(rows), dtype=int))), shape=(count, 1))
        each = np.arange(len(columns))
        bounds = sparse.csr_array(
            (
                np.concatenate([np.ones(len(columns)), -column_moves]),
                (np.concatenate([each, each]), np.concatenate([columns, np.full(len(columns), width)])),
            ),
            shape=(len(columns), width + 1),
        )
        question = program.bounded(columns, np.inf).extended(
            step, np.array([self.most]), np.ones(1), bounds, program.column_upper[columns]
        )
        return _objective(check, question)


@dataclass(frozen=True)
class ShareAdjustment(Adjustment):
    """A share stands in coefficients, so the least step is narrowed down by bisection.

    Attributes:
        moves: how the program moves with the share, one for each year (and country).
        rooms: points by which each can move before it is nothing or all; there it stays while others move on.
    """

    moves: tuple[Move, ...]
    sign: float
    rooms: tuple[float, ...]
    most: float
    fine: float = FINE

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        for move, room in zip(self.moves, self.rooms, strict=True):
            program = program.moved(move, self.sign * min(step, room))
        return program

    def least(self, program: LinearProgram, check: FeasibilityCheck) -> float | None:
        feasible = check.hot()
        return bisected(lambda step: feasible(self.at(program, step)), self.most)


@dataclass(frozen=True)
class DaysAdjustment(Adjustment):
    """Days of a reserve of what projects use as feed, or that stays in crises, stand in coefficients too.

    Attributes:
        moves: how the program moves with the days, one for each year; below zero they ask for nothing.
        ceilings: rows of these that hold a stock to its target, which falls to zero and no further.
        kept: the rows by which the reserve stays in crises.
    """

    moves: tuple[Move, ...]
    ceilings: np.ndarray
    kept: KeptRows | None
    most: float
    fine: float = FINE

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        for move in self.moves:
            program = program.moved(move, -step)
        if len(self.ceilings):
            upper = program.row_upper.copy()
            upper[self.ceilings] = np.maximum(upper[self.ceilings], -program.row_constant[self.ceilings])
            program = replace(program, row_upper=upper)
        return program if self.kept is None else self.kept.less(program, step)

    def least(self, program: LinearProgram, check: FeasibilityCheck) -> float | None:
        feasible = check.hot()
        return bisected(lambda step: feasible(self.at(program, step)), self.most)


@dataclass(frozen=True)
class ShortageAdjustment(PricedAdjustment):
    """Tonnes in all by which some rows may exceed their upper limits."""

    rows: np.ndarray

    def with_room(self, program: LinearProgram, most: float, price: float) -> LinearProgram:
        count, width = len(self.rows), program.shape[1]
        each = np.arange(count)
        entries = sparse.csr_array((-np.ones(count), (self.rows, each)), shape=(program.shape[0], count))
        summed = sparse.csr_array(
            (np.ones(count), (np.zeros(count, dtype=int), width + each)), shape=(1, width + count)
        )
        return program.extended(entries, np.full(count, np.inf), np.full(count, price), summed, np.array([most]))


@dataclass(frozen=True)
class UnmetDemandAdjustment(PricedAdjustment):
    """Tonnes in all of demand that is done without, and not counted as short.

    Attributes:
        columns: columns of unmet demand, closed as things stand.
        room: what each may be at most.
    """

    columns: np.ndarray
    room: np.ndarray

    def with_room(self, program: LinearProgram, most: float, price: float) -> LinearProgram:
        where = (np.zeros(len(self.columns), dtype=int), self.columns)
        summed = sparse.csr_array((np.ones(len(self.columns)), where), shape=(1, program.shape[1]))
        no_column, nothing = sparse.csr_array((program.shape[0], 0)), np.empty(0)
        opened = program.bounded(self.columns, self.room)
        return opened.extended(no_column, nothing, nothing, summed, np.array([most])).priced(self.columns, price)


def bisected(helps: Callable[[float], bool | None], most: float, fine: float = FINE) -> float | None:
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


def _objective(check: FeasibilityCheck, program: LinearProgram) -> float | None:
    solution = check.solve(program)
    return solution.objective if solution.status is Status.OPTIMAL else None


def _kept(rules: Sequence[Rule]) -> KeptRows | None:
    """The rows by which a reserve stays in crises, as they move with the days of all these rules."""
    found = [rule.kept for rule in rules if rule.kept is not None and len(rule.kept.rows)]
    return found[0].together(found[1:]) if found else None


def adjustment_of(rules: Sequence[Rule]) -> Adjustment | None:
    """The adjustment of a number that stands in one rule, or in several that move together; None if none is offered."""
    first = rules[0]
    if first.kind == DEMAND:
        return UnmetDemandAdjustment(first.columns, first.column_upper)
    if first.is_survival:
        return ShortageAdjustment(np.concatenate([rule.rows for rule in rules]))
    moves = tuple(rule.move for rule in rules if rule.move is not None)
    if len(moves) < len(rules):
        return None
    if first.unit == "days" and first.year is not None:
        kept = _kept(rules)
        floors = np.concatenate([rule.rows for rule in rules])
        ceilings = np.setdiff1d(np.concatenate([move.rows for move in moves]), floors).astype(int)
        if kept is not None or len(ceilings) or any(len(move.entry_rows) for move in moves):
            return DaysAdjustment(moves, ceilings, kept, max(rule.value for rule in rules))
    if first.unit != "points":
        return LimitAdjustment(moves, first.loosening)
    rooms = tuple(rule.value if first.loosening < 0 else 100.0 - rule.value for rule in rules)
    if any(len(move.entry_rows) for move in moves):
        return ShareAdjustment(moves, first.loosening, rooms, max(rooms))
    return LimitAdjustment(moves, first.loosening, min(rooms))
