"""`bichiku sweep`: re-solve the same model with changed numbers, and draw the frontier."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bichiku.cli.results_so_far import add_folder, set_points
from bichiku.cli.screen import (
    NO_RESULT,
    ModelArgument,
    OutputOption,
    QuietOption,
    SetOption,
    SilenceOption,
    WorkersOption,
    counter,
    print_advice,
    say,
    screen,
    spinner,
)
from bichiku.cli.short_explanation import print_short_explanation
from bichiku.cli.solving import workers_of

if TYPE_CHECKING:
    from bichiku.api.sweep.run import Sweep


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
    workers: WorkersOption = None,
    quiet: QuietOption = False,
) -> None:
    """Vary one number or two, and write the frontier. The same call goes on where an interrupted one stopped."""
    from bichiku.api.sweep.axes import parse_axes
    from bichiku.api.sweep.run import check_points, run_sweep, sweep_name
    from bichiku.reading.model import read_model
    from bichiku.result.staging import resumable
    from bichiku.show.screen.frontier import print_frontier

    axes = parse_axes(vary or ())
    read = read_model(model, [strategy] if strategy else (), changes or ())
    name = strategy or next(iter(read.worlds))
    world = read.worlds[name]
    with counter(f"checking {name}", quiet) as show:
        check_points(world, axes, show)
    print_advice(read, quiet, silence)
    with (
        workers_of(workers) as place,
        resumable(output, sweep_name(world, axes)) as points,
        counter(f"sweeping {name}", quiet) as show,
    ):

        def progress(done: int, total: int) -> None:
            set_points(done, total, points)
            show(done, total)

        found = run_sweep(world, axes, points, progress, place)
        folder = found.write(output)
        add_folder(folder)
    if not quiet:
        out = screen()
        print_frontier(out, found.frontier, [axis.path for axis in axes], world.settings.currency)
        out.print(f"  written to {folder}", highlight=False, soft_wrap=True)
    _explain_one(found, changes or [], quiet)
    if not (found.frontier["status"] == "optimal").any():
        raise typer.Exit(NO_RESULT)


def _explain_one(sweep: Sweep, changes: list[str], quiet: bool) -> None:
    """Why one of the points without a solution has none."""
    from bichiku.api.sweep.border import border_point
    from bichiku.api.sweep.points import PointSolver

    chosen = border_point(sweep.statuses)
    if chosen is None:
        return
    point, neighbour = chosen
    solver = PointSolver(sweep.world, tuple(axis.path for axis in sweep.axes))
    failed = sum(status != "optimal" for status in sweep.statuses.values())
    count = f"{failed} of {len(sweep.statuses)} points {'has' if failed == 1 else 'have'} no solution"
    beside = f", next to {solver.texts(neighbour)} which has one" if neighbour else ""
    say(f"{count}; why {solver.texts(point)} has none{beside}:")
    with spinner(quiet) as show:
        sets = " ".join(f"--set {shlex.quote(text)}" for text in [*changes, *solver.settings(point)])
        print_short_explanation(solver.world(point), f"-s {sweep.world.strategy} {sets}", show)
