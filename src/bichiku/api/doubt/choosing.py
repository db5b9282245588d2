"""Strategies that choose: their plan in the model's own world, or anew in each world."""

from __future__ import annotations

from dataclasses import dataclass

from bichiku.api.doubt.question import Answer, Question, StrategyCost
from bichiku.model.cost_lines import UNPAID
from bichiku.model.world import World
from bichiku.reading.model import Model
from bichiku.result.held_plan import HeldPlan
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import Clock, NoSolution, optimise
from bichiku.solving import Status
from bichiku.solving.certificate import certify


@dataclass(frozen=True)
class Planning:
    """Chooses the plan of a strategy in the model's own world."""

    model: Model

    def __call__(self, strategy: str) -> HeldPlan | Status:
        """The plan, or how the solve ended without one.

        Raises:
            ModelFaults: see `bichiku.result.pipeline.grow`.
        """
        try:
            return HeldPlan.of_outcome(_chosen(self.model[strategy]))
        except NoSolution as failure:
            return failure.status


@dataclass(frozen=True)
class Choosing:
    """Each strategy chooses anew in each world."""

    model: Model

    def __call__(self, asked: Question) -> Answer:
        """What each strategy asked for costs, under all of its limits.

        Raises:
            ModelFaults: the world cannot be.
        """
        model = asked.model(self.model)
        return asked.answered(lambda: {strategy: _cost_of(model[strategy]) for strategy in asked.strategies})


def _cost_of(world: World) -> StrategyCost:
    try:
        return StrategyCost(Status.OPTIMAL.value, _paid(_chosen(world)))
    except NoSolution as failure:
        return StrategyCost(failure.status.value)


def _chosen(world: World) -> Outcome:
    _, outcome, _ = optimise(world, Clock())
    if not certify(outcome.program, outcome.solution).holds:
        raise NoSolution(world.strategy, Status.ERROR)
    return outcome


def _paid(outcome: Outcome) -> float:
    """The objective without what nobody pays."""
    unpaid = [line for line in outcome.program.cost_lines if line.line in UNPAID]
    return outcome.solution.objective - sum(float(line.money.at(outcome.solution.x).sum()) for line in unpaid)
