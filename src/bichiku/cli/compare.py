"""`bichiku compare`: one table, one picture, one page for many strategies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bichiku.cli.run import solve_all
from bichiku.cli.screen import (
    NO_RESULT,
    JsonOption,
    OutputOption,
    QuietOption,
    SetOption,
    StrategyOption,
    print_advice,
    screen,
    spinner,
)
from bichiku.read.faults import Fault, InputError, nearest
from bichiku.read.model import read_model
from bichiku.saved_run import COMPARED_TABLES, is_run, of_solved, read_run


def compare(
    places: Annotated[
        list[Path], typer.Argument(metavar="MODEL|RUN...", help="A model to solve, or runs solved before.")
    ],
    strategy: StrategyOption = None,
    changes: SetOption = None,
    baseline: Annotated[
        str | None, typer.Option(help="The strategy that extra cost is counted from. Default: the first.")
    ] = None,
    output: OutputOption = Path("runs"),
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put strategies of one world side by side: comparison.csv, comparison.md and report.html."""
    # the drawing library takes half a second to load, which other commands need not wait for
    from bichiku.compare.folder import Comparison, check_one_world, write_comparison
    from bichiku.report import comparison_markdown

    with spinner(quiet or as_json) as show:
        runs, failed = [], {}
        for place in places:
            if is_run(place):
                show(f"reading {place}")
                runs.append(read_run(place, COMPARED_TABLES))
                continue
            show("reading")
            read = read_model(place, strategy or (), changes or ())
            print_advice(read, quiet)
            solved = solve_all(read, place, output, show, None)
            runs += [of_solved(read.name, one, solved.folders[name]) for name, one in solved.done.items()]
            failed.update({name: str(failure) for name, failure in solved.failures.items()})
        if not runs:
            raise typer.Exit(NO_RESULT)
        check_one_world(runs)
        names = [run.strategy for run in runs]
        if baseline is not None and baseline not in names:
            hint = nearest(baseline, names)
            raise InputError([Fault("--baseline", None, "", f"no solved strategy {baseline!r}", hint)])
        show("writing")
        comparison = Comparison(tuple(runs), failed, baseline or names[0])
        folder = write_comparison(comparison, output)
    if as_json:
        records = json.loads(comparison.table.to_json(orient="records", double_precision=15))
        typer.echo(json.dumps({"folder": str(folder), "comparison": records}, indent=2))
    elif not quiet:
        out = screen()
        out.print(
            comparison_markdown(comparison.table, runs, failed, comparison.baseline), markup=False, soft_wrap=True
        )
        out.print(f"written to {folder}; open {folder / 'report.html'}", highlight=False, soft_wrap=True)
    if failed:
        raise typer.Exit(NO_RESULT)
