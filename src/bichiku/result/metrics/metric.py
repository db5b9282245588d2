"""What a metric is: declared once, for summary.csv, comparison.csv, frontier.csv and the reference pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from bichiku.program import ALL
from bichiku.result.outcome import Outcome

Result = TypeVar("Result")


class Scope(Enum):
    """What a metric is worked out for."""

    ALL = "all"
    EACH = "each material"
    BOTH = "all, each material"

    def __contains__(self, material: str) -> bool:
        return self is Scope.BOTH or (self is Scope.ALL) == (material == ALL)


class Shown(Flag):
    """Where a metric stands beside summary.csv and comparison.csv, which hold all of them."""

    NOWHERE = 0
    SCREEN = auto()
    REPORT = auto()
    COMPARISON = auto()  # once more in comparison.csv, as what it is over the baseline
    SWEEP = auto()  # in frontier.csv


class Reading(NamedTuple):
    """A metric's number; `detail` names the country, crisis, month or year meant."""

    value: float
    detail: str = ""


@dataclass(frozen=True)
class Results:
    """What metrics are worked out from.

    Attributes:
        outcome: the solved strategy.
        tables: its tables by name, those that `bichiku.result.metrics.READ` names at least.
    """

    outcome: Outcome
    tables: Mapping[str, pd.DataFrame]
    _found: dict[Any, Any] = field(default_factory=dict, repr=False)

    def once(self, work: Callable[..., Result], *about: str) -> Result:
        """What `work(self, *about)` returns, worked out the first time only: many metrics rest on it."""
        key = (work, *about)
        if key not in self._found:
            self._found[key] = work(self, *about)
        return self._found[key]


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        name: as it stands in summary.csv.
        unit: its unit; ``{currency}`` stands for the model's.
        scope: what it is worked out for.
        text: what it says, in the words of the reference page.
        compute: its number for a material (or ``all``); None where it has no meaning.
        shown: where it stands beside summary.csv.
    """

    name: str
    unit: str
    scope: Scope
    text: str
    compute: Callable[[Results, str], Reading | None]
    shown: Shown = Shown.NOWHERE

    def unit_in(self, currency: str) -> str:
        """The unit in a currency."""
        return self.unit.format(currency=currency)


MONEY, MONEY_PER_YEAR = "{currency}", "{currency}/year"
