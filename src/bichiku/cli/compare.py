"""`bichiku compare`: one table, one picture, one page for many strategies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bichiku.cli.results_so_far import add_folder
from bichiku.cli.screen import (
    NO_RESULT,
    JsonOption,
    LabelOption,
    NoPageOption,
    OutputOption,
    QuietOption,
    SetOption,
    SilenceOption,
    StrategyOption,
    TablesOption,
    WorkersOption,
    print_advice,
    say,
    screen,
    spinner,
)
from bichiku.cli.solving import solve_all
from bichiku.model.faults import Fault, ModelFaults, nearest

if TYPE_CHECKING:
    from bichiku.result.run import Run


def compare(
    places: Annotated[
        list[Path], typer.Argument(metavar="MODEL|RUN...", help="A model to solve, or runs solved before.")
    ],
    strategy: StrategyOption = None,
    changes: SetOption = None,
    silence: SilenceOption = None,
    labels: LabelOption = None,
    baseline: Annotated[
        str | None, typer.Option(help="The strategy that extra cost is counted from. Default: the first.")
    ] = None,
    output: OutputOption = Path("runs"),
    no_page: NoPageOption = False,
    tables: TablesOption = "all",
    workers: WorkersOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put strategies side by side: comparison.csv, comparison.md and report.html."""
    from bichiku.api.compare.comparison import compare as compare_runs
    from bichiku.checking.results import advice_on_comparison
    from bichiku.reading.model import read_model
    from bichiku.result.saved_run import COMPARED_TABLES, is_run, read_run
    from bichiku.show.screen.comparison import print_comparison
    from bichiku.show.warnings import result_warnings

    with spinner(quiet or as_json) as show:
        show("reading")
        solved_before = [read_run(place, COMPARED_TABLES) for place in places if is_run(place)]
        models = {place: read_model(place, strategy or (), changes or ()) for place in places if not is_run(place)}
        if labels:
            solved_before = _labelled(solved_before, labels, only_runs=not models)
        names = [run.strategy for run in solved_before] + [name for read in models.values() for name in read.worlds]
        _check_call(names, baseline, only_runs=not models, options=bool(strategy or changes))
        runs, failed = list(solved_before), {}
        for read in models.values():
            print_advice(read, quiet, silence)
            solved, failures = solve_all(
                read,
                output,
                show,
                None,
                None if quiet else silence or (),
                page=not no_page,
                workers=workers,
                tables=tables,
            )
            runs += solved
            failed.update({name: str(failure) for name, failure in failures.items()})
        if not runs:
            raise typer.Exit(NO_RESULT)
        comparison = compare_runs(runs, baseline, failed)
        for line in comparison.warnings:
            say(f"warning {line}")
        if not quiet:
            alike = advice_on_comparison({run.strategy: run.tables for run in runs})
            for line in result_warnings(alike, {*(silence or ()), *runs[0].world.settings.silence}):
                say(f"warning {line}")
        show("writing")
        folder = comparison.write(output)
        add_folder(folder)
    if as_json:
        records = json.loads(comparison.table.to_json(orient="records", double_precision=15))
        typer.echo(json.dumps({"folder": str(folder), "comparison": records}, indent=2))
    elif not quiet:
        out = screen()
        print_comparison(
            out, comparison.runs, comparison.failed, comparison.baseline, comparison.findings, comparison.table
        )
        page = f"open {folder / 'report.html'} for all of it, with pictures"
        out.print(f"  written to {folder}; {page}", highlight=False, soft_wrap=True)
    if failed:
        raise typer.Exit(NO_RESULT)


def _labelled(runs: list[Run], labels: list[str], only_runs: bool) -> list[Run]:
    faults = []
    if not only_runs:
        faults.append(Fault("--as", None, "", "names runs solved before; run a model with --as first"))
    elif len(labels) != len(runs):
        faults.append(Fault("--as", None, "", f"is given {_times(len(labels))} for {len(runs)} runs", "once for each"))
    if faults:
        raise ModelFaults(faults)
    return [run.called(label) for run, label in zip(runs, labels, strict=True)]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _check_call(names: list[str], baseline: str | None, only_runs: bool, options: bool) -> None:
    """What is wrong with the call must come before anything is solved."""
    from bichiku.api.compare.comparison import same_names

    faults = same_names(names)
    if baseline is not None and baseline not in names:
        faults.append(Fault("--baseline", None, "", f"no strategy {baseline!r}", nearest(baseline, names)))
    if only_runs and options:
        message = "runs are taken as they are; -s and --set go with a model"
        faults.append(Fault("compare", None, "", message))
    if faults:
        raise ModelFaults(faults)
