"""What strategies cost in a world in which the plans that they chose in the model's own are carried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bichiku.api.doubt.question import Answer, Question, StrategyCost
from bichiku.build.operation import OperationBuilder
from bichiku.model.chains import parts
from bichiku.model.world import World
from bichiku.policies import POLICIES, Policies
from bichiku.policies.reserve_days import RESERVE_DAYS
from bichiku.policies.reserve_target import target_days
from bichiku.program import LinearProgram
from bichiku.reading.model import Model
from bichiku.result.held_plan import HeldPlan
from bichiku.result.operation import Ended, Operated, Operator
from bichiku.result.pipeline import grow_parts
from bichiku.solving import Status

DIGITS = 1e9  # plans that agree to so many steps of their largest number are one plan

Rules = tuple[Any, ...]


@dataclass(frozen=True)
class OperatedPart:
    """A chain's part of a world, with what a strategy asks of it in operation.

    Attributes:
        world: the part, without the name and the policies of the strategy.
        rules: what the strategy asks for that its operation reads.
        asked: the part with the policies of the strategy.
    """

    world: World
    rules: Rules
    asked: World

    @property
    def chain(self) -> str:
        """Name of the chain."""
        return min(self.world.materials)


@dataclass
class Holding:
    """Carries out the plan of each strategy in one world after another.

    Chains share nothing once nobody limits them together, so each is solved by itself. One that a world leaves as it
    is, or a plan that two strategies share, is solved once.

    Attributes:
        model: the model in its own world.
        plans: the plan of each strategy.
    """

    model: Model
    plans: Mapping[str, HeldPlan]
    _own: _World | None = field(default=None, init=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        # a solver cannot travel; the other end begins its own
        return {"model": self.model, "plans": self.plans, "_own": None}

    def __call__(self, asked: Question) -> Answer:
        """What each strategy asked for costs.

        Raises:
            ModelFaults: the world cannot be.
        """
        if self._own is None:
            self._own = _World()
            for strategy, plan in self.plans.items():  # all at once, so that no answer hangs on what is asked first
                self._own.cost(self.model[strategy], plan)
        model, world = asked.model(self.model), _World(self._own)

        def answer() -> Answer:
            for strategy in asked.strategies:
                world.grow(model[strategy])  # all before any is solved, as one that cannot be is told here
            return {strategy: world.cost(model[strategy], self.plans[strategy]) for strategy in asked.strategies}

        return asked.answered(answer)


class _GrownWorld:
    """The chains of a world, which strategies that differ in policies alone share."""

    def __init__(self) -> None:
        self._known: list[tuple[World, list[World]]] = []
        self._builders: list[tuple[World, OperationBuilder]] = []
        self._programs: list[tuple[OperatedPart, LinearProgram]] = []

    def parts(self, world: World) -> Iterator[OperatedPart]:
        """The parts of a strategy's world."""
        bare = _without_policies(world)
        found = next((shared for known, shared in self._known if known == bare), None)
        if found is None:
            found = list(parts(bare))
            self._known.append((bare, found))
        for part in found:
            settings = part.settings.model_copy(update={"policies": _in_operation(world)})
            asked = replace(part, settings=settings)
            yield OperatedPart(part, _rules(asked), asked)

    def program(self, part: OperatedPart) -> LinearProgram:
        """The program of operation of a part."""
        for other, program in self._programs:
            if other.rules == part.rules and other.world is part.world:
                return program
        program = self.builder(part).build(part.asked)
        self._programs.append((part, program))
        return program

    def builder(self, part: OperatedPart) -> OperationBuilder:
        """What writes the programs of a part, its tree grown."""
        found = next((builder for world, builder in self._builders if world is part.world), None)
        if found is None:
            found = OperationBuilder(*grow_parts([part.world]))
            self._builders.append((part.world, found))
        return found


class _World:
    """One world, in which each plan of a chain is carried out once."""

    def __init__(self, own: _World | None = None) -> None:
        self._own = own
        self._grown = _GrownWorld()
        self._parts: dict[str, list[OperatedPart]] = {}
        self._operators: dict[str, list[tuple[World, Operator]]] = {}
        self._operated: dict[tuple[int, Rules, bytes], Operated] = {}
        self._ends: dict[tuple[str, bytes], Ended | None] = {}

    def grow(self, world: World) -> None:
        """Grows the trees of what differs from the model's own world.

        Raises:
            ModelFaults: a tree cannot be grown; see `grow_parts`.
        """
        for part in self._grown.parts(world):
            if not (self._own and self._own._same_as(part)):
                self._grown.builder(part)

    def cost(self, world: World, plan: HeldPlan) -> StrategyCost:
        """What a strategy costs with a plan held."""
        cost = 0.0
        gave_way: dict[str, float] = {}
        for part in self._grown.parts(world):
            operated = self._carried_out(part, plan)
            if operated.status is not Status.OPTIMAL:
                return StrategyCost(operated.status.value)
            cost += operated.cost
            gave_way |= operated.gave_way
        return StrategyCost(Status.OPTIMAL.value, cost, gave_way)

    def _carried_out(self, part: OperatedPart, plan: HeldPlan) -> Operated:
        same = self._own and self._own._same_as(part)
        if self._own and same:
            return self._own._carried_out(same, plan)
        mark = _mark(plan, part.world)
        key = (id(part.world), part.rules, mark)
        if key not in self._operated:
            self._parts.setdefault(part.chain, []).append(part)
            program = self._grown.program(part)
            # from where the same plan ended in the model's own world, so that no answer hangs on the plan before it
            start = self._own._ends.get((part.chain, mark)) if self._own else None
            self._operated[key] = self._operator(part, program).operate(program, part.asked, plan, start)
            self._ends[part.chain, mark] = self._operated[key].ended
        return self._operated[key]

    def _same_as(self, part: OperatedPart) -> OperatedPart | None:
        """The part of this world that another world's is, number for number."""
        known = self._parts.get(part.chain, ())
        return next((mine for mine in known if mine.rules == part.rules and mine.world == part.world), None)

    def _operator(self, part: OperatedPart, program: LinearProgram) -> Operator:
        mine = self._operators.setdefault(part.chain, [])
        found = next((operator for world, operator in mine if world is part.world), None)
        if found is None:
            found = Operator(program)
            mine.append((part.world, found))
        return found


def _without_policies(world: World) -> World:
    return replace(world, strategy="", settings=world.settings.model_copy(update={"policies": Policies()}))


def _in_operation(world: World) -> Any:
    """Of what a strategy asks for, what binds in operation, and the target that this and the reserve read."""
    names = [policy.name for policy in POLICIES if policy.binds_in_operation or policy is RESERVE_DAYS]
    return Policies().model_copy(update={name: getattr(world.policies, name) for name in names})


def _rules(part: World) -> Rules:
    """What a strategy asks of a part in operation, in a form that can be compared."""
    days = (target_days(part, name) for name in part.materials)
    binding = tuple(repr(policy.asked(part)) for policy in POLICIES if policy.binds_in_operation)
    return (*(None if target is None else target.tobytes() for target in days), *binding)


def _mark(plan: HeldPlan, part: World) -> bytes:
    """A plan's numbers in a part, alike for plans that differ by rounding."""
    found = []
    for numbers, names in (
        (plan.contracts, part.contracts),
        (plan.builds, part.projects),
        (plan.stock, part.materials),
    ):
        for name in names:
            if name in numbers:
                values = numbers[name]
                scale = max(float(abs(values).max(initial=0.0)), 1e-300)
                found.append(np.round(values / scale * DIGITS).astype(np.int64).tobytes())
                found.append(f"{scale:.9g}".encode())
    return b"".join(found)
