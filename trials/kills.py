"""Kills `run`, `compare` and `sweep` at random moments.

    python -m trials.kills --count 300 --write

After each kill every result in the output folder is whole and verifies, or is marked as half-way; nothing that was
there before is touched; no process of the call lives on; and the next call of the same kind works and tidies up.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from trials.calls import COMMANDS, Words, alive, call, calling, clear, complaints, output_folder
from trials.results import SeedOption, WriteOption, finish


def kill_one(words: Words, output: Path, after: float) -> list[str]:
    """Kills a call after so many seconds and says what is wrong then."""
    with calling(words, output) as one:
        time.sleep(after)
        family = one.send(signal.SIGKILL, whole_group=False)
        one.end()
        left = alive(family)
    wrong = [f"process {process.pid} lives on" for process in left] + complaints(output)
    status, said, _ = call(words, output)
    if status:
        wrong.append(f"the next call ends with status {status}: {said}")
    return wrong + complaints(output, tidy=True)


def durations(commands: Sequence[str], output: Path) -> dict[str, float]:
    """Seconds that each command takes when left in peace."""
    found = {}
    for name in commands:
        status, said, found[name] = call(COMMANDS[name], output)
        if status:
            raise RuntimeError(said)
        clear(output)
    return found


def main(
    count: Annotated[int, typer.Option(help="Number of kills.")] = 300,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Kills calls at random moments and looks at what is left."""
    moments = random.Random(seed)
    survived, wrong = 0, []
    with output_folder() as output:
        took = durations(list(COMMANDS), output)
        for name in track(list(islice(cycle(COMMANDS), count)), "killing"):
            after = moments.uniform(0.0, took[name])
            found = kill_one(COMMANDS[name], output, after)
            wrong += [f"{name} killed after {after:.3f} s: {what}" for what in found]
            survived += not found
            clear(output)
    figures = {"kills": count, "survived": survived}
    summary = f"{survived} of {count} kills survived"
    finish("kills", f"python -m trials.kills --count {count}", figures, wrong, summary, write)


if __name__ == "__main__":
    typer.run(main)
