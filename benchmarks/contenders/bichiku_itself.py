"""Bichiku as it is: `run_strategy` and `Run.write`, timed from outside; without prices.csv, which no other makes."""

from __future__ import annotations

import time
from typing import Any

import highspy

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from contenders.race import Result, arguments, violation


def main() -> None:
    """One run; certifying and tabulating count as writing."""
    result = Result()
    folder, strategy, output = arguments(result)
    in_highs = watch_highs()
    with result.step("read"):
        model = read_model(folder, [strategy])
    with result.step("run"):
        solved = run_strategy(model.worlds[strategy], prices=False)
    del result.seconds["run"]
    with result.step("write"):
        solved.write(output, verify=False)
    steps = solved.seconds
    result.seconds["build"] = steps["tree"] + steps["formulate"]
    result.seconds["solve"] = covered(in_highs)
    result.seconds["hand over"] = steps["solve"] - result.seconds["solve"]
    result.seconds["write"] += steps["certify"] + steps["tabulate"]
    program = solved.outcome.program
    result.size = (*program.shape, int(program.matrix.nnz))
    result.objective = solved.outcome.solution.objective
    result.violation = violation(program, solved.outcome.solution.x)
    result.costs_sum = float(solved.tables["costs"]["value"].sum())
    result.tell()


def watch_highs() -> list[tuple[float, float]]:
    """A list that fills with start and end of every run of HiGHS."""
    spans: list[tuple[float, float]] = []
    run = highspy.Highs.run

    def watched(highs: Any) -> Any:
        start = time.perf_counter()
        outcome = run(highs)
        spans.append((start, time.perf_counter()))
        return outcome

    highspy.Highs.run = watched
    return spans


def covered(spans: list[tuple[float, float]]) -> float:
    """Seconds in which at least one of several overlapping spans is running."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


if __name__ == "__main__":
    main()
