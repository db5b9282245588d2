"""The second builder's trees and states on cases small enough for paper; each test carries its arithmetic.

For the world that tests change see `oracles.by_hand`.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from oracles.by_hand import ALL_HALT, halt, read, small_world
from oracles.second_tree import Future, Node, SecondTree, second_tree
from oracles.world_strategies import Description, small_models


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
def test_windows(onset_every: int, first: int | None, expected: dict[int, float]) -> None:
    crisis = {"annual_probability": 0.5, "onset_every": onset_every, "duration": 1, "recovery": 0}
    crisis |= {"effects": [ALL_HALT]} | ({} if first is None else {"first_onset": first})
    tree = second_tree(small_world(periods=5, crises={"halt": crisis}))
    assert {onset: p for (_, onset), p in tree.begins.items()} == pytest.approx(expected)


def test_crises_do_not_block_each_other() -> None:
    # Both keep what is typed; the plan weighs the rest.
    crises = {
        name: {"annual_probability": p, "onset_every": 1, "duration": 1, "recovery": "to-end", "effects": [ALL_HALT]}
        for name, p in [("a", 0.5), ("b", 0.25)]
    }
    tree = second_tree(small_world(periods=1, crises=crises))
    assert tree.probabilities == pytest.approx({Future("a", 1, 1): 0.5, Future("b", 1, 1): 0.25})
    assert tree.weights[_plan(1)] == pytest.approx(0.25)


def test_a_branch_is_a_spine_with_an_exit_for_each_length() -> None:
    # Onset 2 with 0.4; lengths 1 and 3, half each; recovery 2, of which the longer has one period before the horizon.
    crises = halt(2, 0.4, duration={1: 0.5, 3: 0.5}, recovery=2)
    tree = second_tree(small_world(periods=5, crises=crises))
    weights = {(n.length, n.period): w for n, w in tree.weights.items() if n.crisis is not None}
    spine = {(0, 2): 0.4, (0, 3): 0.2, (0, 4): 0.2}
    assert weights == pytest.approx(spine | {(1, 3): 0.2, (1, 4): 0.2, (3, 5): 0.2})
    assert [(n.length, n.period) for n in _path(tree, "halt", 2)] == [(0, 2), (1, 3), (1, 4)]
    longer = _path(tree, "halt", 2, 3)
    assert [(n.length, n.period) for n in longer] == [(0, 2), (0, 3), (0, 4), (3, 5)]
    assert tree.ancestor(longer[-1], 4) == _plan(1)
    assert tree.ancestor(longer[-1], 5) is None


def test_lengths_beyond_the_horizon_share_their_path_and_hand_back_together() -> None:
    crises = halt(2, 0.4, duration={1: 0.5, 2: 0.25, 9: 0.25}, recovery=0)
    tree = second_tree(small_world(periods=3, crises=crises))
    spine = [Node("m", "halt", 2, 0, 2), Node("m", "halt", 2, 0, 3)]
    assert _path(tree, "halt", 2, 2) == _path(tree, "halt", 2, 9) == spine
    assert {node.period: len(futures) for node, futures in tree.futures_at_end().items()} == {2: 1, 3: 2}


def test_chains_and_what_touches_them() -> None:
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
    crises = {name: halt(1, 0.01, duration=1, effects=[effect])["halt"] for name, effect in effects.items()}
    shut = {"from": "2026-01", "to": "2027-12", "effects": [{"suppliers": ["ore"], "loss": 1.0}]}
    tree = second_tree(small_world(tables=tables, crises=crises, events={"shut": shut}))
    assert {name: chain.materials for name, chain in tree.chains.items()} == {"gas": {"gas"}, "metal": {"metal", "ore"}}
    assert tree.chains["gas"].crises == ["feed", "price"]  # `later` begins after the crisis has ended
    assert tree.chains["metal"].crises == ["plant", "price"]


def test_an_effect_waits_acts_and_fades() -> None:
    # start 1, duration 1, return over 2: nothing, all of 0.8, then 0.8 times 3/4 and 1/4, then nothing.
    effect = {"countries": ["CHN"], "loss": 0.8, "start": 1, "duration": 1, "return_over": 2}
    tree = second_tree(small_world(periods=5, crises=halt(1, 0.5, duration=2, effects=[effect])))
    found = [tree.state(node).export["s"] for node in _path(tree, "halt", 1, 2)]
    assert found == pytest.approx([1.0, 0.2, 0.4, 0.8, 1.0])


def test_an_effect_ends_with_its_length_and_never_begins_after_it() -> None:
    early = {"countries": ["CHN"], "loss": 0.8, "return_over": 2}
    late = {"all": True, "loss": 1.0, "start": 1}
    crises = halt(1, 0.5, duration={1: 0.5, 2: 0.5}, effects=[early, late])
    tree = second_tree(small_world(periods=4, crises=crises))
    assert [tree.state(n).export["s"] for n in _path(tree, "halt", 1, 1)] == pytest.approx([0.2, 0.4, 0.8, 1.0])
    assert [tree.state(n).export["s"] for n in _path(tree, "halt", 1, 2)] == pytest.approx([0.2, 0.0, 0.4, 0.8])


def test_losses_of_a_country_multiply_and_those_of_two_add() -> None:
    # Half of the feed is Congolese, a quarter Australian, the rest Chinese: 1 - 0.5 * (1 - 0.5 * 0.4) - 0.25 = 0.65;
    # times 0.9 of the plant, which the Chinese effect hits and its feed not again.
    effects = [
        {"countries": ["COD"], "loss": 0.5},
        {"countries": ["COD"], "loss": 0.6},
        {"countries": ["AUS"], "loss": 1.0},
        {"countries": ["CHN", "CHL"], "loss": 0.1},
    ]
    rows = [{"supplier": "s", "country": "COD", "share": 0.5}, {"supplier": "s", "country": "AUS", "share": 0.25}]
    world = small_world(tables={"origins": rows}, crises=halt(1, 0.5, effects=effects))
    tree = second_tree(world)
    assert tree.state(_path(tree, "halt", 1)[0]).export["s"] == pytest.approx((0.5 * 0.2 + 0.25) * 0.9)


def test_the_loss_of_a_feed_comes_later() -> None:
    # A quarter of the feed is Congolese, two periods away; nothing of the crisis acts before its onset.
    rows = [{"supplier": "s", "country": "COD", "share": 0.25, "lag_periods": 2}]
    effect = {"countries": ["COD"], "loss": 1.0}
    world = small_world(periods=6, tables={"origins": rows}, crises=halt(2, 0.5, recovery=3, effects=[effect]))
    tree = second_tree(world)
    found = [tree.state(node).export["s"] for node in _path(tree, "halt", 2)]
    assert found == pytest.approx([1.0, 1.0, 0.75, 1.0])
    # An event of June 2026 reaches a yearly period two years later.
    event = {"june": {"from": "2026-06", "to": "2026-06", "effects": [effect]}}
    tree = second_tree(small_world(periods=3, tables={"origins": rows}, events=event))
    assert [tree.state(_plan(t)).export["s"] for t in (1, 2, 3)] == pytest.approx([1.0, 1.0, 1 - 0.25 / 12])


def test_effects_are_combined_month_by_month() -> None:
    # Twelve months from November 2026 use 2 / 12 of 120 and 10 / 12 of 240; a half is more in the first three months.
    # Prices double in the first half and treble in its last three months: (3 * 2 + 3 * 6 + 6) / 12 = 2.5.
    tables = {"demand": [{"material": "m", "year": 2026 + i, "tonnes": 120 * (i + 1)} for i in range(2)]}
    events = {
        "more": {"from": "2026-11", "to": "2027-01", "effects": [{"materials": ["m"], "demand_factor": 1.5}]},
        "dear": {"from": "2026-11", "to": "2027-04", "effects": [{"all": True, "price_factor": 2}]},
        "dearer": {"from": "2027-02", "to": "2027-04", "effects": [{"countries": ["CHN"], "price_factor": 3}]},
    }
    state = second_tree(small_world(1, tables=tables, start="2026-11", events=events)).state(_plan(1))
    assert state.demand["m"] == pytest.approx(15 * 2 + 30 + 20 * 9)
    assert state.price_factor["s"] == pytest.approx(2.5)


def test_an_origin_is_hit_by_its_share_and_an_event_by_its_months() -> None:
    # A quarter of the Chinese supplier's feed is Congolese: a full loss there takes 1/4. It lasts 6 of the first
    # year's 12 months: 1/8. Doubling prices for half a year is a factor of 1.5; routes act on arrival.
    effects = [
        {"countries": ["COD"], "loss": 1.0},
        {"materials": ["m"], "price_factor": 2.0},
        {"routes": ["strait"], "loss": 0.5},
    ]
    world = small_world(
        suppliers=[{"route": "strait"}],
        tables={"origins": [{"supplier": "s", "country": "COD", "share": 0.25}]},
        events={"strike": {"from": "2026-07", "to": "2026-12", "effects": effects}},
    )
    tree = second_tree(world)
    state = tree.state(_plan(1))
    assert (state.export["s"], state.price_factor["s"], state.route["s"]) == pytest.approx((0.875, 1.5, 0.75))
    assert tree.state(_plan(2)).export["s"] == 1.0


# What the text calls an error


def test_a_plan_weight_below_zero_is_refused() -> None:
    crises = halt(1, 0.6) | {"other": halt(2, 0.6)["halt"]}
    with pytest.raises(ValueError, match=r"chain m, 2027-01, crises halt, other"):
        second_tree(small_world(crises=crises))


def test_a_recovery_shorter_than_a_lead_is_refused() -> None:
    supplier = {"lead_periods": 2}
    for onset, recovery, refused in ((2, 1, True), (2, 2, False), (2, "to-end", False), (4, 1, False)):
        world = small_world(periods=5, suppliers=[supplier], crises=halt(onset, 0.1, recovery=recovery))
        if refused:
            with pytest.raises(ValueError, match="shorter than the longest lead"):
                second_tree(world)
        else:
            second_tree(world)


def test_an_effect_that_outlasts_its_branch_is_refused() -> None:
    rows = {"origins": [{"supplier": "s", "country": "COD", "share": 0.5, "lag_periods": 1}]}
    fades = {"all": True, "loss": 1.0, "return_over": 2}
    lags = {"countries": ["COD"], "loss": 1.0, "return_over": 1}
    cases = [(fades, 1, 1, True), (fades, 1, 2, False), (fades, 1, "to-end", False), (fades, 4, 1, False)]
    cases += [(lags, 1, 1, True), (lags, 1, 2, False)]
    for effect, onset, recovery, refused in cases:
        crises = halt(onset, 0.1, recovery=recovery, effects=[effect])
        world = small_world(periods=5, tables=rows, crises=crises)
        if refused:
            with pytest.raises(ValueError, match="outlasts"):
                second_tree(world)
        else:
            second_tree(world)


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(description=small_models())
def test_weights_of_each_chain_and_period_sum_to_one(description: Description) -> None:
    world = read(description)
    tree = second_tree(world)
    for chain in tree.chains:
        for period in range(1, world.settings.periods + 1):
            weights = [w for node, w in tree.weights.items() if (node.chain, node.period) == (chain, period)]
            assert sum(weights) == pytest.approx(1.0)
            assert min(weights) >= 0.0
