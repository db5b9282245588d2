"""Strategies solved and written one after the other, as `run` and `compare` do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from rich.console import Console

from bichiku.api.compare.table import comparison_table
from bichiku.cli.explaining import explain_on_the_way
from bichiku.cli.kept import keep
from bichiku.cli.screen import say
from bichiku.read.model import Model
from bichiku.result.pipeline import NoSolution, Solved, grow, run_strategy
from bichiku.result.run_folder import Rejected, write_run
from bichiku.result.saved_run import REPORT, of_solved
from bichiku.show.screen.summary import print_strategy
from bichiku.solve import Status


@dataclass
class Solutions:
    """What came of several strategies: solved ones with their folders, and the reasons of the others."""

    done: dict[str, Solved] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    failures: dict[str, NoSolution] = field(default_factory=dict)


def solve_all(model: Model, origin: Path, output: Path, show: Callable[[str], None], out: Console | None) -> Solutions:
    """Solves and writes each strategy of a model; prints each on `out` as it is done."""
    for world in model.worlds.values():
        grow(world)  # what is wrong with the crises must come before the first strategy is solved
    result = Solutions()
    for number, (name, world) in enumerate(model.worlds.items(), start=1):
        place = f"{name} ({number} of {len(model.worlds)})"
        try:
            solved = run_strategy(world, partial(_prefixed, show, place))
        except NoSolution as failure:
            result.failures[name] = failure
            say(f"{name}: {failure}")
            if failure.status.gave_up:
                continue
            show(f"{place}: explaining")
            explain_on_the_way(world, f"-s {name} (and the same --set)", show)
            continue
        show(f"{place}: writing")
        folder = origin if origin.is_dir() else origin.parent
        try:
            result.folders[name] = write_run(model, solved, output, folder, partial(_add_report, model, solved))
            keep(result.folders[name])
        except Rejected as failure:
            result.failures[name] = NoSolution(name, Status.ERROR, str(failure))
            say(f"{name}: {failure}")
            continue
        result.done[name] = solved
        if out is not None:
            print_strategy(out, solved)
            out.print(f"  written to {result.folders[name]}", highlight=False, soft_wrap=True)
    return result


def _add_report(model: Model, solved: Solved, folder: Path) -> None:
    # the drawing library takes half a second to load, which other commands need not wait for
    from bichiku.show.report import render_report

    # the folder has no name of its own yet, and equal runs have equal pages
    run = replace(of_solved(model.name, solved, folder), folder=None)
    prices = {run.strategy: run.tables["prices"]}
    page = render_report([run], {}, run.strategy, comparison_table([run], {}, run.strategy), prices=prices)
    (folder / REPORT).write_text(page, encoding="utf-8")


def _prefixed(show: Callable[[str], None], prefix: str, words: str) -> None:
    show(f"{prefix}: {words}")
