"""`bichiku sweep`: re-solve the same model with changed numbers, and draw the frontier."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from bichiku.api.sweep.axes import grid, parse_axes
from bichiku.api.sweep.points import PointSolver
from bichiku.api.sweep.run import run_sweep, sweep_name
from bichiku.api.sweep.telling import telling_point
from bichiku.cli.explaining import explain_on_the_way
from bichiku.cli.kept import keep, keep_points
from bichiku.cli.screen import (
    NO_RESULT,
    ModelArgument,
    OutputOption,
    QuietOption,
    SetOption,
    SilenceOption,
    counter,
    print_advice,
    say,
    screen,
    spinner,
)
from bichiku.read.model import read_model
from bichiku.result.staging import resumable
from bichiku.show.screen.frontier import print_frontier


def sweep(
    model: ModelArgument,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="PATH=RANGE", help="START:STOP:STEP or A,B,C; once, or twice for a map."),
    ] = None,
    strategy: Annotated[
        str | None, typer.Option("--strategy", "-s", help="The strategy to vary. Default: the first.")
    ] = None,
    changes: SetOption = None,
    silence: SilenceOption = None,
    output: OutputOption = Path("runs"),
    quiet: QuietOption = False,
) -> None:
    """Vary one number or two, and write the frontier. The same call goes on where an interrupted one stopped."""
    # the drawing library takes half a second to load, which other commands need not wait for
    from bichiku.api.sweep.folder import write_frontier

    axes = parse_axes(vary or ())
    read = read_model(model, [strategy] if strategy else (), changes or ())
    name = strategy or next(iter(read.worlds))
    solver = PointSolver(model, name, tuple(changes or ()), tuple(axis.path for axis in axes))
    points_asked = grid(axes)
    with counter(f"checking {name}", quiet) as show:
        for number, point in enumerate(points_asked, start=1):
            solver.check(point)  # before the first is solved, as hours of solving may come before the faulty one
            show(number, len(points_asked))
    print_advice(read, quiet, silence)
    folder_name = sweep_name(solver, axes, read)
    with resumable(output, folder_name) as points, counter(f"sweeping {name}", quiet) as show:

        def progress(done: int, total: int) -> None:
            keep_points(done, total, points)
            show(done, total)

        found = run_sweep(solver, axes, read, points, progress)
        folder = write_frontier(found, axes, read, name, output, folder_name)
        keep(folder)
    if not quiet:
        out = screen()
        print_frontier(out, found.frontier, [axis.path for axis in axes], read.worlds[name].settings.currency)
        out.print(f"  written to {folder}", highlight=False, soft_wrap=True)
    _explain_one(found.statuses, solver, quiet)
    if not (found.frontier["status"] == "optimal").any():
        raise typer.Exit(NO_RESULT)


def _explain_one(statuses: dict[tuple[str, ...], str], solver: PointSolver, quiet: bool) -> None:
    """Why one of the points without a solution has none."""
    chosen = telling_point(statuses)
    if chosen is None:
        return
    point, neighbour = chosen
    failed = sum(status != "optimal" for status in statuses.values())
    count = f"{failed} of {len(statuses)} points {'has' if failed == 1 else 'have'} no solution"
    beside = f", next to {solver.texts(neighbour)} which has one" if neighbour else ""
    say(f"{count}; why {solver.texts(point)} has none{beside}:")
    with spinner(quiet) as show:
        sets = " ".join(f"--set {shlex.quote(text)}" for text in [*solver.changes, *solver.settings(point)])
        explain_on_the_way(solver.world(point), f"-s {solver.strategy} {sets}", show)
