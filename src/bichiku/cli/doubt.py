"""`bichiku doubt`: what is uncertain in a model, and where it turns the choice between strategies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bichiku.cli.results_so_far import add_folder, set_points
from bichiku.cli.screen import (
    NO_RESULT,
    ModelArgument,
    OutputOption,
    QuietOption,
    SetOption,
    SilenceOption,
    StrategyOption,
    WorkersOption,
    counter,
    print_advice,
    say,
    screen,
)
from bichiku.cli.solving import workers_of
from bichiku.model.faults import Fault, ModelFaults

SEED = 1


def doubt(
    model: ModelArgument,
    strategy: StrategyOption = None,
    draws: Annotated[
        int, typer.Option("--draws", metavar="N", min=0, help="Worlds in which all ranges move together.")
    ] = 0,
    seed: Annotated[
        int, typer.Option("--seed", metavar="S", min=0, help="Of the draws: the same seed, the same worlds.")
    ] = SEED,
    reoptimise: Annotated[
        bool,
        typer.Option("--reoptimise", help="Let strategies choose anew in each world, instead of holding their plans."),
    ] = False,
    workers: WorkersOption = None,
    changes: SetOption = None,
    silence: SilenceOption = None,
    output: OutputOption = Path("runs"),
    quiet: QuietOption = False,
) -> None:
    """Move the uncertain numbers of a model and say what turns the choice. The same call goes on where one stopped."""
    from bichiku.api.doubt.folder import title_of, write_doubt
    from bichiku.api.doubt.run import Inquiry, check_ends, groups_of, run_doubt
    from bichiku.api.doubt.tables import currency_of, tables_of
    from bichiku.api.doubt.worlds import MOST_DRAWS
    from bichiku.reading.model import read_model
    from bichiku.result.pipeline import NoSolution
    from bichiku.result.staging import resumable
    from bichiku.show.screen.doubt import print_doubt
    from bichiku.solving import Status

    if draws > MOST_DRAWS:
        raise ModelFaults([Fault("--draws", None, "", f"asks for {draws:,}; at most {MOST_DRAWS:,} are drawn")])
    read = read_model(model, strategy or (), changes or ())
    inquiry = Inquiry(read, draws, seed, reoptimise)
    groups = groups_of(inquiry)
    with counter("checking", quiet) as checking:
        check_ends(read, groups, checking)
    print_advice(read, quiet, silence)
    with workers_of(workers) as where, resumable(output, inquiry.name) as kept:

        def progress(done: int, total: int) -> None:
            set_points(done, total, kept)
            looking(done, total)

        with (
            counter("choosing plans", quiet) as planning,
            counter("looking into worlds", quiet) as looking,
            counter("finding where the order turns", quiet) as turning,
        ):
            try:
                found = run_doubt(inquiry, where, kept, planning, progress, turning)
            except NoSolution as failure:
                why = f"; bichiku explain {model} -s {failure.strategy} (and the same --set) says why"
                is_model = failure.status in (Status.INFEASIBLE, Status.UNBOUNDED)
                say(f"{failure.strategy} is {failure}{why if is_model else ''}")
                raise typer.Exit(NO_RESULT) from failure
        tables = tables_of(found)
        folder = write_doubt(found, tables, output)
        add_folder(folder)
    if not quiet:
        out = screen()
        print_doubt(out, title_of(found), tables, currency_of(found))
        page = f"open {folder / 'report.html'} for all of it, with pictures"
        out.print(f"\n  written to {folder}; {page}", highlight=False, soft_wrap=True)
