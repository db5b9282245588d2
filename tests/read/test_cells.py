"""Table cells changed from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.reading.model import read_model
from oracles.models import faults_of, world_of, write_model


def test_a_cell_is_changed_by_table_id_and_column(tmp_path: Path) -> None:
    write_model(tmp_path)
    world = world_of(tmp_path, sets=["suppliers[cobalt-cod].price=12.5"])
    assert world.suppliers["cobalt-cod"].price == 12.5
    assert world.suppliers["cobalt-cod"].capacity_t == 1000


def test_a_key_of_two_columns_is_typed_with_a_slash(tmp_path: Path) -> None:
    write_model(tmp_path)
    assert world_of(tmp_path, sets=["demand[cobalt/2027].tonnes=70"]).demand["cobalt"] == {2026: 100, 2027: 70}


def test_the_later_of_two_changes_wins(tmp_path: Path) -> None:
    write_model(tmp_path)
    sets = ["suppliers[cobalt-cod].price=1", "suppliers[cobalt-cod].price=2"]
    assert world_of(tmp_path, sets=sets).suppliers["cobalt-cod"].price == 2


def test_the_changed_table_is_what_a_run_keeps(tmp_path: Path) -> None:
    write_model(tmp_path)
    model = read_model(tmp_path, (), ["suppliers[cobalt-cod].price=12.5"])
    assert b"cobalt-cod,cobalt,COD,1000,12.5" in model.files["suppliers.csv"]
    assert model.files["demand.csv"] == (tmp_path / "demand.csv").read_bytes()


def test_an_optional_column_that_the_table_lacks_is_added_and_empty_elsewhere(tmp_path: Path) -> None:
    write_model(tmp_path, suppliers=f"{SUPPLIERS}cobalt-cod,cobalt,COD,1000,10,\nother,cobalt,AUS,1,1,\n")
    sets = ["suppliers[cobalt-cod].route=cape", "materials[cobalt].storage_limit_t=1500"]
    world = world_of(tmp_path, sets=[*sets, "materials[cobalt].release_rate_t_per_day=2"])
    assert [row.route for row in world.suppliers.values()] == ["cape", None]
    assert (world.materials["cobalt"].storage_limit_t, world.materials["cobalt"].release_rate_t_per_day) == (1500, 2)
    assert b"other,cobalt,AUS,1,1,,\n" in read_model(tmp_path, (), sets).files["suppliers.csv"]


def test_a_column_that_is_missing_and_required_is_told_as_without_a_change(tmp_path: Path) -> None:
    write_model(tmp_path, suppliers="supplier,material,country,capacity_t\ncobalt-cod,cobalt,COD,1000\n")
    (found,) = faults_of(tmp_path, sets=PRICE)
    assert "column 'price' is missing" in found


def test_a_column_is_not_added_to_a_table_with_a_row_that_ends_early(tmp_path: Path) -> None:
    write_model(tmp_path, suppliers=f"{SUPPLIERS}cobalt-cod,cobalt,COD,1000,10,\nother,cobalt,COD\n")
    (found,) = faults_of(tmp_path, sets=["suppliers[cobalt-cod].route=cape"])
    assert "has 3 cells where the header has 6" in found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("suppliers[cobalt-cdo].price=1", "did you mean 'cobalt-cod'?"),
        ("suppliers[cobalt-cod].prize=1", "did you mean 'price'?"),
        ("suppliers[cobalt-cod].supplier=x", "names the row"),
        ("suppliers[cobalt-cod].price=-1", "negative"),
        ("suppliers[cobalt-cod].country=XXX", "not a country code"),
        ("projects[x].capex=1", "the model has no table projects"),
        ("demand[cobalt].tonnes=1", "has no such row"),
    ],
)
def test_a_wrong_change_says_what_is_wrong(tmp_path: Path, change: str, words: str) -> None:
    write_model(tmp_path)
    assert any(words in fault for fault in faults_of(tmp_path, sets=[change])), faults_of(tmp_path, sets=[change])


SUPPLIERS = "supplier,material,country,capacity_t,price,source\n"
PRICE = ["suppliers[cobalt-cod].price=12.5"]


def test_a_change_leaves_the_line_numbers_of_faults_as_they_are(tmp_path: Path) -> None:
    suppliers = f"# of 2025\n\n{SUPPLIERS}# the Congo\ncobalt-cod,cobalt,COD,1000,10,\nother,cobalt,XXX,1,1,\n"
    (found,) = faults_of(write_model(tmp_path, suppliers=suppliers), sets=PRICE)
    assert found.startswith("suppliers.csv:6: country: 'XXX' is not a country code")


@pytest.mark.parametrize("text", ["a\u2028b", "a\x85b", "a\x0cb", '"a\n#b\n\nc"'])
def test_a_change_leaves_other_cells_as_they_are(tmp_path: Path, text: str) -> None:
    write_model(tmp_path, suppliers=f"{SUPPLIERS}cobalt-cod,cobalt,COD,1000,10,{text}\n")
    assert world_of(tmp_path, sets=PRICE).suppliers["cobalt-cod"].source == text.strip('"')
    written = read_model(tmp_path, (), PRICE).files["suppliers.csv"]
    write_model(tmp_path / "again", suppliers=written)
    assert world_of(tmp_path / "again").suppliers == world_of(tmp_path, sets=PRICE).suppliers


def test_a_change_of_a_row_that_ends_early_is_told(tmp_path: Path) -> None:
    write_model(tmp_path, suppliers=f"{SUPPLIERS}cobalt-cod,cobalt,COD\n")
    found = faults_of(tmp_path, sets=PRICE)
    assert "suppliers.csv:2: has 3 cells where the header has 6" in found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("suppliers[cobalt-cod].price=-5", "--set: suppliers[cobalt-cod].price: '-5' is negative"),
        ("suppliers[cobalt-cod].material=tin", "--set: suppliers[cobalt-cod].material: unknown material 'tin'"),
    ],
)
def test_what_is_wrong_with_a_cell_is_told_where_it_was_typed(tmp_path: Path, change: str, told: str) -> None:
    write_model(tmp_path)
    assert any(line.startswith(told) for line in faults_of(tmp_path, sets=[change]))
