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
from bichiku.policies.reserve_days import RESERVE_DAYS, target_days
from bichiku.program import LinearProgram
from bichiku.reading.model import Model
from bichiku.result.held_plan import HeldPlan
from bichiku.result.operation import Operated, Operator
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
    def key(self) -> tuple[str, Rules]:
        """The chain, and what is asked of it."""
        return min(self.world.materials), self.rules


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
    _chains: dict[tuple[str, Rules], _OwnChain] = field(default_factory=dict, init=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        # a solver cannot travel; the other end begins its own
        return {"model": self.model, "plans": self.plans, "_chains": {}}

    def __call__(self, asked: Question) -> Answer:
        """What each strategy asked for costs.

        Raises:
            ModelFaults: the world cannot be.
        """
        if not self._chains:
            self._begin()
        model = asked.model(self.model)
        world = _World(self._chains)
        with asked.named():
            return {strategy: world.found(model[strategy], self.plans[strategy]) for strategy in asked.strategies}

    def _begin(self) -> None:
        grown = _GrownWorld()
        for strategy in self.plans:
            for part in grown.parts(self.model[strategy]):
                if part.key not in self._chains:
                    program = grown.program(part)
                    self._chains[part.key] = _OwnChain(part.world, program, Operator(program))


@dataclass(frozen=True)
class _OwnChain:
    """A chain in the model's own world.

    Attributes:
        world: its part of it, without what a strategy asks for.
        program: its program of operation.
        operator: carries plans out in it.
        operated: what came of each plan.
    """

    world: World
    program: LinearProgram
    operator: Operator
    operated: dict[bytes, Operated] = field(default_factory=dict)


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
        builder = next((builder for world, builder in self._builders if world is part.world), None)
        if builder is None:
            builder = OperationBuilder(*grow_parts([part.world]))
            self._builders.append((part.world, builder))
        program = builder.build(part.asked)
        self._programs.append((part, program))
        return program


class _World:
    """One world, in which each plan of a chain is carried out once."""

    def __init__(self, own: Mapping[tuple[str, Rules], _OwnChain]) -> None:
        self._own = own
        self._grown = _GrownWorld()
        self._operated: dict[tuple[int, Rules, bytes], Operated] = {}

    def found(self, world: World, plan: HeldPlan) -> StrategyCost:
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
        own, mark = self._own.get(part.key), _mark(plan, part.world)
        if own is not None and own.world == part.world:
            if mark not in own.operated:
                own.operated[mark] = own.operator.operate(own.program, part.asked, plan)
            return own.operated[mark]
        key = (id(part.world), part.rules, mark)
        if key not in self._operated:
            program = self._grown.program(part)
            operator = Operator(program) if own is None else own.operator
            self._operated[key] = operator.operate(program, part.asked, plan)
        return self._operated[key]


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
