"""How time and memory grow with the branches: the Japan model with 1 and 4 times as many.

``python benchmarks/scaling.py`` runs the whole command on each, prices, report and verification included, and prints a
table in Markdown. It ends with an error if the optimal cost is not the same at all scales.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from readme import into_readme

from bichiku.model.tree import starts
from bichiku.model.world import World
from bichiku.reading.model import read_model
from bichiku.reading.yaml12 import CoreDumper

JAPAN = Path(__file__).resolve().parent.parent / "models" / "japan"
MODEL_FILE = "model.yaml"
ACCURACY = 1e-6
STEPS = {"formulate": "build", "solve": "solve", "price": "prices", "write": "write"}


@dataclass(frozen=True)
class Measured:
    """One run of the command.

    Attributes:
        times: how often each crisis stands in the model.
        manifest: what the run says of itself.
        seconds, cpu_seconds: from start to end of the process, and of all its threads.
        peak_mb: its largest resident memory.
        load: load average as it began.
    """

    times: int
    manifest: dict[str, Any]
    seconds: float
    cpu_seconds: float
    peak_mb: float
    load: float

    @property
    def objective(self) -> float:
        return float(self.manifest["solver"]["objective"])

    def cells(self) -> list[str]:
        """Its line of the table."""
        size, steps = self.manifest["size"], self.manifest["times"]["seconds"]
        counts = [f"{size[key]:,}" for key in ("nodes", "rows", "columns", "non_zeros")]
        parts = [f"{steps[step]:.2f}" for step in STEPS]
        whole = [f"{self.seconds:.1f}", f"{self.cpu_seconds:.1f}", f"{self.peak_mb:,.0f}", f"{self.load:.1f}"]
        return [f"{self.times}x", *counts, *parts, *whole]


def main() -> None:
    """Measures every scale and prints one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 4], help="times the branches")
    parser.add_argument("--strategy", default="today", help="of the Japan model; no policy that names a crisis")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    given = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory(prefix="bichiku-benchmark-") as scratch:
        for times in given.scales:
            folder = write_scaled(JAPAN, given.strategy, times, Path(scratch) / f"x{times}")
            runs.append(measured(times, folder, given.strategy, Path(scratch) / f"out{times}"))
    apart = max(abs(run.objective / runs[0].objective - 1.0) for run in runs)
    text = report(runs, given.strategy, apart)
    sys.stdout.write(f"{text}\n")
    if apart > ACCURACY:
        raise SystemExit(f"the optimal costs are {apart:.1e} apart")
    if given.write:
        into_readme("scaling", text)


def write_scaled(model: Path, strategy: str, times: int, folder: Path) -> Path:
    """Writes a copy of a model folder with `times` as many branches and returns its path.

    Each crisis becomes `times` crises of the same effects that begin in the same periods, each with an even part of
    the probability. The weights of the plan and hence the optimal cost stay what they were.

    Args:
        model: folder of the model to be scaled; it is not touched.
        strategy: one of its strategies.
        times: how often each crisis is to stand in the new model.
        folder: where the copy goes; must not exist.
    """
    shutil.copytree(model, folder)
    if times == 1:
        return folder
    world = read_model(model, [strategy]).worlds[strategy]
    file = folder / MODEL_FILE
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["crises"] = {
        f"{name}-{number:02d}": _part(name, crisis, times, world)
        for name, crisis in document["crises"].items()
        for number in range(1, times + 1)
    }
    # YAML 1.1 reads the key `on` of a strategy as true
    document["strategies"] = {
        name: {"on" if key is True else key: value for key, value in keys.items()}
        for name, keys in document["strategies"].items()
    }
    text = yaml.dump(document, Dumper=CoreDumper, sort_keys=False, allow_unicode=True)
    file.write_text(text, encoding="utf-8")
    return folder


def _part(name: str, crisis: dict[str, Any], times: int, world: World) -> dict[str, Any]:
    begun = starts(name, world.settings.crises[name], world.calendar)
    kept = {key: crisis[key] for key in ("duration", "recovery", "effects")}
    return {"onsets": [{"period": s.onset, "probability": s.probability / times} for s in begun], **kept}


def measured(times: int, folder: Path, strategy: str, output: Path) -> Measured:
    """One run in a process of its own, so that its memory and its imports are its own."""
    load, start = os.getloadavg()[0], time.perf_counter()
    command = [sys.executable, "-m", "bichiku", "run", str(folder), "-s", strategy, "-o", str(output), "-q"]
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{times}x ended with {process.returncode}")
    (manifest,) = output.glob("*/manifest.json")
    found = json.loads(manifest.read_text(encoding="utf-8"))
    return Measured(times, found, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, load)


def report(runs: list[Measured], strategy: str, apart: float) -> str:
    """The table, with what was run and how far the optimal costs are apart."""
    versions = runs[0].manifest["versions"]
    names = ", ".join(f"{name} {versions[name]}" for name in ("python", "highspy"))
    head = ["branches", "nodes", "rows", "columns", "non-zeros", *STEPS.values()]
    head = [*head, "total, s", "CPU, s", "peak, MB", "load"]
    lines = [head, ["---:"] * len(head), *(run.cells() for run in runs)]
    about = f"Strategy `{strategy}`; {os.cpu_count()} cores, {names}; optimal costs at most {apart:.0e} apart."
    return "\n".join([about, "", *(f"| {' | '.join(line)} |" for line in lines)])


if __name__ == "__main__":
    main()
