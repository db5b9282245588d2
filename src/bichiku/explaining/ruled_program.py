"""A program together with the rules that it states, as a whole, cut to some rows and columns, or less some rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bichiku.explaining.rules import CAPACITY, LOSS, Rule
from bichiku.program import LinearProgram


def without(program: LinearProgram, dropped: Iterable[Rule]) -> LinearProgram:
    """The program without some rules; limits only ever widen."""
    rules = list(dropped)
    if not rules:
        return program
    gone = {rule.source for rule in rules if rule.kind in CAPACITY}
    # what is lost of a capacity that is gone bounds nothing either
    ends = [(rule, np.inf if rule.kind == LOSS and rule.source in gone else 0.0) for rule in rules]
    return program.widened(
        np.concatenate([rule.rows for rule in rules]),
        np.concatenate([rule.row_lower for rule in rules]),
        np.concatenate([rule.row_upper + more for rule, more in ends]),
        np.concatenate([rule.columns for rule in rules]),
        np.concatenate([rule.column_upper + more for rule, more in ends]),
    )


@dataclass(frozen=True)
class RuledProgram:
    """A program without cost and the rules that touch it, all in its own numbering.

    Attributes:
        program: the program.
        rows, columns: its rows and columns in the program that it was cut from, in increasing order.
        rules: rules with rows or columns here.
        crisis: number of the crisis in which each column stands, in order of their starts; -1 for the plan.
    """

    program: LinearProgram
    rows: np.ndarray
    columns: np.ndarray
    rules: tuple[Rule, ...]
    crisis: np.ndarray

    @classmethod
    def whole(cls, program: LinearProgram, rules: Sequence[Rule], crisis: np.ndarray) -> RuledProgram:
        """All of a program."""
        rows, columns = np.arange(program.shape[0]), np.arange(program.shape[1])
        return cls(program.without_cost(), rows, columns, tuple(rules), crisis)

    def keeping(self, kept: Sequence[Rule]) -> RuledProgram:
        """All rows and columns, and no rules but these."""
        names = set(kept)
        program = without(self.program, [rule for rule in self.rules if rule not in names])
        return replace(self, program=program, rules=tuple(kept))

    def cut(self, rows: np.ndarray, columns: np.ndarray) -> RuledProgram:
        """Some rows and columns, by this numbering, by themselves."""
        row_at, column_at = np.full(self.program.shape[0], -1), np.full(self.program.shape[1], -1)
        row_at[rows], column_at[columns] = np.arange(len(rows)), np.arange(len(columns))
        local = [rule.inside(row_at, column_at) for rule in self.rules]
        touching = tuple(rule for rule in local if len(rule.rows) or len(rule.columns))
        return RuledProgram(self.program.part(rows, columns), rows, columns, touching, self.crisis[columns])

    def places(self, rows: np.ndarray) -> np.ndarray:
        """Where rows of the program that it was cut from stand in it; -1 for those that it leaves out."""
        place = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return np.where(self.rows[place] == rows, place, -1)

    def own(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """The rules by this numbering that are the given ones of a program cut from it."""
        known = {rule.key: rule for rule in self.rules}
        return tuple(known[rule.key] for rule in rules)

    @property
    def materials(self) -> list[str]:
        """Materials that its rules speak of, sorted."""
        return sorted({rule.material for rule in self.rules if rule.material})
