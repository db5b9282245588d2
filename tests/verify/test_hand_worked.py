"""Plans worked out by hand (tests/cases/*/README or the arithmetic beside them) verify, and no other number does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bichiku.model.world import World
from bichiku.reading.model import read_model
from bichiku.verification.crises import crises_sheet
from bichiku.verification.crisis_metrics import CRISIS_METRICS
from bichiku.verification.facts import RunFacts
from bichiku.verification.metric_sources import MetricValue, Read
from bichiku.verification.tree import effective_annual_probability, windows
from bichiku.verification.verdict import Ledger, Place
from oracles.by_hand import description, read
from tests.verify.hand import Flow, along, bought, empty_table, money_of, read_by_hand

CASES = Path(__file__).parents[1] / "cases"
PLAN = ("plan", 0, 0)


def _world(case: str, strategy: str) -> World:
    return read_model(CASES / case).worlds[strategy]


def _weights(facts: RunFacts, material: str) -> dict[tuple[str, int, int], list[float]]:
    """Weights of the nodes of a chain, by crisis, onset and length in the order of periods."""
    nodes, k = facts.nodes, list(facts.world.materials).index(material)
    found: dict[tuple[str, int, int], list[float]] = {}
    for node in np.flatnonzero(nodes.exists[:, k]):
        key = (str(nodes.crisis[node]), int(nodes.onset[node]), int(nodes.length[node]))
        found.setdefault(key, []).append(float(nodes.weight[node, k]))
    return found


def _column(facts: RunFacts, name: str) -> dict[tuple[object, ...], float]:
    sheet = crises_sheet(facts, empty_table("crises.csv"))
    return dict(zip(sheet.keys, sheet.numbers[name].values, strict=True))


# A crisis of unknown length: seven quarters, 100 t a quarter at 100, storage 1 a tonne and quarter, shortage 190


def _of_lengths(opening: int) -> list[Flow]:
    """The plan that buys so many tonnes before the onset in quarter 2, and uses them up from then on."""
    stocks = [max(opening - 100 * t, 0) for t in range(7)]
    purchases = [100 + stocks[0]] + [100 + stocks[t] - stocks[t - 1] for t in range(1, 7)]
    spine = [max(opening - 100 * (age + 1), 0) for age in range(4)]
    short = [max(100 * (age + 1) - opening, 0) and min(100, 100 * (age + 1) - opening) for age in range(4)]
    flows = [*bought(PLAN, 1, "m", "a", purchases), *along(PLAN, 1, "m", "stock", stocks)]
    flows += along(("halt", 2, 0), 2, "m", "stock", spine) + along(("halt", 2, 0), 2, "m", "short", short)
    for length in (1, 2, 4):
        exit_node, begin = ("halt", 2, length), 2 + length
        owed, left = stocks[begin - 1], spine[length - 1]
        flows += bought(exit_node, begin, "m", "a", [100 + owed - left]) + along(exit_node, begin, "m", "stock", [owed])
    return flows


def test_weights_of_a_crisis_of_unknown_length() -> None:
    facts, _ = read_by_hand(_world("duration", "lengths"), _of_lengths(300))
    assert len(facts.nodes) == 7 + 4 + 3
    assert [round(future.probability, 12) for future in facts.nodes.futures] == [0.1, 0.06, 0.04]
    expected = {
        PLAN: [1, 0.8, 0.8, 0.9, 0.96, 0.96, 1],
        ("halt", 2, 0): [0.2, 0.1, 0.04, 0.04],
        ("halt", 2, 1): [0.1],
        ("halt", 2, 2): [0.06],
        ("halt", 2, 4): [0.04],
    }
    found = _weights(facts, "m")
    assert set(found) == set(expected)
    for key, weights in expected.items():
        assert found[key] == pytest.approx(weights, abs=1e-12), key


@pytest.mark.parametrize(("opening", "cost"), [(200, 71_020), (300, 70_960), (400, 71_000)])
def test_a_plan_against_unknown_lengths(opening: int, cost: float) -> None:
    facts, ledger = read_by_hand(_world("duration", "lengths"), _of_lengths(opening))
    assert [str(finding) for finding in ledger.findings] == []
    assert sum(money_of(facts).values()) == pytest.approx(cost)


def test_what_unknown_lengths_do() -> None:
    facts, _ = read_by_hand(_world("duration", "lengths"), _of_lengths(300))
    money = money_of(facts)
    assert (money["purchase"], money["holding"], money["shortage"], money["gap"]) == pytest.approx(
        (69_600, 600, 760, 0)
    )
    assert list(_column(facts, "damage").values()) == pytest.approx([0, 0, 19_000])
    assert list(_column(facts, "time_to_survive_days").values())[2] == pytest.approx(3 * 91.25)
    assert list(_column(facts, "short_days").values()) == pytest.approx([0, 0, 91.25])
    assert list(_column(facts, "full_supply_after_days").values()) == pytest.approx([0, 0, 4 * 91.25])
    assert list(_column(facts, "branch_days").values()) == pytest.approx([2 * 91.25, 3 * 91.25, 5 * 91.25])
    assert facts.damage.cvar(2026, 0.9) == pytest.approx(0.04 * 19_000 / 0.1)  # calm and short crises without damage


WRITTEN = [flow for flow in _of_lengths(300) if flow.tonnes]


@pytest.mark.parametrize("at", range(len(WRITTEN)), ids=lambda at: "-".join(map(str, WRITTEN[at][:7])))
def test_one_number_changed_does_not_verify(at: int) -> None:
    flows = list(WRITTEN)
    flows[at] = flows[at]._replace(tonnes=flows[at].tonnes * 1.001)
    _, ledger = read_by_hand(_world("duration", "lengths"), flows)
    assert ledger.findings


def test_a_gap_where_nothing_is_handed_back() -> None:
    gap = Flow("halt", 2, 0, 3, "m", "gap", "", 1.0)
    _, ledger = read_by_hand(_world("duration", "lengths"), [*WRITTEN, gap])
    assert [finding.rule for finding in ledger.findings] == ["flows.gap_place"]


# What is missing at the end: 110 t a year at 10, use 100, the plan holds 60; a halt takes a year, and 50 stay missing


def _handed_back(gap: float, scarce: float) -> tuple[RunFacts, Ledger]:
    crisis = {"onsets": [{"period": 2, "probability": 0.1}], "duration": 1, "recovery": 1,
              "effects": [{"countries": ["CHN"], "loss": 1.0}]}  # fmt: skip
    material = {"opening_stock_t": 60}
    world = read(
        description(4, material=material, suppliers=[{"capacity_t": 110}], crises={"halt": crisis}, refill_periods=1)
    )
    flows = bought(PLAN, 1, "m", "s", [100, 100, 100, 100]) + along(PLAN, 1, "m", "stock", [60, 60, 60, 60])
    flows += along(("halt", 2, 0), 2, "m", "short", [40])
    after = ("halt", 2, 1)
    flows += bought(after, 3, "m", "s", [110]) + along(after, 3, "m", "stock", [10])
    flows += along(after, 3, "m", "gap", [gap]) + along(after, 3, "m", "gap_scarce", [scarce])
    return read_by_hand(world, flows)


def test_beyond_the_spare_tonnes_refill_is_scarce() -> None:
    facts, ledger = _handed_back(10, 40)
    assert ledger.findings == []
    # one listed onset of 0.1 in four years: the dearer step adds 1 - exp(-0.025) of the shortage cost of 100
    dear = 40 * (1 - np.exp(-0.025)) * 100
    assert money_of(facts)["gap"] == pytest.approx(0.1 * (50 * 10 + dear))
    assert _column(facts, "dearer_refill")["halt", 2, 1, "m"] == pytest.approx(dear)
    assert _column(facts, "damage")["halt", 2, 1, "m"] == pytest.approx(dear + 40 * 100)


@pytest.mark.parametrize(("gap", "scarce", "rule"), [(11, 39, "flows.spare"), (10, 39, "flows.hand_back")])
def test_too_little_is_handed_back(gap: float, scarce: float, rule: str) -> None:
    _, ledger = _handed_back(gap, scarce)
    assert [finding.rule for finding in ledger.findings] == [rule]


# Two chains with a tree each: seven quarters, 100 t a quarter of each, storage 1, nobody short


def _of_chains() -> list[Flow]:
    flows: list[Flow] = []
    plans = {"alpha": [100, 0, 100, 0, 100, 100, 0], "beta": [200, 100, 200, 100, 200, 100, 0]}
    lasting = {"alpha": 1, "beta": 2}
    for material, stocks in plans.items():
        before = [0, *stocks]
        purchases = [100 + stocks[t] - before[t] for t in range(7)]
        near = f"{material}-near"
        flows += bought(PLAN, 1, material, near, purchases) + along(PLAN, 1, material, "stock", stocks)
        for onset in (2, 4, 6, 7):
            crisis, length = f"{material}-halt", lasting[material]
            left = [before[onset - 1] - 100 * (age + 1) for age in range(min(length, 8 - onset))]
            flows += along((crisis, onset, 0), onset, material, "stock", left)
            end = onset + length
            if end <= 7:
                node = (crisis, onset, length)
                flows += bought(node, end, material, near, [100 + stocks[end - 1] - left[-1]])
                flows += along(node, end, material, "stock", [stocks[end - 1]])
    return flows


def test_two_chains_have_a_tree_each() -> None:
    facts, ledger = read_by_hand(_world("chains", "all"), _of_chains())
    assert [str(finding) for finding in ledger.findings] == []
    alpha, beta = _weights(facts, "alpha"), _weights(facts, "beta")
    assert {key[0] for key in alpha} == {"plan", "alpha-halt"}  # idle touches nothing
    assert {key[0] for key in beta} == {"plan", "beta-halt"}
    assert alpha[PLAN] == pytest.approx([1, 0.81, 0.81, 0.81, 0.81, 0.81, 0.71])
    assert beta[PLAN] == pytest.approx([1, 0.9025, 0.9025, 0.805, 0.9025, 0.805, 0.8525])
    lines = money_of(facts)
    assert (lines["purchase"], lines["holding"]) == pytest.approx((140_000, 381 + 861))
    assert sum(lines.values()) == pytest.approx(141_242)


def test_windows_make_the_typed_probability() -> None:
    world = _world("chains", "all")
    alpha = world.settings.crises["alpha-halt"]
    assert [(window.onset, window.years) for window in windows(world, alpha)] == [
        (2, 0.5),
        (4, 0.5),
        (6, 0.5),
        (7, 0.25),
    ]
    assert [window.probability for window in windows(world, alpha)] == pytest.approx([0.19, 0.19, 0.19, 0.1])
    for name in ("alpha-halt", "beta-halt", "idle"):
        crisis = world.settings.crises[name]
        assert effective_annual_probability(world, crisis) == pytest.approx(crisis.annual_probability, rel=1e-12)


def test_a_branch_of_another_chain_is_unknown() -> None:
    flow = Flow("alpha-halt", 2, 0, 2, "beta", "stock", "", 1.0)
    _, ledger = read_by_hand(_world("chains", "all"), [*_of_chains(), flow])
    assert [finding.rule for finding in ledger.findings] == ["row.unknown"]


def test_what_is_refused_of_dearer_goods_leaves_rounding_and_no_damage() -> None:
    # an indexed contract of 100 t at 10, all of it refused in a crisis that makes it three times as dear, in which the
    # stock of 100 t is used: what is offered would cost 100 x 2 x 10 more than on the plan, and as much is refused
    crisis = {"onsets": [{"period": 2, "probability": 0.1}], "duration": 1, "recovery": 1,
              "effects": [{"countries": ["CHN"], "price_factor": 3.0}]}  # fmt: skip
    contract = {"kind": "contract", "minimum_t": 100, "capacity_t": 100, "index": 1.0}
    material = {"opening_stock_t": 100}
    world = read(description(3, material=material, suppliers=[contract], crises={"dear": crisis}, refill_periods=1))
    flows = bought(PLAN, 1, "m", "s", [100, 100, 100]) + along(PLAN, 1, "m", "stock", [100, 100, 100])
    in_crisis = ("dear", 2, 0)
    flows += along(in_crisis, 2, "m", "shipped", [100], "s") + along(in_crisis, 2, "m", "refused", [100], "s")
    facts, _ = read_by_hand(world, flows)
    expected = CRISIS_METRICS["expected_damage_per_year"](Read(facts, {}, {}), "all")
    assert isinstance(expected, MetricValue)
    assert (expected.value, expected.scale) == pytest.approx((0.0, 0.1 * 2000 / 3))
    sheet = crises_sheet(facts, empty_table("crises.csv"))
    for column in ("dearer_purchases", "damage"):
        numbers = sheet.numbers[column]
        assert (list(numbers.values), list(np.broadcast_to(numbers.scale, 1))) == ([0.0], [2000.0]), column
        for stated, findings in ((3e-8, 0), (1e-5, 1)):
            ledger = Ledger()
            place = Place("a future")
            ledger.equal("x", "crises.csv", stated, numbers.values, lambda _, place=place: place, numbers.scale)
            assert len(ledger.findings) == findings, (column, stated)
