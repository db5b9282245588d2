"""Every price against solving the changed program from the start."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.result.pipeline import Clock, NoSolution, optimise
from bichiku.result.prices import prices
from bichiku.result.prices.limits import all_limits
from bichiku.result.prices.prices import prices_of
from bichiku.solving import SolverOptions, Status, solve
from oracles.by_hand import read
from oracles.drawn import drawn
from oracles.policy_strategies import policy_variants

CHECKED = 25  # limits of each model


@pytest.mark.parametrize("policy", ["reserve_days", "share_caps", "share_floors", "country_cap", "budget_reserve"])
@drawn(15)
@given(data=st.data())
def test_prices_are_differences_of_cost(policy: str, data: st.DataObject) -> None:
    world = read(data.draw(policy_variants(policy)))
    try:
        hot, outcome, _ = optimise(world, Clock())
    except NoSolution:
        return
    limits = list(all_limits(outcome))[:CHECKED]
    for limit, answer in zip(limits, prices_of(limits, hot, outcome), strict=True):
        if math.isnan(answer.price) or math.isnan(answer.most):
            continue
        unit = 1.0 if answer.most > 0 else -1.0
        step = limit.step * unit if answer.method == "re-solve" else min(1.0, 0.9 * answer.most)
        program = replace(outcome.program.moved(limit.move, step), constant=outcome.program.constant)
        again, _ = solve(program, SolverOptions())
        assert again.status is Status.OPTIMAL
        rise = (again.objective - outcome.solution.objective) / step
        size = 1e-6 * (1 + abs(outcome.solution.objective)) / abs(step)
        assert rise == pytest.approx(answer.price, rel=1e-5, abs=size), (limit, answer)


@drawn(10)
@given(data=st.data())
def test_two_solvers_of_a_part_tell_the_same_prices(data: st.DataObject) -> None:
    world = read(data.draw(policy_variants("budget_reserve")))
    found = []
    for large in (prices.LARGE, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prices, "LARGE", large)
            try:
                hot, outcome, _ = optimise(world, Clock())
            except NoSolution:
                return
            found.append(prices_of(list(all_limits(outcome)), hot, outcome))
    size = 1e-6 * (1 + abs(outcome.solution.objective))
    for one, other in zip(*found, strict=True):
        assert other.price == pytest.approx(one.price, rel=1e-5, abs=size, nan_ok=True)
        assert (other.method, other.most) == (one.method, pytest.approx(one.most, nan_ok=True))
