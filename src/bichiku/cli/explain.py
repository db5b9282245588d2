"""`bichiku explain`: why a model has no solution, and what is the least that must give."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bichiku.cli.screen import NO_RESULT, JsonOption, SetOption, SilenceOption, StrategyOption, print_advice, spinner
from bichiku.model.faults import Fault, ModelFaults, nearest, shown

if TYPE_CHECKING:
    from bichiku.reading.model import Model

SECONDS = 300.0


def explain(
    place: Annotated[Path, typer.Argument(metavar="MODEL|RUN", help="A model, or a run whose inputs to look at.")],
    strategy: StrategyOption = None,
    changes: SetOption = None,
    silence: SilenceOption = None,
    seconds: Annotated[float, typer.Option(help="Most time to spend on each strategy.")] = SECONDS,
    full: Annotated[
        bool, typer.Option("--all", help="Tell every supplier, crisis and conflict by itself, and every way out.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell why strategies have no plan and the least change that would do, or what a plan must put up with."""
    from bichiku.api.library import explain as explain_world
    from bichiku.explaining import Diagnosis
    from bichiku.show.explanation import as_record, text_of

    if not (0.0 < seconds < math.inf):
        raise ModelFaults([Fault("--seconds", None, "", f"{seconds:g} is not a finite number of seconds over 0")])
    records = []
    unsolved = False
    with spinner(silent=as_json) as show:
        read = _read(place, strategy or (), changes or ())
        print_advice(read, quiet=as_json, silence=silence)
        for name, world in read.worlds.items():
            show(f"{name}: explaining")
            found = explain_world(world, seconds, show)
            records.append(as_record(found))
            if not as_json:
                typer.echo(f"{text_of(found, full)}\n")
            unsolved |= found.diagnosis is not Diagnosis.FEASIBLE
    if as_json:
        typer.echo(json.dumps(records, indent=2))
    if unsolved:
        raise typer.Exit(NO_RESULT)


def _read(place: Path, strategies: Sequence[str], changes: Sequence[str]) -> Model:
    """The model, or that of the run with its one strategy."""
    from bichiku.reading.model import read_model
    from bichiku.result.saved_run import is_run, read_run_model

    if not is_run(place):
        return read_model(place, strategies, changes)
    read = read_run_model(place, changes)
    if unknown := [name for name in strategies if name not in read.worlds]:
        faults = [Fault("--strategy", None, "", f"no strategy {shown(n)}", nearest(n, read.worlds)) for n in unknown]
        raise ModelFaults(faults)
    return read
