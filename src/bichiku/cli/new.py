"""`bichiku new`: a small model of one's own to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bichiku.model.faults import Fault, ModelFaults


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet.")],
) -> None:
    """Make a small model of your own to start from."""
    from bichiku.cli.new_model import copy_tutorial

    try:
        copy_tutorial(folder)
    except FileExistsError as error:
        raise ModelFaults([Fault(str(folder), None, "", "exists already", "choose another name")]) from error
    typer.echo(f"{folder} holds a small model. Run it:\n\n  bichiku run {folder}\n")
