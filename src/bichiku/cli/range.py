"""`bichiku range`: how far each share and each reserve may move within a cost slack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from bichiku.cli.kept import keep
from bichiku.cli.screen import NO_RESULT, OutputOption, QuietOption, counter, say, screen
from bichiku.model.faults import Fault, ModelFaults, nearest
from bichiku.model.numbers import decimal_number
from bichiku.result.near_optimal import Range, near_optimal_ranges
from bichiku.result.pipeline import Clock, NoSolution, optimise
from bichiku.result.saved_run import read_run
from bichiku.result.staging import settle, staged
from bichiku.show.screen.ranges import print_ranges

COLUMNS = ["kind", "material", "name", "least", "now", "most", "unit", "mark"]


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
    share = parse_slack(slack)
    saved = read_run(run, ())
    known = list(saved.world.materials)
    unknown = [name for name in material or () if name not in known]
    if unknown:
        faults = [Fault("--material", None, "", f"unknown material {n!r}", nearest(n, known)) for n in unknown]
        raise ModelFaults(faults)
    try:
        _, hot, outcome, _ = optimise(saved.world, Clock())
    except NoSolution as failure:
        say(f"{saved.strategy}: {failure}")
        raise typer.Exit(NO_RESULT) from failure
    with counter(f"ranges of {saved.strategy}", quiet) as progress:
        found = near_optimal_ranges(outcome, hot, share, material or known, progress)
    folder = _write(found, output, f"{run.resolve().name}-range-{slack.replace('%', 'pc')}")
    keep(folder)
    if not quiet:
        out = screen()
        print_ranges(out, found, slack)
        out.print(f"  written to {folder}", highlight=False, soft_wrap=True)


def parse_slack(text: str) -> float:
    """``1%`` or ``0.01`` as a share.

    Raises:
        ModelFaults: it is neither, or not between 0 and 1.
    """
    try:
        number = decimal_number(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        number = float("nan")
    if not 0.0 <= number <= 1.0:
        raise ModelFaults([Fault("--slack", None, "", f"{text!r} is not a share such as 1% or 0.01")])
    return number


def _write(ranges: list[Range], output: Path, name: str) -> Path:
    records = [
        (r.target.kind, r.target.material, r.target.name, r.least, r.now, r.most, r.target.unit, r.mark) for r in ranges
    ]
    with staged(output) as folder:
        frame = pd.DataFrame(records, columns=COLUMNS)
        frame.to_csv(folder / "ranges.csv", index=False, lineterminator="\n")
        return settle(folder, output, name)
