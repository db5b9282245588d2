"""One dated crisis, told and written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bichiku.api.stress.plans import described_crisis, named_crisis, operators_of, period_of, real_length
from bichiku.model.settings import Crisis
from bichiku.reading.model import model_of
from bichiku.result.manifest import MANIFEST
from bichiku.result.run import REPORT, Run
from bichiku.result.staging import settle, staged
from bichiku.stressing.dated import TABLES, DatedStress, Plan, stress_dated
from bichiku.stressing.strikes import Strike
from bichiku.version import __version__

Progress = Callable[[str], None]


def write_stress(found: DatedStress, output: str | Path = "runs") -> Path:
    """Writes the tables, a page and a manifest, and returns their folder.

    Raises:
        CannotWrite: the folder cannot be written; nothing is left behind.
    """
    from bichiku.show.report.stress import render_stress  # the drawing library takes half a second to load

    content = _content(found)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
    output = Path(output)
    with staged(output) as folder:
        for table in TABLES:
            table.write(found.tables[table.name], folder)
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        (folder / REPORT).write_text(render_stress(found), encoding="utf-8")
        return settle(folder, output, f"{model_of(found.world).name}-stress-{found.crisis}-{digest}")


def _content(found: DatedStress) -> dict[str, Any]:
    return {
        "bichiku": __version__,
        "runs": list(found.runs),
        "crisis": found.crisis,
        "from": found.month,
        "length": found.length,
        "believed": {str(length): share for length, share in found.believed.items()},
        "days": found.days,
    }


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
    plans = {
        strategy: Plan(operator, Strike(*found[strategy], onset, real_length(found[strategy][1], length)))
        for strategy, operator in operators_of(runs, days).items()
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
        runs=[run.folder.name if run.folder else run.strategy for run in runs],
    )
