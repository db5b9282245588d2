"""`bichiku explain`: why a model has no solution, and what is the least that must give."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bichiku.cli.screen import NO_RESULT, SetOption, SilenceOption, StrategyOption, print_advice, spinner
from bichiku.explain import Finding
from bichiku.explain import explain as explain_world
from bichiku.read.model import read_model
from bichiku.saved_run import INPUTS, is_run

SECONDS = 300.0


def explain(
    place: Annotated[Path, typer.Argument(metavar="MODEL|RUN", help="A model, or a run whose inputs to look at.")],
    strategy: StrategyOption = None,
    changes: SetOption = None,
    silence: SilenceOption = None,
    seconds: Annotated[float, typer.Option(help="Most time to spend on each strategy.")] = SECONDS,
) -> None:
    """Tell why strategies are infeasible: the rules in conflict, and the least change of each that would do."""
    model = place / INPUTS if is_run(place) else place
    unsolved = False
    with spinner(silent=False) as show:
        read = read_model(model, strategy or (), changes or ())
        print_advice(read, quiet=False, silence=silence)
        for name, world in read.worlds.items():
            show(f"{name}: explaining")
            found = explain_world(world, show, seconds)
            typer.echo(f"{found.text()}\n")
            unsolved |= found.finding is not Finding.FEASIBLE
    if unsolved:
        raise typer.Exit(NO_RESULT)
