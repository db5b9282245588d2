"""What the program of a strategy takes without bichiku's ways of solving: plain arrays, handed to HiGHS in one piece.

``python -m benchmarks.plain_arrays MODEL STRATEGY FOLDER`` reads, builds, solves and writes the tables. Nothing is
priced, certified, verified or drawn.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bichiku.build import build
from bichiku.reading.model import read_model
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import grow
from bichiku.result.tables import TABLES, tabulate
from bichiku.solving import Status
from bichiku.solving.highs import HighsRun
from bichiku.solving.options import SolverOptions


def main(model: str, strategy: str, folder: str) -> None:
    """Solves one strategy and writes its tables."""
    world = read_model(model, [strategy])[strategy]
    chains = grow(world)
    program = build(world, chains)
    solution = HighsRun(program, SolverOptions()).solve()
    if solution.status is not Status.OPTIMAL:
        raise SystemExit(solution.status.value)
    place = Path(folder) / "plain-arrays"
    place.mkdir(exist_ok=True)
    for name, table in tabulate(Outcome(world, chains, program, solution)).items():
        TABLES[name].write(table, place)


if __name__ == "__main__":
    main(*sys.argv[1:])
