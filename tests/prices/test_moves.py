"""What one more of a number does to a program, against the program written anew with that number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.build import build
from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.policies import Limit
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import grow
from bichiku.result.prices.limits import all_limits
from bichiku.solving import Solution, Status
from oracles.by_hand import read
from oracles.drawn import drawn
from oracles.policy_strategies import policies, with_policies
from oracles.world_strategies import Description, small_models

CAPACITIES = {
    "supplier_capacity": ("suppliers", "capacity_t"),
    "project_capacity": ("projects", "existing_t"),
    "project_build_limit": ("projects", "max_build_t"),
}


@dataclass(frozen=True)
class Raised(TimePath):
    """A path that is so much higher at some months."""

    by: float = 0.0
    months: tuple[int, ...] = ()

    def __call__(self, position: np.ndarray) -> np.ndarray:
        return super().__call__(position) + self.by * np.isin(position, self.months)


def with_more(world: World, limit: Limit, step: float) -> World:
    """The world in which a number of days or a capacity is so much higher."""
    if limit.family in CAPACITIES:
        table, column = CAPACITIES[limit.family]
        rows: dict[str, Any] = getattr(world, table)
        row = rows[limit.name].model_copy(update={column: limit.value + step})
        return replace(world, **{table: {**rows, limit.name: row}})
    asked = getattr(world.policies, limit.family)
    path = asked.of(limit.material)
    months = tuple(world.calendar.ends[world.calendar.years == limit.year].tolist())
    raised = Raised(path.at, path.values, step, months)
    changed = asked.model_copy(update={"materials": {**asked.materials, limit.material: raised}})
    policies = world.policies.model_copy(update={limit.family: changed})
    return replace(world, settings=world.settings.model_copy(update={"policies": policies}))


def unsolved(world: World) -> Outcome:
    """A world as built, without a solution."""
    chains = grow(world)
    program = build(world, chains)
    none = Solution(Status.OPTIMAL, np.zeros(program.shape[1]), np.zeros(program.shape[0]), np.zeros(0), 0.0, 0)
    return Outcome(world, chains, program, none)


@st.composite
def with_reserves(draw: st.DrawFn, *names: str) -> Description:
    """A small model with crises and some policies on its reserve."""
    description = draw(small_models(crises=True))
    asked: dict[str, Any] = {}
    for name in names:
        asked |= draw(policies(description, name))
    return with_policies(description, asked)


def check(world: World, *families: str) -> None:
    outcome = unsolved(world)
    for limit in all_limits(outcome):
        if limit.family not in families or limit.value == 0.0 or limit.move is None:
            continue  # a source of nothing cannot be cut, and one of a tonne can: that is another model
        step = limit.step
        moved = outcome.program.moved(limit.move, step)
        anew = with_more(world, limit, step)
        written = build(anew, grow(anew))
        assert written.same_sparsity(moved), limit
        for name in ("row_lower", "row_upper", "column_upper"):
            np.testing.assert_allclose(
                getattr(moved, name), getattr(written, name), rtol=1e-9, atol=1e-7, err_msg=f"{name} {limit}"
            )
        np.testing.assert_allclose(moved.matrix.data, written.matrix.data, rtol=1e-9, atol=1e-9, err_msg=str(limit))


@pytest.mark.parametrize("names", [(), ("release",), ("reserve_ceiling",), ("reserve_ceiling", "release")])
@drawn(40)
@given(data=st.data())
def test_one_more_day_of_reserve_is_all_that_hangs_on_it(names: tuple[str, ...], data: st.DataObject) -> None:
    check(read(data.draw(with_reserves("reserve_days", *names))), "reserve_days")


@drawn(40)
@given(data=st.data())
def test_one_more_day_of_a_ceiling_is_all_that_hangs_on_it(data: st.DataObject) -> None:
    check(read(data.draw(with_reserves("reserve_ceiling"))), "reserve_ceiling")


@pytest.mark.parametrize("names", [(), ("reserve_ceiling",)])
@drawn(40)
@given(data=st.data())
def test_one_more_tonne_of_capacity_is_all_that_hangs_on_it(names: tuple[str, ...], data: st.DataObject) -> None:
    check(read(data.draw(with_reserves(*names))), *CAPACITIES)
