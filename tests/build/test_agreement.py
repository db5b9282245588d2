"""The product's linear program against the second builder's, which shares no code with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.model.world import World
from bichiku.reading.model import read_model
from oracles.agreement import AGREE, apart
from oracles.by_hand import read
from oracles.drawn import drawn, optimum
from oracles.policy_strategies import CONCENTRATION, POLICY_NAMES, SOFT_NAMES, models_with_policies, policy_variants
from oracles.world_strategies import small_models

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"
CASES = Path(__file__).parents[1] / "cases"
WORKED = ("hec/month", "hec/year", "duration", "chains", "cover-of-use")


def assert_same_cost(world: World) -> None:
    """Equal objectives, or no solution on either side."""
    found = optimum(world)
    assert apart(None if found is None else found.solution.objective, world) <= AGREE


@pytest.mark.parametrize("strategy", list(read_model(TUTORIAL).worlds))
def test_the_tutorial_costs_the_same(strategy: str) -> None:
    assert_same_cost(read_model(TUTORIAL).worlds[strategy])


@pytest.mark.parametrize("case", WORKED)
def test_the_worked_cases_cost_the_same(case: str) -> None:
    for world in read_model(CASES / case).worlds.values():
        assert_same_cost(world)


@drawn(50)
@given(models_with_policies())
def test_random_models_with_several_policies_cost_the_same(description: dict[str, Any]) -> None:
    assert_same_cost(read(description))


@drawn(25)
@given(small_models())
def test_random_models_cost_the_same(description: dict[str, Any]) -> None:
    assert_same_cost(read(description))


@pytest.mark.parametrize("policy", [*POLICY_NAMES, *SOFT_NAMES, CONCENTRATION])
@drawn(5)
@given(data=st.data())
def test_random_models_with_a_policy_cost_the_same(policy: str, data: st.DataObject) -> None:
    assert_same_cost(read(data.draw(policy_variants(policy))))
