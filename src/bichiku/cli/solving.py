"""Strategies solved and written one after the other, as `run` and `compare` do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bichiku.cli.results_so_far import add_folder
from bichiku.cli.screen import say
from bichiku.cli.short_explanation import print_short_explanation

if TYPE_CHECKING:
    from rich.console import Console

    from bichiku.reading.model import Model
    from bichiku.result.pipeline import NoSolution
    from bichiku.result.run import Run


def solve_all(
    model: Model,
    output: Path,
    show: Callable[[str], None],
    out: Console | None,
    silence: Collection[str] | None = None,
    split: bool = False,
) -> tuple[list[Run], dict[str, NoSolution]]:
    """Solves and writes each strategy of a model; prints each on `out` as it is done.

    Warnings about results are printed but for the codes to `silence`, or not at all where that is None. `split` is that
    of `bichiku.api.library.solve`.

    Returns:
        The runs that are written, and why the other strategies are not.
    """
    from bichiku.api.library import solve
    from bichiku.checking.results import advice_on_result
    from bichiku.result.pipeline import NoSolution, NoSplit, grow
    from bichiku.result.run import Rejected
    from bichiku.show.screen.summary import print_strategy
    from bichiku.show.warnings import result_warnings
    from bichiku.solving import Status

    explained = (Status.INFEASIBLE, Status.UNBOUNDED)  # of any other end the model is no cause
    for world in model.worlds.values():
        grow(world)  # what is wrong with the crises must come before the first strategy is solved
    runs: list[Run] = []
    failures: dict[str, NoSolution] = {}
    for number, (name, world) in enumerate(model.worlds.items(), start=1):
        place = f"{name} ({number} of {len(model.worlds)})"
        try:
            run = solve(world, progress=partial(_prefixed, show, place), split=split)
        except NoSolution as failure:
            failures[name] = failure
            say(f"{name}: {failure}")
            if failure.status not in explained or isinstance(failure, NoSplit):
                continue
            show(f"{place}: explaining")
            print_short_explanation(world, f"-s {name} (and the same --set)", show)
            continue
        show(f"{place}: writing")
        try:
            folder = run.write(output)
        except Rejected as failure:
            failures[name] = NoSolution(name, Status.ERROR, str(failure))
            say(f"{name}: {failure}")
            continue
        add_folder(folder)
        runs.append(run)
        if silence is not None:
            for line in result_warnings(advice_on_result(run.outcome), {*silence, *world.settings.silence}, name):
                say(f"warning {line}")
        if out is not None:
            print_strategy(out, run)
            out.print(f"  written to {folder}", highlight=False, soft_wrap=True)
    return runs, failures


def _prefixed(show: Callable[[str], None], prefix: str, words: str) -> None:
    show(f"{prefix}: {words}")
