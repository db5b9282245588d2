"""`bichiku range`: how far each share and each reserve may move within a cost slack."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from bichiku.cli.results_so_far import add_folder
from bichiku.cli.screen import NO_RESULT, OutputOption, QuietOption, counter, say, screen
from bichiku.model.faults import Fault, ModelFaults
from bichiku.model.numbers import decimal_number


def range_(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    slack: Annotated[str, typer.Option(help="How much more it may cost, such as 1%.")] = "1%",
    material: Annotated[
        list[str] | None, typer.Option("--material", "-m", help="Only this material; may be repeated.")
    ] = None,
    output: OutputOption = Path("runs"),
    quiet: QuietOption = False,
) -> None:
    """Show how far each country's share and each reserve may move while cost stays within a slack."""
    from bichiku.api.library import find_ranges, ranges_table
    from bichiku.result.pipeline import NoSolution
    from bichiku.result.saved_run import read_run
    from bichiku.result.staging import settle, staged
    from bichiku.show.screen.ranges import print_ranges

    share = parse_slack(slack)
    read = read_run(run, ())
    try:
        with counter(f"ranges of {read.strategy}", quiet) as progress:
            found = find_ranges(read, share, material or (), progress)
    except NoSolution as failure:
        say(f"{read.strategy}: {failure}")
        raise typer.Exit(NO_RESULT) from failure
    with staged(output) as aside:
        ranges_table(found).to_csv(aside / "ranges.csv", index=False, lineterminator="\n")
        folder = settle(aside, output, f"{run.resolve().name}-range-{slack.replace('%', 'pc')}")
    add_folder(folder)
    if not quiet:
        out = screen()
        print_ranges(out, found, slack)
        out.print(f"  written to {folder}", highlight=False, soft_wrap=True)


def parse_slack(text: str) -> float:
    """``1%`` as a share.

    Raises:
        ModelFaults: it is no percentage between 0 and 100, or lacks its sign: 1 may mean 1 % and may mean all.
    """
    try:
        number = decimal_number(text.removesuffix("%").rstrip())
    except ValueError:
        number = math.nan
    if not 0.0 <= number <= 100.0:
        raise ModelFaults([Fault("--slack", None, "", f"{text!r} is not a percentage such as 1%")])
    if not text.endswith("%"):
        meant = f"write {number:g}%" + (f" or {100.0 * number:g}%" if 0.0 < number < 1.0 else "")
        raise ModelFaults([Fault("--slack", None, "", f"{text!r} has no %", meant)])
    return number / 100.0
