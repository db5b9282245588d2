"""What planning is worth, told and written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bichiku.api.stress.folder import write_folder
from bichiku.api.stress.plans import check_days, check_together, run_names
from bichiku.executing import Executor
from bichiku.result.held_plan import HeldPlan
from bichiku.result.run import Run
from bichiku.stressing.value import TABLES, PlanningValue, value_of_planning

RULE_DAYS = 60.0  # of the rule of thumb; the target of Japan's scheme
Counter = Callable[[int, int], None]


def stress_value(
    runs: Sequence[Run],
    place: Executor,
    days: float = RULE_DAYS,
    counter: Counter = lambda done, total: None,
) -> PlanningValue:
    """Sets the plan of each run, in the model's own futures, against others and against perfect foresight.

    Args:
        runs: runs of strategies of one model.
        place: where it is worked out.
        days: of everything, that the rule of thumb has in store.
        counter: called with the number of plans that are made for a known future, and of all.

    Raises:
        ModelFaults: the runs do not go together, or the days are none.
        NoSolution: a future has no plan, or operation no solution.
        WorkersLost: there are no workers any more.
    """
    check_together(runs)
    check_days(days)
    worlds = {run.strategy: run.world for run in runs}
    held = {run.strategy: HeldPlan.of(run) for run in runs}
    return value_of_planning(worlds, held, days, place, counter)


def write_value(found: PlanningValue, runs: Sequence[Run], output: str | Path = "runs") -> Path:
    """Writes the tables, a page and a manifest, and returns their folder.

    Raises:
        CannotWrite: the folder cannot be written; nothing is left behind.
    """
    from bichiku.show.report.planning_value import render_value  # the drawing library takes half a second to load

    asked = {"runs": run_names(runs), "value": "planning", "days": found.days}
    tables = {table: found.tables[table.name] for table in TABLES}
    return write_folder(found.world, "stress-value", asked, tables, render_value(found), Path(output))
