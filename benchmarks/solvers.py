"""The same linear programs by HiGHS in three manners, by SoPlex and by GLPK: do all say the same?

``python benchmarks/solvers.py`` solves every strategy of the Japan model and 200 random models and prints the tables
in Markdown. It ends with status 1 if two solvers differ in what they say, in the optimal cost, or if an answer fails
its certificate.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for the models that `oracles` draws

from agreement import Answer, Case
from glpk import solve_with_glpk
from readme import into_readme
from solver_report import figures, report

from bichiku.program import LinearProgram
from bichiku.program.components import split_program
from bichiku.reading.model import read_model
from bichiku.solving import Solution, SolverOptions, Status
from bichiku.solving.certificate import certify
from bichiku.solving.highs import HighsRun
from oracles.drawn_programs import drawn_programs, final_program, without_capacities
from oracles.second_solver import solve_with_soplex

ROOT = Path(__file__).resolve().parent.parent
JAPAN = ROOT / "models" / "japan"
FIGURES = ROOT / "trials" / "results" / "solvers.json"
SEED = 2026

Solver = Callable[[LinearProgram], Solution]


@dataclass(frozen=True)
class WithoutPresolve(SolverOptions):
    """As bichiku runs HiGHS, but on the program as it stands."""

    def as_highs(self) -> dict[str, object]:
        return super().as_highs() | {"presolve": "off"}


def main() -> None:
    """Solves everything by every solver, prints the tables and says what differs."""
    given = arguments()
    solvers: dict[str, Solver] = {
        "HiGHS simplex": partial(in_parts, solve=with_highs(SolverOptions())),
        "HiGHS without presolve": partial(in_parts, solve=with_highs(WithoutPresolve())),
        "HiGHS interior point": partial(in_parts, solve=with_highs(SolverOptions("ipm"))),
        "SoPlex": solve_with_soplex,
        "GLPK": partial(in_parts, solve=partial(solve_with_glpk, time_limit=given.cap)),
    }
    cases = []
    for group, name, program in programs(given):
        cases.append(Case(group, name, program.shape, {key: asked(solvers[key], program) for key in solvers}))
        if group == "Japan":
            times = [f"{key} {answer.cpu_seconds:.1f} s" for key, answer in cases[-1].answers.items()]
            say(f"{name}: {', '.join(times)}")
    text = report(cases)
    print(text)  # noqa: T201
    if given.write:
        into_readme("solvers", text)
        FIGURES.parent.mkdir(parents=True, exist_ok=True)
        chosen = f" --strategies {' '.join(given.strategies)}" if given.strategies else ""
        result = {"trial": "solvers", "command": f"python benchmarks/solvers.py{chosen}", "figures": figures(cases)}
        FIGURES.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    found = [fault for case in cases for fault in case.faults()]
    if found:
        raise SystemExit("\n".join(found))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strategies", nargs="*", default=(), help="of the Japan model; all unless named")
    parser.add_argument("--models", type=int, default=200, help="number of random models")
    parser.add_argument("--cap", type=float, default=1200.0, help="seconds that GLPK may take for one part")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md and trials/")
    return parser.parse_args()


def programs(given: argparse.Namespace) -> Iterator[tuple[str, str, LinearProgram]]:
    """Group, name and arrays of all programs."""
    for strategy, world in read_model(JAPAN, given.strategies).worlds.items():
        yield "Japan", strategy, final_program(world)
    drawn = drawn_programs(given.models, SEED)
    for number, program in enumerate(drawn, start=1):
        yield "random", str(number), program
    for number, program in enumerate(drawn, start=1):
        yield "without capacities", str(number), without_capacities(program)


def asked(solver: Solver, program: LinearProgram) -> Answer:
    """A solver's answer, its time and its certificate."""
    start = time.process_time()
    solution = solver(program)
    seconds = time.process_time() - start
    certificate = certify(program, solution) if solution.status is Status.OPTIMAL else None
    return Answer(solution.status, solution.objective, certificate, seconds)


def with_highs(options: SolverOptions) -> Solver:
    """HiGHS as the product runs it, the preference among equal optima included."""
    return lambda program: HighsRun(program, options).solve()


def in_parts(program: LinearProgram, solve: Solver) -> Solution:
    """Solves the parts of a program one after another on one core and puts their answers together."""
    rows, columns = program.shape
    x, reduced_cost, row_dual = np.zeros(columns), program.cost.copy(), np.zeros(rows)
    split = split_program(program)
    loose = split.loose_columns
    lower, upper = program.column_lower[loose], program.column_upper[loose]
    x[loose] = np.where(program.cost[loose] < 0, upper, lower)
    statuses = []
    for part in split.components:
        answer = solve(part.program)
        statuses.append(answer.status)
        if answer.status is Status.OPTIMAL:
            x[part.columns], reduced_cost[part.columns] = answer.x, answer.reduced_cost
            row_dual[part.rows] = answer.row_dual
    if not np.isfinite(x).all():
        statuses.append(Status.UNBOUNDED)
    # one part without a feasible point is enough for the whole to have none
    for status in (Status.ERROR, Status.INFEASIBLE, Status.TIME_LIMIT, Status.UNBOUNDED):
        if status in statuses:
            return Solution.none(status)
    return Solution(Status.OPTIMAL, x, row_dual, reduced_cost, float(program.cost @ x) + program.constant, 0)


def say(text: str) -> None:
    """A line on how far it is, apart from the tables."""
    print(f"{text} (load {os.getloadavg()[0]:.1f})", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
