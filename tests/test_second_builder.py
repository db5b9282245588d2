"""The second builder's plan and branches on cases small enough for paper; each test carries its arithmetic.

For the world that tests change see `oracles.by_hand`.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from oracles.by_hand import halt, small_world
from oracles.second_builder import second_objective, second_program
from oracles.second_program import SecondProgram
from oracles.second_tree import Future, Node, SecondTree


def _level(program: SecondProgram, x: Any, *column: Any) -> float:
    return float(x[program.columns[column]])


def _plan(period: int, chain: str = "m") -> Node:
    return Node(chain, None, 0, 0, period)


def _path(tree: SecondTree, crisis: str, onset: int, length: int = 1) -> list[Node]:
    return tree.paths["m", Future(crisis, onset, length)]


# The plan


@pytest.mark.parametrize(("rate", "expected"), [(0.0, 2000.0), (0.25, 1800.0)])
def test_two_calm_years(rate: float, expected: float) -> None:
    # 100 t at 10 each year; at 25 % the second year costs 1000 / 1.25 = 800.
    assert second_objective(small_world(discount_rate=rate)) == pytest.approx(expected)


def test_lead_time_and_goods_under_way() -> None:
    # Year 1: 20 in stock and 30 under way meet 50 of 100, the rest is short: 50 * 100 = 5000; the goods under way
    # are paid on arrival: 30 * (10 + 1 freight + 1 tariff) = 360. Year 2: 100 shipped in year 1, 100 * 12 = 1200.
    supplier = {"lead_periods": 1, "in_transit_t": 30, "freight": 1, "tariff_rate": 0.1}
    world = small_world(material={"opening_stock_t": 20}, suppliers=[supplier])
    assert second_objective(world) == pytest.approx(5000 + 360 + 1200)
    # The last year's shipment would arrive after the horizon.
    assert ("ship", "s", _plan(2)) not in second_program(world).columns


def test_opening_stock_is_kept_lossy_and_pays_half_of_its_holding() -> None:
    # 100 in stock, half lost in the first year: 50 left, 50 bought: 500. The second year buys 100: 1000.
    # Holding at 20 % of 10 = 2 a tonne and year, on the mean of 100 and 0: 100. Altogether 1600.
    world = small_world(material={"opening_stock_t": 100, "loss_rate": 0.5, "storage_cost_rate": 0.2})
    assert second_objective(world) == pytest.approx(1600)
    assert second_program(world).constant == pytest.approx(100)


def test_a_reserve_at_par_costs_nothing_to_carry() -> None:
    # Bought and valued at 10, without storage cost, discounting or haircut: only the 200 t used are paid.
    world = small_world(material={"haircut": 0}, policies={"reserve_days": 73})
    program = second_program(world)
    value, x = program.solve()
    assert value == pytest.approx(2000)
    # 73 days of 100 t a year are 20 t.
    assert _level(program, x, "stock", "m", _plan(2)) >= 20 - 1e-6


def test_a_contract_is_paid_as_delivered() -> None:
    # An event takes half of all exports through 2026 and doubles spot prices; the contract at 10 delivers
    # 60 * 1/2 = 30 and 60. Spot at 12, then doubled to 24: 70 * 24 and 40 * 12. 300 + 1680 + 600 + 480 = 3060.
    contract = {"supplier": "c", "kind": "contract", "material": "m", "country": "AUS", "capacity_t": 60, "price": 10}
    spot = {"supplier": "s", "kind": "spot", "material": "m", "country": "CHN", "capacity_t": 1000, "price": 12}
    halving = {"from": "2026-01", "to": "2026-12", "effects": [{"all": True, "loss": 0.5, "price_factor": 2.0}]}
    world = small_world(tables={"suppliers": [contract, spot]}, events={"quota": halving})
    # Haircut 1 and free storage: buying 40 t ahead at 24 to spare 12 never pays.
    assert second_objective(world) == pytest.approx(3060)


def test_a_project_is_built_fed_and_subsidised() -> None:
    # No supplier of m but a recycler: 1 t of scrap at 2 makes half a tonne, running 1, so m costs 2 * 2 + 1 = 5.
    # It is usable after one year: year 1 is short (100 * 100 = 10000), year 2 costs 500.
    # Capex 3 * 100 = 300, of which a third is subsidy: 200. Altogether 10700.
    project = {
        "project": "p",
        "material": "m",
        "country": "JPN",
        "kind": "recycling",
        "max_build_t": 500,
        "capex": 3,
        "fixed_cost": 0,
    }
    project |= {"subsidy_rate": 1 / 3, "running_cost": 1, "build_periods": 1}
    project |= {"input_material": "scrap", "input_per_output": 2}
    tables = {
        "materials": [
            {"material": "m", "reference_price": 10, "haircut": 1, "shortage_cost": 100},
            {"material": "scrap", "reference_price": 2, "haircut": 1, "shortage_cost": 0},
        ],
        "suppliers": [{"supplier": "s", "material": "scrap", "country": "CHN", "capacity_t": 1000, "price": 2}],
        "projects": [project],
    }
    program = second_program(small_world(tables=tables))
    value, x = program.solve()
    assert value == pytest.approx(10700)
    assert program.value("subsidy", x) == pytest.approx(-100)


# Crises


@pytest.mark.parametrize(("probability", "reserve", "expected"), [(0.1, 100.0, 2500.0), (0.05, 0.0, 2450.0)])
def test_newsvendor_reserve(probability: float, reserve: float, expected: float) -> None:
    # Two-stage: all exports halt in year 2 with probability p. A tonne put by in year 1 costs 10 and, at a storage
    # rate of 50 %, half of 5 in each year: 15. In year 2 it spares 10 with 1 - p and 100 with p: 10 + 90 p.
    # So hold all 100 t if 90 p > 5. p = 0.1: 2000 + 500 = 2500. p = 0.05: 1000 + 0.95 * 1000 + 0.05 * 10000 = 2450.
    world = small_world(material={"storage_cost_rate": 0.5}, crises=halt(2, probability))
    program = second_program(world)
    value, x = program.solve()
    assert value == pytest.approx(expected)
    assert _level(program, x, "stock", "m", _plan(1)) == pytest.approx(reserve, abs=1e-6)


def test_a_branch_hands_back_the_plans_stock() -> None:
    # Half of all exports stop in year 2, the branch ends with it, and the plan must hold 73 days = 20 t in each of
    # three years. Supply is Japanese, so not rationed, and at most 150 a year: 75 in the branch, plus 20 released
    # leaves 5 short if the gap of 20 is bought: 20 * 10. Or keep 20 and be 25 short: dearer. Buying 25 t ahead in
    # year 1 costs nothing extra in the plan, so the branch (probability 1/2) is never short, and opens at 45:
    # 45 + 75 - 100 = 20 is handed back.
    # Plan: 120 + 25 at 10 = 1450; year 2: plan 75 t * 10 * 1/2 and branch 75 * 10 * 1/2 = 750; year 3: 1000. 3200.
    half = [{"all": True, "loss": 0.5}]
    common = {
        "periods": 3,
        "policies": {"reserve_days": 73},
        "crises": halt(2, 0.5, recovery=0, effects=half),
    }
    world = small_world(suppliers=[{"country": "JPN", "capacity_t": 150}], **common)
    assert second_objective(world) == pytest.approx(3200)
    # With 120 t a year nothing can be put by in year 1 (100 + 20 reserve). In the branch 60 arrive, 20 are released,
    # 20 are short and the gap of 20, as much as is spare in year 3, is bought at 10: 2000 + 200; or keep the 20 and be
    # 40 short: 4000.
    # Year 1 1200; year 2 plan 1000 / 2, branch (600 + 2000 + 200) / 2 = 1400; year 3 1000. Altogether 4100.
    world = small_world(suppliers=[{"country": "JPN", "capacity_t": 120}], **common)
    program = second_program(world)
    value, x = program.solve()
    assert value == pytest.approx(4100)
    assert _level(program, x, "gap", "m", _path(program.tree, "halt", 2)[-1]) == pytest.approx(20)
    # With 110 t a year and the 20 t there at the start, 10 are put by in year 1 (1100). In the branch 55 arrive, 30
    # are used and 15 are short; of the gap of 20 only 10 are spare, the others cost 10 + (1 - exp(-Λ)) * 100 with
    # Λ = 0.5 in three years. Year 2: plan 900 / 2, branch (550 + 1500 + 100 + 10 p2) / 2; year 3 1000.
    scarce = 10 + 100 * (1 - math.exp(-0.5 / 3))
    material = {"opening_stock_t": 20}
    world = small_world(material=material, suppliers=[{"country": "JPN", "capacity_t": 110}], **common)
    assert second_objective(world) == pytest.approx(1100 + 450 + (2150 + 10 * scarce) / 2 + 1000)


def test_at_the_horizon_a_missing_tonne_costs_what_it_is_dearer_than_its_credit() -> None:
    # 20 t must be held at the end of year 2, a year after which they are worth half of 10 / 1.25. A halt in year 2
    # leaves 20 of 100 t; the stock is used up and bought back at 12, as much as is spare in a year: half of
    # 12 / 1.25 - 10 / 1.25² each.
    policies = {"reserve_days": {"2026-12": 0, "2027-12": 73}}
    world = small_world(
        material={"haircut": 0.5, "storage_cost_rate": 100},
        suppliers=[{"price": 12}],
        policies=policies,
        crises=halt(2, 0.5),
        discount_rate=0.25,
    )
    program = second_program(world)
    _, x = program.solve()
    assert program.value("gap", x) == pytest.approx(0.5 * 20 * 0.5 * (12 / 1.25 - 10 / 1.25**2))


def test_a_partly_stopped_supplier_is_not_ours_alone() -> None:
    # Of 1000 t a year 95 % stop: a twentieth of the 100 t bought in the year before arrive, not 50 t.
    # Year 1 1000, then 95 short and 5 bought: 9550.
    loss = [{"all": True, "loss": 0.95}]
    material = {"storage_cost_rate": 100}
    world = small_world(material=material, crises=halt(2, 1.0, effects=loss))
    assert second_objective(world) == pytest.approx(1000 + 9550)
    # At home 50 t arrive; at the onset in year 1 the year before counts as capacity: 50 t as well.
    home = small_world(material=material, suppliers=[{"country": "JPN"}], crises=halt(2, 1.0, effects=loss))
    assert second_objective(home) == pytest.approx(1000 + 5500)
    first = small_world(material=material, periods=1, crises=halt(1, 1.0, effects=loss))
    assert second_objective(first) == pytest.approx(5500)
    # A tenth of the feed is lost: nine tenths of the capacity are free for all.
    feed = {"origins": [{"supplier": "s", "country": "COD", "share": 0.1}]}
    loss = [{"countries": ["COD"], "loss": 1.0}]
    world = small_world(material=material, tables=feed, crises=halt(2, 1.0, effects=loss))
    assert second_objective(world) == pytest.approx(2000)
    # Half the ships of a closed route arrive, of the 100 t that are ours: 50 short.
    route = {"route": "strait"}
    loss = [{"routes": ["strait"], "loss": 0.5}]
    world = small_world(material=material, suppliers=[route], crises=halt(2, 1.0, effects=loss))
    assert second_objective(world) == pytest.approx(1000 + 500 + 5000)


def test_the_reserve_is_not_sold_into_a_price_spike() -> None:
    # Prices treble in year 2; the 20 t in reserve stay, and 100 t are bought at 30. The target rises to 40 t on the
    # plan; the build-up pauses: the branch holds 20 and hands 20 less back, at the horizon for nothing.
    policies = {"reserve_days": {"2026-12": 73, "2027-12": 146}}
    spike = halt(2, 1.0, effects=[{"all": True, "price_factor": 3}])
    world = small_world(material={"storage_cost_rate": 3}, policies=policies, crises=spike)
    program = second_program(world)
    value, x = program.solve()
    # Year 1: 120 t at 10 and 30 a tonne and year on a mean of 10 t; year 2: 100 t at 30 and 30 on 20 t.
    assert value == pytest.approx(1200 + 300 + 3000 + 600)
    assert _level(program, x, "stock", "m", _path(program.tree, "halt", 2)[0]) == pytest.approx(20)
    # Dearer purchases are damage: 100 t at 20 more each.
    assert program.at(program.damages[Future("halt", 2, 1)], x) == pytest.approx(2000)


def test_substitution_waits_in_a_branch() -> None:
    # A halt from year 1 of 2, certain; up to 40 % saved at 30, after one period: 100 short, then 60 short and 40
    # saved: 10000 + 6000 + 1200 = 17200. The plan has weight zero.
    tranche = {"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30, "delay_periods": 1}
    world = small_world(tables={"substitution": [tranche]}, crises=halt(1, 1.0, duration=2))
    assert second_objective(world) == pytest.approx(17200)
    # What was saved the year before may stay: at 5 a tonne 40 are saved from year 1 on: 600 + 200, 6000 + 200.
    tables = {"substitution": [tranche | {"cost": 5}]}
    world = small_world(material={"storage_cost_rate": 100}, tables=tables, crises=halt(2, 1.0))
    assert second_objective(world) == pytest.approx(800 + 6200)
