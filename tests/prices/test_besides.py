"""What hangs on a number besides its own rows is in its price, against the second builder and on paper.

One material, 100 t a year, bought from China at 100 a tonne.
"""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from bichiku.result.pipeline import run_strategy
from oracles.models import world_of, write_model
from oracles.second_builder import second_objective

DEMAND = "material,year,tonnes\n" + "".join(f"m,{year},100\n" for year in range(2026, 2030))
STORED = "material,reference_price,haircut,opening_stock_t,shortage_cost,storage_cost_rate\n"
STOPPED = "{countries: [CHN], loss: 1}"
DEARER = "{countries: [CHN], price_factor: 2}"
SAME_TARGET = "reserve_days: {2026-12: 73, 2027-12: 73, 2028-12: 73}"


def prices(folder: Path, policies: str, crisis: str, periods: int, capacity: int, material: str) -> pd.DataFrame:
    head = f"model: Prices\nbuyer: JPN\nstart: 2026-01\nperiods: {periods}\nresolution: year\n"
    whole = f"{head}policies: {{{policies}}}\ncrises: {{{crisis}}}\n"
    suppliers = f"supplier,material,country,capacity_t,price\na,m,CHN,{capacity},100\n"
    write_model(folder, whole=whole, materials=STORED + material, demand=DEMAND, suppliers=suppliers)
    return run_strategy(world_of(folder)).tables["prices"].set_index(["policy", "year"])


def crisis_of_year_2(effect: str, probability: float, recovery: int) -> str:
    onset = f"{{period: 2, probability: {probability}}}"
    return f"halt: {{onsets: [{onset}], duration: 1, recovery: {recovery}, effects: [{effect}]}}"


def rise(folder: Path, change: str) -> float:
    """What a change costs, by the second builder."""
    return second_objective(world_of(folder, sets=[change])) - second_objective(world_of(folder))


def test_a_day_of_reserve_is_also_what_waits_for_its_release(tmp_path: Path) -> None:
    policies = f"{SAME_TARGET}, release: {{share: 0.5, after: 1}}"
    row = prices(tmp_path, policies, crisis_of_year_2(STOPPED, 0.1, 1), 3, 400, "m,100,0.5,0,300,0.4\n")
    row = row.loc["reserve_days", 2026]
    assert row["price"] == pytest.approx(rise(tmp_path, "policies.reserve_days.2026-12=74"))
    # a tonne at the end of 2026: stored for 20 in that year and 20 in the next, bought in 2026 for 100 and not in the
    # calm of 2027 (0.9), and 300 saved in the halt (0.1): 40 + 100 - 90 - 30. Half of it waits in the halt: 300 short,
    # 100 saved a year later, 40 of storage, at 0.1
    assert row["price"] == pytest.approx((20 + 24 * 0.5) * 100 / 365)


def test_a_day_of_reserve_is_also_what_a_branch_may_leave_out(tmp_path: Path) -> None:
    found = prices(tmp_path, SAME_TARGET, crisis_of_year_2(DEARER, 0.2, 0), 3, 400, "m,100,0.5,0,300,0.4\n")
    row = found.loc["reserve_days", 2027]
    assert row["price"] == pytest.approx(rise(tmp_path, "policies.reserve_days.2027-12=74"))
    # the branch keeps the plan's stock where the target has not risen since the onset, and less from there on
    assert row["holds_from"] == 73


def test_a_day_of_a_target_that_falls_lifts_the_ceiling_of_the_months_after(tmp_path: Path) -> None:
    # what is in store in December cannot leave it at once: a day, 1200/365 t, is bought at 100 in December in place of
    # 300 in Australia when China has stopped
    months = "model: Prices\nbuyer: JPN\nstart: 2026-10\nperiods: 6\nresolution: month\n"
    policies = "policies: {reserve_days: {2026-12: 60, 2027-01: 0}, reserve_ceiling: target}\n"
    events = f"events: {{stop: {{from: 2027-01, to: 2027-03, effects: [{STOPPED}]}}}}\n"
    write_model(
        tmp_path,
        whole=months + policies + events,
        materials=STORED + "m,100,1,200,1000,0\n",
        demand="material,year,tonnes\nm,2026,1200\nm,2027,1200\n",
        suppliers="supplier,material,country,capacity_t,price\na,m,CHN,3600,100\nb,m,AUS,1200,300\n",
    )
    row = run_strategy(world_of(tmp_path)).tables["prices"].set_index(["policy", "year"]).loc["reserve_days", 2026]
    assert (row["price"], row["method"]) == (pytest.approx(-1200 / 365 * (300 - 100)), "re-solve")
    raised = "policies.reserve_days={2026-10: 61, 2026-12: 61, 2027-01: 0}"
    assert row["price"] == pytest.approx(rise(tmp_path, raised))


def test_a_tonne_of_capacity_is_also_a_tonne_to_spare(tmp_path: Path) -> None:
    # of 105 t a year 5 can be spared in the year after the halt, and what else is lacking is dearer by the chance of
    # another halt, 0.2 in four years, times a shortage
    halt = crisis_of_year_2(STOPPED, 0.2, 0)
    found = prices(tmp_path, "reserve_days: 73", halt, 4, 105, "m,100,0.1,20,1000,0.05\n")
    row = found.loc["supplier_capacity"].iloc[0]
    assert row["price"] == pytest.approx(rise(tmp_path, "suppliers[a].capacity_t=106.05") / 1.05)
    assert row["price"] == pytest.approx(-(175 + 0.2 * 1000 * (1 - math.exp(-0.2 / 4))))
