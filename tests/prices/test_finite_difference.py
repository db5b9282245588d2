"""Every price against solving the changed program from the start."""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bichiku.read.model import read_model
from bichiku.result.pipeline import Clock, NoSolution, optimise
from bichiku.result.prices.limits import all_limits
from bichiku.result.prices.prices import prices_of
from bichiku.solve import SolverOptions, Status, solve
from oracles.policy_strategies import policy_variants
from oracles.world_strategies import write_model

CHECKED = 25  # limits of each model
few = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("policy", ["reserve_days", "share_caps", "share_floors", "country_cap", "budget_reserve"])
def test_prices_are_differences_of_cost(policy: str) -> None:
    @few
    @given(policy_variants(policy))
    def hold(description: dict[str, Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_model(description, Path(folder))
            world = read_model(Path(folder)).worlds["base"]
        try:
            hot, outcome, _ = optimise(world, Clock())
        except NoSolution:
            return
        limits = list(all_limits(outcome))[:CHECKED]
        for limit, answer in zip(limits, prices_of(limits, hot), strict=True):
            if math.isnan(answer.price) or math.isnan(answer.most):
                continue
            unit = 1.0 if answer.most > 0 else -1.0
            step = unit if answer.method == "re-solve" else min(1.0, 0.9 * answer.most)
            program = replace(outcome.program.moved(limit.move, step), constant=outcome.program.constant)
            again, _ = solve(program, SolverOptions())
            assert again.status is Status.OPTIMAL
            rise = (again.objective - outcome.solution.objective) / step
            size = 1e-6 * (1 + abs(outcome.solution.objective)) / abs(step)
            assert rise == pytest.approx(answer.price, rel=1e-5, abs=size), (limit, answer)

    hold()
