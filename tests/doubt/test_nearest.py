"""The least cost among what is as near to a stock, against a second way: a row that keeps the distance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

import bichiku
from bichiku.build.operation import OperationBuilder
from bichiku.model.chains import Chain, grow_chains
from bichiku.result.held_plan import HeldPlan
from bichiku.result.nearest import Searched, Wanted, distance_program
from bichiku.result.operation import Operator, hold
from bichiku.result.pipeline import run_strategy
from bichiku.solving import SolverOptions, Status
from bichiku.solving.highs import HighsRun

CHANGES: list[dict[str, float]] = [
    {"materials[graphite].opening_stock_t": 9000, "materials[tungsten].opening_stock_t": 1500},
    {"suppliers[graphite-chn].capacity_t": 900, "suppliers[graphite-moz].capacity_t": 60},
    {"suppliers[tungsten-chn].capacity_t": 30, "crises.china-halt.annual_probability": 0.2},
]


def second_way(chain: Chain, plan: HeldPlan) -> tuple[float, float]:
    """Distance and cost, from two solves of everything."""
    program = OperationBuilder(chain).build(chain.world)
    held = hold(program, chain.world, plan)
    columns = np.concatenate(list(held.stock.values()))
    largest = {name: max(float(plan.stock[name].max()), 1.0) for name in held.stock}
    most = max(largest.values())
    weight = np.concatenate([np.full(len(of), most / largest[name]) for name, of in held.stock.items()])
    lower, upper = held.program.column_lower.copy(), held.program.column_upper.copy()
    lower[columns], upper[columns] = program.column_lower[columns], program.column_upper[columns]
    free = replace(held.program, column_lower=lower, column_upper=upper)
    wanted = Wanted(columns, held.program.column_upper[columns], weight)
    far = distance_program(free, wanted, Searched.whole(free))
    least = HighsRun(far, SolverOptions()).solve(prefer=False).objective
    width = program.shape[1]
    no_more = sparse.csr_array(far.cost[np.newaxis, :])
    priced = replace(
        far,
        cost=np.concatenate([program.cost, np.zeros(len(far.cost) - width)]),
        constant=program.constant,
        matrix=sparse.csr_array(sparse.vstack([far.matrix, no_more])),
        row_lower=np.append(far.row_lower, -np.inf),
        row_upper=np.append(far.row_upper, least + 1e-9 * (1 + least)),
        row_constant=np.append(far.row_constant, 0.0),
        units=None,
    )
    return least, HighsRun(priced, SolverOptions()).solve(prefer=False).objective


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("strategy", ["today", "reserve-180"])
def test_it_costs_what_it_costs_the_second_way(strategy: str, change: dict[str, float]) -> None:
    own = bichiku.read("models/tutorial")[strategy]
    plan = HeldPlan.of(run_strategy(own, prices=False))
    distances = []
    for chain in grow_chains(own.changed(change)):
        program = OperationBuilder(chain).build(chain.world)
        found = Operator(program).operate(program, chain.world, plan)
        distance, cost = second_way(chain, plan)
        distances.append(distance)
        assert found.status is Status.OPTIMAL
        assert found.cost == pytest.approx(cost, rel=1e-7)
    assert max(distances) > 1.0  # a plan that is kept says nothing here
