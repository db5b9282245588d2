"""The same programs by other ways of stating them in Python: Pyomo's default interface to HiGHS, and linopy.

``python -m benchmarks.contenders NAME MODEL STRATEGY TIMES`` takes a strategy from reading to its tables and prints a
line of JSON. The contenders are given the coefficients: bichiku works them out, and the seconds for that are left out
of theirs, so that what they take is the least that a program of the same model written for them could. They state every
row, so none of a strategy's policies is left out; they have no tie-break, price nothing and certify nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from benchmarks.copies import world_of
from benchmarks.rows.row import Used
from bichiku.build import build
from bichiku.program import LinearProgram
from bichiku.result import pipeline
from bichiku.result.outcome import Outcome
from bichiku.result.tables import tabulate
from bichiku.solving import HotProgram, Solution, SolverOptions, Status


@dataclass(frozen=True)
class Took(Used):
    """Seconds from reading to tables, of the clock and of all threads, and the optimal cost."""

    objective: float


def by_bichiku(program: LinearProgram) -> np.ndarray:
    """As bichiku solves it, tie-break included."""
    return HotProgram(program, SolverOptions()).solve()[0].x


def by_pyomo(program: LinearProgram) -> np.ndarray:
    """A concrete Pyomo model with an expression for each row, by the interface to HiGHS that Pyomo's pages show."""
    import pyomo.environ as pyo
    from pyomo.core.expr.numeric_expr import LinearExpression

    rows, columns = program.shape
    ends, coefficients, places = program.matrix.indptr.tolist(), program.matrix.data.tolist(), program.matrix.indices
    bounds = list(zip(_limits(program.column_lower), _limits(program.column_upper), strict=True))
    limits = list(zip(_limits(program.row_lower), _limits(program.row_upper), strict=True))
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(columns), bounds=lambda _, i: bounds[i])
    x = [model.x[i] for i in range(columns)]

    def row(_: pyo.ConcreteModel, i: int) -> object:
        start, end = ends[i], ends[i + 1]
        if start == end or limits[i] == (None, None):
            return pyo.Constraint.Skip
        terms = LinearExpression(
            linear_coefs=coefficients[start:end], linear_vars=[x[place] for place in places[start:end]]
        )
        least, most = limits[i]
        return terms == most if least == most else (least, terms, most)

    model.row = pyo.Constraint(range(rows), rule=row)
    model.cost = pyo.Objective(expr=LinearExpression(linear_coefs=program.cost.tolist(), linear_vars=x))
    pyo.SolverFactory("appsi_highs").solve(model)
    return np.array([pyo.value(variable) for variable in x])


def by_linopy(program: LinearProgram) -> np.ndarray:
    """A linopy model of one array of variables, and rows of about as many terms in one array of constraints."""
    import linopy
    import xarray as xr
    from linopy.expressions import LinearExpression

    matrix, counts = program.matrix, np.diff(program.matrix.indptr)
    model = linopy.Model()
    bounds = (xr.DataArray(limit, dims="column") for limit in (program.column_lower, program.column_upper))
    x = model.add_variables(*bounds, name="x")
    is_equal = program.row_lower == program.row_upper
    widths = 2 ** np.ceil(np.log2(np.maximum(counts, 1))).astype(int)
    for width in np.unique(widths):
        for sign, limit in (("=", program.row_upper), ("<=", program.row_upper), (">=", program.row_lower)):
            mine = np.flatnonzero(
                (widths == width) & (counts > 0) & np.isfinite(limit) & (is_equal if sign == "=" else ~is_equal)
            )
            if not len(mine):
                continue
            places = np.arange(width) < counts[mine, np.newaxis]
            entries = (matrix.indptr[mine, np.newaxis] + np.arange(width))[places]
            coefficients, variables = np.full(places.shape, np.nan), np.full(places.shape, -1)
            coefficients[places], variables[places] = matrix.data[entries], x.labels.values[matrix.indices[entries]]
            of = ("row", "_term")
            terms = LinearExpression(xr.Dataset({"coeffs": (of, coefficients), "vars": (of, variables)}), model)
            model.add_constraints(terms, sign, xr.DataArray(limit[mine], dims="row"), name=f"{sign} {width}")
    model.add_objective((x * xr.DataArray(program.cost, dims="column")).sum())
    model.solve("highs", io_api="direct", output_flag=False)
    return np.asarray(model.solution["x"].values)


def _limits(values: np.ndarray) -> list[float | None]:
    """Limits as Pyomo takes them: none where there is none."""
    return [value if np.isfinite(value) else None for value in values.tolist()]


CONTENDERS: dict[str, Callable[[LinearProgram], np.ndarray]] = {
    "bichiku": by_bichiku,
    "linopy": by_linopy,
    "Pyomo": by_pyomo,
}


def took(name: str, model: Path, strategy: str, times: int) -> Took:
    """Runs a contender in a process of its own.

    Args:
        name: one of `CONTENDERS`.
        model: folder of the model.
        strategy: name of the strategy.
        times: how often each crisis stands in it.

    Raises:
        SystemExit: it fails.
    """
    command = [sys.executable, "-m", "benchmarks.contenders", name, str(model), strategy, str(times)]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[2:])} ended with {process.returncode}")
    return Took(**json.loads(process.stdout.splitlines()[-1]))


def main() -> None:
    """Takes the strategy from reading to tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=list(CONTENDERS))
    parser.add_argument("model", type=Path)
    parser.add_argument("strategy")
    parser.add_argument("times", type=int)
    given = parser.parse_args()
    one = np.ones(1)
    smallest = LinearProgram.of(one, sparse.csr_array([[1.0]]), (one, one), (one, one))
    CONTENDERS[given.name](smallest)  # so that libraries are loaded before the clock starts
    clock = pipeline.Clock()
    processor = time.process_time()
    with clock.step("grow"):
        world = world_of(given.model, given.strategy, given.times)
        chains = pipeline.grow(world)
    grown = time.process_time()
    with clock.step("coefficients"):
        program = build(world, chains)
    built = time.process_time()
    with clock.step("solve and tabulate"):
        x = CONTENDERS[given.name](program)
        nothing = np.zeros(program.shape[0]), np.zeros(program.shape[1])
        objective = float(program.cost @ x) + program.constant
        tabulate(Outcome(world, chains, program, Solution(Status.OPTIMAL, x, *nothing, objective, 0)))
    left_out = 0.0 if given.name == "bichiku" else clock.seconds["coefficients"]
    cpu = time.process_time() - processor - (built - grown if left_out else 0.0)
    sys.stdout.write("\n" + json.dumps(asdict(Took(sum(clock.seconds.values()) - left_out, cpu, objective))) + "\n")


if __name__ == "__main__":
    main()
