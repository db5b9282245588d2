"""Plans beside the model's own: that of somebody who ignores crises, who plans for their mean, or keeps to a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bichiku.build import build
from bichiku.model.chains import grow_chains
from bichiku.model.state import State
from bichiku.model.tree import Tree
from bichiku.model.world import World
from bichiku.policies import Policies
from bichiku.program import LinearProgram
from bichiku.result.held_plan import HeldPlan
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import Clock, NoSolution, grow, optimise
from bichiku.solving import Solution, SolverOptions, Status, solve

OF_PROBABILITIES = ("risk", "expected_shortage")  # policies that mean nothing where nothing, or one thing, may happen


def without_crises(world: World, policies: Policies | None = None) -> World:
    """The world in which no crisis happens; with other policies if some are given."""
    asked = policies if policies is not None else without_probabilities(world)
    return replace(world, settings=world.settings.model_copy(update={"crises": {}, "policies": asked}))


def without_probabilities(world: World) -> Policies:
    """What a strategy asks for but what looks at probabilities."""
    return world.policies.model_copy(update=dict.fromkeys(OF_PROBABILITIES))


def ignoring_plan(world: World) -> HeldPlan:
    """The plan of somebody for whom there are no crises.

    Raises:
        NoSolution: there is none.
    """
    _, outcome, _ = optimise(without_crises(world), Clock())
    return HeldPlan.of_outcome(outcome)


def rule_plan(world: World, days: float) -> HeldPlan:
    """The plan of a rule of thumb: so many days of everything and no more, nothing built, no crises reckoned with.

    The days are in store as soon as the market has them beside what is used: nobody goes short to fill a store. With
    that, the plan is the cheapest.

    Raises:
        NoSolution: nobody can keep to it.
    """
    rule = Policies(reserve_days=days, reserve_ceiling="target", projects={"allow": []})
    calm = without_crises(world, rule)
    chains = grow(calm)
    program = build(calm, chains)
    for step in (_days_as_a_wish, _no_shorter_than_need_be, _as_full_as_can_be):
        program = step(program, calm)
    return HeldPlan.of_outcome(Outcome(calm, chains, program, _solved(program, calm)))


def _days_as_a_wish(program: LinearProgram, _: World) -> LinearProgram:
    """The program without the least days of a reserve."""
    floor = program.row_lower.copy()
    for rows in program.blocks("reserve_days"):
        floor[rows.rows] = -np.inf
    return replace(program, row_lower=floor)


def _no_shorter_than_need_be(program: LinearProgram, world: World) -> LinearProgram:
    """The program in which no more is short or saved than in its cheapest point."""
    columns, x = _columns(program, "short", "saved"), _solved(program, world).x
    upper = program.column_upper.copy()
    upper[columns] = np.maximum(program.column_lower[columns], x[columns])
    return replace(program, column_upper=upper)


def _as_full_as_can_be(program: LinearProgram, world: World) -> LinearProgram:
    """The program in which no less is in store, by worth over all periods, than can be."""
    worth = np.zeros(program.shape[1])
    for block in program.column_blocks:
        if block.variable == "stock":
            worth[block.columns] = world.materials[block.index[0]].reference_price
    fullest = _solved(replace(program, cost=-worth, preference=np.zeros_like(worth)), world).x
    columns, lower = _columns(program, "stock"), program.column_lower.copy()
    lower[columns] = np.minimum(fullest[columns], program.column_upper[columns])
    return replace(program, column_lower=lower)


def _columns(program: LinearProgram, *variables: str) -> np.ndarray:
    """The numbers of all columns of some variables."""
    found = [
        np.arange(block.columns.start, block.columns.stop)
        for block in program.column_blocks
        if block.variable in variables
    ]
    return np.concatenate([np.empty(0, dtype=int), *found])


def mean_plan(world: World) -> HeldPlan:
    """The plan of somebody who takes the mean of what may come in each period for certain.

    What it signs, builds and stores is held; what flows if no crisis comes is the cheapest that reaches its stocks.

    Raises:
        NoSolution: there is none.
    """
    calm = without_crises(world)
    grown = {chain.name: chain for chain in grow_chains(world)}
    chains = []
    for chain in grow_chains(calm):
        mean = _mean_state(grown[chain.name].state, grown[chain.name].tree)
        chains.append(replace(chain, state=mean))
    _, outcome, _ = optimise(calm, Clock(), chains=tuple(chains))
    return _followed(calm, HeldPlan.of_outcome(outcome))


def _mean_state(state: State, tree: Tree) -> State:
    """The mean over the nodes of each period, by their weights."""

    def means(by_name: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {
            name: np.bincount(tree.period - 1, tree.weight * values, minlength=tree.periods)
            for name, values in by_name.items()
        }

    return State(means(state.export), means(state.route), means(state.demand), means(state.price_factor))


def _followed(calm: World, held: HeldPlan) -> HeldPlan:
    """The cheapest way, if no crisis comes, to have at least the stocks of a plan with its contracts and projects."""
    free = replace(calm, settings=calm.settings.model_copy(update={"policies": Policies()}))
    chains = tuple(grow_chains(free))
    program = build(free, chains)
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    for block in program.column_blocks:
        name = block.index[0]
        if block.place == "year":
            lower[block.columns] = upper[block.columns] = held.contracts[name]
        elif block.place == "once":
            lower[block.columns] = upper[block.columns] = held.builds[name]
        elif block.variable == "stock":
            lower[block.columns] = held.stock[name]
    program = replace(program, column_lower=lower, column_upper=np.maximum(lower, upper))
    return HeldPlan.of_outcome(Outcome(free, chains, program, _solved(program, calm)))


def _solved(program: LinearProgram, world: World) -> Solution:
    """The optimum of a program.

    Raises:
        NoSolution: there is none.
    """
    solution, _ = solve(program, SolverOptions(world.settings.solver.method))
    if solution.status is not Status.OPTIMAL:
        raise NoSolution(world.strategy, solution.status)
    return solution
