"""Calls of `bichiku` in processes of their own, and what is left of them in an output folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import psutil

from bichiku.result.manifest import MANIFEST
from bichiku.result.run import REPORT
from bichiku.result.staging import MARK, PARTIAL
from bichiku.verification import verify_run

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "models" / "tutorial"
JAPAN = ROOT / "models" / "japan"
GONE = 20.0  # seconds in which all processes of a killed call must have ended
SENTINEL = "made-before"  # a run that stands in the output folder already

Words = tuple[object, ...]

COMMANDS: dict[str, Words] = {
    "run": ("run", TUTORIAL, "-s", "today", "-s", "reserve-180"),
    "compare": ("compare", TUTORIAL, "-s", "today", "-s", "reserve-180"),
    "sweep": ("sweep", TUTORIAL, "-s", "today", "--vary", "policies.reserve_days=0:60:10"),
}
"""What is disturbed, on a model that takes seconds."""


@dataclass
class Call:
    """A running call with all of its processes.

    Attributes:
        process: the process that was begun.
        began: when, by the clock of `time.monotonic`.
        words: what it writes on standard output and standard error.
    """

    process: subprocess.Popen[bytes]
    words: Path
    began: float = field(default_factory=time.monotonic)

    def send(self, number: int, whole_group: bool = True) -> list[psutil.Process]:
        """Sends a signal, and returns the processes that were there; to a process that has ended, none."""
        try:
            there = psutil.Process(self.process.pid)
            family = [there, *there.children(recursive=True)]
            if self.process.poll() is None:
                (os.killpg if whole_group else os.kill)(self.process.pid, number)
        except (psutil.NoSuchProcess, ProcessLookupError):
            return []
        return family

    def end(self, timeout: float = 600.0) -> int:
        """Waits for its end and returns its exit status."""
        return self.process.wait(timeout)

    @property
    def said(self) -> str:
        """Everything written so far."""
        return self.words.read_text(encoding="utf-8", errors="replace")


@contextmanager
def calling(words: Sequence[object], output: Path, before: Sequence[str] = ()) -> Iterator[Call]:
    """Begins ``bichiku words -o output`` in a process group of its own.

    Args:
        words: the command and its arguments.
        output: where results go.
        before: a command that runs the rest of the line, such as ``setpriv``.
    """
    line = [*before, sys.executable, "-m", "bichiku", *map(str, words), "-o", str(output)]
    with tempfile.NamedTemporaryFile(prefix="bichiku-said-") as said:
        process = subprocess.Popen(
            line, stdout=said, stderr=subprocess.STDOUT, start_new_session=True, cwd=ROOT, preexec_fn=_hear_interrupts
        )
        try:
            yield Call(process, Path(said.name))
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _hear_interrupts() -> None:
    """A process begun in the background of a shell would be deaf to Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def call(words: Sequence[object], output: Path, before: Sequence[str] = ()) -> tuple[int, str, float]:
    """A call left in peace: its exit status, what it said, and the seconds it took."""
    with calling(words, output, before) as one:
        status = one.end()
        return status, one.said, time.monotonic() - one.began


def alive(family: Sequence[psutil.Process], seconds: float = GONE) -> list[psutil.Process]:
    """Processes that have not ended within so many seconds; one that nobody has buried has ended."""
    end = time.monotonic() + seconds
    left = [process for process in family if _lives(process)]
    while left and time.monotonic() < end:
        time.sleep(0.01)
        left = [process for process in left if _lives(process)]
    return left


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def output_folder(below: Path | None = None) -> Iterator[Path]:
    """A folder for results that holds a run made before, and a file that is no run."""
    with tempfile.TemporaryDirectory(prefix="bichiku-trial-", dir=below) as folder:
        output = Path(folder) / "runs"
        prepare(output)
        yield output


def prepare(output: Path) -> None:
    """Puts into a folder what must not be touched."""
    output.mkdir(exist_ok=True)
    shutil.copytree(_finished_run(), output / SENTINEL)
    (output / "notes.txt").write_text("keep this")


_cache: dict[str, Path] = {}


def _finished_run() -> Path:
    if "run" not in _cache:
        folder = Path(tempfile.mkdtemp(prefix="bichiku-finished-"))
        status, said, _ = call(("run", TUTORIAL, "-s", "today"), folder)
        if status:
            raise RuntimeError(said)
        (_cache["run"],) = folder.iterdir()
    return _cache["run"]


def clear(output: Path) -> None:
    """Removes all that calls have left."""
    for path in output.iterdir():
        if path.name not in (SENTINEL, "notes.txt"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def digest(folder: Path) -> str:
    """One number for all files below a folder, their names and contents."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        whole.update(str(file.relative_to(folder)).encode())
        if file.is_file():
            whole.update(file.read_bytes())
    return whole.hexdigest()


def complaints(output: Path, tidy: bool = False) -> list[str]:
    """What is wrong in an output folder: things touched, or results that are neither whole nor marked.

    Args:
        output: a folder made by `output_folder`.
        tidy: whether nothing half-done may be left either.
    """
    found = []
    if digest(output / SENTINEL) != digest(_finished_run()) or (output / "notes.txt").read_text() != "keep this":
        found.append("what was there before was touched")
    for path in sorted(output.iterdir()):
        if path.name in (SENTINEL, "notes.txt"):
            continue
        if path.name.startswith(MARK) or path.name.endswith(PARTIAL):
            found += [f"{path.name} is left half-way"] if tidy else []
        elif not _whole(path):
            found.append(f"{path.name} is neither whole nor marked")
    return found


def _whole(folder: Path) -> bool:
    if (folder / "summary.csv").is_file() or (folder / "inputs").is_dir():
        return verify_run(folder).holds and _page_is_whole(folder / REPORT)
    if (folder / "comparison.csv").is_file():
        return _page_is_whole(folder / REPORT) and len(pd.read_csv(folder / "comparison.csv")) > 0
    if (folder / "frontier.csv").is_file():
        return (folder / MANIFEST).is_file() and len(pd.read_csv(folder / "frontier.csv")) > 0
    return False


def _page_is_whole(page: Path) -> bool:
    return page.is_file() and page.read_text(encoding="utf-8").rstrip().endswith("</html>")
