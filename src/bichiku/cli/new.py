"""`bichiku new`: a small model of one's own to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bichiku.model.faults import Fault, ModelFaults

HOLDS = """\
{folder} holds a small model. Run it:

  bichiku run {folder}

Its crisis can begin in the third quarter only, and the plan knows that: it looks safer than it is. If it may begin in
any quarter:

  bichiku run {folder} -s today --set crises.china-halt.onset_every=1
"""


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet.")],
) -> None:
    """Make a small model of your own to start from."""
    from bichiku.cli.new_model import copy_tutorial

    try:
        copy_tutorial(folder)
    except FileExistsError as error:
        raise ModelFaults([Fault(str(folder), None, "", "exists already", "choose another name")]) from error
    typer.echo(HOLDS.format(folder=folder))
