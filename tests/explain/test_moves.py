"""A number that is moved in the program gives the program of the model into which it is typed."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.build import build
from bichiku.explaining.adjustments import DaysAdjustment
from bichiku.explaining.kept_rows import KeptRows
from bichiku.model.calendar import month_label
from bichiku.policies.reserve_days import RESERVE_DAYS
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import grow
from bichiku.result.prices.limits import SUPPLIER_CAPACITY, capacities
from bichiku.solving import Solution, Status
from oracles.by_hand import read
from oracles.drawn import drawn
from oracles.policy_strategies import with_policies
from oracles.world_strategies import Description, small_models

MORE = 7.0  # t a year
LESS = 20.0  # days


def built(description: Description) -> Outcome:
    """The model as built, without a solution."""
    world = read(description)
    chains = grow(world)
    return Outcome(world, chains, build(world, chains), Solution.none(Status.INFEASIBLE))


@pytest.mark.slow
@drawn(40)
@given(small_models(crises=True), st.lists(st.sampled_from([30.0, 90.0, 200.0]), min_size=8, max_size=8))
def test_days_of_a_year_move_as_when_they_are_typed(model: Description, drawn_days: list[float]) -> None:
    calendar = read(model).calendar
    year, days = int(calendar.years[-1]), np.array(drawn_days[: calendar.periods])

    def asking(values: np.ndarray) -> Outcome:
        path = {month_label(int(month)): float(value) for month, value in zip(calendar.ends, values, strict=True)}
        return built(with_policies(model, {"reserve_days": path}))

    outcome, typed = asking(days), asking(days - LESS * (calendar.years == year)).program
    program = outcome.program
    for limit in RESERVE_DAYS.rules(outcome):
        if limit.year == year:
            assert limit.move is not None
            kept = KeptRows.of(outcome, limit.material, year)
            program = DaysAdjustment((limit.move,), np.empty(0, dtype=int), kept, limit.value).at(program, LESS)
    assert program.same_sparsity(typed)
    assert program.matrix.data == pytest.approx(typed.matrix.data)
    assert program.row_lower == pytest.approx(typed.row_lower)
    assert program.row_upper == pytest.approx(typed.row_upper)


@pytest.mark.slow
@drawn(40)
@given(small_models(crises=True))
def test_a_capacity_moves_what_may_be_shipped_and_rations_as_when_it_is_typed(model: Description) -> None:
    more = copy.deepcopy(model)
    for row in more["tables"]["suppliers"]:
        row["capacity_t"] += MORE
    outcome, typed = built(model), built(more).program
    program = outcome.program
    for limit in capacities(outcome):
        if limit.family == SUPPLIER_CAPACITY:
            assert limit.move is not None
            program = program.moved(limit.move, MORE)
    for block in program.blocks("ration"):
        assert program.row_upper[block.rows] == pytest.approx(typed.row_upper[block.rows])
    for name in outcome.world.spot:
        ships = program.columns_of("ship", name)
        assert program.column_upper[ships] == pytest.approx(typed.column_upper[ships])
