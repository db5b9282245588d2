"""A model in other units of money or of amount has the same plan, and its cost in the other unit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bichiku.api.library import explain
from bichiku.checking import advice_by_strategy
from bichiku.model.units import Units
from bichiku.reading.model import read_model
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from bichiku.solving import Solution, Status
from bichiku.solving.certificate import Certificate, certify
from bichiku.verification import verify_run
from oracles.by_hand import description, halt, read
from oracles.drawn import drawn, optimum
from oracles.other_units import in_other_units
from oracles.policy_strategies import models_with_policies
from oracles.world_strategies import Description, write_model
from tests.in_process import typed

TUTORIAL = Path(__file__).parents[2] / "models" / "tutorial"
FACTORS = (1e-9, 1e-6, 1e6, 1e9)
UNITS = [{kind: factor} for kind in ("money", "tonnes") for factor in FACTORS]


def tutorial(strategy: str) -> Description:
    """The tutorial's model as it stands, as a description."""
    model = read_model(TUTORIAL, [strategy])
    settings = {key: value for key, value in model.resolved[strategy].items() if key != "tables"}
    files = {Path(name).stem: name for name in model.files if name.endswith(".csv")}
    tables = {table: pd.read_csv(TUTORIAL / name, dtype=str).fillna("") for table, name in files.items()}
    rows = {
        table: [{key: value for key, value in row.items() if value != ""} for row in frame.to_dict("records")]
        for table, frame in tables.items()
    }
    return {"model": settings, "tables": rows}


@pytest.fixture(scope="module")
def as_it_stands() -> Run:
    return run_strategy(read(tutorial("china-half")))


@pytest.mark.parametrize("units", UNITS, ids=str)
def test_the_tutorial_has_the_same_plan_in_any_units(
    as_it_stands: Run, units: dict[str, float], tmp_path: Path
) -> None:
    solved = run_strategy(read(in_other_units(tutorial("china-half"), **units)))
    money, tonnes = units.get("money", 1.0) * units.get("tonnes", 1.0), units.get("tonnes", 1.0)
    assert solved.outcome.solution.objective == pytest.approx(as_it_stands.outcome.solution.objective * money, rel=1e-9)
    for table, column, factor in (("flows", "tonnes", tonnes), ("costs", "value", money), ("prices", "holds_to", None)):
        ours, theirs = solved.table(table), as_it_stands.table(table)
        labels = [name for name in ours if ours[name].dtype != float and name not in ("sentence", "unit")]
        both = ours.merge(theirs, on=labels, how="outer", suffixes=("", "_before")).fillna(0.0)
        if factor is not None:
            largest = theirs[column].abs().max()
            assert (both[column] / factor).to_numpy() == pytest.approx(
                both[f"{column}_before"].to_numpy(), rel=1e-6, abs=1e-9 * largest
            )
        else:
            assert len(ours) == len(theirs)
    verdict = verify_run(solved.write(tmp_path, verify=False))
    assert verdict.holds, verdict.findings[:5]


def test_a_model_of_ordinary_units_is_handed_over_as_it_is(as_it_stands: Run) -> None:
    assert as_it_stands.world.units == Units()
    assert as_it_stands.outcome.program.units is None


@pytest.mark.parametrize("units", UNITS, ids=str)
@drawn(12)
@given(data=st.data())
def test_drawn_models_have_the_same_plan_in_any_units(units: dict[str, float], data: st.DataObject) -> None:
    given = data.draw(models_with_policies())
    first, other = _optimum(given), _optimum(in_other_units(given, **units))
    assert (first is None) == (other is None)
    if first is None or other is None:
        return
    tonnes = units.get("tonnes", 1.0)
    money = units.get("money", 1.0) * tonnes
    cost = other.solution.objective / money
    size = 1.0 + abs(first.solution.objective)
    assert abs(cost - first.solution.objective) <= 1e-6 * size
    if first.program.shape == other.program.shape:
        # the plan of the one, and the prices that prove it, in the units of the other
        assert _certificate(first, other, money, tonnes).holds


def _optimum(given: Description) -> Outcome | None:
    return optimum(read(given))


def _certificate(first: Outcome, other: Outcome, money: float, tonnes: float) -> Certificate:
    rows, columns = np.ones(first.program.shape[0]), np.full(first.program.shape[1], tonnes)
    for row in first.program.row_blocks:
        rows[row.rows] = tonnes if row.unit in ("t", "t/year") else money if row.unit == "USD" else 1.0
    for column in first.program.column_blocks:
        if column.place in ("future", "onset-year"):
            columns[column.columns] = money
    theirs = other.solution
    translated = Solution(
        Status.OPTIMAL,
        theirs.x / columns,
        theirs.row_dual * rows / money,
        theirs.reduced_cost * columns / money,
        theirs.objective / money,
        theirs.iterations,
    )
    return certify(first.program, translated)


# A tonne at 10 with a shortage cost of 100, and what it is in billions: 100 t a year are bought, 365/6 t a year held.


def small(**units: float) -> Run:
    stored = {"storage_cost_rate": 0.1}  # so that it matters when it is bought
    given = description(4, material=stored, crises=halt(2, 0.1), policies={"reserve_days": 60}, report_until=None)
    return run_strategy(read(in_other_units(given, **units)))


def test_money_in_billions_costs_a_billionth(tmp_path: Path) -> None:
    dollars, billions = small(), small(money=1e-9)
    assert billions.outcome.solution.objective == pytest.approx(1e-9 * dollars.outcome.solution.objective, rel=1e-12)
    assert billions.reserve["stock_t"].to_numpy() == pytest.approx(dollars.reserve["stock_t"].to_numpy(), rel=1e-9)
    assert verify_run(billions.write(tmp_path)).holds


def test_money_in_billions_runs_from_the_command_line(tmp_path: Path) -> None:
    # quarters, 1200 t a year, two suppliers at 1000 and 1040 dollars a tonne, and a crisis every half year
    settings = {"model": "billions", "currency": "USD bn", "policies": {"reserve_days": 60}, "resolution": "quarter"}
    crisis = {"annual_probability": 0.05, "onset_every": 2, "duration": 1, "recovery": 1}
    effects = [{"countries": ["CHN"], "loss": 1.0}]
    suppliers = [{"capacity_t": 2400, "price": 1000}, {"supplier": "t", "country": "AUS", "price": 1040}]
    material = {"reference_price": 1000, "shortage_cost": 10_000, "haircut": 0.2, "storage_cost_rate": 0.1}
    given = description(
        8,
        demand=1200,
        material=material,
        suppliers=suppliers,
        crises={"halt": {**crisis, "effects": effects}},
        **settings,
    )
    dollars = run_strategy(read(given), prices=False).outcome.solution.objective
    write_model(in_other_units(given, money=1e-9), tmp_path / "billions")
    done = typed(["run", "billions", "--json"], tmp_path)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    (cost,) = (row["value"] for row in found["summary"] if row["metric"] == "objective")
    assert cost == pytest.approx(1e-9 * dollars, rel=1e-9)


def test_an_answer_that_fails_its_certificate_is_told_in_words_and_not_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Certificate(0.0, "", 0.0, 4e-5, 0.0, False)
    monkeypatch.setattr("bichiku.result.pipeline.certify", lambda program, solution: failing)
    write_model(description(), tmp_path / "m")
    done = typed(["run", "m"], tmp_path)
    assert done.returncode == 1
    assert (
        "fails its certificate: the cost is not that of the prices, so a cheaper plan may exist, by 4.0e-05"
        in done.stderr
    )
    assert "Certificate(" not in done.stderr
    assert "explain" not in done.stderr


@pytest.mark.parametrize("units", UNITS, ids=str)
def test_what_would_end_a_conflict_is_the_same_in_any_units(units: dict[str, float]) -> None:
    # 200 t are wanted in the first year, for use and for a year's reserve, and 130 are offered
    given = description(
        3,
        suppliers=[{"capacity_t": 110}, {"supplier": "t", "country": "AUS", "capacity_t": 20, "price": 12}],
        policies={
            "reserve_days": 365,
            "share_caps": [{"group": ["CHN"], "max": 0.5}],
            "budget": {"reserve_per_year": 300},
        },
    )
    tonnes = units.get("tonnes", 1.0)
    size = {"t/year": tonnes, "million USD": units.get("money", 1.0) * tonnes}

    def ways_out(given: Description, size: dict[str, float]) -> list[tuple[str, float]]:
        conflicts = explain(read(given)).conflicts
        return sorted((c.kind, c.least / size.get(c.unit, 1.0)) for conflict in conflicts for c in conflict.changes)

    before, after = ways_out(given, {}), ways_out(in_other_units(given, **units), size)
    assert [kind for kind, _ in after] == [kind for kind, _ in before]
    assert [least for _, least in after] == pytest.approx([least for _, least in before], rel=1e-3)


def test_a_day_of_reserve_has_its_price_in_any_units() -> None:
    for units in UNITS:
        price, before = small(**units).prices, small().prices
        money = units.get("money", 1.0) * units.get("tonnes", 1.0)
        days = before["policy"] == "reserve_days"
        assert price.loc[days, "price"].to_numpy() == pytest.approx(
            money * before.loc[days, "price"].to_numpy(), rel=1e-6
        )
        assert price.loc[days, "holds_to"].to_numpy() == pytest.approx(
            before.loc[days, "holds_to"].to_numpy(), rel=1e-6
        )


def test_suppliers_that_tie_are_told_apart_by_name_in_any_units() -> None:
    # two at 10 a tonne with 1000 t each: the first by name sells all
    for units in [{}, *UNITS]:
        given = description(suppliers=[{"supplier": "b"}, {"supplier": "a", "country": "AUS"}])
        solved = run_strategy(read(in_other_units(given, **units)), prices=False)
        bought = solved.sourcing.groupby("supplier")["tonnes"].sum() / units.get("tonnes", 1.0)
        assert bought.to_dict() == pytest.approx({"a": 200, "b": 0}, abs=1e-6)


def test_what_is_small_beside_the_rest_of_a_model_is_warned_of_in_any_units() -> None:
    def codes(demand: float, **units: float) -> set[str]:
        rare = [{"material": "r", "reference_price": 10, "haircut": 1, "shortage_cost": 100}]
        given = description(tables={}, demand=100)
        given["tables"]["materials"] = [*given["tables"]["materials"], *rare]
        given["tables"]["demand"] += [{"material": "r", "year": 2026 + i, "tonnes": demand} for i in range(3)]
        supplier: dict[str, Any] = {"supplier": "of-r", "material": "r", "country": "AUS", "capacity_t": 1, "price": 10}
        given["tables"]["suppliers"] = [*given["tables"]["suppliers"], supplier]
        world = read(in_other_units(given, **units))
        return {item.code for item in advice_by_strategy({"base": world})["base"]}

    # half a gram, and a near miss of two kilograms; both stand beside 100 t a year
    for units in ({}, {"tonnes": 1e6}, {"tonnes": 1e-6}):
        assert "W412" in codes(5e-7, **units)
        assert "W412" not in codes(2.0, **units)


def test_why_a_certificate_fails_is_told_in_words() -> None:
    found = optimum(read(description()))
    assert found is not None
    off = replace(found.solution, x=found.solution.x * 1.5)
    words = certify(found.program, off).why
    assert "balance[m] node" in words
    assert "is not kept, by" in words
    assert "Certificate" not in words
