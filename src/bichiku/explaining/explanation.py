"""What came of explaining a model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bichiku.explaining.changes import Change, NoChange
from bichiku.explaining.rules import Rule
from bichiku.explaining.unbounded import Ray
from bichiku.program.extremes import Extreme


class Finding(Enum):
    """What a model turned out to be."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    NUMERICAL = "numerical"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Given:
    """What is no rule and stands behind a conflict: in words, and the names that the words count."""

    words: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot be kept together, and the least that must give.

    Attributes:
        rules: the rules.
        doubt: why the set is not proven irreducible; empty where without any one rule the others can be kept.
        given: what was taken as it is and stands behind the conflict.
        changes: changes of a single number, each enough to end this conflict.
        fixed: rules of which no change helps by itself.
        notes: what else was looked at and does not apply.
    """

    rules: tuple[Rule, ...]
    doubt: str
    given: tuple[Given, ...]
    changes: tuple[Change, ...]
    fixed: tuple[NoChange, ...]
    notes: tuple[str, ...]

    @property
    def irreducible(self) -> bool:
        """Whether each rule is proven to be needed."""
        return not self.doubt


@dataclass(frozen=True)
class Explanation:
    """Why a strategy has no plan.

    Attributes:
        strategy: its name.
        finding: what the model is.
        conflicts: where it is infeasible.
        ray: what earns money without end, where it is unbounded.
        extremes: ranges of its numbers, where the solver fails.
        notes: what was left out or could not be told.
    """

    strategy: str
    finding: Finding
    conflicts: tuple[Conflict, ...] = ()
    ray: Ray | None = None
    extremes: tuple[Extreme, ...] = ()
    notes: tuple[str, ...] = ()

    def text(self, full: bool = False) -> str:
        """What a user reads; in full with every supplier, crisis and conflict by itself."""
        from bichiku.explaining.text import text_of

        return text_of(self, full)
