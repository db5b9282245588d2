"""The rules of a model: rows and bounds that a person would name together, and what is left when one is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bichiku.policies import FAMILIES, Limit
from bichiku.program import LinearProgram
from bichiku.program.move import NOTHING, Move

CAPACITY = ("supplier_capacity", "project_capacity")
TIGHTER_BY_LESS = {name for name, family in FAMILIES.items() if family.tighter_by_less}
ONE_NUMBER = {name for name, family in FAMILIES.items() if family.one_number}
TOLD_BY_MATERIAL = (*CAPACITY, "project_build_limit", "tranche_limit")


@dataclass(frozen=True)
class Rule:
    """What a person would call one rule.

    Attributes:
        kind: ``reserve_days``, ``supplier_capacity``, ``demand``, ``loss``, ...
        name: limit, supplier, project, tranche or crisis.
        material: the material, or empty.
        year: calendar year, or None for the whole horizon.
        onset: first period of the crisis that it is about; 0 for the plan and all crises.
        value: the number as it stands.
        unit: its unit.
        words: the rule in words.
        rows, row_lower, row_upper: its rows, and the limits that are left without the rule.
        columns, column_upper: columns that it bounds, and their bounds without the rule.
        source: supplier or project whose capacity or loss it is; without both the bound is gone.
        move: how the program moves with its number; None where no number is offered for a change.
        limit: the limit of a policy that it is.
    """

    kind: str
    name: str
    material: str
    year: int | None
    value: float
    unit: str
    words: str
    onset: int = 0
    rows: np.ndarray = field(default_factory=lambda: NOTHING)
    row_lower: np.ndarray = field(default_factory=lambda: np.empty(0))
    row_upper: np.ndarray = field(default_factory=lambda: np.empty(0))
    columns: np.ndarray = field(default_factory=lambda: NOTHING)
    column_upper: np.ndarray = field(default_factory=lambda: np.empty(0))
    source: str = ""
    move: Move | None = None
    limit: Limit | None = None

    @property
    def family(self) -> tuple[str, str, str]:
        """What turns together over the years; the cap on any one country is one number for all countries."""
        return (self.kind, "" if self.kind in ONE_NUMBER else self.name, self.material)

    @property
    def line(self) -> tuple[str, str, str, int | None, int]:
        """What is told together, and dropped together first: capacities of a material, what one crisis takes of it."""
        if self.kind in TOLD_BY_MATERIAL:
            return (self.kind, "", self.material, None, 0)
        return (self.kind, self.family[1], self.material, self.year, self.onset)

    @property
    def loosening(self) -> float:
        """Sign of a change of its number that asks for less."""
        return -1.0 if self.kind in TIGHTER_BY_LESS else 1.0


def free(rule: Rule, rows: np.ndarray | None = None, columns: np.ndarray | None = None) -> Rule:
    """A rule whose rows and bounds are gone altogether when it is dropped."""
    rows = NOTHING if rows is None else rows
    columns = NOTHING if columns is None else columns
    ends = np.full(len(rows), np.inf)
    return replace(
        rule, rows=rows, row_lower=-ends, row_upper=ends, columns=columns, column_upper=np.full(len(columns), np.inf)
    )


def without(program: LinearProgram, dropped: Iterable[Rule]) -> LinearProgram:
    """The program without some rules; limits only ever widen."""
    rules = list(dropped)
    if not rules:
        return program
    lower, upper, bound = program.row_lower.copy(), program.row_upper.copy(), program.column_upper.copy()
    gone = {rule.source for rule in rules if rule.kind in CAPACITY}
    for rule in rules:
        row_upper, column_upper = rule.row_upper, rule.column_upper
        if rule.kind == "loss" and rule.source in gone:
            row_upper, column_upper = np.full(len(row_upper), np.inf), np.full(len(column_upper), np.inf)
        lower[rule.rows] = np.minimum(lower[rule.rows], rule.row_lower)
        upper[rule.rows] = np.maximum(upper[rule.rows], row_upper)
        bound[rule.columns] = np.maximum(bound[rule.columns], column_upper)
    return replace(program, row_lower=lower, row_upper=upper, column_upper=bound)


@dataclass(frozen=True)
class Part:
    """One separate part of a program with the rules that touch it, all in the part's own numbering.

    Attributes:
        program: the part, without cost.
        rows, columns: its rows and columns in the whole program.
        rules: rules with rows or columns here.
        row_at, column_at: number in the part of each row and column of the whole; -1 for those of other parts.
        crisis: number of the crisis in which each column stands, in order of their starts; -1 for the plan.
    """

    program: LinearProgram
    rows: np.ndarray
    columns: np.ndarray
    rules: tuple[Rule, ...]
    row_at: np.ndarray
    column_at: np.ndarray
    crisis: np.ndarray


def part_of(
    program: LinearProgram,
    rows: np.ndarray,
    columns: np.ndarray,
    rules: Sequence[Rule],
    crisis: np.ndarray,
) -> Part:
    """A part of a program and the rules in its numbering.

    Args:
        program: the program.
        rows, columns: the part.
        rules: rules in the program's numbering.
        crisis: as in `Part`, of the program's columns.
    """
    row_at, column_at = np.full(program.shape[0], -1), np.full(program.shape[1], -1)
    row_at[rows], column_at[columns] = np.arange(len(rows)), np.arange(len(columns))
    own = program.part(rows, columns).without_cost()
    local = [_local(rule, row_at, column_at) for rule in rules]
    touching = tuple(rule for rule in local if len(rule.rows) or len(rule.columns))
    return Part(own, rows, columns, touching, row_at, column_at, crisis[columns])


def _local(rule: Rule, row_at: np.ndarray, column_at: np.ndarray) -> Rule:
    rows, columns = row_at[rule.rows], column_at[rule.columns]
    return replace(
        rule,
        rows=rows[rows >= 0],
        row_lower=rule.row_lower[rows >= 0],
        row_upper=rule.row_upper[rows >= 0],
        columns=columns[columns >= 0],
        column_upper=rule.column_upper[columns >= 0],
        move=None if rule.move is None else rule.move.inside(row_at, column_at),
    )
