"""What a run has signed, built and stored, by hand. For the world see `oracles.by_hand`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bichiku
from bichiku.result.held_plan import HeldPlan
from oracles.by_hand import small_world, solve

# 40 t a year are signed at 8, all that the contract offers; 73 days of 100 t are 20 t; the plant makes the 30 t of the
# second year for which it can be ready, at 5 and 1 of capex each, and the market at 10 does the rest
PLANT = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "max_build_t": 30, "capex": 1}
PLANT |= {"fixed_cost": 0, "running_cost": 5, "build_periods": 1}
SIGNED = {"supplier": "c", "kind": "contract", "country": "AUS", "capacity_t": 40, "price": 8}
STRIKE = {"strike": {"from": "2026-01", "to": "2026-12", "effects": [{"suppliers": ["c"], "loss": 0.5}]}}


@pytest.fixture(scope="module")
def run() -> bichiku.Run:
    # storage costs something, so that nothing is bought before it is needed
    given = {"material": {"storage_cost_rate": 0.1}, "events": STRIKE, "policies": {"reserve_days": 73}}
    return bichiku.solve(small_world(2, suppliers=[{}, SIGNED], tables={"projects": [PLANT]}, **given))


@pytest.fixture(scope="module")
def read_back(run: bichiku.Run, tmp_path_factory: pytest.TempPathFactory) -> bichiku.Run:
    return bichiku.load(run.write(tmp_path_factory.mktemp("runs")))


@pytest.fixture(params=["run", "read_back"])
def held(request: pytest.FixtureRequest) -> HeldPlan:
    return HeldPlan.of(request.getfixturevalue(request.param))


def test_contracts_are_the_tonnes_signed_whatever_was_shipped_of_them(held: HeldPlan) -> None:
    # the strike of the first year lets 20 t of it through
    assert held.contracts["c"] == pytest.approx([40, 40])
    assert held.shipments["c"] == pytest.approx([20, 40])


def test_builds_are_by_start(held: HeldPlan) -> None:
    assert held.builds["p"] == pytest.approx([30])
    assert held.shipments["p"] == pytest.approx([0, 30])


def test_stock_is_that_of_the_plan_at_the_end_of_each_period(held: HeldPlan) -> None:
    assert held.stock["m"] == pytest.approx([20, 20])
    assert held.shipments["s"] == pytest.approx([120 - 20, 100 - 40 - 30])


def test_of_a_contract_that_could_ship_nothing_the_minimum_is_known() -> None:
    halted = {"halt": {"from": "2026-01", "to": "2026-12", "effects": [{"suppliers": ["c"], "loss": 1.0}]}}
    run = solve(2, suppliers=[{}, SIGNED | {"minimum_t": 10}], events=halted)
    run.solved = None
    assert HeldPlan.of(run).contracts["c"] == pytest.approx([10, 40])


def test_both_ways_tell_the_same_of_a_plan_with_crises(tmp_path: Path) -> None:
    model = bichiku.read("models/tutorial")
    run = bichiku.solve(model["reserve-180"])
    solved, read = HeldPlan.of(run), HeldPlan.of(bichiku.load(run.write(tmp_path)))
    for mine, theirs in zip(vars(solved).values(), vars(read).values(), strict=True):
        assert mine.keys() == theirs.keys()
        for name in mine:
            np.testing.assert_allclose(theirs[name], mine[name], rtol=1e-12, atol=1e-9)
