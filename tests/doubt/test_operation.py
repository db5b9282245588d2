"""A plan that is carried out: what is held, and what gives where it cannot be. For the world see `oracles.by_hand`."""

from __future__ import annotations

import math

import pytest

import bichiku
from bichiku.build.operation import OperationBuilder
from bichiku.model.chains import grow_chains
from bichiku.model.world import World
from bichiku.result.held_plan import HeldPlan
from bichiku.result.operation import Operated, Operator
from bichiku.result.pipeline import run_strategy
from oracles.by_hand import SPOT, halt, small_world
from tests.doubt.cases import cost_of_none, difference, model

# what a tonne beyond the spare ones costs above its price, with one onset of 0.02 in two years: (1 - exp(-0.01)) · 100
SCARCE = -100 * math.expm1(-0.01)


def plan_of(world: World) -> HeldPlan:
    return HeldPlan.of(run_strategy(world, prices=False))


def carried_out(world: World, plan: HeldPlan) -> Operated:
    """In a world of one chain."""
    (chain,) = grow_chains(world)
    program = OperationBuilder(chain).build(chain.world)
    return Operator(program).operate(program, chain.world, plan)


@pytest.mark.parametrize("strategy", ["today", "reserve-180"])
def test_in_the_world_it_was_chosen_in_a_plan_costs_what_it_cost(strategy: str) -> None:
    world = bichiku.read("models/tutorial")[strategy]
    run = run_strategy(world, prices=False)
    found = []
    for chain in grow_chains(world):
        program = OperationBuilder(chain).build(chain.world)
        found.append(Operator(program).operate(program, chain.world, HeldPlan.of(run)))
    assert sum(operated.cost for operated in found) == pytest.approx(run.outcome.solution.objective, rel=1e-9)
    assert not any(operated.gave_way for operated in found)


def test_limits_of_the_strategy_do_not_bind_in_operation() -> None:
    cap = {"share_caps": [{"group": ["CHN"], "max": 0.5}]}
    suppliers = [{}, {"supplier": "a", "country": "AUS", "price": 30}]
    world = small_world(1, suppliers=suppliers, policies=cap)
    # chosen: 50 t at 10 and 50 at 30; carried out: 100 at 10
    assert run_strategy(world, prices=False).outcome.solution.objective == pytest.approx(2000)
    assert carried_out(world, plan_of(world)).cost == pytest.approx(1000)


def test_what_is_released_by_order_stays_in_operation() -> None:
    policies = {"reserve_days": 73, "reserve_ceiling": "target", "release": {"share": 1.0, "after": 1}}
    world = model(strategies={"hold": {"policies": policies}, "none": {}}, ranges=[])["hold"]
    # nothing of the 20 t may be used in the year of the halt: all 100 t are short, and 20 t have their value at the end
    kept = 1200 + 50 + 0.98 * (1000 + 100 - 200) + 0.02 * (10_000 + 100 - 200)
    assert carried_out(world, plan_of(world)).cost == pytest.approx(kept)


def test_a_stock_is_held_at_the_price_of_a_shortage() -> None:
    own = model()["hold"]
    world = own.changed({"suppliers[s].capacity_t": 110})
    # 110 t come in the first year, where 120 are asked for: 10 t are short, at 100 instead of 10. After the halt only
    # 10 of the plan's 20 t can be bought back from the spare tonnes of a year
    found = carried_out(world, plan_of(own))
    assert found.cost == pytest.approx(cost_of_none() + difference() + 10 * 90 + 0.02 * 10 * SCARCE)
    assert not found.gave_way


def test_a_stock_that_cannot_be_had_is_as_near_as_can_be() -> None:
    own = model()["hold"]
    world = own.changed({"suppliers[s].capacity_t": 15})
    found = carried_out(world, plan_of(own))
    assert found.gave_way == pytest.approx({"stock m": -5})
    # all 15 t of the first year are stored; in the second 5 more, and 10 are used. The halt uses the 15, and nothing of
    # the plan's 20 t can be bought back from spare tonnes
    first = 15 * 10 + 100 * 100 + 5 * 7.5
    calm = 15 * 10 + 90 * 100 + 5 * 17.5 - 20 * 10
    halt = 85 * 100 + 5 * 7.5 + 20 * SCARCE
    assert found.cost == pytest.approx(first + 0.98 * calm + 0.02 * halt, rel=1e-6)


def test_what_is_near_does_not_hang_on_the_size_of_a_stock() -> None:
    own = model(demand=1e6, suppliers=[{"capacity_t": 1e7}])["hold"]
    found = carried_out(own.changed({"suppliers[s].capacity_t": 1.5e5}), plan_of(own))
    assert found.gave_way == pytest.approx({"stock m": -5e4})


@pytest.mark.parametrize(
    ("change", "gave_way"),
    [
        ({"suppliers[c].capacity_t": 30}, {"contract c": -10}),
        ({"suppliers[c].minimum_t": 40, "suppliers[c].capacity_t": 40}, {}),
        ({"projects[p].max_build_t": 5}, {"build p": -15}),
        ({"materials[m].storage_limit_t": 12}, {"stock m": -8}),
    ],
)
def test_a_limit_of_the_world_leaves_what_it_leaves(change: dict[str, float], gave_way: dict[str, float]) -> None:
    signed = {"supplier": "c", "kind": "contract", "country": "AUS", "capacity_t": 40, "price": 8}
    plant = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "max_build_t": 20}
    tables = {"projects": [plant | {"capex": 1, "running_cost": 1, "fixed_cost": 0}]}
    own = small_world(2, suppliers=[SPOT, signed], tables=tables, policies={"reserve_days": 73})
    assert carried_out(own.changed(change), plan_of(own)).gave_way == pytest.approx(gave_way)


def test_where_a_plan_begins_changes_nothing_of_what_it_costs() -> None:
    own = model()["hold"]
    plan, other = plan_of(own), plan_of(model()["none"])
    (chain,) = grow_chains(own)
    (dear,) = grow_chains(own.changed({"materials[m].shortage_cost": 200.0}))
    first, second = (OperationBuilder(each).build(each.world) for each in (chain, dear))
    start = Operator(first).operate(first, chain.world, plan).ended
    after = Operator(second)
    starts = ((plan, start), (other, None), (plan, None))
    found = [after.operate(second, dear.world, each, begin).cost for each, begin in starts]
    paper = [cost_of_none(s=200) + difference(s=200), cost_of_none(s=200), cost_of_none(s=200) + difference(s=200)]
    assert found == pytest.approx(paper)


def test_a_program_for_another_target_is_the_one_that_is_built_for_it() -> None:
    dear = {"dear": halt(2, 0.1, effects=[{"all": True, "price_factor": 2}])["halt"]}
    flat, rising, none = (
        small_world(2, crises=dear, policies=policies)
        for policies in ({"reserve_days": 73}, {"reserve_days": {"2026-12": 20, "2027-12": 73}}, {})
    )
    (chain,) = grow_chains(flat)
    builder = OperationBuilder(chain)
    first, second, third = (builder.build(grow_chains(world)[0].world) for world in (flat, rising, none))
    assert not second.equals(first)  # a build-up of 53 days may pause while all is dear
    for world, found in ((rising, second), (none, third)):
        (own,) = grow_chains(world)
        assert found.equals(OperationBuilder(own).build(own.world))
