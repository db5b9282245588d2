"""How HiGHS is run, and when it gives up."""

from __future__ import annotations

from dataclasses import dataclass

DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4  # values of HiGHS's option simplex_strategy
EDGE_WEIGHTS, DANTZIG, DEVEX = "simplex_dual_edge_weight_strategy", 0, 1


@dataclass(frozen=True)
class SolverOptions:
    """How HiGHS is run.

    Attributes:
        method: ``simplex`` (dual, with presolve) or ``ipm`` (interior point with crossover).
        primal: primal instead of dual simplex, for one objective after another over the same limits.
        presolve: whether the first solve is of a smaller program; without, a program that cannot be kept leaves a
            proof (`HighsRun.proof`).
        devex: whether steps are weighed by Devex in place of steepest edge, whose weights take long to work out at a
            basis that was found elsewhere.
    """

    method: str = "simplex"
    primal: bool = False
    presolve: bool = True
    devex: bool = False

    def as_highs(self) -> dict[str, object]:
        """Option names and values of HiGHS; one thread, as problems are solved side by side."""
        options: dict[str, object] = {
            "output_flag": False,
            "solver": self.method,
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
        }
        if self.devex:
            options[EDGE_WEIGHTS] = DEVEX
        if self.primal:
            options["simplex_strategy"] = PRIMAL_SIMPLEX
        if not self.presolve:
            options["presolve"] = "off"
        return options


@dataclass(frozen=True)
class Limits:
    """When a solve gives up.

    Attributes:
        seconds: time for it; None for no limit.
        iterations: simplex iterations, and interior-point iterations, of each run of HiGHS; None for no limit.
    """

    seconds: float | None = None
    iterations: int | None = None


NO_LIMITS = Limits()
MOST_ITERATIONS = 2**31 - 1  # HiGHS's own limit
