"""Runs made again from their own inputs: the same, or how they differ."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bichiku.model.faults import ModelFaults
from bichiku.reading.model import Model, read_model
from bichiku.result.pipeline import run_strategy
from bichiku.result.repeat import Sameness, repetition, run_to_repeat
from bichiku.result.run import Run
from bichiku.show.screen.repetition import repetition_lines
from oracles.models import write_model
from tests.verify.tampering import lines_where, set_cell, set_manifest

STRATEGIES = "strategies:\n  less: {policies: {reserve_days: 30}}\n  more: {policies: {reserve_days: 60}}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Run, Path]:
    """A run of the strategy `more`; nobody may change it."""
    folder = write_model(tmp_path_factory.mktemp("models") / "cobalt", STRATEGIES)
    model = read_model(folder, (), ["discount_rate=0.05"])
    solved = run_strategy(model.worlds["more"])
    return model, solved, solved.write(folder.parent / "runs")


@pytest.fixture
def run(made: tuple[Model, Run, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[2], tmp_path / made[2].name))


def test_a_repeat_is_the_same_to_the_byte_and_has_the_same_name(run: Path, tmp_path: Path) -> None:
    model = run_to_repeat(run).model
    again = run_strategy(model.worlds["more"]).write(tmp_path / "again")
    assert again.name == run.name
    found = repetition(run, again)
    assert found.sameness is Sameness.TO_THE_BYTE
    assert found.versions == {}
    assert "byte for byte" in "\n".join(repetition_lines(run, found))


def test_rounding_is_no_difference(made: tuple[Model, Run, Path], run: Path) -> None:
    # 1e-12 of a tonne more in a stock of 100 t/365 · 60 = 16.4 t is far below a millionth of the largest
    line = lines_where(run / "reserve.csv", material="cobalt")[0]
    stock = float(made[1].tables["reserve"]["stock_t"].iloc[0])
    set_cell(run / "reserve.csv", line, "stock_t", stock + 1e-12)
    found = repetition(made[2], run)
    assert found.sameness is Sameness.IN_NUMBERS
    assert found.tables == {"reserve.csv": pytest.approx(1e-12 / stock, rel=0.01)}


def test_metrics_of_several_years_are_told_apart(tmp_path: Path) -> None:
    # one halt in each of two years, so that each metric by year of onset has two rows
    onsets = "[{period: 1, probability: 0.1}, {period: 2, probability: 0.1}]"
    halt = f"{{onsets: {onsets}, duration: 1, recovery: 0, effects: [{{suppliers: [cobalt-cod], loss: 1}}]}}"
    model = read_model(write_model(tmp_path / "cobalt", f"crises: {{halt: {halt}}}\n"))
    (world,) = model.worlds.values()
    solved = run_strategy(world)
    one = solved.write(tmp_path / "one")
    other = Path(shutil.copytree(one, tmp_path / "other" / one.name))
    lines = lines_where(one / "summary.csv", metric="expected_damage_of_onset_year")
    assert len(lines) == 2
    cost = lines_where(one / "summary.csv", metric="cost_per_year", material="all")[0]
    before = float(solved.tables["summary"].query("metric == 'cost_per_year'")["value"].iloc[0])
    set_cell(other / "summary.csv", cost, "value", before * (1 + 1e-12))
    assert repetition(one, other).sameness is Sameness.IN_NUMBERS


def test_another_plan_of_equal_cost_is_told_as_such(made: tuple[Model, Run, Path], run: Path) -> None:
    line = lines_where(run / "reserve.csv", material="cobalt")[0]
    stock = float(made[1].tables["reserve"]["stock_t"].iloc[0])
    set_cell(run / "reserve.csv", line, "stock_t", 2 * stock)
    found = repetition(made[2], run)
    assert (found.sameness, found.same) == (Sameness.IN_COST, False)
    # doubled, it is the largest of its column: half of it is the difference
    assert found.tables == {"reserve.csv": pytest.approx(0.5)}


def test_a_row_of_next_to_nothing_is_no_other_plan(made: tuple[Model, Run, Path], run: Path) -> None:
    # nothing is short; 1e-14 t of it, far below what a solver tells from none, would stand in a row of its own
    flows = run / "flows.csv"
    header, first = flows.read_text(encoding="utf-8").splitlines()[:2]
    row = dict(zip(header.split(","), first.split(","), strict=True)) | {
        "item": "short",
        "source": "",
        "tonnes": "1e-14",
    }
    with flows.open("a", encoding="utf-8") as stream:
        stream.write(",".join(row.values()) + "\n")
    assert repetition(made[2], run).sameness is Sameness.IN_NUMBERS


def test_a_small_number_beside_large_ones_is_held_to_its_own_kind(made: tuple[Model, Run, Path], run: Path) -> None:
    # all of the cost has no basis, a share of 1 beside money in hundreds: a thousandth less is no rounding
    (line,) = lines_where(run / "summary.csv", metric="cost_not_stated", material="all")
    set_cell(run / "summary.csv", line, "value", 1 - 1e-3)
    found = repetition(made[2], run)
    assert not found.same
    assert found.tables == {"summary.csv": pytest.approx(1e-3, rel=0.01)}


def test_another_cost_is_not_the_same(made: tuple[Model, Run, Path], run: Path) -> None:
    objective = made[1].outcome.solution.objective
    set_manifest(run, ["solver", "objective"], objective * 1.01)
    set_cell(run / "costs.csv", 2, "value", 1e9)
    found = repetition(made[2], run)
    assert found.sameness is Sameness.NOT
    assert found.objective == pytest.approx(0.01 / 1.01)
    assert "costs.csv" in "\n".join(repetition_lines(run, found))


def test_another_row_is_a_difference(made: tuple[Model, Run, Path], run: Path) -> None:
    with (run / "sourcing.csv").open("a") as stream:
        stream.write("cobalt,x,COD,spot,2027,1,,,USD/t,assumed\n")
    assert repetition(made[2], run).tables["sourcing.csv"] == float("inf")


def test_other_versions_are_named(made: tuple[Model, Run, Path], run: Path) -> None:
    now = json.loads((run / "manifest.json").read_text())["versions"]["highspy"]
    set_manifest(run, ["versions", "highspy"], "0.9")
    found = repetition(run, made[2])
    assert found.versions == {"highspy": ("0.9", now)}
    assert f"highspy was 0.9, is {now}" in "\n".join(repetition_lines(run, found))


@pytest.mark.parametrize("table", ["demand", "suppliers"])
def test_inputs_that_were_changed_are_not_repeated(run: Path, table: str) -> None:
    file = run / "inputs" / f"{table}.csv"
    file.write_text(file.read_text().replace("100", "101"))
    with pytest.raises(ModelFaults, match=rf"is not as it was written: inputs/{table}\.csv"):
        run_to_repeat(run)


def test_a_model_that_was_changed_is_not_repeated(run: Path) -> None:
    file = run / "inputs" / "model.yaml"
    file.write_text(file.read_text().replace("discount_rate: 0.05", "discount_rate: 0.04"))
    with pytest.raises(ModelFaults, match=r"is not as it was written: inputs/model\.yaml"):
        run_to_repeat(run)


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFaults, match=r"manifest\.json"):
        run_to_repeat(tmp_path)
