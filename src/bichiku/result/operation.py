"""Carrying a plan out: what is signed, built and stored stays as it was chosen, and everything else is chosen anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import sparse

from bichiku.model.world import World
from bichiku.program import LinearProgram
from bichiku.result.held_plan import HeldPlan
from bichiku.solving import Solution, SolverOptions, Status
from bichiku.solving.certificate import certify
from bichiku.solving.highs import HighsRun

OPTIONS = SolverOptions()
CONTRACT, BUILD, STOCK = "contract", "build", "stock"  # what is held, and the variables that hold it
KEPT = 1e-6  # share of a number of the plan, or tonnes, by which it may be missed and still counts as kept
SLACK = 1e-7  # share of the least distance from the plan's stock that the search for the least cost may add


@dataclass(frozen=True)
class Operated:
    """What came of a plan in one chain of a world.

    Attributes:
        status: how the solve ended; all else means something only where it is optimal.
        cost: expected discounted cost of the chain.
        gave_way: what of the plan could not be kept, by what it is; the largest difference from it, in its own unit.
    """

    status: Status
    cost: float = float("nan")
    gave_way: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """A chain's program in which a plan is held.

    Attributes:
        program: the program; the columns of contracts, builds and the plan's stock can take one value only.
        stock: columns of the plan's stock by material.
        gave_way: what the world's limits on contracts, builds and stores left of the plan; see `Operated`.
    """

    program: LinearProgram
    stock: Mapping[str, np.ndarray]
    gave_way: Mapping[str, float]


def hold(program: LinearProgram, world: World, plan: HeldPlan) -> Held:
    """Holds a plan in a chain, as far as the limits on its single numbers let it.

    Args:
        program: the chain's program of operation.
        world: the chain's part of the world.
        plan: the plan.
    """
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    gave_way: dict[str, float] = {}
    stock = {}
    for variable, numbers in ((CONTRACT, plan.contracts), (BUILD, plan.builds), (STOCK, plan.stock)):
        for name, wanted in numbers.items():
            block = program.columns_of(variable, name)
            if block.start == block.stop:
                continue  # of another chain
            columns = block.start + np.arange(len(wanted))
            least = world.contracts[name].minimum_t if variable == CONTRACT else 0.0
            value = np.minimum(np.maximum(wanted, least), upper[columns])
            gave_way |= _difference(f"{variable} {name}", value - wanted, wanted)
            lower[columns] = upper[columns] = value
            if variable == STOCK:
                stock[name] = columns
    return Held(replace(program, column_lower=lower, column_upper=upper), stock, gave_way)


def _difference(what: str, difference: np.ndarray, wanted: np.ndarray) -> dict[str, float]:
    """The largest difference from the plan; nothing where the plan is kept."""
    missed = np.where(abs(difference) > KEPT * np.maximum(abs(wanted), 1.0), difference, 0.0)
    worst = int(abs(missed).argmax())
    return {what: float(missed[worst])} if missed[worst] else {}


class Operator:
    """Carries plans out in one chain of one world, one after the other, each from where the last one ended.

    Attributes:
        basis: where the first plan ended, for others to begin at; None before, and where it could not be held.
    """

    def __init__(self, program: LinearProgram, near: Operator | None = None) -> None:
        """Begins with a program of operation.

        Args:
            program: the chain's; those of other plans may have other numbers in it.
            near: what carried plans out in the same chain of a similar world, if there is one.
        """
        self._program, self._run = program, HighsRun(program, OPTIONS)
        self._begun = False
        self._start = near.basis if near is not None and near._program.same_sparsity(program) else None
        self.basis: Any = None

    def operate(self, program: LinearProgram, world: World, plan: HeldPlan) -> Operated:
        """The least cost of a chain with a plan held.

        Where the plan's stock cannot be kept, operation comes as near to it as it can, and costs the least among
        what is as near. `docs/doubt.md` says what near means.

        Args:
            program: the chain's program of operation.
            world: the chain's part of the world.
            plan: the plan.
        """
        held = hold(program, world, plan)
        solution = self._solved(held.program)
        if solution.status is Status.INFEASIBLE:
            return _nearest(held, program, plan)
        return Operated(solution.status, solution.objective, held.gave_way)

    def _solved(self, held: LinearProgram) -> Solution:
        if not held.same_sparsity(self._program):
            return _sound(held)
        self._run.change(held)
        if not self._begun and self._start is not None:
            self._run.begin_at(self._start)
        solution = _certified(held, self._run.solve(prefer=False))
        if not self._begun and solution.status is Status.OPTIMAL:
            self.basis = self._run.basis
        self._begun = True
        # where it stumbles on its way from another plan, it may not from the start
        return solution if solution.status is Status.OPTIMAL else _sound(held)


def _certified(program: LinearProgram, solution: Solution) -> Solution:
    """A solution; none, with an error for its status, where it fails its certificate."""
    if solution.status is Status.OPTIMAL and not certify(program, solution).holds:
        return Solution.none(Status.ERROR)
    return solution


def _sound(program: LinearProgram) -> Solution:
    """The solution of a program from the start."""
    return _certified(program, HighsRun(program, OPTIONS).solve(prefer=False))


def _nearest(held: Held, program: LinearProgram, plan: HeldPlan) -> Operated:
    """Contracts and builds held, and the stock as near to the plan's as can be."""
    columns = np.concatenate(list(held.stock.values()))
    wanted = np.concatenate([plan.stock[name] for name in held.stock])
    # shares of the largest stock, so that a scarce metal counts as much as an ore; none is below one, as a solver's
    # tolerance on prices is absolute
    largest = {name: max(float(plan.stock[name].max()), 1.0) for name in held.stock}
    most_of_all = max(largest.values())
    weight = np.concatenate([np.full(len(of), most_of_all / largest[name]) for name, of in held.stock.items()])
    lower, upper = held.program.column_lower.copy(), held.program.column_upper.copy()
    lower[columns], upper[columns] = program.column_lower[columns], program.column_upper[columns]
    free = replace(held.program, column_lower=lower, column_upper=upper)
    count, width = len(columns), program.shape[1]
    stock = sparse.csr_array((np.ones(count), (np.arange(count), columns)), shape=(count, width))
    one, none = sparse.eye_array(count), sparse.csr_array((count, count))
    # stock + missing ≥ wanted and stock − over ≤ wanted
    rows = sparse.vstack([sparse.hstack([-stock, -one, none]), sparse.hstack([stock, none, -one])])
    limits = np.concatenate([-wanted, wanted])
    entries, bound = sparse.csr_array((program.shape[0], 2 * count)), np.full(2 * count, np.inf)
    distance = np.concatenate([weight, weight])
    near = free.extended(entries, bound, distance, rows, limits)
    first = _sound(near)
    if first.status is not Status.OPTIMAL:
        return Operated(first.status)
    within = sparse.vstack([rows, sparse.csr_array(np.concatenate([np.zeros(width), distance])[np.newaxis, :])])
    most = first.objective + SLACK * (1.0 + first.objective)
    priced = free.extended(entries, bound, np.zeros(2 * count), within, np.append(limits, most))
    priced = replace(priced, cost=np.concatenate([program.cost, np.zeros(2 * count)]), constant=program.constant)
    second = _sound(priced)
    if second.status is not Status.OPTIMAL:
        return Operated(second.status)
    gave_way = dict(held.gave_way)
    for name, of in held.stock.items():
        gave_way |= _difference(f"{STOCK} {name}", second.x[of] - plan.stock[name], plan.stock[name])
    return Operated(second.status, second.objective, gave_way)
