"""The command `bichiku`: what a user types, and what comes back. One file for each command."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from typing import Annotated

import typer

from bichiku.__main__ import INTERRUPTED
from bichiku.cli.check import check
from bichiku.cli.compare import compare
from bichiku.cli.doubt import doubt
from bichiku.cli.explain import explain
from bichiku.cli.new import new
from bichiku.cli.range import range_
from bichiku.cli.results_so_far import forget_all, results_so_far
from bichiku.cli.run import run
from bichiku.cli.screen import NO_RESULT, WRONG_INPUT, print_faults, say
from bichiku.cli.stress import stress
from bichiku.cli.sweep import sweep
from bichiku.cli.verify import verify
from bichiku.model.faults import ModelFaults
from bichiku.version import __version__

app = typer.Typer(
    name="bichiku",
    help="Which countries to buy critical minerals from, what to invest in, and how many days to hold in reserve.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command(epilog="Example: bichiku run models/japan -s today -s reserve-180 --set discount_rate=0.05")(run)
app.command(epilog="Example: bichiku compare models/japan -s today -s reserve-180 --baseline today")(compare)
app.command(
    epilog="Example: bichiku sweep models/japan -s reserve-60 --vary policies.reserve_days.default.2027-09=30:120:30"
)(sweep)
app.command(epilog="Example: bichiku doubt models/tutorial --draws 100 --seed 1")(doubt)
app.command("range", epilog="Example: bichiku range runs/tutorial-today-1a2b3c4d --slack 1%")(range_)
app.command(epilog="Example: bichiku stress runs/tutorial-today-1a2b3c4d --crisis china-halt --from 2026-07")(stress)
app.command(epilog="Example: bichiku explain models/tutorial -s today --set policies.concentration.max=0.2")(explain)
app.command(epilog="Example: bichiku verify runs/tutorial-today-1a2b3c4d")(verify)
app.command(epilog="Example: bichiku check models/japan")(check)
app.command(epilog="Example: bichiku new my-model && bichiku run my-model")(new)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bichiku {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


def main() -> None:
    """Runs the command; maps every way to fail to its exit status."""
    forget_all()
    try:
        _call()
    except OSError as error:
        if not _of_the_screen(error):
            raise
        with contextlib.suppress(OSError):  # standard error may be what fails
            say(f"cannot write the output: {error.strerror or error}; {results_so_far()}")
        _give_up_output()
        sys.exit(NO_RESULT)


def _call() -> None:
    try:
        app()
    except ModelFaults as error:
        print_faults(error)
        sys.exit(WRONG_INPUT)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            say(f"interrupted; {results_so_far()}")
        raise
    except _failures_in_words() as error:
        say(f"{error}; {results_so_far()}")
        sys.exit(NO_RESULT)


def _failures_in_words() -> tuple[type[Exception], ...]:
    """Failures whose own words suffice; asked for only when something fails, as their packages take long to load."""
    from bichiku.executing import WorkersLost
    from bichiku.result.staging import CannotWrite
    from bichiku.solving.start import SolverError

    return CannotWrite, SolverError, WorkersLost


def _of_the_screen(error: OSError) -> bool:
    """Whether it was raised while printing, all of which goes through two libraries that touch nothing else."""
    last = list(traceback.walk_tb(error.__traceback__))[-1][0]
    return str(last.f_globals.get("__name__")).partition(".")[0] in ("rich", "typer")


def _give_up_output() -> None:
    """Sends what is still to be written nowhere, as Python would try again at its end and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
