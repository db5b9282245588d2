"""Warnings about models that can be solved but may not mean what their author thinks."""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.check import advice
from tests.models import TABLES, world_of, write_model

SUPPLIERS = TABLES["suppliers"]
CRISIS = "crises: {halt: {%s, duration: 1, recovery: 1, effects: [{all: true, loss: 1}]}}\n"
YEARLY = CRISIS % "annual_probability: 0.1, onset_every: 1"


def _advice(folder: Path, extra: str = "", **tables: str) -> list[str]:
    return [str(item) for item in advice(world_of(write_model(folder, extra, **tables)))]


def test_a_sound_model_brings_no_warning(tmp_path: Path) -> None:
    assert _advice(tmp_path, YEARLY) == []


@pytest.mark.parametrize("cells", ["contract,2,", "contract,,5"])
def test_a_lead_time_of_a_contract_is_not_used(tmp_path: Path, cells: str) -> None:
    text = "supplier,material,country,capacity_t,price,kind,lead_periods,in_transit_t\n"
    (warning,) = _advice(tmp_path, suppliers=f"{text}cobalt-cod,cobalt,COD,1000,10,{cells}\n")
    assert warning.startswith("W101: cobalt-cod:")


def test_a_gap_without_a_supplier_has_the_reference_price(tmp_path: Path) -> None:
    materials = f"{TABLES['materials']}ore,3,\n"
    assert _advice(tmp_path / "calm", materials=materials) == []
    (warning,) = _advice(tmp_path / "crisis", YEARLY, materials=materials)
    assert warning.startswith("W102: ore:")


def test_supply_below_demand_is_told_with_both_numbers(tmp_path: Path) -> None:
    # 60 t a year from the supplier and 30 t a year that can be built, against 100 t
    projects = "project,material,country,kind,max_build_t\nnew,cobalt,JPN,recycling,30\n"
    (warning,) = _advice(tmp_path, suppliers=SUPPLIERS.replace("1000", "60"), projects=projects)
    assert warning.startswith("W103: cobalt:")
    assert "90 t a year" in warning
    assert "100 t" in warning


def test_a_crisis_that_can_never_begin_is_told(tmp_path: Path) -> None:
    # its first onset would be in period 9 of 2: the author believes in a crisis that no branch stands for
    (warning,) = _advice(tmp_path, CRISIS % "annual_probability: 0.1, onset_every: 1, first_onset: 9")
    assert warning.startswith("W104: halt:")


def _floor(folder: Path, group: str, least: str, build_periods: int = 0) -> list[str]:
    """Warnings about a floor, where Australia could build a refinery."""
    projects = f"project,material,country,kind,max_build_t,build_periods\nnew,cobalt,AUS,refinery,30,{build_periods}\n"
    return _advice(folder, f"policies: {{share_floors: [{{group: [{group}], min: {least}}}]}}\n", projects=projects)


@pytest.mark.parametrize(("group", "build_periods"), [("CAN", 0), ("AUS", 2)])
def test_a_floor_that_nobody_can_meet_is_told(tmp_path: Path, group: str, build_periods: int) -> None:
    # nobody sells from Canada; the refinery takes both periods to build
    (warning,) = _floor(tmp_path, group, "0.2", build_periods)
    assert warning.startswith(f"W105: {group}: nobody in the group can sell cobalt")


@pytest.mark.parametrize(
    ("group", "least"), [("COD", "0.2"), ("AUS", "0.2"), ("CAN", "0"), ("CAN", "{2027: 0, 2028: 1}")]
)
def test_a_floor_that_can_be_met_or_asks_nothing_is_not_told(tmp_path: Path, group: str, least: str) -> None:
    assert _floor(tmp_path, group, least, build_periods=1) == []
