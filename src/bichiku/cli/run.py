"""`bichiku run`: solve strategies, write a run folder for each, print what came out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bichiku.cli.screen import (
    NO_RESULT,
    JsonOption,
    NoPageOption,
    OutputOption,
    QuietOption,
    SetOption,
    SilenceOption,
    StrategyOption,
    TablesOption,
    WorkersOption,
    print_advice,
    screen,
    spinner,
)
from bichiku.cli.solving import solve_all
from bichiku.model.faults import Fault, ModelFaults

if TYPE_CHECKING:
    from bichiku.reading.model import Model
    from bichiku.result.pipeline import NoSolution
    from bichiku.result.repeat import Repetition
    from bichiku.result.run import Run


def run(
    model: Annotated[
        Path | None,
        typer.Argument(metavar="MODEL", help="A model folder, or the model.yaml in it.", show_default=False),
    ] = None,
    strategy: StrategyOption = None,
    changes: SetOption = None,
    label: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Name for the one strategy, to tell it from its like.")
    ] = None,
    silence: SilenceOption = None,
    repeated: Annotated[
        Path | None,
        typer.Option("--from", metavar="RUN", help="Repeat this run and say whether it comes out the same."),
    ] = None,
    split: Annotated[
        bool,
        typer.Option("--split", help="Say how many of the days held pay only where prices rise: one more solve."),
    ] = False,
    output: OutputOption = Path("runs"),
    no_page: NoPageOption = False,
    tables: TablesOption = "all",
    workers: WorkersOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Solve strategies of a model and write a run folder for each, or repeat a run."""
    from bichiku.reading.model import read_model
    from bichiku.result.repeat import repetition, run_to_repeat
    from bichiku.show.screen.repetition import repetition_lines
    from bichiku.show.screen.summary import print_strategies

    place = _place(model, repeated, bool(strategy or changes or label or split))
    out = screen()
    with spinner(quiet or as_json) as show:
        show("reading")
        before = run_to_repeat(place) if repeated else None
        read = before.model if before else read_model(place, strategy or (), changes or ())
        if label is not None:
            read = _labelled(read, label)
        print_advice(read, quiet, silence)
        runs, failures = solve_all(
            read,
            output,
            show,
            None if quiet or as_json else out,
            None if quiet else silence or (),
            before.is_split if before else split,
            not no_page,
            workers,
            tables,
        )
    again = [run.folder for run in runs if run.folder is not None]
    found = repetition(place, *again) if repeated and again else None
    if as_json:
        typer.echo(json.dumps(_as_json(runs, failures, found), indent=2))
    elif len(runs) > 1 and not quiet:
        print_strategies(out, runs)
    elif found and not quiet:
        out.print("\n".join(["", *repetition_lines(place, found)]), highlight=False, soft_wrap=True)
    if failures or (found and not found.same):
        raise typer.Exit(NO_RESULT)


def _place(model: Path | None, repeated: Path | None, changed: bool) -> Path:
    """The model or the run that was named."""
    faults = []
    if (model is None) == (repeated is None):
        faults.append(Fault("run", None, "", "give either a model or --from with a run"))
    elif repeated is not None and changed:
        message = "a run is repeated as it was; -s, --set, --as and --split go with a model"
        faults.append(Fault("--from", None, "", message))
    if faults:
        raise ModelFaults(faults)
    return model or repeated or Path()


def _labelled(read: Model, label: str) -> Model:
    if len(read.worlds) != 1:
        fault = Fault("--as", None, "", f"names one strategy; the call has {len(read.worlds)}", "choose one with -s")
        raise ModelFaults([fault])
    (strategy,) = read.worlds
    return read.labelled(strategy, label)


def _as_json(runs: list[Run], failures: dict[str, NoSolution], found: Repetition | None) -> list[dict[str, Any]]:
    from bichiku.solving import Status

    repeated = {"repeated": {"same": found.same, "verdict": found.sameness.value}} if found else {}
    done = [
        {
            "strategy": run.strategy,
            "status": Status.OPTIMAL.value,  # no other run is written
            "folder": str(run.folder),
            **repeated,
            "summary": json.loads(run.summary.to_json(orient="records", double_precision=15)),
        }
        for run in runs
    ]
    failed = [
        {"strategy": name, "status": failure.status.value, "reason": str(failure)} for name, failure in failures.items()
    ]
    return done + failed
