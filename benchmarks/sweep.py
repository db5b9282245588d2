"""A sweep of the Japan model against the same points as separate runs.

``python benchmarks/sweep.py`` sweeps the reserve days of one strategy over 40 points, runs a few of them as separate
commands, and prints both times and their ratio. Separate runs of all points would take the time of the sample times
the number of points.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
JAPAN = HERE.parent / "models" / "japan"
PATH = "policies.reserve_days"
STRATEGY = "today"


def main() -> None:
    """Measures and prints one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=40)
    parser.add_argument("--sample", type=int, default=3, help="points that are run separately")
    given = parser.parse_args()
    values = [f"{60 * i / (given.points - 1):.3f}" for i in range(given.points)]
    chosen = [values[i * (given.points - 1) // max(given.sample - 1, 1)] for i in range(given.sample)]
    with tempfile.TemporaryDirectory() as folder:
        sweep = seconds("sweep", str(JAPAN), "-s", STRATEGY, "--vary", f"{PATH}={','.join(values)}", "-o", folder, "-q")
        runs = [seconds("run", str(JAPAN), "-s", STRATEGY, "--set", f"{PATH}={v}", "-o", folder, "-q") for v in chosen]
    separate = sum(runs) / len(runs) * given.points
    row = [f"{given.points}", f"{sweep:.1f}", f"{separate / given.points:.1f}", f"{separate:.0f}"]
    row += [f"{sweep / separate:.2f}", f"{os.getloadavg()[0]:.1f}"]
    head = ["points", "sweep, s", "one run, s", "all as runs, s", "sweep / runs", "load"]
    for line in (head, ["---:"] * len(head), row):
        sys.stdout.write(f"| {' | '.join(line)} |\n")


def seconds(*arguments: str) -> float:
    """Wall-clock time of one bichiku command."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bichiku", *arguments], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
