"""Bichiku next to Pyomo, linopy and plain arrays, at Japan's size and with 4 and 16 times the branches.

``python benchmarks/run.py`` runs everything and prints the table in Markdown; ``--quick`` stays at Japan's size.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contenders.race import ACCURACY
from readme import into_readme
from report import report
from scaling import write_scaled

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Contender:
    """A contender and the largest scale at which it is run.

    Attributes:
        name: as the table names it.
        module: its module below `contenders`.
        up_to: largest number of times the branches.
    """

    name: str
    module: str
    up_to: int


@dataclass(frozen=True)
class Run:
    """The outcome of one contender at one scale: a result, or the reason why there is none."""

    contender: str
    times: int
    result: dict[str, Any] | None
    reason: str
    load: float


def main() -> None:
    """Runs contenders, checks that all agree and prints the table."""
    given = arguments()
    contenders = [
        Contender("bichiku", "bichiku_itself", 10**6),
        Contender("Pyomo", "pyomo_default", given.pyomo_up_to),
        Contender("linopy", "linopy_arrays", 10**6),
        Contender("plain arrays", "plain_arrays", given.plain_up_to),
    ]
    scales = [1] if given.quick else given.scales
    runs = []
    with tempfile.TemporaryDirectory(prefix="bichiku-benchmark-") as scratch:
        for times in scales:
            folder = write_scaled(given.model, times, Path(scratch) / f"x{times}" / given.model.name)
            for contender in contenders:
                if given.only and contender.module not in given.only:
                    continue
                runs.append(measured(contender, times, folder, given))
                say(f"{contender.name} {times}x: {_line(runs[-1])}")
    check(runs)
    text = report(runs, given.strategy)
    print(text)  # noqa: T201
    if given.write:
        into_readme("results", text)
    if given.json:
        given.json.write_text(json.dumps([vars(run) for run in runs], indent=1) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="Japan's size only")
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 4, 16], help="times the branches")
    parser.add_argument("--model", type=Path, default=HERE.parent / "models" / "japan", help="model folder")
    parser.add_argument("--strategy", default="reserve-60", help="one with no policy other than reserve_days")
    parser.add_argument("--repeats", type=int, default=3, help="runs at 1x; the median counts, others run once")
    parser.add_argument("--cap", type=float, default=1200.0, help="seconds after which a run is stopped")
    parser.add_argument("--pyomo-up-to", type=int, default=4, help="largest scale for Pyomo")
    parser.add_argument("--plain-up-to", type=int, default=4, help="largest scale for plain arrays")
    parser.add_argument("--only", nargs="*", help="modules of contenders/ to be run")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    parser.add_argument("--json", type=Path, help="file for all numbers")
    return parser.parse_args()


def measured(contender: Contender, times: int, folder: Path, given: argparse.Namespace) -> Run:
    """The median run by end-to-end time; a single run above Japan's size."""
    if times > contender.up_to:
        return Run(contender.name, times, None, "not run", os.getloadavg()[0])
    runs = []
    for _ in range(given.repeats if times == 1 else 1):
        runs.append(one(contender, times, folder, given.strategy, given.cap))
        if runs[-1].result is None:
            return runs[-1]
    runs.sort(key=lambda run: sum(run.result["seconds"].values()) if run.result else 0.0)
    return runs[len(runs) // 2]


def one(contender: Contender, times: int, folder: Path, strategy: str, cap: float) -> Run:
    """One process, so that its memory and its imports are its own."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bichiku-benchmark-") as output:
        module = f"contenders.{contender.module}"
        command = [sys.executable, "-m", module, str(folder), strategy, f"{output}/tables", repr(time.time())]
        try:
            done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=cap, check=False)
        except subprocess.TimeoutExpired:
            return Run(contender.name, times, None, f"over {cap:.0f} s", load)
    if done.returncode != 0:
        say(done.stderr)
        return Run(contender.name, times, None, f"failed ({done.returncode})", load)
    return Run(contender.name, times, json.loads(done.stdout.splitlines()[-1]), "", load)


def check(runs: list[Run]) -> None:
    """Asserts that all runs have one objective, keep every row and wrote tables that sum to it.

    Raises:
        SystemExit: they do not.
    """
    results = {f"{run.contender} {run.times}x": run.result for run in runs if run.result is not None}
    if not results:
        raise SystemExit("no contender finished")
    first = next(iter(results.values()))["objective"]
    for name, result in results.items():
        apart = max(abs(result[key] / first - 1.0) for key in ("objective", "costs_sum"))
        if apart > ACCURACY or result["violation"] > ACCURACY:
            raise SystemExit(f"{name}: {apart:.1e} off the objective, violation {result['violation']:.1e}")


def _line(run: Run) -> str:
    if run.result is None:
        return run.reason
    return f"{sum(run.result['seconds'].values()):.2f} s, {run.result['peak_mb']:.0f} MB, load {run.load:.1f}"


def say(text: str) -> None:
    """A line on how far it is, apart from the table."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
