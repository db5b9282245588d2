"""The product's linear program against the second builder's, which shares no code with it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bichiku.model.world import World
from bichiku.read.model import read_model
from bichiku.result.pipeline import NoSolution, run_strategy
from bichiku.solve import Status
from oracles.policy_strategies import POLICY_NAMES, policy_variants
from oracles.second_builder import second_objective
from oracles.second_program import InfeasibleError
from oracles.world_strategies import small_models, write_model

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"

drawn = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def objective(world: World) -> float | None:
    """The product's optimal value; None when there is none because of the limits."""
    try:
        return run_strategy(world, prices=False).outcome.solution.objective
    except NoSolution as failure:
        if failure.status is not Status.INFEASIBLE:
            raise
        return None


def second(world: World) -> float | None:
    try:
        return second_objective(world)
    except InfeasibleError:
        return None


def assert_same_cost(world: World) -> None:
    """Equal objectives, or no solution on either side."""
    mine, other = objective(world), second(world)
    if mine is None or other is None:
        assert mine is other
    else:
        assert mine == pytest.approx(other, rel=1e-6, abs=1e-6)


def world_of(description: dict[str, Any]) -> World:
    with tempfile.TemporaryDirectory() as folder:
        write_model(description, Path(folder))
        return read_model(Path(folder)).worlds["base"]


@pytest.mark.parametrize("strategy", list(read_model(TUTORIAL).worlds))
def test_the_tutorial_costs_the_same(strategy: str) -> None:
    assert_same_cost(read_model(TUTORIAL).worlds[strategy])


@drawn
@given(small_models())
def test_random_models_cost_the_same(description: dict[str, Any]) -> None:
    assert_same_cost(world_of(description))


@pytest.mark.parametrize("policy", POLICY_NAMES)
def test_random_models_with_a_policy_cost_the_same(policy: str) -> None:
    @drawn
    @given(policy_variants(policy))
    def agree(description: dict[str, Any]) -> None:
        assert_same_cost(world_of(description))

    agree()
