"""Solves every strategy of the Japan model and of the tutorial, writes the runs and verifies them.

    python -m trials.residuals --write

Each must hold its certificate and verify, and the largest residuals are kept.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.verification import verify_run
from trials.calls import JAPAN, TUTORIAL
from trials.results import WriteOption, record


def main(
    strategy: Annotated[list[str] | None, typer.Option(help="Of the Japan model; all of them unless named.")] = None,
    write: WriteOption = False,
) -> None:
    """Solves, certifies and verifies the models that come with bichiku."""
    worlds = [
        (model, name, world)
        for folder, names in ((JAPAN, strategy or ()), (TUTORIAL, ()))
        for model in [read_model(folder, names)]
        for name, world in model.worlds.items()
    ]
    checks, broken, residual, certificate = 0, 0, 0.0, 0.0
    for model, name, world in track(worlds, "verifying"):
        solved = run_strategy(world)
        certificate = max(certificate, solved.certificate.primal, solved.certificate.dual, solved.certificate.gap)
        with tempfile.TemporaryDirectory(prefix="bichiku-trial-") as output:
            verdict = verify_run(solved.write(Path(output), verify=False))
        checks += verdict.checks
        broken += sum(verdict.broken.values())
        largest = verdict.largest[1].relative if verdict.largest else 0.0
        residual = max(residual, largest)
        typer.echo(f"{model.name} {name}: {verdict.checks:,} checks, largest residual {largest:.1e}")
    if write:
        figures = {
            "runs": len(worlds),
            "checks": checks,
            "broken": broken,
            "largest residual": residual,
            "largest of the certificate": certificate,
        }
        chosen = "".join(f" --strategy {name}" for name in strategy or ())
        record("residuals", f"python -m trials.residuals{chosen}", figures)
    raise typer.Exit(broken > 0)


if __name__ == "__main__":
    typer.run(main)
