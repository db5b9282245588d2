"""The command `bichiku`: what a user types, and what comes back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

import bichiku
from bichiku.check import advice
from bichiku.new_model import copy_tutorial
from bichiku.pipeline import NoSolution, Solved, grow, run_strategy
from bichiku.read.faults import Fault, InputError
from bichiku.read.model import Model, read_model
from bichiku.run_folder import CannotWrite, write_run
from bichiku.tell.summary import print_strategies, print_strategy

FINE, NO_RESULT, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
PLAIN_WIDTH = 130  # columns of a summary that goes to a file or a pipe

app = typer.Typer(
    name="bichiku",
    help="Which countries to buy critical minerals from, what to invest in, and how many days to hold in reserve.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

ModelArgument = Annotated[Path, typer.Argument(metavar="MODEL", help="A model folder, or the model.yaml in it.")]
StrategyOption = Annotated[
    list[str] | None, typer.Option("--strategy", "-s", help="A strategy of the model; may be repeated. Default: all.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a number of model.yaml for this call; may be repeated."),
]
OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder that the runs go into.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]


def main() -> None:
    """Entry point; maps every way to fail to its exit status."""
    try:
        app()
    except InputError as error:
        _print_faults(error)
        sys.exit(WRONG_INPUT)
    except CannotWrite as error:
        _say(f"cannot write: {error}")
        sys.exit(NO_RESULT)
    except KeyboardInterrupt:
        _say("interrupted; runs that were complete are kept, the one under way is not")
        sys.exit(INTERRUPTED)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bichiku {bichiku.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


@app.command(epilog="Example: bichiku run models/japan -s today -s reserve-180 --set discount_rate=0.05")
def run(
    model: ModelArgument,
    strategy: StrategyOption = None,
    changes: SetOption = None,
    output: OutputOption = Path("runs"),
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Solve strategies of a model and write a run folder for each."""
    with _progress(quiet or as_json) as say:
        say("reading")
        read = read_model(model, strategy or (), changes or ())
        for world in read.worlds.values():
            grow(world)
        _print_advice(read, quiet)
        out = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
        origin = model if model.is_dir() else model.parent
        done: list[Solved] = []
        folders: dict[str, Path] = {}
        failures: list[NoSolution] = []
        for number, (name, world) in enumerate(read.worlds.items(), start=1):
            of_all = f"{name} ({number} of {len(read.worlds)})"
            try:
                solved = run_strategy(world, partial(_prefixed, say, of_all))
            except NoSolution as failure:
                failures.append(failure)
                _say(f"{name}: {failure}")
                continue
            say(f"{of_all}: writing")
            folders[name] = write_run(read, solved, output, origin)
            done.append(solved)
            if not quiet and not as_json:
                print_strategy(out, solved)
                out.print(f"  written to {folders[name]}", highlight=False, soft_wrap=True)
    if as_json:
        typer.echo(json.dumps([*_as_json(done, folders), *_failed_as_json(failures)], indent=2))
    elif len(done) > 1 and not quiet:
        print_strategies(out, done)
    if failures:
        raise typer.Exit(NO_RESULT)


@app.command(epilog="Example: bichiku check models/japan")
def check(
    model: ModelArgument,
    strategy: StrategyOption = None,
    changes: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Read and validate a model; show every fault at once."""
    read = read_model(model, strategy or (), changes or ())
    trees = {name: grow(world)[0] for name, world in read.worlds.items()}
    _print_advice(read, quiet)
    if quiet:
        return
    world = next(iter(read.worlds.values()))
    tree = next(iter(trees.values()))
    calendar = world.calendar
    typer.echo(f"{world.settings.model}: no faults")
    typer.echo(
        f"  {len(world.materials)} materials, {len(world.suppliers)} suppliers, {len(world.projects)} projects, "
        f"{len(world.tranches)} substitution tranches"
    )
    typer.echo(
        f"  {calendar.periods} periods from {calendar.label(1)}, reported to {calendar.label(calendar.reported)}"
    )
    typer.echo(f"  {len(world.settings.crises)} crises, {len(tree.branches)} branches, {tree.size:,} nodes")
    typer.echo(f"  strategies: {', '.join(read.worlds)}")


@app.command(epilog="Example: bichiku new my-model && bichiku run my-model")
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet.")],
) -> None:
    """Make a small model of your own to start from."""
    try:
        copy_tutorial(folder)
    except FileExistsError as error:
        raise InputError([Fault(str(folder), None, "", "exists already", "choose another name")]) from error
    except OSError as error:
        raise CannotWrite(f"{folder}: {error.strerror or error}") from error
    typer.echo(f"{folder} holds a small model. Run it:\n\n  bichiku run {folder}\n")


@contextmanager
def _progress(silent: bool) -> Iterator[Callable[[str], None]]:
    """Yields a function that shows a few words and the time on standard error, on a terminal only."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    disabled = silent or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=disabled) as bar:
        task = bar.add_task("", total=None)
        yield lambda words: bar.update(task, description=words)


def _prefixed(say: Callable[[str], None], prefix: str, words: str) -> None:
    say(f"{prefix}: {words}")


def _as_json(done: list[Solved], folders: dict[str, Path]) -> list[dict[str, Any]]:
    return [
        {
            "strategy": solved.outcome.world.strategy,
            "status": solved.outcome.solution.status.value,
            "folder": str(folders[solved.outcome.world.strategy]),
            "summary": json.loads(solved.tables["summary"].to_json(orient="records", double_precision=15)),
        }
        for solved in done
    ]


def _failed_as_json(failures: list[NoSolution]) -> list[dict[str, Any]]:
    return [
        {"strategy": failure.strategy, "status": failure.status.value, "reason": str(failure)} for failure in failures
    ]


def _print_faults(error: InputError) -> None:
    count = len(error.faults)
    _say(f"{count} fault{'s' if count > 1 else ''} in the input; nothing was run")
    for fault in error.faults:
        typer.echo(f"  {fault}", err=True)


def _print_advice(model: Model, quiet: bool) -> None:
    if not quiet:
        for text in dict.fromkeys(str(item) for world in model.worlds.values() for item in advice(world)):
            _say(f"warning {text}")


def _say(text: str) -> None:
    typer.echo(f"bichiku: {text}", err=True)
