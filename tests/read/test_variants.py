"""Models that are built on another: its model.yaml with changes, and its tables but for their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.model.faults import ModelFaults
from bichiku.reading.model import Model, read_model
from bichiku.result.manifest import input_hash

BASE = """\
format: 2
model: Base
start: 2026-01
periods: 2
resolution: year
policies: {reserve_days: 60}
tables: tables
strategies:
  today: {}
  long: {policies: {reserve_days: 180}}
"""
TABLES = {
    "materials.csv": "material,reference_price,shortage_cost\nm,10,100\n",
    "demand.csv": "material,year,tonnes\nm,2026,1000\nm,2027,1000\n",
    "suppliers.csv": "supplier,material,country,capacity_t,price\ns,m,CHN,5000,10\n",
}
MORE = "material,year,tonnes\nm,2026,1000\nm,2027,2000\n"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a model and a variant of it that has nothing but its model.yaml."""
    (tmp_path / "base" / "tables").mkdir(parents=True)
    (tmp_path / "base" / "model.yaml").write_text(BASE)
    for name, text in TABLES.items():
        (tmp_path / "base" / "tables" / name).write_text(text)
    (tmp_path / "more").mkdir()
    return tmp_path


def variant(models: Path, text: str) -> Model:
    (models / "more" / "model.yaml").write_text(text)
    return read_model(models / "more")


def fault(models: Path, text: str) -> str:
    with pytest.raises(ModelFaults) as found:
        variant(models, text)
    (only,) = found.value.faults
    return str(only)


def test_a_variant_is_the_other_model_with_its_own_table(models: Path) -> None:
    (models / "more" / "demand.csv").write_text(MORE)
    found = variant(models, "on: ../base\nmodel: More of it\n")
    assert found.name == "more"
    assert [world.settings.model for world in found.worlds.values()] == ["More of it"] * 2
    assert found["long"].demand["m"] == {2026: 1000, 2027: 2000}
    assert found["long"].suppliers["s"].capacity_t == 5000
    assert set(found.files) == {
        "model.yaml",
        "../base/model.yaml",
        "demand.csv",
        "../base/tables/materials.csv",
        "../base/tables/suppliers.csv",
    }


def test_changes_merge_as_those_of_a_strategy_do(models: Path) -> None:
    found = variant(
        models, "on: ../base\npolicies: {reserve_days: 90}\nstrategies: {long: null, none: {policies: null}}\n"
    )
    asked = {name: resolved.get("policies") for name, resolved in found.resolved.items()}
    assert asked == {"today": {"reserve_days": 90}, "none": None}


def test_a_variant_of_a_variant_has_the_changes_of_both(models: Path) -> None:
    variant(models, "on: ../base\ndiscount_rate: 0.05\npolicies: {reserve_days: 90}\n")
    (models / "most").mkdir()
    (models / "most" / "model.yaml").write_text("on: ../more\npolicies: {reserve_days: 30}\n")
    settings = read_model(models / "most")["today"].settings
    assert (settings.discount_rate, read_model(models / "most").resolved["today"]["policies"]) == (
        0.05,
        {"reserve_days": 30},
    )


def test_equal_variants_are_equal_models(models: Path) -> None:
    # its runs are named after all that it is made of, wherever that stands
    same = variant(models, "on: ../base\n")
    other = read_model(models / "base")
    assert input_hash(same, "long") == input_hash(other, "long")
    (models / "base" / "tables" / "demand.csv").write_text(MORE)
    assert input_hash(read_model(models / "more"), "long") != input_hash(other, "long")


def test_a_fault_names_the_file_that_it_stands_in(models: Path) -> None:
    (models / "base" / "model.yaml").write_text(BASE.replace("reserve_days: 60", "reserve_dayz: 60"))
    assert fault(models, "on: ../base\n").startswith(f"{models / 'base' / 'model.yaml'}:6:")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("on: ../nowhere\n", "there is no model '../nowhere'"),
        ("on: 3\n", "3 is not the path of a model from this folder"),
        ("on: [../base]\n", "is not the path of a model from this folder"),
        ("on: /base\n", "is not the path of a model from this folder"),
        ("on: ../more\n", "is built on itself"),
        ("on: ../base\nevents: {strike: null}\n", "there is no 'strike' to remove"),
        ("on: ../base\nstrategies: {lonk: null}\n", "there is no 'lonk' to remove"),
        ("on: ../base\nstrategies: 3\n", "must be a mapping of names to changes"),
        ("on: ../base\ntables: ../base/tables\n", "leaves the model's folder"),
    ],
)
def test_what_is_wrong_is_told(models: Path, text: str, words: str) -> None:
    assert words in fault(models, text)


def test_a_link_to_the_other_model_leads_nowhere_else(models: Path) -> None:
    (models / "base" / "tables" / "demand.csv").unlink()
    (models / "base" / "tables" / "demand.csv").symlink_to("/etc/hostname")
    assert "is a link that leaves the model's folder" in fault(models, "on: ../base\n")
