"""Results of trials as JSON files, one for each trial, from which the pages take their figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

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
