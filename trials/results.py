"""Results of trials as JSON files, one for each trial, from which the pages take their figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

RESULTS = Path(__file__).parent / "results"

SeedOption = Annotated[int, typer.Option("--seed", help="Another seed, other draws.")]
WriteOption = Annotated[bool, typer.Option("--write", help="Store the result in trials/results.")]


def record(name: str, command: str, figures: Mapping[str, float]) -> Path:
    """Writes ``trials/results/<name>.json`` over the one that is there, and returns its path.

    Args:
        name: name of the trial.
        command: what was typed to run it.
        figures: numbers by label; labels name their unit.
    """
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    content = {"trial": name, "command": command, "figures": dict(figures)}
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def finish(
    name: str, command: str, figures: Mapping[str, float], complaints: Sequence[str], summary: str, write: bool
) -> NoReturn:
    """Ends a trial: tells what was wrong and what came out, stores it if asked, and exits with 1 after a complaint.

    Args:
        name, command, figures: as in `record`.
        complaints: what was wrong, a line each.
        summary: the outcome in one line.
        write: whether to store it.
    """
    for line in complaints:
        typer.echo(line)
    typer.echo(summary)
    if write:
        record(name, command, figures)
    raise typer.Exit(bool(complaints))
