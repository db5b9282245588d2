"""`bichiku stress`: hold the plan of a run and break things."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bichiku.cli.results_so_far import add_folder, set_points
from bichiku.cli.screen import NO_RESULT, OutputOption, QuietOption, WorkersOption, counter, say, screen, spinner
from bichiku.cli.solving import workers_of
from bichiku.model.faults import Fault, ModelFaults

if TYPE_CHECKING:
    from rich.console import Console

    from bichiku.result.run import Run

T = TypeVar("T")

OF_PLAN = ("flows", "reserve", "projects")  # tables in which the plan of a run stands


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
    losses: Annotated[
        bool, typer.Option("--map", help="Lose every country, pair of the largest, route and group, from all starts.")
    ] = False,
    draws: Annotated[
        int | None, typer.Option(metavar="N", help="Operate N futures, drawn from all crises of the model.")
    ] = None,
    value: Annotated[
        bool, typer.Option("--value", help="Set the plan against others and perfect foresight in the model's futures.")
    ] = False,
    demand_noise: Annotated[
        float | None,
        typer.Option(metavar="SPREAD", help="Of --draws: standard deviation of demand in crises. Default: 0."),
    ] = None,
    price_noise: Annotated[
        float | None, typer.Option(metavar="SPREAD", help="Of --draws: that of spot prices. Default: 0.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of --draws: the same seed gives the same futures.")] = 0,
    days: Annotated[
        float | None,
        typer.Option(metavar="DAYS", help="Exactly so many days of everything in store. Default: what the plan holds."),
    ] = None,
    workers: WorkersOption = None,
    output: OutputOption = Path("runs"),
    quiet: QuietOption = False,
) -> None:
    """Hold the plan of a run and break things: one dated crisis, --map whatever may be lost, or --draws by chance.

    With --value, tell what planning is worth.

    Operation is decided anew, period by period, by somebody who knows what has happened and how likely which length is.
    """
    of_one_crisis = {"--crisis": crisis, "--effects": effects, "--from": begins, "--length": length}
    if draws is None:
        noise = {"--demand-noise": demand_noise, "--price-noise": price_noise}
        _refuse(noise, "goes with --draws alone", "give --draws N")
    if losses:
        _refuse(
            {**of_one_crisis, "--draws": draws, "--value": value or None},
            "does not go with --map, which loses everything in turn",
        )
        _map_losses(runs, days, workers, output, quiet)
    elif draws is not None:
        _refuse({**of_one_crisis, "--days": days}, "does not go with --draws, in which chance has all crises happen")
        _refuse({"--value": value or None}, "does not go with --draws")
        _drawn(runs, draws, seed, (demand_noise or 0.0, price_noise or 0.0), workers, output, quiet)
    elif value:
        _refuse(of_one_crisis, "does not go with --value, which looks at all futures of the model")
        _value(runs, days, workers, output, quiet)
    else:
        _one_crisis(runs, _named(crisis, effects), begins, length, days, output, quiet)


def _named(crisis: str | None, effects: Path | None) -> str | Path:
    """What happens: a crisis of the model, or that of a file."""
    if (crisis is None) == (effects is None):
        hint = "--crisis NAME or --effects FILE; or --map, --draws N or --value"
        raise ModelFaults([Fault("--crisis", None, "", "needs either a crisis or a file of effects", hint)])
    return crisis if crisis is not None else Path(str(effects))


def _one_crisis(
    folders: list[Path],
    crisis: str | Path,
    begins: str | None,
    length: int | None,
    days: float | None,
    output: Path,
    quiet: bool,
) -> None:
    from bichiku.api.stress.dated import stress as stress_runs
    from bichiku.api.stress.dated import write_stress
    from bichiku.show.screen.stress import print_stress

    if begins is None:
        raise ModelFaults([Fault("--from", None, "", "is missing: when does it begin?", "a month such as 2027-04")])
    read = _read(folders, quiet)
    with spinner(quiet) as show, _failure_in_words():
        found = stress_runs(read, crisis, begins, length, days, show)
        show("writing")
        folder = write_stress(found, output)
    add_folder(folder)
    _tell(print_stress, found, folder, quiet)


def _tell(words: Callable[[Console, T], None], found: T, folder: Path, quiet: bool) -> None:
    """What was found, and where it was written."""
    if not quiet:
        out = screen()
        words(out, found)
        out.print(f"  written to {folder}", highlight=False, soft_wrap=True)


def _refuse(options: Mapping[str, object], why: str, hint: str = "leave one of the two out") -> None:
    if given := [option for option, value in options.items() if value is not None]:
        raise ModelFaults([Fault(given[0], None, "", why, hint)])


def _drawn(
    folders: list[Path],
    count: int,
    seed: int,
    spreads: tuple[float, float],
    workers: str | None,
    output: Path,
    quiet: bool,
) -> None:
    from bichiku.api.stress.draws import check_drawing, draws_name, stress_draws, write_draws
    from bichiku.result.staging import resumable
    from bichiku.show.screen.draws import print_draws
    from bichiku.stressing.noise import Noise

    check_drawing(count, seed, *spreads)
    read = _read(folders, quiet, (*OF_PLAN, "crises"))
    name = draws_name(read, count, Noise(*spreads, seed))
    with (
        workers_of(workers) as place,
        resumable(output, name) as aside,
        counter("operating", quiet) as show,
        _failure_in_words(),
    ):

        def progress(done: int, total: int) -> None:
            set_points(done, total, aside)
            show(done, total)

        found = stress_draws(read, place, count, seed, *spreads, aside, progress)
        folder = write_draws(found, read, output)
        add_folder(folder)
    _tell(print_draws, found, folder, quiet)


def _value(folders: list[Path], days: float | None, workers: str | None, output: Path, quiet: bool) -> None:
    from bichiku.api.stress.value import RULE_DAYS, stress_value, write_value
    from bichiku.show.screen.planning_value import print_value

    read = _read(folders, quiet)
    with workers_of(workers) as place, counter("planning", quiet) as show, _failure_in_words():
        found = stress_value(read, place, RULE_DAYS if days is None else days, counter=show)
    folder = write_value(found, read, output)
    add_folder(folder)
    _tell(print_value, found, folder, quiet)


def _map_losses(folders: list[Path], days: float | None, workers: str | None, output: Path, quiet: bool) -> None:
    from bichiku.api.stress.loss_map import stress_map, write_map
    from bichiku.show.screen.loss_map import print_map

    read = _read(folders, quiet)
    with workers_of(workers) as place, counter("losing", quiet) as show, _failure_in_words():
        found = stress_map(read, place, days, show)
    folder = write_map(found, read, output)
    add_folder(folder)
    _tell(print_map, found, folder, quiet)


def _read(folders: list[Path], quiet: bool, tables: tuple[str, ...] = OF_PLAN) -> list[Run]:
    from bichiku.result.saved_run import read_run

    with spinner(quiet) as show:
        read = []
        for folder in folders:
            show(f"reading {folder}")
            read.append(read_run(folder, tables))
        return read


@contextmanager
def _failure_in_words() -> Iterator[None]:
    from bichiku.result.pipeline import NoSolution

    try:
        yield
    except NoSolution as failure:
        say(f"{failure.strategy}: {failure}")
        raise typer.Exit(NO_RESULT) from failure
