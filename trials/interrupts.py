"""Presses Ctrl-C at random moments of `run`, `compare` and `sweep`, on the tutorial and on the Japan model.

    python -m trials.interrupts --count 120 --write

Each call must end within two seconds with status 130, say what is kept, leave nothing half-way but the points of a
sweep, and leave no process behind.
"""

from __future__ import annotations

import random
import re
import signal
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from trials.calls import COMMANDS, JAPAN, Words, alive, call, calling, clear, complaints, output_folder
from trials.results import SeedOption, WriteOption, finish

PROMISE = 2.0  # seconds
INTERRUPTED = 130
EARLIEST = 0.2  # seconds; before that Python itself is still starting, and nothing of ours runs
SAID = re.compile(r"bichiku: interrupted; (kept: |nothing was )")

ON_JAPAN: dict[str, Words] = {
    "run on Japan": ("run", JAPAN, "-s", "today"),
    "compare on Japan": ("compare", JAPAN, "-s", "today", "-s", "reserve-180"),
    "sweep on Japan": ("sweep", JAPAN, "-s", "today", "--vary", "policies.reserve_days=60,90,120,180"),
}


def interrupt_one(words: Words, output: Path, after: float) -> tuple[float | None, list[str]]:
    """Seconds from Ctrl-C to the end of the last process, and what is wrong then; None where it had ended before."""
    with calling(words, output) as one:
        time.sleep(after)
        pressed = time.monotonic()
        family = one.send(signal.SIGINT)
        status = one.end()
        left = alive(family)
        seconds = time.monotonic() - pressed
        said = one.said
    if status == 0:
        return None, complaints(output, tidy=True)
    wrong = [f"process {process.pid} lives on" for process in left] + complaints(output)
    if status != INTERRUPTED:
        wrong.append(f"status {status}")
    if "Traceback" in said or not SAID.search(said):
        wrong.append(said[-2000:])
    return seconds, wrong


def main(
    count: Annotated[int, typer.Option(help="Number of times that Ctrl-C is pressed.")] = 120,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Interrupts calls at random moments and looks at what is left."""
    moments = random.Random(seed)
    commands = {**COMMANDS, **ON_JAPAN}
    chosen = list(islice(cycle(commands), count))
    wrong, slowest, hit = [], 0.0, 0
    with output_folder() as output:
        took = {}
        for name in dict.fromkeys(chosen):
            _, _, took[name] = call(commands[name], output)
            clear(output)
        for name in track(chosen, "interrupting"):
            after = moments.uniform(EARLIEST, took[name])
            seconds, found = interrupt_one(commands[name], output, after)
            if seconds is not None:
                hit += 1
                slowest = max(slowest, seconds)
                found += [f"took {seconds:.2f} s to end"] if seconds > PROMISE else []
            wrong += [f"{name} interrupted after {after:.3f} s: {what}" for what in found]
            clear(output)
    figures = {"interrupts": hit, "complaints": len(wrong), "slowest end, s": round(slowest, 2)}
    summary = f"{hit} of {count} calls interrupted before their end, {len(wrong)} complaints, slowest {slowest:.2f} s"
    finish("interrupts", f"python -m trials.interrupts --count {count}", figures, wrong, summary, write)


if __name__ == "__main__":
    typer.run(main)
