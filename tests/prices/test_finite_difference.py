"""Every price against solving the changed program from the start."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.result.pipeline import Clock, NoSolution, optimise
from bichiku.result.prices.answers import answer_all, moved
from bichiku.result.prices.questions import all_questions
from bichiku.solve import SolverOptions, Status, solve
from oracles.by_hand import read
from oracles.drawn import drawn
from oracles.policy_strategies import policy_variants

CHECKED = 25  # questions of each model


@pytest.mark.parametrize("policy", ["reserve_days", "share_caps", "share_floors", "country_cap", "budget_reserve"])
@drawn(15)
@given(data=st.data())
def test_prices_are_differences_of_cost(policy: str, data: st.DataObject) -> None:
    world = read(data.draw(policy_variants(policy)))
    try:
        stencil, hot, outcome, _ = optimise(world, Clock())
    except NoSolution:
        return
    questions = list(all_questions(outcome, stencil))[:CHECKED]
    for question, answer in zip(questions, answer_all(questions, hot), strict=True):
        if math.isnan(answer.price) or math.isnan(answer.most):
            continue
        unit = 1.0 if answer.most > 0 else -1.0
        step = unit if answer.method == "re-solve" else min(1.0, 0.9 * answer.most)
        program = replace(moved(outcome.program, question, step), constant=outcome.program.constant)
        again, _ = solve(program, SolverOptions())
        assert again.status is Status.OPTIMAL
        rise = (again.objective - outcome.solution.objective) / step
        size = 1e-6 * (1 + abs(outcome.solution.objective)) / abs(step)
        assert rise == pytest.approx(answer.price, rel=1e-5, abs=size), (question, answer)
