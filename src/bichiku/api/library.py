"""Reading, solving and looking into one model: the functions that `import bichiku` offers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from bichiku.api.arguments import require
from bichiku.api.doubt.run import Inquiry, check_ends, groups_of, run_doubt
from bichiku.api.doubt.tables import tables_of
from bichiku.api.sweep.axes import axes_of
from bichiku.api.sweep.run import Sweep, check_points, run_sweep
from bichiku.api.tables import Tables
from bichiku.checking import Advice, advice_by_strategy
from bichiku.executing import executor
from bichiku.explaining import Explanation
from bichiku.explaining import explain as explain_world
from bichiku.explaining.diagnosis import SECONDS
from bichiku.model.faults import Fault, ModelFaults, nearest
from bichiku.model.world import World
from bichiku.reading.model import Model, read_model
from bichiku.reading.values import assignments_of
from bichiku.result.near_optimal import Range, near_optimal_ranges
from bichiku.result.pipeline import Clock, NoSolution, NoSplit, optimise, run_strategy
from bichiku.result.run import Run
from bichiku.result.saved_run import check_edition, check_is_run, read_run
from bichiku.solving import Status
from bichiku.verification import Verdict, verify_run

Progress = Callable[[str], None]
Counter = Callable[[int, int], None]


class Infeasible(NoSolution):
    """No plan keeps all limits of a strategy.

    Attributes:
        world: the world that was to be solved.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        super().__init__(world.strategy, Status.INFEASIBLE)

    def __reduce__(self) -> tuple[Any, ...]:
        return Infeasible, (self.world,)

    @cached_property
    def explanation(self) -> Explanation:
        """The rules in conflict and the least that must give; worked out when first asked for, as it takes time."""
        return explain(self.world)


def read(path: str | Path, changes: Mapping[str, object] | None = None) -> Model:
    """Reads a model folder, or the model.yaml in it, and checks all of it.

    Args:
        path: the folder or the file.
        changes: values by path that hold in every strategy, see `World.changed`.

    Raises:
        ModelFaults: with every fault of the model at once.
    """
    return read_model(path, (), assignments_of(changes or {}))


def solve(world: World, prices: bool = True, progress: Progress = lambda _: None, split: bool = False) -> Run:
    """Solves one world: the cheapest plan that keeps its limits.

    Args:
        world: one strategy of a model.
        prices: whether to work out what one unit more of each limit would cost, which takes about as long as solving.
        progress: called with a few words as each step begins.
        split: whether to tell how many of the days held are for supply crises and how many pay only where prices rise.
            It takes one more solve, of the same world with all price factors at one, and gives the table `split` and
            the metrics `cover_days_of_last_year`, `cover_days_at_list_prices` and `cover_days_for_price_rises`.

    Raises:
        Infeasible: no plan keeps all limits; its `explanation` says which contradict one another.
        NoSolution: there is no optimal solution for another reason, or it fails its certificate.
        ModelFaults: the crises' probabilities exceed one together, or the program would be too large.
    """
    require("solve", world, World)
    try:
        return run_strategy(world, progress, prices, report_page, split)
    except NoSplit:
        raise
    except NoSolution as failure:
        if failure.status is Status.INFEASIBLE:
            raise Infeasible(world) from failure
        raise


def report_page(run: Run) -> str:
    """The page of one run, as HTML that needs no other file."""
    # the drawing library takes half a second to load
    from bichiku.api.compare.table import comparison_table
    from bichiku.show.report import render_report

    comparison = comparison_table([run], {}, run.strategy)
    return render_report([run], {}, run.strategy, comparison)


def load(folder: str | Path) -> Run:
    """Reads a run back from its folder, once it is sure that its files are as they were written.

    Raises:
        ModelFaults: it is not a run folder, or a file has changed since.
    """
    return read_run(folder)


def check(model: Model | World) -> list[Advice]:
    """Warnings about what can be solved but is hardly meant, each once, in the order of their codes.

    Args:
        model: a model, all strategies of which are looked at, or one world. What they silence is left out.

    Raises:
        ModelFaults: the crises' probabilities exceed one together.
    """
    require("check", model, Model, World)
    worlds = model.worlds if isinstance(model, Model) else {model.strategy: model}
    found = [
        item
        for strategy, warnings in advice_by_strategy(worlds).items()
        for item in warnings
        if item.code not in worlds[strategy].settings.silence
    ]
    return sorted(dict.fromkeys(found), key=lambda item: item.code)


def explain(world: World, seconds: float = SECONDS, progress: Progress = lambda _: None) -> Explanation:
    """Why a world has no plan, and the least that must give; `text_of` says it in words.

    Args:
        world: one strategy of a model.
        seconds: time after which what is not told yet stays untold, and the explanation says so.
        progress: called with a few words as each step begins.
    """
    require("explain", world, World)
    return explain_world(world, progress, seconds)


def verify(run: Run | str | Path) -> Verdict:
    """Recomputes everything of a run from its written files alone.

    Args:
        run: a run, or its folder. One that is not written is written aside for it.

    Raises:
        ModelFaults: the folder is not that of a run, or the run is of the first edition.
    """
    if isinstance(run, Run) and run.folder is None:
        with tempfile.TemporaryDirectory() as aside:
            return verify_run(replace(run, page=None).write(aside, verify=False))
    folder = run.folder if isinstance(run, Run) else Path(run)
    assert folder is not None
    check_is_run(folder)
    check_edition(folder)
    return verify_run(folder)


def find_ranges(
    run: Run,
    slack: float = 0.01,
    materials: Sequence[str] = (),
    counter: Counter = lambda done, total: None,
) -> list[Range]:
    """How far each country's share and each reserve may move while cost stays within a slack.

    Args:
        run: the run; its world is solved again.
        slack: how much more each part of the program may cost, as a share of its cost; 0 to 1.
        materials: which materials; all when empty.
        counter: called with the number of ranges that are done and of all.

    Raises:
        ModelFaults: a material that the world does not have.
        NoSolution: the world has no optimal solution.
        ValueError: the slack is no share.
    """
    require("range", run, Run)
    if isinstance(slack, str) or not 0.0 <= slack <= 1.0:
        raise ValueError(f"a slack of {slack!r} is not a share between 0 and 1")
    known = list(run.world.materials)
    materials = [materials] if isinstance(materials, str) else materials
    unknown = [name for name in materials if name not in known]
    if unknown:
        raise ModelFaults(Fault("--material", None, "", f"unknown material {n!r}", nearest(n, known)) for n in unknown)
    hot, outcome, _ = optimise(run.world, Clock())
    return near_optimal_ranges(outcome, hot, slack, materials or known, counter)


def ranges(run: Run, slack: float = 0.01, materials: Sequence[str] = ()) -> pd.DataFrame:
    """How far each country's share and each reserve may move while cost stays within a slack; see `find_ranges`.

    Returns:
        One row for each country of a material (a share of its imports in the last reported year) and each reserve
        (days of cover at the end): ``kind``, ``material``, ``name``, ``least``, ``now``, ``most``, ``unit``, ``mark``.
    """
    return ranges_table(find_ranges(run, slack, materials))


def ranges_table(found: Iterable[Range]) -> pd.DataFrame:
    """Ranges as the rows of ranges.csv."""
    return pd.DataFrame(
        [
            (r.target.kind, r.target.material, r.target.name, r.least, r.now, r.most, r.target.unit, r.mark)
            for r in found
        ],
        columns=["kind", "material", "name", "least", "now", "most", "unit", "mark"],
    )


def sweep(
    world: World,
    vary: Mapping[str, str | Iterable[object]],
    folder: str | Path | None = None,
    counter: Counter = lambda done, total: None,
    workers: str | int | None = None,
) -> Sweep:
    """Solves a world again and again with one number or two varied, on all cores.

    In a script, call it below ``if __name__ == "__main__":``, as each core starts Python anew.

    Args:
        world: the world that is varied.
        vary: by path (see `World.changed`) the values, or a text such as ``"0:180:15"`` (start, stop, step).
        folder: where points are kept as they come in, so that the same call goes on after an interruption.
        counter: called with the number of points that are solved and of all.
        workers: where points are solved, as `--workers` takes it; see docs/cluster.md.

    Raises:
        ModelFaults: what is varied does not fit; nothing is solved.
        ValueError: there can be no such workers.
        WorkersLost: there are no workers any more; the points solved so far are in the folder.
    """
    require("sweep", world, World)
    axes = axes_of(vary)
    check_points(world, axes)
    with executor(workers) as place:
        return run_sweep(world, axes, None if folder is None else Path(folder), counter, place)


def doubt(
    model: Model,
    draws: int = 0,
    seed: int = 1,
    reoptimise: bool = False,
    workers: str | int | None = None,
    counter: Counter = lambda done, total: None,
) -> Tables:
    """Moves the uncertain numbers of a model and says what turns the choice between its strategies.

    In a script, call it below ``if __name__ == "__main__":``, as each process starts Python anew.

    Args:
        model: a model with uncertainty.csv; its strategies but the yardsticks are what is chosen between.
        draws: number of worlds in which all ranges move together.
        seed: of the draws; the same seed gives the same worlds.
        reoptimise: whether strategies choose anew in each world, instead of holding the plans of the model's own.
        workers: number of processes, see `bichiku.executing.executor`.
        counter: called with the number of worlds that are known and of all.

    Returns:
        A mapping, the tables of docs/doubt.md by name: ``regret``, ``switching``, ``tornado``, ``worlds`` and
        ``positions``.

    Raises:
        ModelFaults: there is nothing to move or nothing to choose, or a range does not fit.
        NoSolution: a strategy has no plan in the model's own world.
    """
    require("doubt", model, Model)
    inquiry = Inquiry(model, draws, seed, reoptimise)
    check_ends(model, groups_of(inquiry))
    with executor(workers) as where:
        found = tables_of(run_doubt(inquiry, where, progress=counter))
    return Tables(f"Doubt of {model.name}", found, "regret")
