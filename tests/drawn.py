"""What tests on drawn models share: how many are drawn, and a model solved or without a plan."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from bichiku.result.pipeline import NoSolution, run_strategy
from bichiku.result.run import Run
from bichiku.solve import Status
from tests.by_hand import read
from tests.world_strategies import Description


def drawn(examples: int) -> settings:
    """So many examples, the same on each run."""
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def solved(description: Description) -> Run | None:
    """The solved model; None when no plan keeps its limits."""
    try:
        return run_strategy(read(description), prices=False)
    except NoSolution as failure:
        if failure.status is Status.INFEASIBLE:
            return None
        raise
