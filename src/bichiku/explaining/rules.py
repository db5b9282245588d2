"""The rules of a model: rows and bounds that a person would name together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from bichiku.explaining.kept_rows import KeptRows
from bichiku.policies import FAMILIES, Family, Limit
from bichiku.program.move import NOTHING, Move
from bichiku.result.prices.limits import CAPACITIES, PROJECT_CAPACITY, SUPPLIER_CAPACITY

DEMAND = "demand"
LOSS = "loss"
STORAGE_LIMIT = "storage_limit"
RELEASE_LIMIT = "release_limit"
TRANCHE_LIMIT = "tranche_limit"
RESERVE_KEPT = "reserve_kept"

CAPACITY = (SUPPLIER_CAPACITY, PROJECT_CAPACITY)
UNDECIDED = (LOSS, RESERVE_KEPT)  # what befalls in a crisis, which nobody decides on
GROUPED_BY_MATERIAL = (*CAPACITIES, TRANCHE_LIMIT)
KINDS = tuple(FAMILIES)  # of policies, in the order in which they are told

Number = tuple[str, str, str]  # kind, name, material
Group = tuple[str, str, str, int | None, int]  # kind, name, material, year, onset
RuleKey = tuple[str, str, str, int | None, int, str]  # kind, name, material, year, onset, source

_NONE = np.empty(0)


@dataclass(frozen=True, eq=False)
class Rule:
    """What a person would call one rule; two of them are equal where they are the same object.

    Attributes:
        limit: the number that it states, by the whole program's numbering: of a policy, or of a table under a kind
            of its own (``supplier_capacity``, ``demand``, ``loss``, ...). Its name is that of the limit, supplier,
            project, tranche or crisis.
        rows, row_lower, row_upper: its rows, and the limits that are left without the rule.
        columns, column_upper: columns that it bounds, and their bounds without the rule.
        source: supplier or project whose capacity or loss it is; without both the bound is gone.
        move: how the program moves with its number; None where no number is offered for a change.
        by_year: calendar year and number, where it is not one number for all years.
        moved_by_events: whether events move the number away from what its table says.
        by_events: whether events alone take what is lost in a crisis.
        rationed: whether a source that loses something also sells no more of the rest than before the crisis.
        lengths: lengths that its crisis may have, of a rule that asks to survive it.
        row_length: for each row the shortest of them that it is about; shape (rows,).
        fails_at: the shortest of them with which it is in conflict already; 0 where that was not looked for.
        kept: rows by which a reserve stays in crises and that move with its number, of a rule on a reserve.
    """

    limit: Limit
    rows: np.ndarray = field(default_factory=lambda: NOTHING)
    row_lower: np.ndarray = field(default_factory=lambda: _NONE)
    row_upper: np.ndarray = field(default_factory=lambda: _NONE)
    columns: np.ndarray = field(default_factory=lambda: NOTHING)
    column_upper: np.ndarray = field(default_factory=lambda: _NONE)
    source: str = ""
    move: Move | None = None
    by_year: tuple[tuple[int, float], ...] = ()
    moved_by_events: bool = False
    by_events: bool = False
    rationed: bool = False
    lengths: tuple[int, ...] = ()
    row_length: np.ndarray = field(default_factory=lambda: NOTHING)
    fails_at: int = 0
    kept: KeptRows | None = None

    @classmethod
    def freeing(cls, limit: Limit, rows: np.ndarray = NOTHING, columns: np.ndarray = NOTHING, source: str = "") -> Rule:
        """A rule whose rows and bounds are gone altogether when it is dropped."""
        ends = np.full(len(rows), np.inf)
        return cls(limit, rows, -ends, ends, columns, np.full(len(columns), np.inf), source, limit.move)

    @property
    def kind(self) -> str:
        return self.limit.family

    @property
    def name(self) -> str:
        return self.limit.name

    @property
    def material(self) -> str:
        return self.limit.material

    @property
    def year(self) -> int | None:
        return self.limit.year

    @property
    def onset(self) -> int:
        return self.limit.onset

    @property
    def value(self) -> float:
        return self.limit.value

    @property
    def unit(self) -> str:
        return self.limit.unit

    @property
    def family(self) -> Family | None:
        """What the policy behind it declares; None for a rule of a table."""
        return FAMILIES.get(self.kind)

    @property
    def is_policy(self) -> bool:
        """Whether a policy sets it, rather than a table."""
        return self.kind in FAMILIES

    @property
    def is_survival(self) -> bool:
        """Whether a policy asks that one start of a crisis be survived without a shortage."""
        return self.is_policy and self.onset > 0

    @property
    def is_undecided(self) -> bool:
        """Whether it is what befalls in a crisis, of which no change is offered."""
        return self.kind in UNDECIDED

    @property
    def is_missing_tonnes(self) -> bool:
        """Whether its number is tonnes that are missing, none as things stand."""
        return self.is_survival or self.kind == DEMAND

    @property
    def is_share(self) -> bool:
        """Whether it is a policy's limit on a share of what arrives."""
        return self.is_policy and self.unit == "points"

    @property
    def is_undated(self) -> bool:
        """Whether one number stands behind the rows of all years."""
        return self.family is not None and self.family.undated

    @property
    def loosening(self) -> float:
        """Sign of a change of its number that asks for less."""
        return -1.0 if self.family is not None and self.family.tighter_by_less else 1.0

    @property
    def number(self) -> Number:
        """What is adjusted together over the years; some policies have one number for all their limits."""
        one_number = self.family is not None and self.family.one_number
        return (self.kind, "" if one_number else self.name, self.material)

    @property
    def group(self) -> Group:
        """What is told together, and dropped together first: capacities of a material, what one crisis takes of it."""
        if self.kind in GROUPED_BY_MATERIAL:
            return (self.kind, "", self.material, None, 0)
        return (self.kind, self.number[1], self.material, self.year, self.onset)

    @property
    def key(self) -> RuleKey:
        """What tells it from all other rules of a model."""
        return (self.kind, self.name, self.material, self.year, self.onset, self.source)

    @property
    def reading_order(self) -> tuple[int, str, int, int, str]:
        """Where it stands among others that are told: policies first."""
        place = KINDS.index(self.kind) if self.is_policy else len(KINDS)
        return (place, self.kind, self.year or 0, self.onset, self.name)

    def inside(self, row_at: np.ndarray, column_at: np.ndarray) -> Rule:
        """The rule in the numbering of a part of the program.

        Args:
            row_at, column_at: number in the part of each row and column of the whole, -1 for those outside.
        """
        rows, columns = row_at[self.rows], column_at[self.columns]
        return replace(
            self,
            rows=rows[rows >= 0],
            row_lower=self.row_lower[rows >= 0],
            row_upper=self.row_upper[rows >= 0],
            row_length=self.row_length[rows >= 0] if len(self.row_length) else NOTHING,
            columns=columns[columns >= 0],
            column_upper=self.column_upper[columns >= 0],
            move=None if self.move is None else self.move.inside(row_at, column_at),
            kept=None if self.kept is None else self.kept.inside(row_at, column_at),
        )
