"""The command `bichiku` typed without a process of its own, which would load everything again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from bichiku.cli import main


@dataclass
class Found:
    """What a call left behind."""

    returncode: int
    stdout: str
    stderr: str


def typed(words: Sequence[object], folder: Path) -> Found:
    """Types ``bichiku words`` in a folder; whatever the command does not catch is raised."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with chdir(folder), redirect_stdout(out), redirect_stderr(err), patch("sys.argv", ["bichiku", *map(str, words)]):
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    return Found(status, out.getvalue(), err.getvalue())
