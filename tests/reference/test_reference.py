"""Cases with a value on paper, each a model folder with its source and derivation in README.md."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from oracles.by_hand import branch, duals, line, plan

CASES = Path(__file__).parent

VALUES = [
    ("gas-purchase", "hedge", 1400),
    ("gas-purchase", "normal-for-sure", 1000),
    ("gas-purchase", "cold-for-sure", 1400),
    ("gas-purchase", "very-cold-for-sure", 1580),
    ("newsvendor", "base", 10.5),
    ("halts-of-several-lengths", "base", 6300),
    ("goods-under-way", "port-shut", 10670),
    ("goods-under-way", "route-shut", 10670),
    ("refinery-chain", "base", 5020),
    ("merit-order", "capped", 3720),
    ("merit-order", "free", 3000),
    ("known-price-rise", "base", 3440),
    ("comb", "worth-a-reserve", 6425),
    ("comb", "too-rare", 5600),
]


@cache
def solved(case: str, strategy: str, *sets: str) -> Run:
    wanted = [] if strategy == "base" else [strategy]
    return run_strategy(read_model(CASES / case, wanted, sets).worlds[strategy], prices=False)


def objective(case: str, strategy: str, *sets: str) -> float:
    return solved(case, strategy, *sets).outcome.solution.objective


@pytest.mark.parametrize(("case", "strategy", "value"), VALUES)
def test_the_optimal_value_is_that_on_paper(case: str, strategy: str, value: float) -> None:
    assert objective(case, strategy) == pytest.approx(value, rel=1e-6)


def test_every_case_has_its_source_and_derivation() -> None:
    for model in CASES.glob("*/model.yaml"):
        text = (model.parent / "README.md").read_text(encoding="utf-8")
        assert "Source" in text, model.parent.name


def test_the_gas_company_stores_100_and_buys_the_rest_when_it_knows_the_winter() -> None:
    case = solved("gas-purchase", "hedge")
    assert plan(case, case.outcome.stock["gas"])[0] == pytest.approx(100)
    bought = {
        winter: branch(case, case.outcome.arrived["market"], winter) for winter in ("normal", "cold", "very-cold")
    }
    assert bought == {"normal": pytest.approx([0]), "cold": pytest.approx([50]), "very-cold": pytest.approx([80])}
    assert line(case, "holding") == pytest.approx(100)


def test_the_newsvendor_orders_60() -> None:
    case = solved("newsvendor", "base")
    assert plan(case, case.outcome.stock["newspaper"])[0] == pytest.approx(60)
    # 40 and 20 are left over with probability 1/4 each, at 0.1
    assert line(case, "terminal_stock_value") == pytest.approx(-1.5)


def test_two_quarters_are_held_against_halts_of_several_lengths() -> None:
    case = solved("halts-of-several-lengths", "base")
    assert plan(case, case.outcome.stock["ore"])[0] == pytest.approx(200)
    assert plan(case, case.outcome.cover_days("ore"))[0] == pytest.approx(182.5)
    survived = case.tables["crises"].set_index("crisis")["time_to_survive_days"]
    assert survived["quarters-3"] == pytest.approx(182.5)
    assert survived.isna()["quarters-2"]


V = 1 / 1.04  # discounting of one year in the case on carrying cost


@pytest.mark.parametrize(
    ("material", "storage", "haircut", "digits"), [("costly", 0.02, 0.1, 61715.4), ("free", 0.0, 0.0, 32053.1)]
)
def test_carrying_a_reserve_costs_the_closed_form(material: str, storage: float, haircut: float, digits: float) -> None:
    closed = 180 * 1000 * (1 + storage * (0.5 + V + V**2 + V**3 + V**4) - (1 - haircut) * V**5)
    assert closed == pytest.approx(digits, abs=0.1)
    with_reserve, without = solved("carrying-cost", "reserve"), solved("carrying-cost", "none")
    money = [case.tables["costs"].groupby("material")["value"].sum()[material] for case in (with_reserve, without)]
    assert money[0] - money[1] == pytest.approx(closed, rel=1e-6)
    assert plan(with_reserve, with_reserve.outcome.stock[material]) == pytest.approx([180] * 5)


@pytest.mark.parametrize(("material", "storage", "haircut"), [("costly", 0.02, 0.1), ("free", 0.0, 0.0)])
def test_the_dual_of_a_reserve_target_is_that_years_carrying_cost(
    material: str, storage: float, haircut: float
) -> None:
    table = duals(solved("carrying-cost", "reserve"), "reserve_days")
    found = table[table["material"] == material]["dual"].tolist()
    within = [1000 * V**t * ((1 - V) + storage * (1 + V) / 2) for t in range(4)]
    last = 1000 * V**4 * (1 - (1 - haircut) * V + storage / 2)
    assert found == pytest.approx([*within, last], rel=1e-6)


def test_at_par_without_storage_cost_discount_or_haircut_a_reserve_costs_nothing() -> None:
    sets = ("discount_rate=0",)
    with_reserve, without = solved("carrying-cost", "reserve", *sets), solved("carrying-cost", "none", *sets)
    money = [case.tables["costs"].groupby("material")["value"].sum()["free"] for case in (with_reserve, without)]
    # five years of 365 t at 1000, whether or not 180 t lie in store
    assert money == pytest.approx([1825000, 1825000], rel=1e-9)
    table = duals(with_reserve, "reserve_days")
    assert table[table["material"] == "free"]["dual"].tolist() == pytest.approx([0] * 5, abs=1e-6)


@pytest.mark.parametrize(
    ("strategy", "short", "survived"),
    [("port-shut", [0, 0, 100, 100, 0], 182.5), ("route-shut", [100, 100, 0, 0, 0], 0.0)],
)
def test_a_halt_is_short_of_exactly_what_the_pipeline_lacks(strategy: str, short: list[float], survived: float) -> None:
    case = solved("goods-under-way", strategy)
    # the branch runs from quarter 4 to 8
    assert branch(case, case.outcome.short["metal"]) == pytest.approx(short, abs=1e-6)
    assert plan(case, case.outcome.stock["metal"]) == pytest.approx([0] * 8, abs=1e-6)
    # two whole quarters of 91.25 days, or none
    assert case.tables["crises"]["time_to_survive_days"].tolist() == pytest.approx([survived])


def test_the_refinery_is_built_for_what_demand_can_use() -> None:
    case = solved("refinery-chain", "base")
    assert case.outcome.values("build", "refinery-jpn") == pytest.approx([70])
    assert plan(case, case.outcome.arrived["metal-chn"]) == pytest.approx([70, 0, 0], abs=1e-6)
    assert (line(case, "investment"), line(case, "subsidy")) == pytest.approx((840, -210))


def test_the_merit_order_under_a_falling_cap() -> None:
    case = solved("merit-order", "capped")
    found = {country: plan(case, case.outcome.arrived[f"metal-{country}"]) for country in ("chn", "aus", "chl")}
    assert found["chn"] == pytest.approx([80, 60, 40])
    assert found["aus"] == pytest.approx([20, 30, 30])
    assert found["chl"] == pytest.approx([0, 10, 30], abs=1e-6)
    assert duals(case, "share_caps")["dual"].tolist() == pytest.approx([-4, -10, -10])


def test_without_a_crisis_there_is_the_plan_alone() -> None:
    case = solved("known-price-rise", "base")
    assert case.outcome.tree.weight.tolist() == [1, 1, 1]
    assert plan(case, case.outcome.arrived["metal-chn"]) == pytest.approx([180, 20, 100])


@pytest.mark.parametrize(("strategy", "stock"), [("worth-a-reserve", [100, 100, 100, 0]), ("too-rare", [0, 0, 0, 0])])
def test_a_comb_holds_a_years_demand_or_nothing(strategy: str, stock: list[float]) -> None:
    case = solved("comb", strategy)
    assert [(b.onset, b.end) for b in case.outcome.tree.branches] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert plan(case, case.outcome.stock["metal"]) == pytest.approx(stock, abs=1e-6)
    # the stock handed back is bought, but in the last year there is none to hand back to
    assert case.outcome.values("gap", "metal")[:3] == pytest.approx(stock[:3], abs=1e-6)
