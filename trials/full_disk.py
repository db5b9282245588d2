"""Fills the disk under `run`, `compare` and `sweep`, and takes away the right to write.

    python -m trials.full_disk --count 60 --write      # as root, who may mount a small file system

Each call must end with status 1 and say why; what was complete stays whole, and nothing half-way is left but the
points of a sweep. Once there is room again, the next call works.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from trials.calls import COMMANDS, Words, call, clear, complaints, output_folder, prepare
from trials.results import SeedOption, WriteOption, finish

POWERLESS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
CAN_MOUNT = os.geteuid() == 0 and shutil.which("mount") is not None
CAN_FORBID = os.geteuid() != 0 or shutil.which("setpriv") is not None
NO_RESULT = 1


@contextmanager
def small_disk(kilobytes: int) -> Iterator[Path]:
    """A file system in memory with so much room beside what stands in it already."""
    with tempfile.TemporaryDirectory(prefix="bichiku-disk-") as place:
        with output_folder() as sample:
            taken = sum(file.stat().st_size // 4096 * 4 + 4 for file in sample.rglob("*"))
        size = f"size={taken + kilobytes}k"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], check=True)
        try:
            prepare(Path(place) / "runs")
            yield Path(place) / "runs"
        finally:
            subprocess.run(["umount", place], check=True)


def in_peace(words: Words) -> tuple[float, int]:
    """Seconds that a call takes and kilobytes that it fills when nothing disturbs it."""
    with output_folder() as output:
        before = _kilobytes(output)
        _, _, took = call(words, output)
        return took, _kilobytes(output) - before


def _kilobytes(folder: Path) -> int:
    return sum(file.stat().st_size // 4096 * 4 + 4 for file in folder.rglob("*"))


def fill_one(words: Words, kilobytes: int) -> list[str]:
    """What is wrong after a call with too little room, and after the next with enough."""
    with small_disk(kilobytes) as output:
        status, said, _ = call(words, output)
        wrong = complaints(output)
        if status not in (0, NO_RESULT) or "Traceback" in said:
            wrong.append(f"status {status}: {said[-2000:]}")
        if status == NO_RESULT and "cannot write" not in said:
            wrong.append(f"does not say why: {said[-2000:]}")
        subprocess.run(["mount", "-o", "remount,size=64m", str(output.parent)], check=True)
        status, said, _ = call(words, output)
        wrong += complaints(output, tidy=True)
        if status:
            wrong.append(f"the next call ends with status {status}: {said[-2000:]}")
    return wrong


def forbid_one(words: Words) -> list[str]:
    """What is wrong after a call that may not write to its output folder."""
    with output_folder() as output:
        output.chmod(0o555)
        status, said, _ = call(words, output, before=POWERLESS if os.geteuid() == 0 else ())
        output.chmod(0o755)
        wrong = complaints(output, tidy=True)
        if status != NO_RESULT or "Traceback" in said or "Permission denied" not in said:
            wrong.append(f"status {status}: {said[-2000:]}")
        clear(output)
    return wrong


def main(
    count: Annotated[int, typer.Option(help="Number of calls with too little room.")] = 60,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Calls without room or right to write."""
    if not (CAN_MOUNT and CAN_FORBID):
        typer.echo("this trial mounts a file system and needs root, mount and setpriv", err=True)
        raise typer.Exit(2)
    rooms = random.Random(seed)
    needed = {name: in_peace(words)[1] for name, words in COMMANDS.items()}
    wrong = []
    for name in track(list(islice(cycle(COMMANDS), count)), "filling"):
        room = rooms.randrange(needed[name])
        wrong += [f"{name} with {room} of {needed[name]} kB: {what}" for what in fill_one(COMMANDS[name], room)]
    for name, words in COMMANDS.items():
        wrong += [f"{name} without the right to write: {what}" for what in forbid_one(words)]
    figures = {"full disks": count, "forbidden folders": len(COMMANDS), "complaints": len(wrong)}
    summary = f"{count} full disks and {len(COMMANDS)} forbidden folders, {len(wrong)} complaints"
    finish("full_disk", f"python -m trials.full_disk --count {count}", figures, wrong, summary, write)


if __name__ == "__main__":
    typer.run(main)
