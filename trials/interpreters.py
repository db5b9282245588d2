"""Repeats a run under every other Python on this machine, each with an installation of its own.

    python -m trials.interpreters --write

The repeat must say that the results are the same. The other installations take the newest packages that
``pyproject.toml`` allows, unless ``--pinned`` is given.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from trials.calls import ROOT, TUTORIAL, call
from trials.results import WriteOption, record

OLDEST = (3, 11)
SAME = "repeated: the results are the same"


def other_interpreters() -> list[Path]:
    """One interpreter of each other version that bichiku supports, of those on the path and those of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places = [Path(found) for minor in range(30) if (found := shutil.which(f"python3.{minor}"))]
    places += sorted(pyenv.glob("3.*/bin/python"))
    found: dict[tuple[int, ...], Path] = {}
    for place in places:
        version = _version(place)
        if version >= OLDEST and version != sys.version_info[:2]:
            found.setdefault(version, place)
    return [found[version] for version in sorted(found)]


def _version(python: Path) -> tuple[int, ...]:
    """Major and minor version; nothing for what does not run."""
    said = subprocess.run([python, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def installed(python: Path, folder: Path, pinned: bool) -> Path:
    """Installs bichiku into a new environment and returns its interpreter."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    own = folder / "bin" / "python"
    pins = ["--constraint", ROOT / "constraints.txt"] if pinned else []
    subprocess.run([own, "-m", "pip", "install", "--quiet", "--no-compile", *pins, ROOT], check=True)
    return own


def repeated(python: Path, run: Path, output: Path) -> str:
    """What `bichiku run --from` says of a run under another interpreter."""
    line = [python, "-m", "bichiku", "run", "--from", run, "-o", output]
    found = subprocess.run(line, capture_output=True, text=True, check=False, cwd=output.parent)
    return found.stdout + found.stderr


def main(
    pinned: Annotated[bool, typer.Option("--pinned", help="Install the versions of constraints.txt.")] = False,
    write: WriteOption = False,
) -> None:
    """Repeats a run of the tutorial under every other Python."""
    others = other_interpreters()
    same = 0
    with tempfile.TemporaryDirectory(prefix="bichiku-interpreters-") as place:
        folder = Path(place)
        status, said, _ = call(("run", TUTORIAL, "-s", "china-half"), folder / "runs")
        if status:
            raise RuntimeError(said)
        (run,) = (folder / "runs").iterdir()
        for number, python in enumerate(track(others, "repeating")):
            own = installed(python, folder / f"venv-{number}", pinned)
            said = repeated(own, run, folder / f"again-{number}")
            same += SAME in said
            typer.echo(f"{python}\n{said[said.find('repeated') :]}")
    typer.echo(f"{same} of {len(others)} other interpreters give the same results")
    if write:
        figures = {"other interpreters": len(others), "same results": same}
        record("interpreters", "python -m trials.interpreters", figures)
    raise typer.Exit(same < len(others))


if __name__ == "__main__":
    typer.run(main)
