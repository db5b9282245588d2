"""`bichiku verify`: recompute everything of a run from its written files alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bichiku.cli.screen import NO_RESULT, JsonOption, QuietOption
from bichiku.model.faults import printable


def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Recompute a run from its files alone: balances, limits, weights, cost lines, shares, crises, prices."""
    from bichiku.api.library import verify as verify_run

    verdict, name = verify_run(run), printable(str(run))
    if as_json:
        typer.echo(json.dumps(verdict.as_dict(), indent=2))
    elif verdict.holds and not quiet:
        typer.echo(f"{name}: all {verdict.checks:,} checks hold")
        if verdict.left_out:
            without = " and ".join(verdict.left_out)
            typer.echo(f"  those of its files: the run goes without {without}, which verified when it was made")
            typer.echo(f"  and which bichiku run --from {name} makes again")
        if verdict.largest:
            rule, residual = verdict.largest
            typer.echo(
                f"  largest residual {residual.relative:.1e} of its terms: {rule}, {residual.file} {residual.row}"
            )
    elif not verdict.holds:
        typer.echo(f"{name}: {sum(verdict.broken.values()):,} of {verdict.checks:,} checks fail", err=True)
        for finding in verdict.findings:
            typer.echo(f"  {printable(str(finding))}", err=True)
    if not verdict.holds:
        raise typer.Exit(NO_RESULT)
