"""The second builder on cases small enough for paper; each test carries its arithmetic.

Unless a test says otherwise: periods are years, no discounting, the reference price is 10, what is left at
the horizon is worth nothing (haircut 1), storage is free, a tonne short costs 100, demand is 100 a year, and
one spot supplier offers 1000 a year at 10.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bichiku.model.world import World
from bichiku.reading.model import read_model
from oracles.policy_strategies import POLICY_NAMES, policy_variants, with_policies
from oracles.second_builder import second_objective, second_program
from oracles.second_program import InfeasibleError, SecondProgram
from oracles.second_tree import Future, Node, SecondTree, second_tree
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


def _plan(period: int, chain: str = "m") -> Node:
    return Node(chain, None, 0, 0, period)


def _path(tree: SecondTree, crisis: str, onset: int, length: int = 1) -> list[Node]:
    return tree.paths["m", Future(crisis, onset, length)]


# Tree and states


@pytest.mark.parametrize(("onset_every", "first", "expected"), [
    # p = 0.5 a year is ln 2: windows of two years begin with 3/4, the last one of a year with 1/2, at its last period
    (2, None, {2: 0.75, 4: 0.75, 5: 0.5}),
    (2, 1, {1: 0.75, 3: 0.75, 5: 0.5}),
    # windows count from the one that holds the first onset
    (2, 4, {4: 0.75, 5: 0.5}),
    # the middle of twelve years lies beyond the horizon of five
    (12, None, {5: 1 - 0.5**5}),
])  # fmt: skip
def test_windows(tmp_path: Path, onset_every: int, first: int | None, expected: dict[int, float]) -> None:
    crisis = {"annual_probability": 0.5, "onset_every": onset_every, "duration": 1, "recovery": 0}
    crisis |= {"effects": [ALL_HALT]} | ({} if first is None else {"first_onset": first})
    tree = second_tree(_world(tmp_path, periods=5, crises={"halt": crisis}))
    assert {onset: p for (_, onset), p in tree.begins.items()} == pytest.approx(expected)


def test_crises_do_not_block_each_other(tmp_path: Path) -> None:
    # Both keep what is typed; the plan weighs the rest.
    crises = {
        name: {"annual_probability": p, "onset_every": 1, "duration": 1, "recovery": "to-end", "effects": [ALL_HALT]}
        for name, p in [("a", 0.5), ("b", 0.25)]
    }
    tree = second_tree(_world(tmp_path, periods=1, crises=crises))
    assert tree.probabilities == pytest.approx({Future("a", 1, 1): 0.5, Future("b", 1, 1): 0.25})
    assert tree.weights[_plan(1)] == pytest.approx(0.25)


def test_a_branch_is_a_spine_with_an_exit_for_each_length(tmp_path: Path) -> None:
    # Onset 2 with 0.4; lengths 1 and 3, half each; recovery 2, of which the longer has one period before the horizon.
    crises = _crisis(2, 0.4, duration={1: 0.5, 3: 0.5}, recovery=2)
    tree = second_tree(_world(tmp_path, periods=5, crises=crises))
    weights = {(n.length, n.period): w for n, w in tree.weights.items() if n.crisis is not None}
    spine = {(0, 2): 0.4, (0, 3): 0.2, (0, 4): 0.2}
    assert weights == pytest.approx(spine | {(1, 3): 0.2, (1, 4): 0.2, (3, 5): 0.2})
    assert [(n.length, n.period) for n in _path(tree, "halt", 2)] == [(0, 2), (1, 3), (1, 4)]
    longer = _path(tree, "halt", 2, 3)
    assert [(n.length, n.period) for n in longer] == [(0, 2), (0, 3), (0, 4), (3, 5)]
    assert tree.ancestor(longer[-1], 4) == _plan(1)
    assert tree.ancestor(longer[-1], 5) is None


def test_lengths_beyond_the_horizon_share_their_path_and_hand_back_together(tmp_path: Path) -> None:
    crises = _crisis(2, 0.4, duration={1: 0.5, 2: 0.25, 9: 0.25}, recovery=0)
    tree = second_tree(_world(tmp_path, periods=3, crises=crises))
    spine = [Node("m", "halt", 2, 0, 2), Node("m", "halt", 2, 0, 3)]
    assert _path(tree, "halt", 2, 2) == _path(tree, "halt", 2, 9) == spine
    assert {node.period: len(futures) for node, futures in tree.futures_at_end().items()} == {2: 1, 3: 2}


def test_chains_and_what_touches_them(tmp_path: Path) -> None:
    # Ore is made into metal; gas stands alone. A tenth of the gas supplier's feed is Congolese.
    materials = [{"material": m, "reference_price": 10, "shortage_cost": 100} for m in ("gas", "metal", "ore")]
    spot = {"country": "CHN", "capacity_t": 1000, "price": 10}
    project = {"project": "p", "material": "metal", "country": "JPN", "kind": "refinery", "existing_t": 60}
    tables = {
        "materials": materials,
        "demand": [{"material": m, "year": y, "tonnes": 100} for m in ("gas", "metal") for y in (2026, 2027)],
        "suppliers": [{"supplier": m, "material": m, **spot} for m in ("gas", "ore")],
        "projects": [project | {"input_material": "ore", "input_per_output": 1}],
        "origins": [{"supplier": "gas", "country": "COD", "share": 0.1}],
    }
    effects = {
        "feed": {"countries": ["COD"], "loss": 1.0},
        "plant": {"suppliers": ["p"], "loss": 0.5},
        "later": {"suppliers": ["gas"], "loss": 0.5, "start": 1},
        "idle": {"all": True, "price_factor": 1.0},
        "nowhere": {"countries": ["AUS"], "loss": 1.0},
        "price": {"countries": ["CHN"], "price_factor": 2.0},
        "prices-of-metal": {"materials": ["metal"], "price_factor": 2.0},
        "market": {"suppliers": ["p"], "price_factor": 2.0, "market": True},
        "shut-already": {"suppliers": ["ore"], "loss": 0.5},
    }
    crises = {name: _crisis(1, 0.01, duration=1, effects=[effect])["halt"] for name, effect in effects.items()}
    shut = {"from": "2026-01", "to": "2027-12", "effects": [{"suppliers": ["ore"], "loss": 1.0}]}
    tree = second_tree(_world(tmp_path, tables=tables, crises=crises, events={"shut": shut}))
    assert {name: chain.materials for name, chain in tree.chains.items()} == {"gas": {"gas"}, "metal": {"metal", "ore"}}
    assert tree.chains["gas"].crises == ["feed", "price"]  # `later` begins after the crisis has ended
    assert tree.chains["metal"].crises == ["plant", "price"]


def test_an_effect_waits_acts_and_fades(tmp_path: Path) -> None:
    # start 1, duration 1, return over 2: nothing, all of 0.8, then 0.8 times 3/4 and 1/4, then nothing.
    effect = {"countries": ["CHN"], "loss": 0.8, "start": 1, "duration": 1, "return_over": 2}
    tree = second_tree(_world(tmp_path, periods=5, crises=_crisis(1, 0.5, duration=2, effects=[effect])))
    found = [tree.state(node).export["s"] for node in _path(tree, "halt", 1, 2)]
    assert found == pytest.approx([1.0, 0.2, 0.4, 0.8, 1.0])


def test_an_effect_ends_with_its_length_and_never_begins_after_it(tmp_path: Path) -> None:
    early = {"countries": ["CHN"], "loss": 0.8, "return_over": 2}
    late = {"all": True, "loss": 1.0, "start": 1}
    crises = _crisis(1, 0.5, duration={1: 0.5, 2: 0.5}, effects=[early, late])
    tree = second_tree(_world(tmp_path, periods=4, crises=crises))
    assert [tree.state(n).export["s"] for n in _path(tree, "halt", 1, 1)] == pytest.approx([0.2, 0.4, 0.8, 1.0])
    assert [tree.state(n).export["s"] for n in _path(tree, "halt", 1, 2)] == pytest.approx([0.2, 0.0, 0.4, 0.8])


def test_losses_of_a_country_multiply_and_those_of_two_add(tmp_path: Path) -> None:
    # Half of the feed is Congolese, a quarter Australian, the rest Chinese: 1 - 0.5 * (1 - 0.5 * 0.4) - 0.25 = 0.65;
    # times 0.9 of the plant, which the Chinese effect hits and its feed not again.
    effects = [
        {"countries": ["COD"], "loss": 0.5},
        {"countries": ["COD"], "loss": 0.6},
        {"countries": ["AUS"], "loss": 1.0},
        {"countries": ["CHN", "CHL"], "loss": 0.1},
    ]
    rows = [{"supplier": "s", "country": "COD", "share": 0.5}, {"supplier": "s", "country": "AUS", "share": 0.25}]
    world = _world(tmp_path, tables={"origins": rows}, crises=_crisis(1, 0.5, effects=effects))
    tree = second_tree(world)
    assert tree.state(_path(tree, "halt", 1)[0]).export["s"] == pytest.approx((0.5 * 0.2 + 0.25) * 0.9)


def test_the_loss_of_a_feed_comes_later(tmp_path: Path) -> None:
    # A quarter of the feed is Congolese, two periods away; nothing of the crisis acts before its onset.
    rows = [{"supplier": "s", "country": "COD", "share": 0.25, "lag_periods": 2}]
    effect = {"countries": ["COD"], "loss": 1.0}
    world = _world(tmp_path, periods=6, tables={"origins": rows}, crises=_crisis(2, 0.5, recovery=3, effects=[effect]))
    tree = second_tree(world)
    found = [tree.state(node).export["s"] for node in _path(tree, "halt", 2)]
    assert found == pytest.approx([1.0, 1.0, 0.75, 1.0])
    # An event of June 2026 reaches a yearly period two years later.
    event = {"june": {"from": "2026-06", "to": "2026-06", "effects": [effect]}}
    tree = second_tree(_world(tmp_path / "event", periods=3, tables={"origins": rows}, events=event))
    assert [tree.state(_plan(t)).export["s"] for t in (1, 2, 3)] == pytest.approx([1.0, 1.0, 1 - 0.25 / 12])


def test_effects_are_combined_month_by_month(tmp_path: Path) -> None:
    # Twelve months from November 2026 use 2 / 12 of 120 and 10 / 12 of 240; a half is more in the first three months.
    # Prices double in the first half and treble in its last three months: (3 * 2 + 3 * 6 + 6) / 12 = 2.5.
    tables = {"demand": [{"material": "m", "year": 2026 + i, "tonnes": 120 * (i + 1)} for i in range(2)]}
    events = {
        "more": {"from": "2026-11", "to": "2027-01", "effects": [{"materials": ["m"], "demand_factor": 1.5}]},
        "dear": {"from": "2026-11", "to": "2027-04", "effects": [{"all": True, "price_factor": 2}]},
        "dearer": {"from": "2027-02", "to": "2027-04", "effects": [{"countries": ["CHN"], "price_factor": 3}]},
    }
    state = second_tree(_world(tmp_path, 1, tables=tables, start="2026-11", events=events)).state(_plan(1))
    assert state.demand["m"] == pytest.approx(15 * 2 + 30 + 20 * 9)
    assert state.price_factor["s"] == pytest.approx(2.5)


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
    tree = second_tree(world)
    state = tree.state(_plan(1))
    assert (state.export["s"], state.price_factor["s"], state.route["s"]) == pytest.approx((0.875, 1.5, 0.75))
    assert tree.state(_plan(2)).export["s"] == 1.0


# What the text calls an error


def test_a_plan_weight_below_zero_is_refused(tmp_path: Path) -> None:
    crises = _crisis(1, 0.6) | {"other": _crisis(2, 0.6)["halt"]}
    with pytest.raises(ValueError, match=r"chain m, 2027-01, crises halt, other"):
        second_tree(_world(tmp_path, crises=crises))


def test_a_recovery_shorter_than_a_lead_is_refused(tmp_path: Path) -> None:
    supplier = {"lead_periods": 2}
    for onset, recovery, refused in ((2, 1, True), (2, 2, False), (2, "to-end", False), (4, 1, False)):
        folder = tmp_path / f"{onset}-{recovery}"
        world = _world(folder, periods=5, supplier=supplier, crises=_crisis(onset, 0.1, recovery=recovery))
        if refused:
            with pytest.raises(ValueError, match="shorter than the longest lead"):
                second_tree(world)
        else:
            second_tree(world)


def test_an_effect_that_outlasts_its_branch_is_refused(tmp_path: Path) -> None:
    rows = {"origins": [{"supplier": "s", "country": "COD", "share": 0.5, "lag_periods": 1}]}
    fades = {"all": True, "loss": 1.0, "return_over": 2}
    lags = {"countries": ["COD"], "loss": 1.0, "return_over": 1}
    cases = [(fades, 1, 1, True), (fades, 1, 2, False), (fades, 1, "to-end", False), (fades, 4, 1, False)]
    cases += [(lags, 1, 1, True), (lags, 1, 2, False)]
    for i, (effect, onset, recovery, refused) in enumerate(cases):
        crises = _crisis(onset, 0.1, recovery=recovery, effects=[effect])
        world = _world(tmp_path / str(i), periods=5, tables=rows, crises=crises)
        if refused:
            with pytest.raises(ValueError, match="outlasts"):
                second_tree(world)
        else:
            second_tree(world)


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(description=small_models())
def test_weights_of_each_chain_and_period_sum_to_one(
    tmp_path_factory: pytest.TempPathFactory, description: Description
) -> None:
    world = _read(description, tmp_path_factory.mktemp("model"))
    tree = second_tree(world)
    for chain in tree.chains:
        for period in range(1, world.settings.periods + 1):
            weights = [w for node, w in tree.weights.items() if (node.chain, node.period) == (chain, period)]
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
    # three years. Supply is Japanese, so not rationed, and at most 150 a year: 75 in the branch, plus 20 released
    # leaves 5 short if the gap of 20 is bought: 20 * 10. Or keep 20 and be 25 short: dearer. Buying 25 t ahead in
    # year 1 costs nothing extra in the plan, so the branch (probability 1/2) is never short, and opens at 45:
    # 45 + 75 - 100 = 20 is handed back.
    # Plan: 120 + 25 at 10 = 1450; year 2: plan 75 t * 10 * 1/2 and branch 75 * 10 * 1/2 = 750; year 3: 1000. 3200.
    half = [{"all": True, "loss": 0.5}]
    common = {
        "periods": 3,
        "policies": {"reserve_days": 73},
        "crises": _crisis(2, 0.5, recovery=0, effects=half),
    }
    world = _world(tmp_path / "ahead", supplier={"country": "JPN", "capacity_t": 150}, **common)
    assert second_objective(world) == pytest.approx(3200)
    # With 120 t a year nothing can be put by in year 1 (100 + 20 reserve). In the branch 60 arrive, 20 are released,
    # 20 are short and the gap of 20, as much as is spare in year 3, is bought at 10: 2000 + 200; or keep the 20 and be
    # 40 short: 4000.
    # Year 1 1200; year 2 plan 1000 / 2, branch (600 + 2000 + 200) / 2 = 1400; year 3 1000. Altogether 4100.
    world = _world(tmp_path / "tight", supplier={"country": "JPN", "capacity_t": 120}, **common)
    program = second_program(world)
    value, x = program.solve()
    assert value == pytest.approx(4100)
    assert _level(program, x, "gap", "m", _path(program.tree, "halt", 2)[-1]) == pytest.approx(20)
    # With 110 t a year and the 20 t there at the start, 10 are put by in year 1 (1100). In the branch 55 arrive, 30
    # are used and 15 are short; of the gap of 20 only 10 are spare, the others cost 10 + (1 - exp(-Λ)) * 100 with
    # Λ = 0.5 in three years. Year 2: plan 900 / 2, branch (550 + 1500 + 100 + 10 p2) / 2; year 3 1000.
    scarce = 10 + 100 * (1 - math.exp(-0.5 / 3))
    material = {"opening_stock_t": 20}
    world = _world(tmp_path / "scarce", material=material, supplier={"country": "JPN", "capacity_t": 110}, **common)
    assert second_objective(world) == pytest.approx(1100 + 450 + (2150 + 10 * scarce) / 2 + 1000)


def test_at_the_horizon_a_missing_tonne_costs_what_it_is_dearer_than_its_credit(tmp_path: Path) -> None:
    # 20 t must be held at the end of year 2, a year after which they are worth half of 10 / 1.25. A halt in year 2
    # leaves 20 of 100 t; the stock is used up and bought back at 12, as much as is spare in a year: half of
    # 12 / 1.25 - 10 / 1.25² each.
    policies = {"reserve_days": {"2026-12": 0, "2027-12": 73}}
    world = _world(
        tmp_path,
        material={"haircut": 0.5, "storage_cost_rate": 100},
        supplier={"price": 12},
        policies=policies,
        crises=_crisis(2, 0.5),
        discount_rate=0.25,
    )
    program = second_program(world)
    _, x = program.solve()
    assert program.value("gap", x) == pytest.approx(0.5 * 20 * 0.5 * (12 / 1.25 - 10 / 1.25**2))


def test_a_partly_stopped_supplier_is_not_ours_alone(tmp_path: Path) -> None:
    # Of 1000 t a year 95 % stop: a twentieth of the 100 t bought in the year before arrive, not 50 t.
    # Year 1 1000, then 95 short and 5 bought: 9550.
    loss = [{"all": True, "loss": 0.95}]
    material = {"storage_cost_rate": 100}
    world = _world(tmp_path / "abroad", material=material, crises=_crisis(2, 1.0, effects=loss))
    assert second_objective(world) == pytest.approx(1000 + 9550)
    # At home 50 t arrive; at the onset in year 1 the year before counts as capacity: 50 t as well.
    home = _world(
        tmp_path / "home", material=material, supplier={"country": "JPN"}, crises=_crisis(2, 1.0, effects=loss)
    )
    assert second_objective(home) == pytest.approx(1000 + 5500)
    first = _world(tmp_path / "first", material=material, periods=1, crises=_crisis(1, 1.0, effects=loss))
    assert second_objective(first) == pytest.approx(5500)
    # A tenth of the feed is lost: nine tenths of the capacity are free for all.
    feed = {"origins": [{"supplier": "s", "country": "COD", "share": 0.1}]}
    loss = [{"countries": ["COD"], "loss": 1.0}]
    world = _world(tmp_path / "feed", material=material, tables=feed, crises=_crisis(2, 1.0, effects=loss))
    assert second_objective(world) == pytest.approx(2000)
    # Half the ships of a closed route arrive, of the 100 t that are ours: 50 short.
    route = {"route": "strait"}
    loss = [{"routes": ["strait"], "loss": 0.5}]
    world = _world(tmp_path / "route", material=material, supplier=route, crises=_crisis(2, 1.0, effects=loss))
    assert second_objective(world) == pytest.approx(1000 + 500 + 5000)


def test_the_reserve_is_not_sold_into_a_price_spike(tmp_path: Path) -> None:
    # Prices treble in year 2; the 20 t in reserve stay, and 100 t are bought at 30. The target rises to 40 t on the
    # plan; the build-up pauses: the branch holds 20 and hands 20 less back, at the horizon for nothing.
    policies = {"reserve_days": {"2026-12": 73, "2027-12": 146}}
    spike = _crisis(2, 1.0, effects=[{"all": True, "price_factor": 3}])
    world = _world(tmp_path, material={"storage_cost_rate": 3}, policies=policies, crises=spike)
    program = second_program(world)
    value, x = program.solve()
    # Year 1: 120 t at 10 and 30 a tonne and year on a mean of 10 t; year 2: 100 t at 30 and 30 on 20 t.
    assert value == pytest.approx(1200 + 300 + 3000 + 600)
    assert _level(program, x, "stock", "m", _path(program.tree, "halt", 2)[0]) == pytest.approx(20)
    # Dearer purchases are damage: 100 t at 20 more each.
    assert program.at(program.damages[Future("halt", 2, 1)], x) == pytest.approx(2000)


def test_substitution_waits_in_a_branch(tmp_path: Path) -> None:
    # A halt from year 1 of 2, certain; up to 40 % saved at 30, after one period: 100 short, then 60 short and 40
    # saved: 10000 + 6000 + 1200 = 17200. The plan has weight zero.
    tranche = {"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30, "delay_periods": 1}
    halt = _crisis(1, 1.0, duration=2)
    world = _world(tmp_path / "first", tables={"substitution": [tranche]}, crises=halt)
    assert second_objective(world) == pytest.approx(17200)
    # What was saved the year before may stay: at 5 a tonne 40 are saved from year 1 on: 600 + 200, 6000 + 200.
    tables = {"substitution": [tranche | {"cost": 5}]}
    world = _world(tmp_path / "second", material={"storage_cost_rate": 100}, tables=tables, crises=_crisis(2, 1.0))
    assert second_objective(world) == pytest.approx(800 + 6200)


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
    # Two crises in year 2, a halt with probability 0.01 and a loss of 95 % with 0.03 that leaves 50 of 1000 t of a
    # supplier at home. Without a reserve 100 and 50 t are short; the damages are 10000 and 5000. Calm counts as no
    # damage, so at level 3/4 CVaR is (0.01 * 10000 + 0.03 * 5000) / 0.25 = 1000. Storing a tonne costs 15 and spares
    # 10 + at most 0.04 * 90 = 3.6, so no reserve pays by itself.
    # Objective: 1000 + 0.96 * 1000 + 0.01 * 10000 + 0.03 * (500 + 5000) = 2225.
    crises = _crisis(2, 0.01) | {"scarce": _crisis(2, 0.03, effects=[{"all": True, "loss": 0.95}])["halt"]}
    common = {"material": {"storage_cost_rate": 0.5}, "supplier": {"country": "JPN"}, "crises": crises}
    assert second_objective(_world(tmp_path / "none", **common)) == pytest.approx(2225)
    # A tonne in reserve takes 0.04 * 100 / 0.25 = 16 from CVaR. A limit of 840 makes 10 t be held: 15 * 10 = 150, less
    # what they spare in year 2: 0.96 * 100 in the plan, 0.01 * 1000 and 0.03 * 1000 in the crises: 136. 2225 + 14.
    limit = {"risk": {"level": 0.75, "limit": 840}}
    assert second_objective(_world(tmp_path / "limit", policies=limit, **common)) == pytest.approx(2239)
    # From 2028 on nothing begins.
    later = {"risk": {"level": 0.75, "limit": 840, "from": "2028-01"}}
    assert second_objective(_world(tmp_path / "later", policies=later, **common)) == pytest.approx(2225)
    # A weight of 0.05 makes a tonne in reserve spare another 0.8; it lacks 1.4, so none is held: 2225 + 50.
    weight = {"risk": {"level": 0.75, "weight": 0.05}}
    assert second_objective(_world(tmp_path / "weight", policies=weight, **common)) == pytest.approx(2275)


def test_a_harmless_crisis_moves_no_risk_limit_and_years_do_not_mix(tmp_path: Path) -> None:
    # Halts in years 1 and 2 with 0.1 and 0.2, nothing else: CVaR of 0.1 * 10000 / 0.5 and 0.2 * 10000 / 0.5. The
    # first year can be spared nothing; a limit of 2500 from the second on makes 37.5 t be held.
    halts = {f"halt-{o}": _crisis(o, p, recovery=0)["halt"] for o, p in ((1, 0.1), (2, 0.2))}
    harmless = {"harmless": _crisis(2, 0.3, effects=[{"all": True, "loss": 0.01}])["halt"]}
    material = {"storage_cost_rate": 20}
    policies = {"risk": {"level": 0.5, "limit": 2500, "from": "2027-01"}}
    stocks = []
    for name, crises in (("one", halts), ("both", halts | harmless)):
        program = second_program(_world(tmp_path / name, material=material, crises=crises, policies=policies))
        _, x = program.solve()
        stocks.append(_level(program, x, "stock", "m", _plan(1)))
    assert stocks == pytest.approx([37.5, 37.5])


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
def test_a_policy_never_makes_the_least_cost_less(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(description=policy_variants(name))
    def holds(description: Description) -> None:
        free = second_objective(_read(with_policies(description, {}), tmp_path_factory.mktemp("free")))
        try:
            limited = second_objective(_read(description, tmp_path_factory.mktemp("limited")))
        except InfeasibleError:
            return
        assert limited >= free - 1e-6 * max(1.0, abs(free))

    holds()
