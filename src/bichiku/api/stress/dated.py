"""One dated crisis, told and written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bichiku.api.stress.folder import write_folder
from bichiku.api.stress.plans import (
    check_storable,
    described_crisis,
    named_crisis,
    operators_of,
    period_of,
    real_length,
    run_names,
)
from bichiku.model.settings import Crisis
from bichiku.result.run import Run
from bichiku.stressing.dated import TABLES, DatedStress, Plan, stress_dated
from bichiku.stressing.strikes import Strike

Progress = Callable[[str], None]


def write_stress(found: DatedStress, output: str | Path = "runs") -> Path:
    """Writes the tables, a page and a manifest, and returns their folder.

    Raises:
        CannotWrite: the folder cannot be written; nothing is left behind.
    """
    from bichiku.show.report.stress import render_stress  # the drawing library takes half a second to load

    asked = {
        "runs": list(found.runs),
        "crisis": found.crisis,
        "from": found.month,
        "length": found.length,
        "believed": {str(length): share for length, share in found.believed.items()},
        "days": found.days,
    }
    tables = {table: found.tables[table.name] for table in TABLES}
    return write_folder(found.world, f"stress-{found.crisis}", asked, tables, render_stress(found), Path(output))


def stress(
    runs: Sequence[Run],
    crisis: str | Path,
    month: str,
    length: int | None = None,
    days: float | None = None,
    progress: Progress = lambda _: None,
) -> DatedStress:
    """Breaks the plans of some runs by one dated crisis.

    Contracts, investments and the stock of the plan are held; operation is decided anew, period by period, by somebody
    who sees what has happened and knows how likely which length is.

    Args:
        runs: runs of strategies of one model.
        crisis: name of a crisis of the model, or the file that describes one; see ``docs/stress.md``.
        month: when it begins, such as ``2027-04``.
        length: periods that it really lasts; None for the longest length that is thought possible.
        days: days of use of every material in store when it begins; None for what each plan holds.
        progress: called with a few words as each step begins.

    Raises:
        ModelFaults: the runs do not go together, or crisis, month, length or days do not fit.
        NoSolution: operation has no solution.
    """
    onset = period_of(month, runs[0].world.calendar)
    found: dict[str, tuple[str, Crisis]] = {}
    for run in runs:
        if isinstance(crisis, Path):
            found[run.strategy] = (crisis.stem, described_crisis(run, crisis, onset))
        else:
            found[run.strategy] = (crisis, named_crisis(run, crisis))
    operators = operators_of(runs, days)
    check_storable(operators, [onset])
    plans = {
        strategy: Plan(operator, Strike(*found[strategy], onset, real_length(found[strategy][1], length)))
        for strategy, operator in operators.items()
    }
    first = next(iter(plans.values())).strike
    return DatedStress(
        world=runs[0].world,
        strategies=list(plans),
        crisis=first.name,
        onset=onset,
        length=first.length,
        believed=first.crisis.duration,
        days=days,
        tables=stress_dated(plans, progress),
        runs=run_names(runs),
    )
