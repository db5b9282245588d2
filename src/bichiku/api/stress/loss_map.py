"""The map of losses, told and written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bichiku.api.stress.folder import write_folder
from bichiku.api.stress.plans import check_storable, operators_of, run_names
from bichiku.executing import Executor
from bichiku.result.run import Run
from bichiku.stressing.loss_map import LOSSES, LossMap, map_losses, starts_of
from bichiku.stressing.static import STATIC

Counter = Callable[[int, int], None]


def stress_map(
    runs: Sequence[Run],
    place: Executor,
    days: float | None = None,
    counter: Counter = lambda done, total: None,
) -> LossMap:
    """Loses each country, pair of the largest, route and group whole, from every start and for every length.

    Args:
        runs: runs of strategies of one model.
        place: where it is worked out.
        days: days of use of every material in store at each start; None for what each plan holds then.
        counter: called with the number of losses that are done, and of all.

    Raises:
        ModelFaults: the runs do not go together, or the days are none.
        NoSolution: operation has no solution.
        WorkersLost: there are no workers any more.
    """
    operators = operators_of(runs, days)
    check_storable(operators, starts_of(next(iter(operators.values()))))
    return map_losses(operators, place, counter)


def write_map(found: LossMap, runs: Sequence[Run], output: str | Path = "runs") -> Path:
    """Writes the tables, a page and a manifest, and returns their folder.

    Raises:
        CannotWrite: the folder cannot be written; nothing is left behind.
    """
    from bichiku.show.report.loss_map import render_map  # the drawing library takes half a second to load

    asked = {"runs": run_names(runs), "losses": "map", "months": list(found.months), "days": found.days}
    tables = {LOSSES: found.losses, STATIC: found.static}
    return write_folder(found.world, "stress-map", asked, tables, render_map(found), Path(output))
