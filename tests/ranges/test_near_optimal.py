"""Near-optimal ranges worked out on paper: one year, 100 t, the Congo at 10 and Australia at 10.5 a tonne."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from bichiku.cli.range import parse_slack
from bichiku.model.faults import ModelFaults
from bichiku.result.near_optimal import Range, near_optimal_ranges
from bichiku.result.pipeline import Clock, optimise
from oracles.by_hand import small_world
from oracles.models import world_of, write_model

ONE_YEAR = "model: Ranges\nbuyer: JPN\nstart: 2026-01\nperiods: 1\nresolution: year\n"
DEMAND = "material,year,tonnes\ncobalt,2026,100\n"
HEAD = "supplier,material,country,capacity_t,price\n"


def ranges(folder: Path, suppliers: str, slack: float) -> dict[str, Range]:
    write_model(folder, whole=ONE_YEAR, suppliers=HEAD + suppliers, demand=DEMAND)
    hot, outcome, _ = optimise(world_of(folder), Clock())
    found = near_optimal_ranges(outcome, hot, slack, ["cobalt"])
    return {item.target.name if item.target.kind == "share" else "reserve": item for item in found}


def test_a_dearer_country_may_come_in_as_far_as_the_slack_pays(tmp_path: Path) -> None:
    # the best costs 1000; 1 % pays 10, that is 20 t at 0.5 more each
    found = ranges(tmp_path, "cobalt-aus,cobalt,AUS,1000,10.5\ncobalt-cod,cobalt,COD,1000,10\n", 0.01)
    assert (found["AUS"].least, found["AUS"].now, found["AUS"].most) == pytest.approx((0, 0, 0.2), abs=1e-6)
    assert (found["COD"].least, found["COD"].now, found["COD"].most) == pytest.approx((0.8, 1, 1), abs=1e-6)
    assert (found["AUS"].mark, found["COD"].mark) == ("may have", "must have")


def test_a_country_too_dear_for_the_slack_is_never_bought_from(tmp_path: Path) -> None:
    found = ranges(tmp_path, "cobalt-aus,cobalt,AUS,1000,100\ncobalt-cod,cobalt,COD,1000,10\n", 0.0001)
    assert found["AUS"].mark == "never"


def test_without_slack_only_ties_may_move(tmp_path: Path) -> None:
    found = ranges(tmp_path, "cobalt-aus,cobalt,AUS,1000,10\ncobalt-cod,cobalt,COD,1000,10\n", 0.0)
    assert (found["AUS"].least, found["AUS"].most) == pytest.approx((0, 1), abs=1e-6)


def test_a_reserve_may_grow_by_what_the_slack_buys(tmp_path: Path) -> None:
    # valued at its price a stock costs nothing; a haircut of a half costs 5 a tonne, and 1 % of 1000 pays 2 t
    materials = "material,reference_price,haircut,shortage_cost\ncobalt,10,0.5,100\n"
    write_model(
        tmp_path, whole=ONE_YEAR, suppliers=HEAD + "cobalt-cod,cobalt,COD,1000,10\n", demand=DEMAND, materials=materials
    )
    hot, outcome, _ = optimise(world_of(tmp_path), Clock())
    reserve = near_optimal_ranges(outcome, hot, 0.01, ["cobalt"])[-1]
    assert reserve.target.unit == "days"
    assert (reserve.least, reserve.most) == pytest.approx((0, 2 / 100 * 365), abs=1e-6)


def test_a_country_that_is_not_needed_is_no_must_have_and_no_never(tmp_path: Path) -> None:
    # home has 100 t at 10.01: 60 t from the Congo save 0.6 of 1000.4, and nothing need be imported
    home = "cobalt-jpn,cobalt,JPN,100,10.01\n"
    found = ranges(tmp_path / "a", home + "cobalt-cod,cobalt,COD,60,10\n", 0.01)
    assert (found["COD"].least, found["COD"].now, found["COD"].most) == (1, 1, 1)
    assert found["COD"].mark == "may have"
    # at 9.99 home has it all, and 1 % pays 50 t from the Congo at 10.19
    home = "cobalt-jpn,cobalt,JPN,100,9.99\n"
    found = ranges(tmp_path / "b", home + "cobalt-aus,cobalt,AUS,60,90\ncobalt-cod,cobalt,COD,60,10.19\n", 0.01)
    assert np.isnan(found["COD"].now)
    assert (found["COD"].mark, found["AUS"].mark) == ("may have", "may have")
    assert (found["COD"].least, found["COD"].most) == pytest.approx((0, 1))


def test_where_nothing_can_be_imported_a_share_is_of_nothing(tmp_path: Path) -> None:
    home = "cobalt-jpn,cobalt,JPN,100,10\n"
    found = ranges(tmp_path, home + "cobalt-cod,cobalt,COD,0,10\n", 0.01)["COD"]
    assert np.isnan([found.least, found.now, found.most]).all()
    assert found.mark == ""


def test_what_is_kept_by_planes_is_kept_at_the_ends_of_a_range_too() -> None:
    # two others at best share evenly what one leaves: x² + (1 - x)² / 2 <= 0.4, so x = (1 ± √0.4) / 3
    policies = {"concentration": {"max": 0.4}, "no_shortage": True}
    suppliers = [
        {},
        {"supplier": "a", "country": "AUS", "price": 10.01},
        {"supplier": "b", "country": "CAN", "price": 10.02},
    ]
    hot, outcome, _ = optimise(small_world(1, suppliers=suppliers, policies=policies), Clock())
    for found in near_optimal_ranges(outcome, hot, 0.1, ["m"])[:-1]:
        ends = ((1 - math.sqrt(0.4)) / 3, (1 + math.sqrt(0.4)) / 3)
        assert (found.least, found.most) == pytest.approx(ends, abs=1e-3)
        assert found.mark == "must have"


@pytest.mark.parametrize(("text", "share"), [("1%", 0.01), ("2.5 %", 0.025), ("0%", 0), ("100%", 1)])
def test_a_slack_is_a_share(text: str, share: float) -> None:
    assert parse_slack(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "x", "%", "-1%", "200%", "nan"])
def test_what_is_no_slack_is_an_error(text: str) -> None:
    with pytest.raises(ModelFaults, match="is not a percentage such as 1%"):
        parse_slack(text)


@pytest.mark.parametrize(("text", "meant"), [("1", "write 1%"), ("0.02", "write 0.02% or 2%")])
def test_a_slack_without_its_sign_is_asked_for_it(text: str, meant: str) -> None:
    with pytest.raises(ModelFaults) as caught:
        parse_slack(text)
    assert [str(fault) for fault in caught.value.faults] == [f"--slack: {text!r} has no % ({meant})"]


def test_the_slack_is_of_all_that_is_spent(tmp_path: Path) -> None:
    # beside the 1000 of goods 10 t of a plant that stands idle cost 100 each a year: 1 % of 2000 pays 40 t at 0.5 more
    write_model(
        tmp_path,
        whole=ONE_YEAR,
        suppliers=f"{HEAD}cobalt-aus,cobalt,AUS,1000,10.5\ncobalt-cod,cobalt,COD,1000,10\n",
        demand=DEMAND,
        projects="project,material,country,kind,existing_t,running_cost,fixed_cost\nidle,cobalt,JPN,recycling,10,50,100\n",
    )
    hot, outcome, _ = optimise(world_of(tmp_path), Clock())
    assert outcome.solution.objective == pytest.approx(2000)
    found = {item.target.name: item for item in near_optimal_ranges(outcome, hot, 0.01, ["cobalt"])}
    assert (found["AUS"].most, found["COD"].least) == pytest.approx((0.4, 0.6), abs=1e-6)


def test_a_reserve_of_feed_that_may_go_unused_has_no_end() -> None:
    # a tonne of m costs 20 from home, of feed at 10, and 20.5 from abroad: for 5 % more the plant may stand still
    materials = [{"material": name, "reference_price": 10, "haircut": 0.5, "shortage_cost": 1000} for name in "fm"]
    bought = [{"material": "m", "country": "AUS", "price": 20.5}, {"supplier": "g", "material": "f"}]
    plant = {"project": "p", "material": "m", "country": "JPN", "kind": "refinery", "existing_t": 400, "max_build_t": 0}
    plant |= {"capex": 0, "running_cost": 10, "input_material": "f", "input_per_output": 1}
    tables = {"materials": materials, "projects": [plant]}
    world = small_world(1, tables=tables, suppliers=bought, policies={"reserve_days": 20})
    hot, outcome, _ = optimise(world, Clock())
    (feed,) = (item for item in near_optimal_ranges(outcome, hot, 0.05, ["f"]) if item.target.kind == "reserve")
    assert (feed.least, feed.now, feed.most) == pytest.approx((20, 20, math.inf))
