"""One model with many more branches, from reading to the certificate, in a process of its own.

``python -m benchmarks.at_scale MODEL STRATEGY TIMES`` prints a line of JSON; ``--equal`` and ``--coupled POLICY`` as in
`measured`. No prices, no tables, no page.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.copies import world_of
from bichiku.build import build
from bichiku.result import pipeline
from bichiku.solving import HotProgram, SolverOptions, Status
from bichiku.solving.certificate import certify

COUPLED: dict[str, dict[str, object]] = {  # policies that make one part of all chains
    "budget": {"budget": {"reserve_per_year": 1e12}},  # never binds
    "risk": {"risk": {"level": 0.9, "weight": 1.0}},
}


@dataclass(frozen=True)
class AtScale:
    """What one process took.

    Attributes:
        columns: of the program.
        solving: processor seconds of solving alone, splitting included.
        all: processor seconds of the process.
        peak_mb: its largest resident memory.
        objective: optimal cost.
    """

    columns: int
    solving: float
    all: float
    peak_mb: float
    objective: float

    def __str__(self) -> str:
        return f"{self.solving:.1f} s CPU"


def measured(model: Path, strategy: str, times: int, equal: bool = False, coupled: str = "") -> AtScale:
    """Runs it.

    Args:
        model: folder of the model.
        strategy: name of the strategy.
        times: how often each crisis stands in it.
        equal: whether the copies are all the same.
        coupled: name of the policy of `COUPLED` that ties all chains together; empty for none.

    Raises:
        SystemExit: it fails.
    """
    command = [sys.executable, "-m", "benchmarks.at_scale", str(model), strategy, str(times)]
    command += ["--equal"] * equal + ["--coupled", coupled] * bool(coupled)
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[2:])} ended with {process.returncode}")
    return AtScale(**json.loads(process.stdout))


def main() -> None:
    """Takes the model from reading to the certificate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("strategy")
    parser.add_argument("times", type=int)
    parser.add_argument("--equal", action="store_true")
    parser.add_argument("--coupled", choices=list(COUPLED))
    given = parser.parse_args()
    pipeline.MOST_DECISIONS = sys.maxsize  # larger ones than are let pass elsewhere
    policies = COUPLED[given.coupled] if given.coupled else {}
    world = world_of(given.model, given.strategy, given.times, given.equal, **policies)
    program = build(world, pipeline.grow(world))
    start = time.process_time()
    solution, _ = HotProgram(program, SolverOptions()).solve()
    solving = time.process_time() - start
    if solution.status is not Status.OPTIMAL or not certify(program, solution).holds:
        raise SystemExit(f"no certified optimum: {solution.status.value}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = AtScale(program.shape[1], solving, time.process_time(), peak, solution.objective)
    sys.stdout.write(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
