"""What is done with drawn models: so many of them, by a test or by a seed, and each solved or found without a plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from bichiku.model.world import World
from bichiku.result.pipeline import Clock, NoSolution, optimise, run_strategy
from bichiku.result.run import Run
from bichiku.solving import Status
from bichiku.solving.certificate import certify
from oracles.by_hand import read
from oracles.world_strategies import Description

if TYPE_CHECKING:
    from bichiku.result.outcome import Outcome


def drawn(examples: int) -> settings:
    """So many examples for a test; the profile decides whether they are the same on each run."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def draw_examples(strategy: Any, count: int, seed: int, take: Callable[[Any], None]) -> None:
    """Hands over drawn examples without shrinking.

    They are the same for the same seed in the same program: Hypothesis draws on constants of the modules that are
    loaded.
    """

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=False,
    )
    @given(strategy)
    def every(example: Any) -> None:
        take(example)

    every()


def optimum(world: World) -> Outcome | None:
    """The certified optimum without its tables; None when no plan keeps the limits."""
    try:
        _, outcome, _ = optimise(world, Clock())
    except NoSolution as failure:
        if failure.status is Status.INFEASIBLE:
            return None
        raise
    assert certify(outcome.program, outcome.solution).holds
    return outcome


def objective(description: Description) -> float | None:
    """The least cost of a model; None when no plan keeps its limits."""
    outcome = optimum(read(description))
    return None if outcome is None else outcome.solution.objective


def solved(description: Description) -> Run | None:
    """The solved model with its tables; None when no plan keeps its limits."""
    try:
        return run_strategy(read(description), prices=False)
    except NoSolution as failure:
        if failure.status is Status.INFEASIBLE:
            return None
        raise
