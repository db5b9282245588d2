"""The everyday run: what a command takes beside its bare program, and several strategies beside one."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows.row import BenchmarkRow, used_by, used_by_program
from bichiku.reading.model import read_model

MODELS = Path(__file__).resolve().parents[2] / "models"
BUDGET = "policies.budget={reserve_per_year: 1e12}"  # never binds, and ties all materials into one program
DAYS = "policies.reserve_days"
MOST_DAYS = 30.0  # more cannot be bought for Japan by the end of the first year, and why not would be looked for
COMPLETION = {"_BICHIKU_COMPLETE": "complete_bash", "COMP_WORDS": "bichiku ra", "COMP_CWORD": "1"}  # as bash asks
RUNS_OF_SWEEP = 2  # that are measured, of as many as there are points


def rows(full: bool) -> Iterator[BenchmarkRow]:
    """Measures one row after another; each command is a process of its own, imports included."""
    model = MODELS / ("japan" if full else "tutorial")
    names = list(read_model(model).worlds)
    strategy, points = names[0], 40 if full else 12
    with tempfile.TemporaryDirectory(prefix="bichiku-benchmark-") as folder:
        one = ("run", str(model), "-s", strategy, "-o", folder, "-q")
        run = used_by(*one)
        plain = used_by(str(model), strategy, folder, module="benchmarks.plain_arrays")
        yield BenchmarkRow(
            "whole run, page included / plain arrays and tables", run.wall / plain.wall, "1.0", f"{run} / {plain}"
        )
        bare = used_by(*one, "--no-page")
        yield BenchmarkRow("the same without the page", bare.wall / plain.wall, "1.0", f"{bare} / {plain}")
        budget = used_by(*one, "--set", BUDGET)
        yield BenchmarkRow("with a reserve budget / without", budget.wall / run.wall, "1.2", f"{budget} / {run}")
        together = used_by(
            "compare", str(model), *(word for name in names for word in ("-s", name)), "-o", folder, "-q"
        )
        count = len(names)
        yield BenchmarkRow(
            f"compare of {count} strategies / {count} runs",
            together.wall / (count * run.wall),
            "0.35",
            f"{together} / {count} × {run}",
        )
        values = [f"{MOST_DAYS * i / (points - 1):.3f}" for i in range(points)]
        sweep = used_by("sweep", str(model), "-s", strategy, "--vary", f"{DAYS}={','.join(values)}", "-o", folder, "-q")
        single = [used_by(*one, "--set", f"{DAYS}={value}") for value in values[:: points // RUNS_OF_SWEEP]]
        mean = sum(found.wall for found in single) / len(single)
        yield BenchmarkRow(
            f"sweep of {points} points / {points} runs",
            sweep.wall / (points * mean),
            "0.05",
            f"{sweep} / {points} × {mean:.1f} s, the mean of {len(single)}",
        )
        asked = used_by("--version")
        yield BenchmarkRow("`--version`, s of CPU", asked.cpu, "0.2", str(asked))
        completed = used_by_program(str(Path(sys.executable).with_name("bichiku")), environment=COMPLETION)
        yield BenchmarkRow("completion of a word, s of CPU", completed.cpu, "0.2", str(completed))
