"""Branches solved apart from the plan against the whole program: solving alone, at more and more branches.

``python benchmarks/branches.py`` writes every crisis of the Japan model k times, with other lengths, losses and onsets
(``--equal``: with the same), solves each program as a whole and as bichiku does, and prints processor seconds in
Markdown. It ends with an error where the two costs differ by more than 1e-9.
"""

from __future__ import annotations

import argparse
import copy
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from readme import into_readme

from bichiku.build import build
from bichiku.model.tree import starts
from bichiku.model.world import World
from bichiku.program import LinearProgram
from bichiku.reading.model import read_model
from bichiku.result import pipeline
from bichiku.solving import HotProgram, SolverOptions, Status
from bichiku.solving.certificate import certify

JAPAN = Path(__file__).resolve().parent.parent / "models" / "japan"
MODEL_FILE = "model.yaml"
AGREE = 1e-9
STRATEGY = "benchmark"
BUDGET = 2e8  # money a year for the reserve; it binds


@dataclass(frozen=True)
class Measured:
    """One program solved in one manner.

    Attributes:
        seconds: of processor time, splitting included.
        objective: optimal cost.
        notes: how the parts went whose branches were solved apart.
    """

    seconds: float
    objective: float
    notes: tuple[str, ...]


def main() -> None:
    """Measures every scale and prints one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 4, 16], help="times the branches")
    parser.add_argument("--on", default="today", help="strategy of the Japan model")
    parser.add_argument("--equal", action="store_true", help="copies of the crises that are all the same")
    parser.add_argument("--budget", action="store_true", help="limit what is spent on the reserve, over all chains")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    given = parser.parse_args()
    pipeline.MOST_DECISIONS = sys.maxsize  # larger ones than are let pass elsewhere
    lines = []
    for times in given.scales:
        with tempfile.TemporaryDirectory(prefix="bichiku-benchmark-") as scratch:
            folder = write_copies(JAPAN, given.on, times, Path(scratch) / "model", given.equal, given.budget)
            world = read_model(folder, [STRATEGY]).worlds[STRATEGY]
            program = build(world, pipeline.grow(world))
        lines.append(_line(times, program))
    head = ["branches", "rows", "columns", "whole, s", "as solved, s", "ratio", "parts apart", "fell back"]
    copies, limit = "equal" if given.equal else "varied", " with a reserve budget" if given.budget else ""
    about = f"Strategy `{given.on}`{limit}, {copies} copies; processor seconds of solving."
    rows = [head, ["---:"] * len(head), *lines]
    text = "\n".join([about, "", *(f"| {' | '.join(row)} |" for row in rows)])
    sys.stdout.write(f"{text}\n")
    if given.write:
        into_readme("branches", text)


def _line(times: int, program: LinearProgram) -> list[str]:
    whole = measured(HotProgram(program, SolverOptions(), lambda *_: False), program)
    solved = measured(HotProgram(program, SolverOptions()), program)
    apart = abs(solved.objective / whole.objective - 1.0)
    if apart > AGREE:
        raise SystemExit(f"{times}x: the optimal costs are {apart:.1e} apart")
    fell_back = sum("as a whole" in note for note in solved.notes)
    seconds = [f"{whole.seconds:.1f}", f"{solved.seconds:.1f}", f"{solved.seconds / whole.seconds:.2f}"]
    counts = [f"{count:,}" for count in program.shape]
    return [f"{times}x", *counts, *seconds, str(len(solved.notes)), str(fell_back)]


def measured(hot: HotProgram, program: LinearProgram) -> Measured:
    """Solves a program, certifies the answer and returns what it took."""
    start = time.process_time()
    solution, report = hot.solve()
    seconds = time.process_time() - start
    if solution.status is not Status.OPTIMAL or not certify(program, solution).holds:
        raise SystemExit(f"no certified optimum: {solution.status.value}")
    return Measured(seconds, solution.objective, tuple(report.apart.values()))


def write_copies(model: Path, strategy: str, times: int, folder: Path, equal: bool, budget: bool) -> Path:
    """Writes a copy of a model folder in which each crisis stands `times` times, and returns its path.

    Each copy has an even part of the probability. The first is the crisis itself; the others differ in length by up to
    two periods, in loss by up to a sixth, in price by up to 6 % and in onset by up to half a year.

    Args:
        model: folder of the model to be scaled; it is not touched.
        strategy: the one that is to be solved; it stands in the copy as `STRATEGY`.
        times: how often each crisis is to stand in the new model.
        folder: where the copy goes; must not exist.
        equal: whether the copies are all the same.
        budget: whether what is spent on the reserve is limited.
    """
    shutil.copytree(model, folder)
    world = read_model(model, [strategy]).worlds[strategy]
    file = folder / MODEL_FILE
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["crises"] = {
        f"{name}-{number:02d}": _copy(name, crisis, number, times, equal, world)
        for name, crisis in document["crises"].items()
        for number in range(times)
    }
    own: dict[str, Any] = {"on": strategy, "policies": {"budget": {"reserve_per_year": BUDGET} if budget else None}}
    # YAML 1.1 reads the key `on` as true
    others = {name: {"on" if key is True else key: value for key, value in keys.items()}
              for name, keys in document["strategies"].items()}  # fmt: skip
    document["strategies"] = {**others, STRATEGY: own}
    file.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return folder


def _copy(name: str, crisis: dict[str, Any], number: int, times: int, equal: bool, world: World) -> dict[str, Any]:
    kept = copy.deepcopy({key: crisis[key] for key in ("duration", "recovery", "effects")})
    shift = 0
    if number and not equal:
        shift = number * 5 % 12 - 5
        if isinstance(kept["duration"], int):
            kept["duration"] = max(1, kept["duration"] + number % 5 - 2)
        for effect in kept["effects"]:
            if "loss" in effect:
                effect["loss"] = round(effect["loss"] * (1.0 - 0.15 * number / times / (1 + number % 3)), 6)
            if "price_factor" in effect:
                effect["price_factor"] = round(1.0 + (effect["price_factor"] - 1.0) * (1.0 - 0.01 * (number % 7)), 6)
    onsets: dict[int, float] = {}
    for start in starts(name, world.settings.crises[name], world.calendar):
        period = min(max(start.onset + shift, 1), world.calendar.periods)
        onsets[period] = onsets.get(period, 0.0) + start.probability / times
    listed = [{"period": period, "probability": probability} for period, probability in sorted(onsets.items())]
    return {"onsets": listed, **kept}


if __name__ == "__main__":
    main()
