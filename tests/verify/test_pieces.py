"""Pieces of verify on small worlds, each with its arithmetic: states, rationing, emergencies, refill, survival."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bichiku.verification.facts import RunFacts
from bichiku.verification.hand_back import refill_of, shortage_loss
from bichiku.verification.limits import rationed
from bichiku.verification.states import States, emergencies, tree_and_states
from bichiku.verification.tree import Nodes, windows
from oracles.by_hand import description, read
from tests.verify.hand import along, bought, read_by_hand
from tests.verify.test_hand_worked import PLAN, _column

HALT: dict[str, Any] = {"onsets": [{"period": 2, "probability": 0.1}], "duration": 1, "recovery": 1}


def _states(periods: int, *, crisis: dict[str, Any] | None = None, **given: Any) -> tuple[Nodes, States]:
    if crisis is not None:
        given["crises"] = {"halt": HALT | crisis}
    return tree_and_states(read(description(periods, **given)))


def _at(nodes: Nodes, period: int, length: int | None) -> int:
    """The node of the plan (None), of the spine (0) or of an exit."""
    on_plan = nodes.onset == 0
    wanted = on_plan if length is None else ~on_plan & (nodes.length == length)
    (found,) = np.flatnonzero(wanted & (nodes.period == period))
    return int(found)


# How fully effects act


def test_two_events_that_follow_each_other_stop_a_year_wholly() -> None:
    def halt(since: str, to: str) -> dict[str, Any]:
        return {"from": since, "to": to, "effects": [{"countries": ["CHN"], "loss": 1.0}]}

    _, states = _states(2, events={"a": halt("2026-01", "2026-06"), "b": halt("2026-07", "2026-12")})
    assert states.export[:, 0].tolist() == [0.0, 1.0]


def test_losses_of_one_country_multiply_and_of_different_countries_add() -> None:
    origins = [
        {"supplier": "s", "country": "COD", "share": 0.5},
        {"supplier": "s", "country": "AUS", "share": 0.3},
    ]
    effects = [
        {"countries": ["COD"], "loss": 0.4},
        {"countries": ["COD", "AUS"], "loss": 0.5},
        {"suppliers": ["s"], "loss": 0.1},
    ]
    nodes, states = _states(3, crisis={"effects": effects}, tables={"origins": origins})
    # what is left: COD 0.6 x 0.5, AUS 0.5, its own country whole; the plant itself 0.9 of all that
    left = 0.9 * (0.5 * 0.6 * 0.5 + 0.3 * 0.5 + 0.2)
    assert states.export[_at(nodes, 2, 0), 0] == pytest.approx(left)
    assert states.export[_at(nodes, 3, 1), 0] == 1.0


def test_a_plant_that_is_hit_itself_is_not_hit_again_in_its_feed() -> None:
    origins = [{"supplier": "s", "country": "COD", "share": 0.5}]
    effects = [{"countries": ["CHN", "COD"], "loss": 0.5}]
    nodes, states = _states(3, crisis={"effects": effects}, tables={"origins": origins})
    assert states.export[_at(nodes, 2, 0), 0] == 0.5


def test_a_loss_of_feed_comes_later_and_goes_on_after_the_exit() -> None:
    origins = [{"supplier": "s", "country": "COD", "share": 0.5, "lag_periods": 2}]
    crisis = {"duration": {1: 0.5, 2: 0.5}, "recovery": 3, "effects": [{"countries": ["COD"], "loss": 1.0}]}
    nodes, states = _states(8, crisis=crisis, tables={"origins": origins})
    spine = [states.export[_at(nodes, t, 0), 0] for t in (2, 3)]
    short = [states.export[_at(nodes, t, 1), 0] for t in (3, 4, 5)]
    long = [states.export[_at(nodes, t, 2), 0] for t in (4, 5, 6)]
    assert (spine, short, long) == ([1, 1], [1, 0.5, 1], [0.5, 0.5, 1])


def test_fading_runs_from_its_own_end() -> None:
    effect = {"countries": ["CHN"], "loss": 1.0, "return_over": 2}
    crisis = {"duration": {1: 0.5, 3: 0.5}, "recovery": 2}
    nodes, states = _states(8, crisis=crisis | {"effects": [effect]})
    assert [states.export[_at(nodes, t, 0), 0] for t in (2, 3, 4)] == [0, 0, 0]
    assert [states.export[_at(nodes, t, 1), 0] for t in (3, 4)] == [0.25, 0.75]
    assert [states.export[_at(nodes, t, 3), 0] for t in (5, 6)] == [0.25, 0.75]
    nodes, states = _states(8, crisis=crisis | {"effects": [effect | {"duration": 1}]})  # over on the spine as well
    assert [states.export[_at(nodes, t, 0), 0] for t in (2, 3, 4)] == [0, 0.25, 0.75]


def test_an_effect_whose_start_is_not_reached_never_acts() -> None:
    effect = {"countries": ["CHN"], "loss": 1.0, "start": 1, "return_over": 1}
    nodes, states = _states(8, crisis={"duration": {1: 0.5, 2: 0.5}, "recovery": 2, "effects": [effect]})
    assert [states.export[_at(nodes, t, 1), 0] for t in (3, 4)] == [1, 1]
    assert [states.export[_at(nodes, t, 0), 0] for t in (2, 3)] == [1, 0]
    assert [states.export[_at(nodes, t, 2), 0] for t in (4, 5)] == [0.5, 1]


def test_a_month_has_the_demand_of_its_own_year() -> None:
    demand = [
        {"material": "m", "year": year, "tonnes": tonnes} for year, tonnes in [(2026, 120), (2027, 240), (2028, 0)]
    ]
    event = {"from": "2027-01", "to": "2027-01", "effects": [{"materials": ["m"], "demand_factor": 1.5}]}
    _, states = _states(1, start="2026-11", tables={"demand": demand}, events={"boom": event})
    assert states.demand[0, 0] == pytest.approx(2 * 10 + 30 + 9 * 20)


@pytest.mark.parametrize(
    ("effect", "factors"),
    [
        ({"countries": ["CHN"]}, (2, 1)),
        ({"suppliers": ["b"]}, (1, 2)),
        ({"routes": ["strait"]}, (1, 2)),
        ({"countries": ["CHN"], "market": True}, (2, 2)),
        ({"materials": ["m"]}, (2, 2)),
        ({"all": True}, (2, 2)),
        ({"countries": ["AUS"]}, (1, 1)),  # the feed of b is mined there: its own country counts
    ],
)
def test_whose_prices_an_effect_moves(effect: dict[str, Any], factors: tuple[float, float]) -> None:
    suppliers = [{}, {"supplier": "b", "country": "COD", "route": "strait"}]
    origins = [{"supplier": "b", "country": "AUS", "share": 1.0}]
    event = {"from": "2026-01", "to": "2026-12", "effects": [effect | {"price_factor": 2.0}]}
    _, states = _states(2, suppliers=suppliers, tables={"origins": origins}, events={"spike": event})
    order = [1, 0]  # b before s
    assert states.price[0, order].tolist() == list(factors)
    assert states.price[1].tolist() == [1, 1]


# Rationing


def test_what_is_left_of_a_partly_stopped_source_is_shared() -> None:
    origins = [{"supplier": "s", "country": "COD", "share": 0.25}]
    crisis = {"onsets": [{"period": 3, "probability": 0.1}], "effects": [{"countries": ["COD"], "loss": 0.6}]}
    world = read(description(4, tables={"origins": origins}, crises={"halt": HALT | crisis}))
    plan = bought(PLAN, 1, "m", "s", [100, 80, 120, 100])
    facts, _ = read_by_hand(world, plan)
    limit = rationed(world, facts.nodes, facts.states, facts.flows, 0)
    # unhit feed at capacity, and of the hit quarter 0.4 of what the plan shipped in the year before the onset
    assert limit[_at(facts.nodes, 3, 0)] == pytest.approx(0.75 * 1000 + 0.25 * 0.4 * 80)
    assert math.isinf(limit[_at(facts.nodes, 4, 1)])


def test_before_the_start_a_source_shipped_its_capacity() -> None:
    crisis = {"onsets": [{"period": 3, "probability": 0.1}], "effects": [{"countries": ["CHN"], "loss": 0.5}]}
    world = read(description(5, resolution="quarter", crises={"halt": HALT | crisis}))
    facts, _ = read_by_hand(world, bought(PLAN, 1, "m", "s", [10, 30, 50, 0, 0]))
    limit = rationed(world, facts.nodes, facts.states, facts.flows, 0)
    assert limit[_at(facts.nodes, 3, 0)] == pytest.approx(0.5 * (250 + 250 + 10 + 30) / 4)


def test_a_loss_on_the_route_hits_all_and_is_counted_on_arrival() -> None:
    suppliers = [{"route": "strait"}]
    crisis = {"effects": [{"routes": ["strait"], "loss": 0.5}]}
    world = read(description(3, suppliers=suppliers, crises={"halt": HALT | crisis}))
    facts, _ = read_by_hand(world, bought(PLAN, 1, "m", "s", [70, 100, 100]))
    node = _at(facts.nodes, 2, 0)
    assert (facts.states.export[node, 0], facts.states.route[node, 0]) == (1.0, 0.5)
    assert rationed(world, facts.nodes, facts.states, facts.flows, 0)[node] == pytest.approx(70)


# Emergencies


CHAIN: dict[str, Any] = {
    "materials": [{"material": name, "reference_price": price, "haircut": 1, **more} for name, price, more in [
        ("ore", 5, {}), ("metal", 10, {"shortage_cost": 120}), ("magnet", 40, {"shortage_cost": 900}),
        ("scrap", 3, {}),
    ]],
    "demand": [{"material": m, "year": y, "tonnes": 100} for m in ("metal", "magnet") for y in range(2026, 2031)],
    "suppliers": [
        {"supplier": "ore-a", "material": "ore", "country": "AUS", "capacity_t": 900, "price": 5},
        {"supplier": "metal-c", "material": "metal", "country": "CHN", "capacity_t": 500, "price": 10},
        {"supplier": "magnet-k", "material": "magnet", "country": "KOR", "capacity_t": 500, "price": 40},
        {"supplier": "scrap-d", "material": "scrap", "country": "DEU", "capacity_t": 0, "price": 3},
    ],
    "projects": [
        {"project": "smelter", "material": "metal", "country": "JPN", "kind": "refinery", "existing_t": 60,
         "input_material": "ore", "input_per_output": 2.0},
        {"project": "remelting", "material": "metal", "country": "JPN", "kind": "recycling", "existing_t": 10,
         "input_material": "scrap", "input_per_output": 1.5},
        {"project": "works", "material": "magnet", "country": "JPN", "kind": "refinery", "existing_t": 20,
         "input_material": "metal", "input_per_output": 3.0},
    ],
}  # fmt: skip


def _in_emergency(effect: dict[str, Any]) -> list[set[str]]:
    """Materials in an emergency at onset, one period later on the spine, and in the recovery."""
    crisis = HALT | {"duration": 2, "recovery": 1, "effects": [effect]}
    world = read(description(5, tables=CHAIN, crises={"halt": crisis}))
    nodes, states = tree_and_states(world)
    found = emergencies(world, nodes, states)
    names = np.array(list(world.materials))
    assert not found[nodes.onset == 0].any()
    return [set(names[found[_at(nodes, t, length)]]) for t, length in [(2, 0), (3, 0), (4, 2)]]


@pytest.mark.parametrize(
    ("effect", "materials"),
    [
        ({"countries": ["AUS"], "loss": 0.1}, {"ore", "metal", "magnet"}),  # down the chain, and not to the other feed
        ({"countries": ["KOR"], "loss": 1.0}, {"ore", "metal", "magnet", "scrap"}),  # up the chain, all of it
        ({"materials": ["metal"], "demand_factor": 1.2}, {"ore", "metal", "magnet", "scrap"}),
        ({"materials": ["metal"], "demand_factor": 0.8}, set()),
        ({"all": True, "price_factor": 3.0}, set()),
        ({"countries": ["DEU"], "loss": 1.0}, set()),  # it has no capacity
    ],
)
def test_who_is_in_an_emergency(effect: dict[str, Any], materials: set[str]) -> None:
    assert _in_emergency(effect) == [materials] * 3


def test_an_emergency_begins_when_the_effect_does_and_lasts_to_the_end() -> None:
    late = {"countries": ["KOR"], "loss": 1.0, "start": 1, "duration": 1}
    everything = {"ore", "metal", "magnet", "scrap"}
    assert _in_emergency(late) == [set(), everything, everything]


def test_what_the_plan_holds_is_not_sold_into_a_price_spike() -> None:
    crisis = HALT | {"effects": [{"all": True, "price_factor": 3.0}]}
    world = read(description(4, crises={"spike": crisis}))
    plan = bought(PLAN, 1, "m", "s", [150, 100, 100, 50]) + along(PLAN, 1, "m", "stock", [50, 50, 50, 0])
    spine, after = ("spike", 2, 0), ("spike", 2, 1)
    kept = bought(spine, 2, "m", "s", [100]) + along(spine, 2, "m", "stock", [50])
    ends = bought(after, 3, "m", "s", [100]) + along(after, 3, "m", "stock", [50])
    assert read_by_hand(world, [*plan, *kept, *ends])[1].findings == []
    sold = bought(spine, 2, "m", "s", [50])
    bought_back = bought(after, 3, "m", "s", [150]) + along(after, 3, "m", "stock", [50])
    _, ledger = read_by_hand(world, [*plan, *sold, *bought_back])
    assert {finding.rule for finding in ledger.findings} == {"flows.reserve_kept"}


# Hand-back


def test_two_steps_of_refill() -> None:
    crisis = HALT | {"effects": [{"countries": ["CHN"], "loss": 1.0, "price_factor": 2.0, "return_over": 1}]}
    suppliers = [{"capacity_t": 130, "price": 10, "freight": 1, "tariff_rate": 0.1}]
    model: dict[str, Any] = {"discount_rate": 0.05, "refill_periods": 2}
    world = read(description(5, suppliers=suppliers, crises={"halt": crisis}, **model))
    nodes, states = tree_and_states(world)
    refill = refill_of(world, nodes, states, emergencies(world, nodes, states))
    assert nodes.period[refill.ends].tolist() == [3]
    assert refill.likely.tolist() == [0.1]
    assert refill.spare[0, 0] == pytest.approx(2 * 30)
    first = 10 * 1.5 * 1.1 + 1  # the price factor has fallen half the way back
    rate = 0.1 / 5  # one listed onset in five years
    scarce = first + (1 - math.exp(-rate * 2)) * 100
    now = 1.05**-2
    assert refill.cost[0, 0] == pytest.approx(first * now)
    assert refill.cost_scarce[0, 0] == pytest.approx(scarce * now)
    assert refill.dear[0, 0] == pytest.approx((first - 10) * now)
    assert refill.dear_scarce[0, 0] == pytest.approx((scarce - 10) * now)


def test_at_the_horizon_what_is_missing_is_not_credited() -> None:
    crisis = HALT | {"recovery": "to-end", "effects": [{"countries": ["CHN"], "loss": 1.0}]}
    material = {"haircut": 0.2, "reference_price": 12}
    given: dict[str, Any] = {"material": material, "suppliers": [{"price": 15}], "discount_rate": 0.05}
    world = read(description(3, crises={"halt": crisis}, **given))
    nodes, states = tree_and_states(world)
    refill = refill_of(world, nodes, states, emergencies(world, nodes, states))
    expected = 0.8 * (15 * 1.05**-2 - 12 * 1.05**-3)
    assert refill.cost[0, 0] == pytest.approx(expected)
    assert refill.dear[0, 0] == pytest.approx(expected)


def test_the_dearest_tonne_is_never_dearer_than_a_shortage() -> None:
    crisis = HALT | {"onsets": None, "annual_probability": 0.99, "onset_every": 1}
    crisis |= {"effects": [{"countries": ["CHN"], "loss": 1.0}]}
    world = read(description(3, crises={"halt": {k: v for k, v in crisis.items() if v is not None}}))
    nodes, states = tree_and_states(world)
    refill = refill_of(world, nodes, states, emergencies(world, nodes, states))
    # 10 + 0.99 x 100 is more than 100
    middle = nodes.period[refill.ends] == 2
    assert refill.cost_scarce[middle, 0] == pytest.approx(100)


def test_what_a_tonne_of_feed_is_worth() -> None:
    world = read(description(5, tables=CHAIN))
    found = dict(zip(world.materials, shortage_loss(world), strict=True))
    # metal has its own shortage cost, whatever is made of it
    assert found == pytest.approx({"ore": 120 / 2.0, "metal": 120, "magnet": 900, "scrap": 120 / 1.5})


# Windows


def test_windows_count_from_that_of_the_first_onset() -> None:
    crisis = {"annual_probability": 0.2, "onset_every": 4, "first_onset": 7, "duration": 1, "recovery": 0,
              "effects": [{"countries": ["CHN"], "loss": 1.0}]}  # fmt: skip
    world = read(description(13, resolution="quarter", crises={"halt": crisis}))
    found = list(windows(world, world.settings.crises["halt"]))
    # quarters 5-8, 9-12 and 13; the third quarter of each, and the last where the horizon cuts before it
    assert [(window.onset, window.years) for window in found] == [(7, 1.0), (11, 1.0), (13, 0.25)]
    assert [window.probability for window in found] == pytest.approx([0.2, 0.2, 1 - 0.8**0.25])


# Time to survive: three suppliers of one part, two products of one part each (a published teaching case)


PRODUCTS: dict[str, Any] = {
    "materials": [
        {"material": "part", "reference_price": 1, "haircut": 1},
        {"material": "p1", "reference_price": 1, "haircut": 1, "shortage_cost": 5000, "opening_stock_t": 20},
        {"material": "p2", "reference_price": 1, "haircut": 1, "shortage_cost": 6500, "opening_stock_t": 25},
    ],
    "demand": [{"material": m, "year": y, "tonnes": t} for m, t in (("p1", 75), ("p2", 50)) for y in (2026, 2027)],
    "suppliers": [
        {"supplier": f"s{i}", "material": "part", "country": c, "capacity_t": t, "price": 1}
        for i, (c, t) in enumerate([("AUS", 30), ("CHN", 45), ("COD", 60)], start=1)
    ],
    "projects": [
        {"project": f"make-{p}", "material": p, "country": "JPN", "kind": "refinery", "existing_t": 200,
         "input_material": "part", "input_per_output": 1.0}
        for p in ("p1", "p2")
    ],
}  # fmt: skip


def _survived(country: str, parts: float, made: dict[str, list[float]], short: dict[str, list[float]]) -> list[float]:
    """Years that both products survive, from a crisis that begins at once and lasts two years."""
    crisis = {"onsets": [{"period": 1, "probability": 0.1}], "duration": 2, "recovery": 0,
              "effects": [{"countries": [country], "loss": 1.0}]}  # fmt: skip
    world = read(description(2, tables=PRODUCTS, crises={"out": crisis}))
    node, opening = ("out", 1, 0), {"p1": 20, "p2": 25}
    needs = {"p1": 75, "p2": 50}
    flows = []
    for product, tonnes in made.items():
        flows += along(node, 1, product, "produced", tonnes, f"make-{product}")
        flows += along(node, 1, product, "arrived", tonnes, f"make-{product}")
        flows += along(node, 1, product, "short", short[product])
        stock, held = opening[product], []
        for tonne, lacking in zip(tonnes, short[product], strict=True):
            stock += tonne + lacking - needs[product]
            held.append(stock)
        flows += along(node, 1, product, "stock", held)
    assert sum(tonnes[0] for tonnes in made.values()) == parts
    facts, _ = read_by_hand(world, flows)
    days = _column(facts, "time_to_survive_days")
    return [days["out", 1, 2, product] / 365 for product in ("p1", "p2")]


def test_published_times_to_survive() -> None:
    # 75 parts against 125: 45 of stock bear 45 of the 50 that are missing
    third = _survived("COD", 75, {"p1": [50, 25], "p2": [25, 50]}, {"p1": [5, 50], "p2": [0, 0]})
    assert third == pytest.approx([0.9, 0.9])
    # 90 against 125: 35 of stock in the first year, 10 of the 35 that are missing in the second
    second = _survived("CHN", 90, {"p1": [65, 40], "p2": [25, 50]}, {"p1": [0, 25], "p2": [0, 0]})
    assert second == pytest.approx([1 + 10 / 35] * 2, rel=1e-12)
    # 105 against 125: 40 of 45 are used in two years
    first = _survived("AUS", 105, {"p1": [75, 60], "p2": [30, 45]}, {"p1": [0, 0], "p2": [0, 0]})
    assert all(math.isnan(years) for years in first)


# Cover


def test_use_counts_feed() -> None:
    world = read(description(1, tables=CHAIN))
    facts: RunFacts = read_by_hand(world, along(PLAN, 1, "metal", "produced", [50], "smelter"))[0]
    ore, metal = (list(world.materials).index(name) for name in ("ore", "metal"))
    assert facts.use[0, ore] == 100  # two tonnes of ore for each of metal
    assert facts.use[0, metal] == pytest.approx(100)  # demand, and nothing for the works, which stand still
