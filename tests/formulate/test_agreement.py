"""The product's linear program against the second builder's, which shares no code with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from bichiku.model.world import World
from bichiku.read.model import read_model
from bichiku.result.pipeline import NoSolution, run_strategy
from bichiku.solve import Status
from oracles.agreement import AGREE, apart
from oracles.by_hand import read
from oracles.drawn import drawn
from oracles.policy_strategies import CONCENTRATION, POLICY_NAMES, SOFT_NAMES, policy_variants
from oracles.world_strategies import small_models

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"


def objective(world: World) -> float | None:
    """The product's optimal value; None when there is none because of the limits."""
    try:
        return run_strategy(world, prices=False).outcome.solution.objective
    except NoSolution as failure:
        if failure.status is not Status.INFEASIBLE:
            raise
        return None


def assert_same_cost(world: World) -> None:
    """Equal objectives, or no solution on either side."""
    assert apart(objective(world), world) <= AGREE


@pytest.mark.parametrize("strategy", list(read_model(TUTORIAL).worlds))
def test_the_tutorial_costs_the_same(strategy: str) -> None:
    assert_same_cost(read_model(TUTORIAL).worlds[strategy])


@drawn(40)
@given(small_models())
def test_random_models_cost_the_same(description: dict[str, Any]) -> None:
    assert_same_cost(read(description))


@pytest.mark.parametrize("policy", [*POLICY_NAMES, *SOFT_NAMES, CONCENTRATION])
def test_random_models_with_a_policy_cost_the_same(policy: str) -> None:
    @drawn(20)
    @given(policy_variants(policy))
    def agree(description: dict[str, Any]) -> None:
        assert_same_cost(read(description))

    agree()
