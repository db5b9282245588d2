"""Two calls at once on one output folder.

    python -m trials.together --count 60 --write

Whatever the pair, both leave whole results under names of their own. Only of two equal sweeps the second may be
refused, because the first is at work on the same points.
"""

from __future__ import annotations

import random
import time
from itertools import combinations_with_replacement, cycle, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from trials.calls import COMMANDS, Words, calling, clear, complaints, output_folder
from trials.results import SeedOption, WriteOption, finish

AT_WORK = "another call is at work"
REFUSED = 1
APART = 1.0  # seconds at most between the two


def both(one: Words, other: Words, output: Path, apart: float) -> list[str]:
    """What is wrong after two calls, the second begun so many seconds after the first."""
    with calling(one, output) as first:
        time.sleep(apart)
        with calling(other, output) as second:
            ends = [(call.end(), call.said) for call in (first, second)]
    wrong = complaints(output, tidy=True)
    refused = [said for status, said in ends if status == REFUSED and AT_WORK in said]
    wrong += [f"status {status}: {said[-2000:]}" for status, said in ends if status and said not in refused]
    if refused and (one != other or one[0] != "sweep" or len(refused) > 1):
        wrong.append(f"refused: {refused[0]}")
    return wrong


def main(
    count: Annotated[int, typer.Option(help="Number of pairs.")] = 60,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Two calls at a time on one output folder."""
    apart = random.Random(seed)
    pairs = list(combinations_with_replacement(COMMANDS, 2))
    wrong = []
    with output_folder() as output:
        for one, other in track(list(islice(cycle(pairs), count)), "two at once"):
            found = both(COMMANDS[one], COMMANDS[other], output, apart.uniform(0.0, APART))
            wrong += [f"{one} and {other}: {what}" for what in found]
            clear(output)
    figures = {"pairs": count, "complaints": len(wrong)}
    summary = f"{count} pairs, {len(wrong)} complaints"
    finish("together", f"python -m trials.together --count {count}", figures, wrong, summary, write)


if __name__ == "__main__":
    typer.run(main)
