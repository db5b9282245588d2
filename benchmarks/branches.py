"""Branches solved apart from the plan against the whole program: solving alone, at more and more branches.

``python benchmarks/branches.py`` takes every crisis of the Japan model k times, with other lengths, losses and onsets
(``--equal``: with the same), solves each program as a whole and as bichiku does, and prints processor seconds in
Markdown. It ends with an error where the two costs differ by more than 1e-9.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from copies import world_of
from readme import into_readme

from bichiku.build import build
from bichiku.program import LinearProgram
from bichiku.result import pipeline
from bichiku.solving import HotProgram, SolverOptions, Status
from bichiku.solving.certificate import certify

JAPAN = Path(__file__).resolve().parent.parent / "models" / "japan"
AGREE = 1e-9


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
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    given = parser.parse_args()
    pipeline.MOST_DECISIONS = sys.maxsize  # larger ones than are let pass elsewhere
    lines = []
    for times in given.scales:
        world = world_of(JAPAN, given.on, times, given.equal)
        program = build(world, pipeline.grow(world))
        lines.append(_line(times, program))
    head = ["branches", "rows", "columns", "whole, s", "as solved, s", "ratio", "parts apart", "fell back"]
    copies = "equal" if given.equal else "varied"
    about = f"Strategy `{given.on}`, {copies} copies; processor seconds of solving."
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


if __name__ == "__main__":
    main()
