"""Worlds answered one after another against the same worlds carried out chain by chain, each from the start."""

from __future__ import annotations

import pytest

import bichiku
from bichiku.api.doubt.choosing import Planning
from bichiku.api.doubt.holding import Holding
from bichiku.api.doubt.question import Question
from bichiku.api.doubt.worlds import DRAW, settings_of
from bichiku.build.operation import OperationBuilder
from bichiku.model.chains import grow_chains
from bichiku.model.world import World
from bichiku.result.held_plan import HeldPlan
from bichiku.result.operation import Operator

STRATEGIES = ("today", "reserve-180")


def from_the_start(world: World, plan: HeldPlan) -> float:
    cost = 0.0
    for chain in grow_chains(world):
        program = OperationBuilder(chain).build(chain.world)
        cost += Operator(program).operate(program, chain.world, plan).cost
    return cost


def test_no_answer_hangs_on_where_its_solves_began() -> None:
    model = bichiku.read("models/tutorial")
    plans = {}
    for strategy in STRATEGIES:
        plan = Planning(model)(strategy)
        assert isinstance(plan, HeldPlan)
        plans[strategy] = plan
    groups = model.uncertain_groups()
    holding = Holding(model, plans)
    given_way = 0
    drawn = [setting for setting in settings_of(groups, 5, 5) if setting.kind == DRAW]
    for setting in drawn:
        asked = Question(setting.name, setting.assignments(groups), STRATEGIES)
        found, world = holding(asked), asked.model(model)
        for strategy in STRATEGIES:
            assert found[strategy].cost == pytest.approx(from_the_start(world[strategy], plans[strategy]), rel=1e-9)
            given_way += bool(found[strategy].gave_way)
    assert given_way  # worlds in which all plans are kept say half of it
