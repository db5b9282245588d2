"""Run folders that were damaged after they were written, for the commands that read them back."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from bichiku.api.sweep.run import kept_points
from bichiku.cli import main
from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from oracles.models import write_model
from trials.fuzz_checks import Defect, in_time
from trials.fuzz_inputs import literals, mutations

HALT = """\
crises:
  halt:
    annual_probability: 0.1
    onset_every: 1
    duration: 1
    recovery: 0
    effects: [{countries: [COD], loss: 0.5}]
"""
JSON = (
    "null",
    "0",
    "-1",
    "1e999",
    "NaN",
    "true",
    '""',
    '"x"',
    "[]",
    "{}",
    "[[]]",
    "[" * 3000,
    '"\\ud800"',
    '"\\u001b[31m"',
    '"../x"',
)
POINT = b'{"of": "a", "point": ["30"], "found": {"status": "optimal", "objective": 1.5}}\n'


class Runs:
    """A small run that is damaged and made whole again, and the points of an interrupted sweep."""

    def __init__(self, folder: Path) -> None:
        source = write_model(folder / "small", extra=HALT)
        model = read_model(source)
        self.run = run_strategy(model.worlds["base"]).write(folder / "runs")
        self.output = folder / "out"
        self.files = {
            str(file.relative_to(self.run)): file.read_bytes() for file in sorted(self.run.rglob("*")) if file.is_file()
        }


@dataclass(frozen=True)
class Harm:
    """One file of a run with other content, and the command that then looks at the run."""

    command: str
    file: str
    content: bytes


@st.composite
def damaged(draw: st.DrawFn, runs: Runs) -> Harm:
    """A file of the run with bytes changed, a cell replaced, or a value of its JSON replaced."""
    commands = ["verify"] * 24 + ["compare", "compare", "explain", "range"] + ["points"] * 4
    command = draw(st.sampled_from(commands))
    if command == "points":
        return Harm(
            command, "points.jsonl", draw(st.one_of(mutations(POINT * 2), st.sampled_from(JSON).map(str.encode)))
        )
    file = draw(st.sampled_from(sorted(runs.files)))
    content = runs.files[file]
    how = draw(st.sampled_from(["bytes", "cell", "cell"]))
    if how == "bytes" or not file.endswith((".csv", ".json")):
        return Harm(command, file, draw(mutations(content)))
    lines = content.decode().split("\n")
    i = draw(st.integers(0, len(lines) - 2))
    if file.endswith(".json"):
        key, colon, value = lines[i].partition(": ")
        lines[i] = key + colon + draw(st.sampled_from(JSON)) + ("," if value.endswith(",") else "")
    else:
        cells = lines[i].split(",")
        cells[draw(st.integers(0, len(cells) - 1))] = draw(literals())
        lines[i] = ",".join(cells)
    return Harm(command, file, "\n".join(lines).encode("utf-8", "surrogatepass"))


def check_damaged(harm: Harm, runs: Runs) -> str:
    """Runs the command on the damaged run, in this process.

    Returns:
        ``damage refused`` or ``damage passed``.

    Raises:
        Defect: the exit status says neither.
        Exception: whatever the command let through.
    """
    if harm.command == "points":
        file = runs.output.parent / "points.jsonl"
        file.write_bytes(harm.content)
        kept_points(file, "a")
        return "damage passed"
    try:
        (runs.run / harm.file).write_bytes(harm.content)
        status = _status(harm.command, runs)
    finally:
        (runs.run / harm.file).write_bytes(runs.files[harm.file])
        shutil.rmtree(runs.output, ignore_errors=True)
    if status not in (0, 1, 2):
        raise Defect(f"exit status {status}")
    return "damage refused" if status else "damage passed"


def _status(command: str, runs: Runs) -> int:
    words = [command, str(runs.run)]
    if command in ("compare", "range"):
        words += ["-o", str(runs.output)]
    before, sys.argv = sys.argv, ["bichiku", *words]
    out, err = io.StringIO(), io.StringIO()
    try:
        with in_time(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        if not err.getvalue().replace("\n", "").isprintable():
            raise Defect(f"what cannot be printed: {err.getvalue()!r}") from None
        return int(stop.code or 0)
    finally:
        sys.argv = before
    return 0
