"""Fuzzes everything that reads a user's bytes.

    python -m trials.fuzz --count 100000 --write

Each input must end in a refusal with clear faults (exit status 2) or in a model whose every number is the one
that was written; never in another exception, never after more than ten seconds of a processor.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from oracles.drawn import draw_examples
from trials.fuzz_checks import Defect, TooSlow, check
from trials.fuzz_inputs import inputs
from trials.fuzz_runs import Runs, check_damaged, damaged
from trials.results import SeedOption, WriteOption, record

BATCH = 500  # inputs drawn at a time, so that what hypothesis remembers of them stays small
SOLVED = 40  # one in so many inputs is solved where it is taken
RUNS = 40  # one in so many inputs is a damaged run folder


@dataclass
class Tally:
    """What came of some inputs.

    Attributes:
        outcomes: number of inputs by what came of them.
        defects: an example of each distinct defect, by where it shows.
        slowest: processor seconds of the slowest input.
        peak: most memory that the process held, MB.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    defects: dict[str, str] = field(default_factory=dict)
    slowest: float = 0.0
    peak: int = 0

    def enter(self, what: object, judge: Callable[[], str]) -> None:
        """Judges one input and notes what came of it."""
        start = time.process_time()
        try:
            self.outcomes[judge()] += 1
        except (Exception, TooSlow) as error:
            self.outcomes["defect"] += 1
            self.defects.setdefault(_where(error), f"{error}\n  {str(what)[:3000]}")
        self.slowest = max(self.slowest, time.process_time() - start)

    def add(self, other: Tally) -> None:
        """Takes in what came of other inputs."""
        self.outcomes += other.outcomes
        self.defects = {**other.defects, **self.defects}
        self.slowest, self.peak = max(self.slowest, other.slowest), max(self.peak, other.peak)


def _where(error: BaseException) -> str:
    """Where an exception was raised, by which two of the same cause are told to be one."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = frames[-2] if isinstance(error, Defect) else frames[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"


def fuzz(count: int, seed: int) -> Tally:
    """Judges so many inputs: spoilt models and command lines, and among them damaged run folders."""
    tally, numbers = Tally(), iter(range(count * 10))
    with tempfile.TemporaryDirectory() as name:
        folder, runs = Path(name) / "model", Runs(Path(name))
        folder.mkdir()

        def take(spoilt: Any) -> None:
            solve = next(numbers) % SOLVED == 0
            tally.enter(spoilt, lambda: check(spoilt, folder, solve))

        draw_examples(inputs(), count - count // RUNS, seed, take)
        if count // RUNS:
            draw_examples(
                damaged(runs), count // RUNS, seed, lambda harm: tally.enter(harm, lambda: check_damaged(harm, runs))
            )
    tally.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return tally


def main(
    count: Annotated[int, typer.Option(help="Number of inputs.")] = 100_000,
    seed: SeedOption = 1,
    workers: Annotated[int, typer.Option(help="Processes at work.")] = os.cpu_count() or 1,
    write: WriteOption = False,
) -> None:
    """Fuzz the readers of models, command lines and run folders."""
    start, total = time.monotonic(), Tally()
    sizes = [min(BATCH, count - done) for done in range(0, count, BATCH)]
    seeds = [seed * 1_000_000 + batch for batch in range(len(sizes))]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for tally in track(pool.map(fuzz, sizes, seeds), description="fuzzing", total=len(sizes)):
            for place in tally.defects.keys() - total.defects.keys():
                typer.echo(f"\n{place}: {tally.defects[place]}")
            total.add(tally)
    figures = {
        "inputs": total.outcomes.total(),
        "inputs refused": total.outcomes["refused"],
        "inputs taken": total.outcomes["taken"] + total.outcomes["solved"],
        "models solved to the end": total.outcomes["solved"],
        "damaged runs": total.outcomes["damage refused"] + total.outcomes["damage passed"],
        "distinct defects": len(total.defects),
        "slowest input, processor seconds": round(total.slowest, 2),
        "peak memory, MB": total.peak,
        "hours": round((time.monotonic() - start) / 3600, 2),
    }
    for label, number in figures.items():
        typer.echo(f"{label}: {number:,}")
    if write:
        record("fuzz", f"python -m trials.fuzz --count {count} --seed {seed} --write", figures)
    if total.defects:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
