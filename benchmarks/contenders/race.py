"""One contender's run from a model folder to tables on disk, timed step by step."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bichiku.program import LinearProgram
from bichiku.reading.model import read_model
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import grow
from bichiku.result.tables import tabulate
from bichiku.solving import Solution, SolverOptions, Status
from contenders.coefficients import Coefficients

STEPS = ("start", "read", "build", "hand over", "solve", "write")
ACCURACY = 1e-6
# the same for all: those of the product
OPTIONS: dict[str, Any] = SolverOptions().as_highs()


@dataclass(frozen=True)
class Answer:
    """What a contender's solver said.

    Attributes:
        values: by variable and index, as the product names them, one number for each node, year or branch.
        reserve_duals: by material, one for each plan node.
        objective: as the contender's tool tells it.
        size: rows, columns and non-zeros as handed to HiGHS.
        solver_seconds: HiGHS's own time.
    """

    values: dict[tuple[str, str], np.ndarray]
    reserve_duals: dict[str, np.ndarray]
    objective: float
    size: tuple[int, int, int]
    solver_seconds: float


@dataclass
class Result:
    """One run as numbers.

    Attributes:
        seconds: by step of `STEPS`.
        size: rows, columns and non-zeros.
        objective: expected discounted cost.
        violation: largest violation of a row or bound of the product's program, relative to the row's terms.
        costs_sum: sum of the cost lines in the tables written, which must be the objective.
        peak_mb: peak memory of the process.
        cpu_seconds: processor time of all steps, all threads together; other work on the machine adds little to it.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    size: tuple[int, int, int] = (0, 0, 0)
    objective: float = float("nan")
    violation: float = float("nan")
    costs_sum: float = float("nan")
    peak_mb: float = float("nan")
    cpu_seconds: float = 0.0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds[name] = time.perf_counter() - start
        self.cpu_seconds += time.process_time() - cpu

    def tell(self) -> None:
        """Prints the result as the last line of the output."""
        self.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(asdict(self)))  # noqa: T201


def arguments(result: Result) -> tuple[Path, str, Path]:
    """Model folder, strategy and output folder; starts the clock at the start of the process."""
    folder, strategy, output, started = sys.argv[1:]
    result.seconds["start"] = time.time() - float(started)
    result.cpu_seconds = time.process_time()
    return Path(folder), strategy, Path(output)


def race(build: Callable[[Coefficients], Any], solve: Callable[[Any], Answer]) -> None:
    """Runs a contender with the product's reader, tree, state and tables around it.

    The tables need the product's names of rows and columns. They are made outside the clock, as a tool of its
    own would have its own.
    """
    result = Result()
    folder, strategy, output = arguments(result)
    with result.step("read"):
        world = read_model(folder, [strategy]).worlds[strategy]
    with result.step("build"):
        tree, state = grow(world)
        model = build(Coefficients(world, tree, state))
    with result.step("solve"):
        answer = solve(model)
    result.seconds["hand over"] = result.seconds["solve"] - answer.solver_seconds
    result.seconds["solve"] = answer.solver_seconds
    result.size, result.objective = answer.size, answer.objective
    del model

    names = build(world, tree, state)
    with result.step("write"):
        solution = in_order(answer, names)
        tables = tabulate(Outcome(world, tree, state, names, solution))
        output.mkdir(parents=True)
        for table, frame in tables.items():
            frame.to_csv(output / f"{table}.csv", index=False, lineterminator="\n")
    result.violation = violation(names, solution.x)
    result.costs_sum = float(tables["costs"]["value"].sum())
    result.tell()


def in_order(answer: Answer, names: LinearProgram) -> Solution:
    """A contender's answer in the order of the product's rows and columns."""
    rows, columns = names.shape
    x, row_dual = np.zeros(columns), np.zeros(rows)
    for (variable, index), values in answer.values.items():
        x[names.columns_of(variable, *index.split("/"))] = values
    for block in names.row_blocks:
        if block.family == "reserve_days":
            row_dual[block.rows] = answer.reserve_duals[block.material]
    return Solution(Status.OPTIMAL, x, row_dual, np.zeros(columns), answer.objective, 0)


def violation(program: LinearProgram, x: np.ndarray) -> float:
    """Largest violation of a row or a bound, over one plus the largest term of that row."""
    activity = program.matrix @ x
    size = 1.0 + abs(program.matrix).multiply(abs(x)[np.newaxis, :]).max(axis=1).toarray().ravel()
    rows = np.maximum(program.row_lower - activity, activity - program.row_upper) / size
    columns = np.maximum(program.column_lower - x, x - program.column_upper) / (1.0 + abs(x))
    return max(float(rows.max(initial=0.0)), float(columns.max(initial=0.0)), 0.0)
