"""What commands share: exit statuses, options, and how they speak to standard output and error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bichiku.cli.results_so_far import results_so_far
from bichiku.model.faults import Fault, ModelFaults, nearest, printable
from bichiku.model.warning_codes import CHECK_ALONE, CODES

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn

    from bichiku.reading.model import Model
    from bichiku.show.warnings import ShownWarnings

NO_RESULT, WRONG_INPUT = 1, 2
PLAIN_WIDTH = 140  # columns of a summary that goes to a file or a pipe

ModelArgument = Annotated[Path, typer.Argument(metavar="MODEL", help="A model folder, or the model.yaml in it.")]
StrategyOption = Annotated[
    list[str] | None, typer.Option("--strategy", "-s", help="A strategy of the model; may be repeated. Default: all.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a number of the model for this call; may be repeated."),
]


LabelOption = Annotated[
    list[str] | None,
    typer.Option("--as", metavar="NAME", help="Name to tell a run by; once for each run, in their order."),
]


def _known(codes: list[str] | None) -> list[str] | None:
    unknown = [code for code in codes or () if code not in CODES]
    if unknown:
        raise ModelFaults(
            [Fault("--silence", None, "", f"unknown warning {code!r}", nearest(code, CODES)) for code in unknown]
        )
    return codes


SilenceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--silence",
        metavar="CODE",
        callback=_known,
        help="Leave out warnings with this code, such as W103; may be repeated.",
    ),
]
OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder that results go into.")]
WorkersOption = Annotated[
    str | None,
    typer.Option(
        "--workers",
        metavar="N|SCHEDULER",
        help="Where several solves run: a number of processes, or a cluster's tcp://HOST:8786 or scheduler.json. "
        "Default: BICHIKU_WORKERS, or all cores.",
    ),
]
NoPageOption = Annotated[bool, typer.Option("--no-page", help="Write no report.html, which takes a while to draw.")]
TablesOption = Annotated[
    Literal["all", "plan"],
    typer.Option("--tables", help="Which tables to keep; plan: without the two large ones of branches, once verified."),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]


def say(text: str) -> None:
    """One line on standard error."""
    typer.echo(printable(f"bichiku: {text}"), err=True)


def screen() -> Console:
    """Standard output; of a fixed width where it is no terminal."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, markup=False)


def print_faults(error: ModelFaults) -> None:
    """All faults of an input, one a line."""
    count = len(error.faults)
    more = "" if error.all_found else "more than "
    say(f"{more}{count} fault{'s' if count > 1 else ''} in the input; {results_so_far('nothing was run')}")
    for fault in error.faults:
        typer.echo(f"  {fault}", err=True)
    if not error.all_found:
        typer.echo(f"  ... and more: reading stopped after {count} faults", err=True)


def print_advice(
    model: Model, quiet: bool, silence: Collection[str] | None = None, every: bool = False, checking: bool = False
) -> ShownWarnings | None:
    """All warnings about a model; None where nothing is to be printed.

    Args:
        model: the model.
        quiet: whether to print nothing.
        silence: codes to leave out, beside those that the model silences.
        every: whether many warnings of one code have a line each.
        checking: whether to tell too what needs to be told once and not with every answer.
    """
    from bichiku.show.warnings import shown_warnings

    if quiet:
        return None
    untold = () if checking else CHECK_ALONE
    told = shown_warnings(model.worlds, {*(silence or ()), *untold}, every)
    for line in told.lines:
        say(f"warning {line}")
    return told


@contextmanager
def spinner(silent: bool) -> Iterator[Callable[[str], None]]:
    """Yields a function that shows a few words and the time on standard error, on a terminal only."""
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    with _bar(silent, SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()) as bar:
        task = bar.add_task("", total=None)
        yield lambda words: bar.update(task, description=words)


@contextmanager
def counter(what: str, silent: bool) -> Iterator[Callable[[int, int], None]]:
    """Yields a function that shows how many of how many are done."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with _bar(silent, *columns) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _bar(silent: bool, *columns: ProgressColumn) -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=silent or not console.is_terminal)
