"""One dated crisis: what it does to each plan, who fills the gap, and what a little more would be worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from bichiku.model.world import World
from bichiku.stressing.gap import GAP, gap_rows
from bichiku.stressing.harm import HARM, MONTHS, harm_rows, month_rows
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.steps import STEPS, step_rows
from bichiku.stressing.strikes import Strike
from bichiku.stressing.struck import Struck

TABLES = (HARM, MONTHS, GAP, STEPS)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """A strategy's plan, and the crisis that strikes it."""

    operator: BlindOperator
    strike: Strike


@dataclass(frozen=True, repr=False)
class DatedStress:
    """What one dated crisis does to the plans of some runs.

    Attributes:
        world: the first strategy's.
        strategies: whose plans are held.
        crisis: name of the crisis.
        onset: period in which it begins.
        length: periods that it lasts.
        believed: lengths that people believe in, with their probabilities, as the first strategy has them.
        days: days of use that were in store; None where it is what each plan holds.
        tables: `harm`, `months`, `gap` and `steps`; see ``docs/stress.md``.
        runs: names of the folders of the runs, or their strategies where they are not written.
    """

    world: World
    strategies: Sequence[str]
    crisis: str
    onset: int
    length: int
    believed: Mapping[int, float]
    days: float | None
    tables: Mapping[str, pd.DataFrame]
    runs: Sequence[str]

    def __repr__(self) -> str:
        return f"<DatedStress of {', '.join(self.strategies)}: {self.crisis} from {self.month}>"

    @property
    def month(self) -> str:
        """When it begins."""
        return self.world.calendar.label(self.onset)


def stress_dated(plans: Mapping[str, Plan], progress: Progress = lambda _: None) -> dict[str, pd.DataFrame]:
    """Breaks the plans of some strategies by one crisis.

    Args:
        plans: by strategy.
        progress: called with a few words as each step begins.

    Returns:
        `TABLES` by name.

    Raises:
        NoSolution: operation has no solution.
    """
    rows: dict[str, list[dict[str, object]]] = {table.name: [] for table in TABLES}
    for strategy, plan in plans.items():
        operator, strike = plan.operator, plan.strike
        chains = operator.touched({strike.name: strike.crisis}, strike.onset)
        for number, materials in enumerate(chains, start=1):
            progress(f"{strategy}: {materials[0]} ({number} of {len(chains)})")
            struck = Struck(strategy, operator, strike, materials, operator.operate(materials, [strike]))
            rows["harm"] += harm_rows(struck, operator.operate(materials, [strike], foresight=True))
            rows["months"] += month_rows(struck)
            rows["gap"] += gap_rows(struck)
            rows["steps"] += step_rows(struck)
    tables = {table.name: table.from_rows(rows[table.name]) for table in TABLES}
    tables["steps"] = tables["steps"].sort_values("damage_avoided", ascending=False, kind="stable", ignore_index=True)
    return tables
