"""The second builder on cases small enough for paper; each test carries its arithmetic.

Unless a test says otherwise: periods are years, no discounting, the reference price is 10, what is left at
the horizon is worth nothing (haircut 1), storage is free, a tonne short costs 100, demand is 100 a year, and
one spot supplier offers 1000 a year at 10.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.model.world import World
from bichiku.reading.model import read_model
from oracles.by_hand import read
from oracles.drawn import drawn
from oracles.policy_strategies import POLICY_NAMES, policy_variants, with_policies
from oracles.second_builder import second_objective, second_program
from oracles.second_program import InfeasibleError, SecondProgram
from oracles.second_tree import Branch, Node, second_tree
from oracles.world_strategies import Description, small_models, write_model

ALL_HALT = {"all": True, "loss": 1.0}


def _world(
    folder: Path,
    periods: int = 2,
    material: dict[str, Any] | None = None,
    supplier: dict[str, Any] | None = None,
    tables: dict[str, Any] | None = None,
    **model: Any,
) -> World:
    """The world of the module's docstring, with changes; read through the product's reader."""
    base = {"material": "m", "reference_price": 10, "haircut": 1, "shortage_cost": 100}
    spot = {"supplier": "s", "material": "m", "country": "CHN", "capacity_t": 1000, "price": 10}
    description = {
        "model": {"model": "by hand", "buyer": "JPN", "start": "2026-01", "periods": periods, "resolution": "year"}
        | model,
        "tables": {
            "materials": [base | (material or {})],
            "demand": [{"material": "m", "year": 2026 + i, "tonnes": 100} for i in range(periods)],
            "suppliers": [spot | (supplier or {})],
        }
        | (tables or {}),
    }
    return _read(description, folder)


def _read(description: Description, folder: Path) -> World:
    return read_model(write_model(description, folder)).worlds["base"]


def _crisis(onset: int, probability: float, **other: Any) -> dict[str, Any]:
    onsets = [{"period": onset, "probability": probability}]
    return {"halt": {"onsets": onsets, "duration": 1, "recovery": "to-end", "effects": [ALL_HALT]} | other}


def _level(program: SecondProgram, x: Any, *column: Any) -> float:
    return float(x[program.columns[column]])


def _plan(period: int) -> Node:
    return Node(None, None, period)


# Tree and states


@pytest.mark.parametrize(("recovery", "expected"), [("to-end", [0.5, 0.25, 0.125]), (0, [0.5, 0.5, 0.5])])
def test_yearly_probability(tmp_path: Path, recovery: Any, expected: list[float]) -> None:
    # p = 0.5 a year and windows of one year: h = 1 - exp(-ln 2) = 1/2. Branches to the end never give their
    # probability back, so the plan runs with 1, 1/2, 1/4; branches of one period give it back at once: 1, 1, 1.
    crisis = {"annual_probability": 0.5, "onset_every": 1, "duration": 1, "recovery": recovery, "effects": [ALL_HALT]}
    tree = second_tree(_world(tmp_path, periods=3, crises={"halt": crisis}))
    assert list(tree.probabilities.values()) == pytest.approx(expected)


def test_two_crises_share_the_onset_probability(tmp_path: Path) -> None:
    # p = 3/4 and 1/2: rates ln 4 and ln 2, together ln 8, so 1 - 1/8 = 7/8 is split 2 : 1 in the one window.
    # onset_every 1 puts the onset at 1 + floor(1/2) = 1, where the plan is sure to run.
    crises = {
        name: {"annual_probability": p, "onset_every": 1, "duration": 1, "recovery": "to-end", "effects": [ALL_HALT]}
        for name, p in [("a", 0.75), ("b", 0.5)]
    }
    tree = second_tree(_world(tmp_path, periods=1, crises=crises))
    assert tree.probabilities == pytest.approx({Branch("a", 1): 7 / 12, Branch("b", 1): 7 / 24})
    assert tree.weights[_plan(1)] == pytest.approx(1 / 8)


def test_onset_lies_in_the_middle_of_the_window_and_branches_end(tmp_path: Path) -> None:
    # Windows of 4: onsets 1 + 2 = 3 and 7. Duration 2 and recovery 1: periods 3..5, and 7..8 cut at the horizon.
    crisis = {"annual_probability": 0.1, "onset_every": 4, "duration": 2, "recovery": 1, "effects": [ALL_HALT]}
    tree = second_tree(_world(tmp_path, periods=8, crises={"halt": crisis}))
    assert {b.onset: [n.period for n in nodes] for b, nodes in tree.members.items()} == {3: [3, 4, 5], 7: [7, 8]}
    first = tree.members[Branch("halt", 3)][0]
    assert tree.parents[first] == _plan(2)
    assert tree.ancestor(first, 2) == _plan(1)
    assert tree.ancestor(first, 3) is None


def test_an_effect_waits_acts_and_fades(tmp_path: Path) -> None:
    # start 1, duration 1, return over 2: nothing, all of 0.8, then 0.8 times 3/4 and 1/4, then nothing.
    effect = {"countries": ["CHN"], "loss": 0.8, "start": 1, "duration": 1, "return_over": 2}
    tree = second_tree(_world(tmp_path, periods=5, crises=_crisis(1, 0.5, effects=[effect])))
    found = [tree.states[node].export["s"] for node in tree.members[Branch("halt", 1)]]
    assert found == pytest.approx([1.0, 0.2, 0.4, 0.8, 1.0])


def test_an_origin_is_hit_by_its_share_and_an_event_by_its_months(tmp_path: Path) -> None:
    # A quarter of the Chinese supplier's feed is Congolese: a full loss there takes 1/4. It lasts 6 of the first
    # year's 12 months: 1/8. Doubling prices for half a year is a factor of 1.5; routes act on arrival.
    effects = [
        {"countries": ["COD"], "loss": 1.0},
        {"materials": ["m"], "price_factor": 2.0},
        {"routes": ["strait"], "loss": 0.5},
    ]
    world = _world(
        tmp_path,
        supplier={"route": "strait"},
        tables={"origins": [{"supplier": "s", "country": "COD", "share": 0.25}]},
        events={"strike": {"from": "2026-07", "to": "2026-12", "effects": effects}},
    )
    state = second_tree(world).states[_plan(1)]
    assert (state.export["s"], state.price_factor["m"], state.route["s"]) == pytest.approx((0.875, 1.5, 0.75))
    assert second_tree(world).states[_plan(2)].export["s"] == 1.0


def test_probabilities_over_one_are_refused(tmp_path: Path) -> None:
    crises = _crisis(1, 0.6) | {"other": _crisis(2, 0.6)["halt"]}
    with pytest.raises(ValueError, match="exceed one"):
        second_tree(_world(tmp_path, crises=crises))


@drawn(50)
@given(description=small_models())
def test_weights_of_each_period_sum_to_one(description: Description) -> None:
    world = read(description)
    tree = second_tree(world)
    for period in range(1, world.settings.periods + 1):
        weights = [weight for node, weight in tree.weights.items() if node.period == period]
        assert sum(weights) == pytest.approx(1.0)
        assert min(weights) >= 0.0


# The plan


@pytest.mark.parametrize(("rate", "expected"), [(0.0, 2000.0), (0.25, 1800.0)])
def test_two_calm_years(tmp_path: Path, rate: float, expected: float) -> None:
    # 100 t at 10 each year; at 25 % the second year costs 1000 / 1.25 = 800.
    assert second_objective(_world(tmp_path, discount_rate=rate)) == pytest.approx(expected)


def test_lead_time_and_goods_under_way(tmp_path: Path) -> None:
    # Year 1: 20 in stock and 30 under way meet 50 of 100, the rest is short: 50 * 100 = 5000; the goods under way
    # are paid on arrival: 30 * (10 + 1 freight + 1 tariff) = 360. Year 2: 100 shipped in year 1, 100 * 12 = 1200.
    supplier = {"lead_periods": 1, "in_transit_t": 30, "freight": 1, "tariff_rate": 0.1}
    world = _world(tmp_path, material={"opening_stock_t": 20}, supplier=supplier)
    assert second_objective(world) == pytest.approx(5000 + 360 + 1200)
    # The last year's shipment would arrive after the horizon.
    assert ("ship", "s", _plan(2)) not in second_program(world).columns


def test_opening_stock_is_kept_lossy_and_pays_half_of_its_holding(tmp_path: Path) -> None:
    # 100 in stock, half lost in the first year: 50 left, 50 bought: 500. The second year buys 100: 1000.
    # Holding at 20 % of 10 = 2 a tonne and year, on the mean of 100 and 0: 100. Altogether 1600.
    world = _world(tmp_path, material={"opening_stock_t": 100, "loss_rate": 0.5, "storage_cost_rate": 0.2})
    assert second_objective(world) == pytest.approx(1600)
    assert second_program(world).constant == pytest.approx(100)


def test_a_reserve_at_par_costs_nothing_to_carry(tmp_path: Path) -> None:
    # Bought and valued at 10, without storage cost, discounting or haircut: only the 200 t used are paid.
    world = _world(tmp_path, material={"haircut": 0}, policies={"reserve_days": 73})
    program = second_program(world)
    value, x = program.solve()
    assert value == pytest.approx(2000)
    # 73 days of 100 t a year are 20 t.
    assert _level(program, x, "stock", "m", _plan(2)) >= 20 - 1e-6


def test_a_contract_is_paid_as_delivered(tmp_path: Path) -> None:
    # An event takes half of all exports through 2026 and doubles spot prices; the contract at 10 delivers
    # 60 * 1/2 = 30 and 60. Spot at 12, then doubled to 24: 70 * 24 and 40 * 12. 300 + 1680 + 600 + 480 = 3060.
    contract = {"supplier": "c", "kind": "contract", "material": "m", "country": "AUS", "capacity_t": 60, "price": 10}
    spot = {"supplier": "s", "kind": "spot", "material": "m", "country": "CHN", "capacity_t": 1000, "price": 12}
    halving = {"from": "2026-01", "to": "2026-12", "effects": [{"all": True, "loss": 0.5, "price_factor": 2.0}]}
    world = _world(tmp_path, tables={"suppliers": [contract, spot]}, events={"quota": halving})
    # Haircut 1 and free storage: buying 40 t ahead at 24 to spare 12 never pays.
    assert second_objective(world) == pytest.approx(3060)


def test_a_project_is_built_fed_and_subsidised(tmp_path: Path) -> None:
    # No supplier of m but a recycler: 1 t of scrap at 2 makes half a tonne, running 1, so m costs 2 * 2 + 1 = 5.
    # It is usable after one year: year 1 is short (100 * 100 = 10000), year 2 costs 500.
    # Capex 3 * 100 = 300, of which a third is subsidy: 200. Altogether 10700.
    project = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "max_build_t": 500, "capex": 3}
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
    program = second_program(_world(tmp_path, tables=tables))
    value, x = program.solve()
    assert value == pytest.approx(10700)
    assert program.value("subsidy", x) == pytest.approx(-100)


# Crises


@pytest.mark.parametrize(("probability", "reserve", "expected"), [(0.1, 100.0, 2500.0), (0.05, 0.0, 2450.0)])
def test_newsvendor_reserve(tmp_path: Path, probability: float, reserve: float, expected: float) -> None:
    # Two-stage: all exports halt in year 2 with probability p. A tonne put by in year 1 costs 10 and, at a storage
    # rate of 50 %, half of 5 in each year: 15. In year 2 it spares 10 with 1 - p and 100 with p: 10 + 90 p.
    # So hold all 100 t if 90 p > 5. p = 0.1: 2000 + 500 = 2500. p = 0.05: 1000 + 0.95 * 1000 + 0.05 * 10000 = 2450.
    world = _world(tmp_path, material={"storage_cost_rate": 0.5}, crises=_crisis(2, probability))
    program = second_program(world)
    value, x = program.solve()
    assert value == pytest.approx(expected)
    assert _level(program, x, "stock", "m", _plan(1)) == pytest.approx(reserve, abs=1e-6)


def test_a_branch_hands_back_the_plans_stock(tmp_path: Path) -> None:
    # Half of all exports stop in year 2, the branch ends with it, and the plan must hold 73 days = 20 t in each of
    # three years. Supply is at most 150 a year: 75 in the branch, plus 20 released leaves 5 short if the gap of 20
    # is bought: 20 * 10. Or keep 20 and be 25 short: dearer. Buying 25 t ahead in year 1 costs nothing extra in the
    # plan, so the branch (probability 1/2) is never short, and opens at 45: 45 + 75 - 100 = 20 is handed back.
    # Plan: 120 + 25 at 10 = 1450; year 2: plan 75 t * 10 * 1/2 and branch 75 * 10 * 1/2 = 750; year 3: 1000. 3200.
    half = [{"all": True, "loss": 0.5}]
    common = {
        "periods": 3,
        "policies": {"reserve_days": 73},
        "crises": _crisis(2, 0.5, recovery=0, effects=half),
    }
    world = _world(tmp_path / "ahead", supplier={"capacity_t": 150}, **common)
    assert second_objective(world) == pytest.approx(3200)
    # With 120 t a year nothing can be put by in year 1 (100 + 20 reserve). In the branch 60 arrive, 20 are released,
    # 20 are short and the gap of 20 is bought at 10: 2000 + 200; or keep the 20 and be 40 short: 4000.
    # Year 1 1200; year 2 plan 1000 / 2, branch (600 + 2000 + 200) / 2 = 1400; year 3 1000. Altogether 4100.
    world = _world(tmp_path / "tight", supplier={"capacity_t": 120}, **common)
    program = second_program(world)
    value, x = program.solve()
    assert value == pytest.approx(4100)
    assert _level(program, x, "gap", "m", Branch("halt", 2)) == pytest.approx(20)


def test_substitution_waits_in_a_branch(tmp_path: Path) -> None:
    # A halt from year 1 of 2, certain; up to 40 % saved at 30, after one period: 100 short, then 60 short and 40
    # saved: 10000 + 6000 + 1200 = 17200. The plan has weight zero.
    tranche = {"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30, "delay_periods": 1}
    world = _world(tmp_path, tables={"substitution": [tranche]}, crises=_crisis(1, 1.0, duration=2))
    assert second_objective(world) == pytest.approx(17200)


# Policies


def test_share_cap_binds(tmp_path: Path) -> None:
    # At most 60 % from China at 10, the rest from Australia at 20: 60 * 10 + 40 * 20 = 1400 a year.
    china = {"supplier": "s", "material": "m", "country": "CHN", "capacity_t": 1000, "price": 10}
    tables = {"suppliers": [china, china | {"supplier": "a", "country": "AUS", "price": 20}]}
    caps = {"share_caps": [{"group": ["CHN"], "max": 0.6}]}
    assert second_objective(_world(tmp_path / "cap", tables=tables, policies=caps)) == pytest.approx(2800)
    # The same as a cap on every country but China, with a floor on Australia of 40 %.
    floor = {
        "country_cap": {"max": 0.9, "except": ["CHN"]},
        "share_floors": [{"group": ["AUS"], "of": "supply", "min": 0.4}],
    }
    assert second_objective(_world(tmp_path / "floor", tables=tables, policies=floor)) == pytest.approx(2800)


def test_a_soft_limit_is_exceeded_where_that_is_cheaper(tmp_path: Path) -> None:
    # Beyond 60 t from China another 40 t at 5 each, in two years at 25 % with the penalty at the end of a yearly period
    # discounted as the period: 1000 + 200, and the same by 1.25; at 20 each Australia is cheaper: 1400.
    china = {"supplier": "s", "material": "m", "country": "CHN", "capacity_t": 1000, "price": 10}
    tables = {"suppliers": [china, china | {"supplier": "a", "country": "AUS", "price": 20}]}
    for soft, expected in ((5, 1200 * 1.8), (20, 1400 * 1.8)):
        caps = {"share_caps": [{"group": ["CHN"], "max": 0.6, "soft": soft}]}
        world = _world(tmp_path / f"cap-{soft}", tables=tables, policies=caps, discount_rate=0.25)
        assert second_objective(world) == pytest.approx(expected)
    # 25 t less than a floor of 25 % on Australia at 5 each, instead of at 10 more: 1125 a year.
    floors = {"share_floors": [{"group": ["AUS"], "min": 0.25, "soft": 5}]}
    program = second_program(_world(tmp_path / "floor", tables=tables, policies=floors))
    value, x = program.solve()
    assert value == pytest.approx(2250)
    assert program.value("penalty", x) == pytest.approx(250)


def test_the_penalty_of_a_year_falls_at_its_last_period(tmp_path: Path) -> None:
    # Four quarters from July 2026, 100 t each, half of 200 t a year beyond the cap: 500 in the second and fourth
    # quarter, at 5 % a quarter. Buying costs 1000 a quarter.
    tables = {"demand": [{"material": "m", "year": year, "tonnes": 400} for year in (2026, 2027)]}
    policies = {"share_caps": [{"group": ["CHN"], "max": 0.5, "soft": 5}]}
    rate = 1.05**4 - 1
    world = _world(
        tmp_path, 4, tables=tables, policies=policies, start="2026-07", resolution="quarter", discount_rate=rate
    )
    program = second_program(world)
    _, x = program.solve()
    assert program.value("penalty", x) == pytest.approx(500 / 1.05 + 500 / 1.05**3)


@pytest.mark.parametrize(("index", "chinese"), [(1.0, 100), (0.82, 90), (0.58, 70), (0.5, 50)])
def test_the_index_of_concentration_is_kept(tmp_path: Path, index: float, chinese: float) -> None:
    # 0.9^2 + 0.1^2 = 0.82, 0.7^2 + 0.3^2 = 0.58, 0.5^2 + 0.5^2 = 0.5; a tonne from Australia costs 10 more.
    china = {"supplier": "s", "material": "m", "country": "CHN", "capacity_t": 1000, "price": 10}
    tables = {"suppliers": [china, china | {"supplier": "a", "country": "AUS", "price": 20}]}
    world = _world(tmp_path, 1, tables=tables, policies={"concentration": {"max": index}})
    # the index is kept to 1e-7 of its root, which where it is flat (0.5) is worth 0.02 t
    assert second_objective(world) == pytest.approx(2000 - 10 * chinese, abs=0.3 if index == 0.5 else 1e-3)


def test_concentration_counts_the_feed_at_the_origin_and_the_buyers_own_in_supply(tmp_path: Path) -> None:
    # A fifth of what Australia ships is Chinese: x + (1 - x) / 5 = 0.6 for x = 0.5 from China.
    china = {"supplier": "s", "material": "m", "country": "CHN", "capacity_t": 1000, "price": 10}
    australia = china | {"supplier": "a", "country": "AUS", "price": 20}
    tables = {
        "suppliers": [china, australia],
        "origins": [{"supplier": "a", "country": "CHN", "share": 0.2}],
    }
    policies = {"concentration": {"max": 0.52, "stage": "origin"}}
    assert second_objective(_world(tmp_path / "origin", 1, tables=tables, policies=policies)) == pytest.approx(
        1500, abs=1e-2
    )
    # 60 t made at home at 1 beside 40 t from China have an index of 0.52.
    project = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "existing_t": 60}
    tables = {"suppliers": [china, australia], "projects": [project | {"running_cost": 1}]}
    policies = {"concentration": {"max": 0.52, "of": "supply"}}
    assert second_objective(_world(tmp_path / "supply", 1, tables=tables, policies=policies)) == pytest.approx(
        460, abs=1e-2
    )
    # Two countries alone are never below a half: everything is short.
    policies = {"concentration": {"max": 0.4}}
    assert second_objective(_world(tmp_path / "none", 1, tables=tables, policies=policies)) == pytest.approx(
        60 + 40 * 100
    )


def test_survive_forces_a_reserve(tmp_path: Path) -> None:
    # As the newsvendor with p = 0.05, where no reserve pays: surviving costs 2500 instead of 2450.
    material = {"storage_cost_rate": 0.5}
    policies = {"survive": {"crises": ["halt"], "days": 100}}
    world = _world(tmp_path / "able", material=material, crises=_crisis(2, 0.05), policies=policies)
    assert second_objective(world) == pytest.approx(2500)
    # A halt in the first year cannot be survived.
    with pytest.raises(InfeasibleError):
        second_objective(_world(tmp_path / "unable", crises=_crisis(1, 0.05), policies=policies))
    # Nor need it be, as it begins before the date.
    later = {"survive": {"crises": ["halt"], "from": "2026-02"}}
    assert second_objective(_world(tmp_path / "early", crises=_crisis(1, 0.05), policies=later)) > 0


def test_risk_weight_and_limit(tmp_path: Path) -> None:
    # Two crises in year 2, a halt with probability 0.01 and a loss of 95 % with 0.03 that leaves 50 of 1000 t.
    # Without a reserve 100 and 50 t are short; the damages are 10000 and 5000, in branches of conditional
    # probability 1/4 and 3/4. At level 3/4 CVaR is the worst quarter: 10000. Storing a tonne costs 15 and spares
    # 10 + at most 0.04 * 90 = 3.6, so no reserve pays by itself.
    # Objective: 1000 + 0.96 * 1000 + 0.01 * 10000 + 0.03 * (500 + 5000) = 2225.
    crises = _crisis(2, 0.01) | {"scarce": _crisis(2, 0.03, effects=[{"all": True, "loss": 0.95}])["halt"]}
    material = {"storage_cost_rate": 0.5}
    world = _world(tmp_path / "none", material=material, crises=crises)
    assert second_objective(world) == pytest.approx(2225)
    # A limit of 9000 makes 10 t be held: 15 * 10 = 150, less what they spare in year 2: 0.96 * 100 in the plan,
    # 0.01 * 1000 and 0.03 * 1000 in the crises: 136. 2225 + 14 = 2239.
    limit = {"risk": {"level": 0.75, "limit": 9000}}
    world = _world(tmp_path / "limit", material=material, crises=crises, policies=limit)
    assert second_objective(world) == pytest.approx(2239)
    # A weight of 0.01 makes a tonne in reserve spare another 0.01 * 100 = 1 in CVaR; it lacks 1.4, so none is
    # held: 2225 + 100.
    weight = {"risk": {"level": 0.75, "weight": 0.01}}
    world = _world(tmp_path / "weight", material=material, crises=crises, policies=weight)
    assert second_objective(world) == pytest.approx(2325)


def test_expected_shortage(tmp_path: Path) -> None:
    # As the newsvendor with p = 0.05: without a reserve 0.05 * 365 = 18.25 days are short. Half of that allowed
    # needs 50 t, each of which costs 0.5 net: 2450 + 25.
    policies = {"expected_shortage": {"max_days": 9.125}}
    world = _world(tmp_path, material={"storage_cost_rate": 0.5}, crises=_crisis(2, 0.05), policies=policies)
    assert second_objective(world) == pytest.approx(2475)


def test_budget(tmp_path: Path) -> None:
    # As the newsvendor with p = 0.1, where 100 t are held and each tonne gains 4; at most 300 a year buys 30 t:
    # 2900 without a reserve (1000 + 900 + 1000) less 30 * 4.
    policies = {"budget": {"reserve_per_year": 300}}
    world = _world(tmp_path / "reserve", material={"storage_cost_rate": 0.5}, crises=_crisis(2, 0.1), policies=policies)
    assert second_objective(world) == pytest.approx(2780)
    # A mine stake at capex 10 (half subsidised) spares 10 - 1 = 9 in each of two years; 100 of net money builds 20 t:
    # 2000 + 20 * (5 - 18).
    stake = {"project": "p", "material": "m", "country": "AUS", "kind": "mine-stake", "max_build_t": 100}
    stake |= {"capex": 10, "subsidy_rate": 0.5, "running_cost": 1}
    policies = {"budget": {"investment": 100}}
    world = _world(tmp_path / "investment", tables={"projects": [stake]}, policies=policies)
    assert second_objective(world) == pytest.approx(1740)


@pytest.mark.parametrize("name", POLICY_NAMES)
@drawn(15)
@given(data=st.data())
def test_a_policy_never_makes_the_least_cost_less(name: str, data: st.DataObject) -> None:
    description = data.draw(policy_variants(name))
    free = second_objective(read(with_policies(description, {})))
    try:
        limited = second_objective(read(description))
    except InfeasibleError:
        return
    assert limited >= free - 1e-6 * max(1.0, abs(free))
