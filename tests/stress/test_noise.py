"""Noise of demand and prices in drawn futures, by hand. For the world see `oracles.by_hand`.

A halt of a year in which nobody ships meets 20 t in store, 73 days of 100 t: a demand of 100 f leaves 100 f - 20 short,
at 100 each.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bichiku
from bichiku.api.stress.draws import stress_draws
from bichiku.executing import executor
from bichiku.executing.processes import ThisProcess
from bichiku.model.calendar import Calendar
from bichiku.model.settings import Crisis
from bichiku.model.state import world_state
from bichiku.model.tree import grow_tree
from bichiku.result.held_plan import HeldPlan
from bichiku.stressing.course import Course
from bichiku.stressing.drawn import DrawnStress
from bichiku.stressing.noise import Factors, FutureNoise, Noise, noisy
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.strikes import Strike
from oracles.by_hand import ALL_HALT, small_world
from tests.in_process import typed
from tests.stress.test_draws import TUTORIAL

MONTHS = Calendar(first_month=2026 * 12, periods=36, resolution="month", reported=36)
STORE = {"material": {"opening_stock_t": 20, "storage_cost_rate": 0.01}, "policies": {"reserve_days": 73}}


def factors(noise: Noise, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Those of demand and of prices of 2027 in so many futures."""
    found = [noise.of(number, ["m"], MONTHS).factors["m"] for number in range(count)]
    return np.array([one.demand[12] for one in found]), np.array([one.price[12] for one in found])


# Factors


def test_factors_have_mean_one_and_the_spread_that_is_asked_for() -> None:
    # the errors of 10,000 draws: of a mean the spread over 100, of a deviation somewhat more than that over sqrt(2)
    demand, price = factors(Noise(0.1, 0.4, seed=3), 10_000)
    assert demand.mean() == pytest.approx(1.0, abs=4 * 0.001)
    assert demand.std() == pytest.approx(0.1, abs=4 * 0.0008)
    assert price.mean() == pytest.approx(1.0, abs=4 * 0.004)
    assert price.std() == pytest.approx(0.4, abs=4 * 0.005)
    assert abs(np.corrcoef(demand, price)[0, 1]) < 4 * 0.01


def test_the_logarithm_of_a_factor_is_normal() -> None:
    # of a lognormal with mean 1 and deviation s: mean -sigma^2/2 and variance sigma^2 = ln(1 + s^2)
    demand, _ = factors(Noise(0.4, 0.0, seed=3), 10_000)
    sigma = math.sqrt(math.log(1.16))
    found = np.log(demand)
    assert found.mean() == pytest.approx(-(sigma**2) / 2, abs=4 * sigma / 100)
    assert np.mean(found < -(sigma**2) / 2 - sigma) == pytest.approx(0.1587, abs=4 * 0.0037)


def test_a_year_has_one_factor_and_the_next_another() -> None:
    demand = Noise(0.2, 0.0, seed=1).of(0, ["m"], MONTHS).factors["m"].demand
    assert len(set(demand[:12])) == len(set(demand[12:24])) == 1
    assert len(set(demand)) == 3


def test_no_spread_is_no_noise() -> None:
    assert not Noise(0.0, 0.0, seed=5)
    demand, price = factors(Noise(0.0, 0.1, seed=5), 20)
    assert (demand == 1.0).all()
    assert (price != 1.0).all()


def test_one_material_more_changes_none_of_the_others() -> None:
    noise = Noise(0.2, 0.2, seed=1)
    alone, both = noise.of(4, ["m"], MONTHS), noise.of(4, ["m", "other"], MONTHS)
    assert (alone.factors["m"].demand == both.factors["m"].demand).all()
    assert (both.factors["m"].demand != both.factors["other"].demand).all()


def test_of_coming_years_the_mean_is_reckoned_with() -> None:
    noise = Noise(0.2, 0.2, seed=1).of(0, ["m"], MONTHS)
    period = np.array([12, 13, 25])
    known = noise.seen("m", period, now=13)
    own = noise.factors["m"]
    assert known.demand.tolist() == [own.demand[11], own.demand[12], 1.0]
    assert noise.seen("m", period, None).price.tolist() == [own.price[11], own.price[12], own.price[24]]
    assert noise.news == [13, 25]


# Operation


def halted(length: int, *of_years: float, price: float = 1.0, recovery: int = 1, foresight: bool = False) -> Course:
    """A halt from the second of six years, with factors on demand of years from the first on."""
    effects = {"duration": length, "recovery": recovery, "effects": [ALL_HALT]}
    crisis = Crisis.model_validate({"onsets": [{"period": 2, "probability": 0.0}], **effects})
    world = small_world(6, crises={"halt": crisis.model_dump(exclude_none=True)}, **STORE)
    operator = BlindOperator(world, HeldPlan.of(bichiku.solve(world, prices=False)))
    demand = np.array([*of_years, *[1.0] * (6 - len(of_years))])
    noise = FutureNoise({"m": Factors(demand, np.full(6, price))}, world.calendar.years)
    return operator.operate_all(("m",), [[Strike("halt", crisis, 2, length)]], foresight, noises=[noise])[0]


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_demand_of_a_year_moves_the_tonnes_short(factor: float) -> None:
    harm = halted(1, 1.0, factor).harm("m")
    assert harm["short_t"] == pytest.approx(100 * factor - 20)
    assert harm["damage"] == pytest.approx(100 * (100 * factor - 20))


def test_less_demand_than_is_in_store_leaves_nothing_short() -> None:
    assert halted(1, 1.0, 0.2).harm("m")["short_t"] == pytest.approx(0)


def test_each_year_of_a_halt_has_its_own_demand() -> None:
    # 20 t in store for 110 t and 90 t
    assert halted(2, 1.0, 1.1, 0.9).harm("m")["short_t"] == pytest.approx(110 + 90 - 20)


def test_prices_move_what_is_bought_after_the_halt() -> None:
    # 100 t of the year of recovery and 20 t back into store, at 10 each on the plan
    assert halted(1, price=1.5).cost - halted(1).cost == pytest.approx(0.5 * 10 * 120)
    assert halted(1, price=0.5).cost - halted(1).cost == pytest.approx(-0.5 * 10 * 120)


def test_a_contract_follows_the_noise_of_prices_by_its_index() -> None:
    contract = {"supplier": "c", "kind": "contract", "index": 0.5}
    world = small_world(2, suppliers=[contract, {}])
    tree = grow_tree({}, world.calendar)
    moved = noisy(world_state(world, tree), world, {"m": Factors(np.ones(2), np.array([1.0, 1.4]))})
    assert moved.price_factor["s"].tolist() == pytest.approx([1.0, 1.4])
    assert moved.price_factor["c"].tolist() == pytest.approx([1.0, 1.2])


# Draws


@pytest.fixture(scope="module")
def runs() -> list[bichiku.Run]:
    model = bichiku.read(TUTORIAL)
    return [bichiku.solve(model[strategy]) for strategy in ("today", "reserve-180")]


@pytest.fixture(scope="module")
def found(runs: list[bichiku.Run]) -> DrawnStress:
    return stress_draws(runs, ThisProcess(), 100, 1, demand_noise=0.1, price_noise=0.2)


@pytest.fixture(scope="module")
def quiet(runs: list[bichiku.Run]) -> pd.DataFrame:
    return stress_draws(runs, ThisProcess(), 100, 1).tables["draws"]


def test_who_does_not_know_the_noise_never_pays_less(found: DrawnStress) -> None:
    draws = found.tables["draws"]
    assert (draws["cost"] >= draws["cost_foreseen"] - 1e-6 * draws["cost"]).all()
    assert (draws["cost"] > draws["cost_foreseen"] + 1.0).any()


def test_noise_changes_no_crisis_and_stands_beside_what_is_without_it(found: DrawnStress, quiet: pd.DataFrame) -> None:
    draws = found.tables["draws"]
    assert draws["crises"].equals(quiet["crises"])
    assert draws["damage_without_noise"].equals(quiet["damage"])
    assert draws["damage_apart"].equals(quiet["damage_apart"])
    struck = quiet["damage"] > 0
    assert (draws["damage"] != quiet["damage"])[struck].all()
    assert draws["damage"][quiet["crises"] == 0].eq(0).all()


def test_the_difference_from_the_promise_has_the_noise_apart(found: DrawnStress) -> None:
    rows = found.tables["promise"].query("measure == 'expected'")
    parts = rows[["from_sampling", "from_onsets", "from_meeting", "from_noise"]].sum(axis=1)
    assert (rows["drawn"] - rows["promised"]).to_numpy() == pytest.approx(parts.to_numpy())
    assert (rows["from_noise"] != 0).all()


def test_strategies_meet_the_same_noise_and_a_seed_gives_it_again(runs: list[bichiku.Run], found: DrawnStress) -> None:
    alone = stress_draws(runs[1:], ThisProcess(), 100, 1, demand_noise=0.1, price_noise=0.2).tables["draws"]
    pair = found.tables["draws"].query("strategy == 'reserve-180'").reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, pair, check_exact=True)


@pytest.mark.slow
def test_two_cores_find_the_same_noise(runs: list[bichiku.Run], found: DrawnStress) -> None:
    with executor("2") as two:
        again = stress_draws(runs, two, 100, 1, demand_noise=0.1, price_noise=0.2)
    pd.testing.assert_frame_equal(again.tables["draws"], found.tables["draws"], check_exact=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--draws", "5", "--demand-noise", "-0.1"], "--demand-noise: -0.1 is not a standard deviation from 0 to 1"),
        (["--draws", "5", "--price-noise", "nan"], "--price-noise: nan is not a standard deviation"),
        (["--map", "--price-noise", "0.1"], "--price-noise: goes with --draws alone"),
    ],
)
def test_a_mistake_is_told_in_one_line(runs: list[bichiku.Run], tmp_path: Path, words: list[str], said: str) -> None:
    done = typed(["stress", runs[0].write(tmp_path), *words], tmp_path)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_the_command_tells_the_noise(runs: list[bichiku.Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BICHIKU_WORKERS", "1")
    words = ["--draws", "30", "--demand-noise", "0.1", "--price-noise", "0.2"]
    done = typed(["stress", runs[0].write(tmp_path), *words], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "noise of 10 % for demand and 20 % for spot prices" in done.stdout
    assert "at other demand and prices than the model's" in done.stdout
