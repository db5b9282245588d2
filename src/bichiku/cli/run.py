"""`bichiku run`: solve strategies, write a run folder for each, print what came out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bichiku.cli.explaining import explain_on_the_way
from bichiku.cli.kept import keep
from bichiku.cli.screen import (
    NO_RESULT,
    JsonOption,
    OutputOption,
    QuietOption,
    SetOption,
    SilenceOption,
    StrategyOption,
    print_advice,
    say,
    screen,
    spinner,
)
from bichiku.compare.table import comparison_table
from bichiku.pipeline import NoSolution, Solved, grow, run_strategy
from bichiku.read.faults import Fault, InputError
from bichiku.read.model import Model, read_model
from bichiku.repeat import Repetition, model_of_run, repetition
from bichiku.run_folder import Rejected, write_run
from bichiku.saved_run import REPORT, of_solved
from bichiku.solve import Status
from bichiku.tell.repetition import repetition_lines
from bichiku.tell.summary import print_strategies, print_strategy


def run(
    model: Annotated[
        Path | None,
        typer.Argument(metavar="MODEL", help="A model folder, or the model.yaml in it.", show_default=False),
    ] = None,
    strategy: StrategyOption = None,
    changes: SetOption = None,
    silence: SilenceOption = None,
    repeated: Annotated[
        Path | None,
        typer.Option("--from", metavar="RUN", help="Repeat this run and say whether it comes out the same."),
    ] = None,
    output: OutputOption = Path("runs"),
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Solve strategies of a model and write a run folder for each, or repeat a run."""
    place = _place(model, repeated, bool(strategy or changes))
    out = screen()
    with spinner(quiet or as_json) as show:
        show("reading")
        read = model_of_run(place) if repeated else read_model(place, strategy or (), changes or ())
        print_advice(read, quiet, silence)
        solved = solve_all(read, place, output, show, None if quiet or as_json else out)
    found = repetition(place, *solved.folders.values()) if repeated and solved.folders else None
    if as_json:
        typer.echo(json.dumps(_as_json(solved, found), indent=2))
    elif len(solved.done) > 1 and not quiet:
        print_strategies(out, list(solved.done.values()))
    elif found and not quiet:
        out.print("\n".join(["", *repetition_lines(place, found)]), highlight=False, soft_wrap=True)
    if solved.failures or (found and not found.same):
        raise typer.Exit(NO_RESULT)


def _place(model: Path | None, repeated: Path | None, changed: bool) -> Path:
    """The model or the run that was named."""
    faults = []
    if (model is None) == (repeated is None):
        faults.append(Fault("run", None, "", "give either a model or --from with a run"))
    elif repeated is not None and changed:
        faults.append(Fault("--from", None, "", "a run is repeated as it was; -s and --set go with a model"))
    if faults:
        raise InputError(faults)
    return model or repeated or Path()


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
    from bichiku.report import render_report

    # the folder has no name of its own yet, and equal runs have equal pages
    run = replace(of_solved(model.name, solved, folder), folder=None)
    prices = {run.strategy: run.tables["prices"]}
    page = render_report([run], {}, run.strategy, comparison_table([run], {}, run.strategy), prices=prices)
    (folder / REPORT).write_text(page, encoding="utf-8")


def _prefixed(show: Callable[[str], None], prefix: str, words: str) -> None:
    show(f"{prefix}: {words}")


def _as_json(solutions: Solutions, found: Repetition | None) -> list[dict[str, Any]]:
    repeated = {"repeated": {"same": found.same, "verdict": found.sameness.value}} if found else {}
    done = [
        {
            "strategy": name,
            "status": solved.outcome.solution.status.value,
            "folder": str(solutions.folders[name]),
            **repeated,
            "summary": json.loads(solved.tables["summary"].to_json(orient="records", double_precision=15)),
        }
        for name, solved in solutions.done.items()
    ]
    failed = [
        {"strategy": name, "status": failure.status.value, "reason": str(failure)}
        for name, failure in solutions.failures.items()
    ]
    return done + failed
