"""Carrying a plan out: what is signed, built and stored stays as it was chosen, and everything else is chosen anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bichiku.model.world import World
from bichiku.program import LinearProgram
from bichiku.result.held_plan import HeldPlan
from bichiku.result.nearest import Searched, Wanted, as_near, distance_program, is_none
from bichiku.solving import Solution, SolverOptions, Status
from bichiku.solving.certificate import certify
from bichiku.solving.highs import HighsRun

OPTIONS = SolverOptions(devex=True)  # its solves go on from where others ended
CONTRACT, BUILD, STOCK = "contract", "build", "stock"  # what is held, and the variables that hold it
KEPT = 1e-6  # share of a number of the plan, or tonnes, by which it may be missed and still counts as kept
MISMATCH = 1e-6  # share of the least distance from the plan's stock by which that of the answer may differ


@dataclass(frozen=True, repr=False)
class Ended:
    """Where the solver ended.

    Attributes:
        basis: the basis, which takes long to look into.
        shape: rows and columns of the program that it is of.
    """

    basis: Any
    shape: tuple[int, int]


@dataclass(frozen=True)
class Operated:
    """What came of a plan in one chain of a world.

    Attributes:
        status: how the solve ended; all else means something only where it is optimal.
        cost: expected discounted cost of the chain.
        gave_way: what of the plan could not be kept, by what it is; the largest difference from it, in its own unit.
        ended: where the solver ended, for others to begin at; None where it had to begin anew.
    """

    status: Status
    cost: float = float("nan")
    gave_way: Mapping[str, float] = field(default_factory=dict)
    ended: Ended | None = field(default=None, compare=False)


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
    """Carries plans out in one chain of one world, one after the other."""

    def __init__(self, program: LinearProgram) -> None:
        """Begins with a program of operation.

        Args:
            program: the chain's; those of other plans may have other numbers in it.
        """
        self._program, self._run = program, HighsRun(program, OPTIONS)

    def operate(self, program: LinearProgram, world: World, plan: HeldPlan, start: Ended | None = None) -> Operated:
        """The least cost of a chain with a plan held.

        Where the plan's stock cannot be kept, operation comes as near to it as it can, and costs the least among
        what is as near. `docs/doubt.md` says what near means.

        Args:
            program: the chain's program of operation.
            world: the chain's part of the world.
            plan: the plan.
            start: where the same plan ended in a similar world; without one of this program's size it begins where the
                last plan ended.
        """
        held = hold(program, world, plan)
        wanted = _wanted(held, plan)
        free = _with_stock_of(held.program, wanted, program)
        # nearly always the plan says how near operation can come, in a moment; where a branch lets it come less near,
        # all is looked at
        for scope in (Searched.plan(program), Searched.whole(program)):
            nearest = _sound(distance_program(free, wanted, scope))
            if nearest.status is not Status.OPTIMAL:
                return Operated(nearest.status)
            kept = is_none(wanted, nearest)
            asked = held.program if kept else as_near(free, wanted, scope, nearest)
            solution, ended = self._solved(asked, start)
            if solution.status is not Status.INFEASIBLE:
                break
        if solution.status is not Status.OPTIMAL:
            return Operated(solution.status)
        if kept:
            return Operated(solution.status, solution.objective, held.gave_way, ended)
        if abs(wanted.distance(solution.x) - nearest.objective) > MISMATCH * (1.0 + nearest.objective):
            return Operated(Status.ERROR)
        gave_way = _all_that_gave_way(held, solution, plan)
        return Operated(solution.status, solution.objective, gave_way, ended)

    def _solved(self, held: LinearProgram, start: Ended | None) -> tuple[Solution, Ended | None]:
        if not held.same_sparsity(self._program):
            return _sound(held), None
        self._run.change(held)
        if start is not None and start.shape == held.shape:
            self._run.begin_at(start.basis)
        solution = _certified(held, self._run.solve(prefer=False))
        if solution.status is Status.OPTIMAL:
            return solution, Ended(self._run.basis, held.shape)
        # where it stumbles on its way from elsewhere, it may not from the start
        return _sound(held), None


def _certified(program: LinearProgram, solution: Solution) -> Solution:
    """A solution; none, with an error for its status, where it fails its certificate."""
    if solution.status is Status.OPTIMAL and not certify(program, solution).holds:
        return Solution.none(Status.ERROR)
    return solution


def _sound(program: LinearProgram) -> Solution:
    """The solution of a program from the start."""
    return _certified(program, HighsRun(program, OPTIONS).solve(prefer=False))


def _wanted(held: Held, plan: HeldPlan) -> Wanted:
    """The plan's stock, a tonne of which counts as a share of its material's largest."""
    columns = np.concatenate(list(held.stock.values()))
    # so a scarce metal counts as much as an ore; none is below one, as a solver's tolerance on prices is absolute
    largest = {name: max(float(plan.stock[name].max()), 1.0) for name in held.stock}
    most_of_all = max(largest.values())
    weight = np.concatenate([np.full(len(of), most_of_all / largest[name]) for name, of in held.stock.items()])
    return Wanted(columns, held.program.column_upper[columns], weight)


def _with_stock_of(held: LinearProgram, wanted: Wanted, program: LinearProgram) -> LinearProgram:
    """A program in which a plan is held but for its stock, which is as free as in another."""
    lower, upper = held.column_lower.copy(), held.column_upper.copy()
    lower[wanted.columns], upper[wanted.columns] = (
        program.column_lower[wanted.columns],
        program.column_upper[wanted.columns],
    )
    return replace(held, column_lower=lower, column_upper=upper)


def _all_that_gave_way(held: Held, solution: Solution, plan: HeldPlan) -> dict[str, float]:
    found = dict(held.gave_way)
    for name, of in held.stock.items():
        found |= _difference(f"{STOCK} {name}", solution.x[of] - plan.stock[name], plan.stock[name])
    return found
