"""What comes out where a slip of the pen is put right, by hand, and names that look like numbers all the way.

That the slips themselves are faults is tested in `tests/read/test_slips.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from bichiku.result.saved_run import read_run
from bichiku.verification import verify_run
from oracles.by_hand import plan, solve, summed

QUARTERS: dict[str, Any] = {"resolution": "quarter", "demand": 1200}
TWO = [{"price": 100, "capacity_t": 2400}, {"supplier": "t", "country": "AUS", "price": 120, "capacity_t": 2400}]


def _solved(periods: int = 4, **changes: Any) -> Run:
    material = {"reference_price": 100, "shortage_cost": 1000, "storage_cost_rate": 0.1}
    return solve(periods, suppliers=TWO, material=material, **QUARTERS, **changes)


def test_a_reserve_of_ninety_days() -> None:
    run = _solved(policies={"reserve_days": 90})
    assert plan(run, run.outcome.stock["m"])[-1] == pytest.approx(90 / 365 * 1200)  # 295.9 t


def test_a_loss_of_all_leaves_all_short() -> None:
    effects = [{"countries": ["CHN", "AUS"], "loss": 1.0, "price_factor": 1.2}]
    run = _solved(events={"shut": {"from": "2026-01", "to": "2026-12", "effects": effects}})
    assert sum(plan(run, run.outcome.values("short", "m"))) == pytest.approx(1200)


def test_a_budget_of_six_thousand() -> None:
    # 600 t a year for 10 each are built; they cost 6,000, run for 600, and the other 600 t cost 100 each
    recycling = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling"}
    projects = [recycling | {"max_build_t": 1200, "capex": 10, "running_cost": 1, "fixed_cost": 0}]
    run = _solved(policies={"budget": {"investment": 6000}}, tables={"projects": projects})
    assert summed(run, "cost_per_year")[0] == pytest.approx(6000 + 600 + 60_000)


def test_a_cap_of_eight_tenths() -> None:
    run = _solved(policies={"country_cap": {"max": 0.8}})
    assert summed(run, "china_share_exporter", "m")[0] == pytest.approx(0.8)


# Metrics a year, of a part of a year


@pytest.mark.parametrize(("start", "periods"), [("2026-10", 1), ("2026-10", 2), ("2026-04", 3), ("2026-11", 5)])
def test_a_part_of_a_year_is_told_as_tonnes_and_money_a_year(start: str, periods: int) -> None:
    # 1,200 t a year at 100 each, however much of the last year is solved
    run = _solved(periods, start=start)
    assert summed(run, "imports_per_year", "m")[0] == pytest.approx(1200)
    assert summed(run, "cost_per_year")[0] == pytest.approx(120_000)


@pytest.mark.parametrize("resolution", ["month", "quarter", "year"])
def test_demand_of_a_period_is_that_of_its_months(tmp_path: Path, resolution: str) -> None:
    # from November 2026: two months of 1,200 t a year, ten of 2,400: 200 + 2,000
    periods = {"month": 12, "quarter": 4, "year": 1}[resolution]
    demand = [{"material": "m", "year": year, "tonnes": tonnes} for year, tonnes in ((2026, 1200), (2027, 2400))]
    run = solve(
        periods,
        start="2026-11",
        resolution=resolution,
        suppliers=[{"capacity_t": 12_000}],
        tables={"demand": demand},
    )
    assert sum(plan(run, run.outcome.shipped["s"])) == pytest.approx(2200)


# Names that look like something else

NAMED = {
    "model.yaml": """\
format: 2
model: any
buyer: JPN
start: 2026-01
periods: 3
resolution: quarter
policies: {{reserve_days: {{{material}: 30}}, share_caps: [{{group: [{group}], max: 0.9, name: {cap}}}]}}
crises:
  {crisis}:
    annual_probability: 0.1
    onset_every: 2
    duration: 1
    recovery: 1
    effects: [{{suppliers: [{supplier}], routes: [{route}], loss: 1.0}}]
strategies: {{{strategy}: {{}}}}
""",
    "materials.csv": "material,reference_price,shortage_cost\n{material},100,1000\n{other},200,2000\n",
    "demand.csv": "material,year,tonnes\n{material},2026,1200\n{other},2026,600\n",
    "suppliers.csv": "supplier,material,country,capacity_t,price,route\n"
    "{supplier},{material},CHN,2400,100,{route}\nb,{material},AUS,1200,120,\n",
    "projects.csv": "project,material,country,kind,existing_t,running_cost\n{project},{other},JPN,recycling,500,100\n",
    "substitution.csv": "material,tranche,max_share,cost\n{other},{tranche},0.5,900\n",
    "countries.csv": "country,groups\nCHN,{group}\n",
}
WORDS = {
    "material": "ore",
    "other": "metal",
    "supplier": "a",
    "route": "strait",
    "project": "p",
    "tranche": "thrift",
    "group": "friends",
    "crisis": "halt",
    "cap": "cap",
    "strategy": "today",
}
LIKE_NUMBERS = dict(zip(WORDS, ["0101", "250410", "1", "00", "7", "01", "911", "1e3", "0.5", "2030"], strict=True))
LIKE_OTHERS = dict(zip(WORDS, ["True", "nan", "inf", "NA", "N", "no", "off", "NULL_", "null-", "y"], strict=True))


def _run(folder: Path, names: dict[str, str]) -> Run:
    (folder / "model").mkdir(parents=True)
    for file, text in NAMED.items():
        (folder / "model" / file).write_text(text.format(**names), encoding="utf-8")
    model = read_model(folder / "model")
    run = run_strategy(model[names["strategy"]])
    run.write(folder / "runs")
    return run


@pytest.mark.parametrize("names", [LIKE_NUMBERS, LIKE_OTHERS], ids=["numbers", "others"])
def test_names_that_look_like_something_else_change_no_number(tmp_path: Path, names: dict[str, str]) -> None:
    words, other = _run(tmp_path / "words", WORDS), _run(tmp_path / "other", names)
    assert other.outcome.solution.objective == pytest.approx(words.outcome.solution.objective)
    assert other.folder is not None
    assert verify_run(other.folder).holds
    back = read_run(other.folder)
    for name, table in other.tables.items():
        for column in ("material", "supplier", "project", "crisis"):
            if column in table:
                assert list(back.tables[name][column]) == list(table[column].astype(str))
