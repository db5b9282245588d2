"""Rows by which a reserve stays in crises, as they move with the days that its policy asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bichiku.policies.reserve_target import target_days
from bichiku.program import LinearProgram
from bichiku.result.outcome import Outcome


@dataclass(frozen=True)
class KeptRows:
    """Rows ``plan's stock - stock - growth · feed / d ≤ growth · demand / d`` with the target's growth since the onset.

    Attributes:
        rows: their numbers.
        days, days_before: what the target asks for in a row's period, and in the period before the onset.
        moves, moves_before: whether these move with the number; of one year's target only those of that year do.
        demand: tonnes of demand a day on the plan.
        entry_of: position in `rows` of each coefficient of a project's feed.
        entry_columns, feed: its column, and tonnes of feed a day for each tonne a period that the project runs.
    """

    rows: np.ndarray
    days: np.ndarray
    days_before: np.ndarray
    moves: np.ndarray
    moves_before: np.ndarray
    demand: np.ndarray
    entry_of: np.ndarray
    entry_columns: np.ndarray
    feed: np.ndarray

    @classmethod
    def of(cls, outcome: Outcome, material: str, year: int) -> KeptRows | None:
        """The rows of a material as they move with the target of one year; None where it has none."""
        blocks = [block for block in outcome.program.blocks("reserve_kept") if block.material == material]
        target = target_days(outcome.world, material)
        if not blocks or target is None:
            return None
        (block,) = blocks
        part, world, d = outcome.of(material), outcome.world, outcome.world.calendar.days
        period = part.tree.period[block.keys] - 1
        before = np.maximum(part.tree.onset[block.keys] - 2, 0)
        planned = part.demand[material][period] / d if material in world.demand else np.zeros(len(period))
        fed = world.consumers(material)
        starts = np.array([outcome.program.columns_of("run", name).start for name in fed], dtype=int)
        rates = np.array([(world.projects[name].input_per_output or 0.0) / d for name in fed])
        years = world.calendar.years
        return cls(
            rows=block.numbers,
            days=target[period],
            days_before=target[before],
            moves=years[period] == year,
            moves_before=years[before] == year,
            demand=planned,
            entry_of=np.tile(np.arange(len(period)), len(fed)),
            entry_columns=np.repeat(starts, len(period)) + np.tile(period, len(fed)),
            feed=np.repeat(rates, len(period)),
        )

    def inside(self, row_at: np.ndarray, column_at: np.ndarray) -> KeptRows:
        """The same in the numbering of a part of the program; see `bichiku.program.Move.inside`."""
        rows = row_at[self.rows]
        at = np.cumsum(rows >= 0) - 1
        here = rows[self.entry_of] >= 0
        mine = rows >= 0
        return KeptRows(
            rows=rows[mine],
            days=self.days[mine],
            days_before=self.days_before[mine],
            moves=self.moves[mine],
            moves_before=self.moves_before[mine],
            demand=self.demand[mine],
            entry_of=at[self.entry_of[here]],
            entry_columns=column_at[self.entry_columns[here]],
            feed=self.feed[here],
        )

    def together(self, others: Sequence[KeptRows]) -> KeptRows:
        """The same rows as they move with the targets of several years."""
        moves, before = self.moves.copy(), self.moves_before.copy()
        for other in others:
            moves |= other.moves
            before |= other.moves_before
        return replace(self, moves=moves, moves_before=before)

    def less(self, program: LinearProgram, days: float) -> LinearProgram:
        """The program where so many days less are asked for."""
        now = np.maximum(self.days - self.days_before, 0.0)
        left = np.maximum(self.days - days * self.moves, 0.0)
        left_before = np.maximum(self.days_before - days * self.moves_before, 0.0)
        more = np.maximum(left - left_before, 0.0) - now
        changed = np.flatnonzero(more)
        if not len(changed):
            return program
        upper = program.row_upper.copy()
        upper[self.rows[changed]] += more[changed] * self.demand[changed]
        moved = replace(program, row_upper=upper)
        fed = np.isin(self.entry_of, changed)
        if not fed.any():
            return moved
        matrix = program.matrix.copy()
        entries = program.entries(self.rows[self.entry_of[fed]], self.entry_columns[fed])
        matrix.data[entries] -= more[self.entry_of[fed]] * self.feed[fed]
        return replace(moved, matrix=matrix)
