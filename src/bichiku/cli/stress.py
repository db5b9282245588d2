"""`bichiku stress`: hold the plan of a run and break things."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bichiku.cli.results_so_far import add_folder
from bichiku.cli.screen import NO_RESULT, OutputOption, QuietOption, say, screen, spinner
from bichiku.model.faults import Fault, ModelFaults

FLOWS_OF_PLAN = ("flows", "reserve", "projects")  # tables in which the plan of a run stands


def stress(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders, of strategies of one model.")],
    crisis: Annotated[
        str | None, typer.Option("--crisis", metavar="NAME", help="A crisis of the model that really happens.")
    ] = None,
    effects: Annotated[
        Path | None,
        typer.Option("--effects", metavar="FILE", help="A crisis of one's own: its duration, recovery and effects."),
    ] = None,
    begins: Annotated[
        str | None, typer.Option("--from", metavar="MONTH", help="The month in which it begins, such as 2027-04.")
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(metavar="PERIODS", help="How long it really lasts. Default: the longest that people believe in."),
    ] = None,
    days: Annotated[
        float | None,
        typer.Option(metavar="DAYS", help="Exactly so many days of everything in store. Default: what the plan holds."),
    ] = None,
    output: OutputOption = Path("runs"),
    quiet: QuietOption = False,
) -> None:
    """Hold the plan of a run, let one dated crisis happen, and tell how long it lasts and who fills the gap.

    Operation is decided anew, period by period, by somebody who knows what has happened and how likely which length is.
    """
    from bichiku.api.stress.dated import stress as stress_runs
    from bichiku.api.stress.dated import write_stress
    from bichiku.result.pipeline import NoSolution
    from bichiku.result.saved_run import read_run
    from bichiku.show.screen.stress import print_stress

    if (crisis is None) == (effects is None):
        hint = "--crisis NAME, or --effects FILE"
        raise ModelFaults([Fault("--crisis", None, "", "needs either a crisis or a file of effects", hint)])
    if begins is None:
        raise ModelFaults([Fault("--from", None, "", "is missing: when does it begin?", "a month such as 2027-04")])
    named: str | Path = crisis if crisis is not None else Path(str(effects))
    with spinner(quiet) as show:
        read = []
        for folder in runs:
            show(f"reading {folder}")
            read.append(read_run(folder, FLOWS_OF_PLAN))
        try:
            found = stress_runs(read, named, begins, length, days, show)
        except NoSolution as failure:
            say(f"{failure.strategy}: {failure}")
            raise typer.Exit(NO_RESULT) from failure
        show("writing")
        folder = write_stress(found, output)
    add_folder(folder)
    if not quiet:
        out = screen()
        print_stress(out, found)
        out.print(f"  written to {folder}", highlight=False, soft_wrap=True)
