"""Settings that change over time: numbers, months, years, straight lines between and flat outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from oracles.models import MODEL, faults_of, the_fault, with_line, world_of, write_model

MATERIALS = "material,reference_price,shortage_cost\ncobalt,10,100\nzinc,10,100\n"


def _days(folder: Path, value: str, material: str = "cobalt") -> list[float]:
    """Targets at the ends of 2026-01 ... 2026-06."""
    whole = with_line(MODEL, ("periods:", "periods: 6"), ("resolution:", "resolution: month"))
    write_model(folder, whole=f"{whole}policies: {{reserve_days: {value}}}\n", materials=MATERIALS)
    world = world_of(folder)
    assert world.policies.reserve_days is not None
    path = world.policies.reserve_days.of(material)
    return [] if path is None else path(world.calendar.ends).tolist()


def test_a_number_holds_throughout(tmp_path: Path) -> None:
    assert _days(tmp_path, "60") == [60] * 6


def test_months_are_joined_by_straight_lines_and_flat_outside(tmp_path: Path) -> None:
    # 60 in February, 90 in May: ten days more each month in between
    assert _days(tmp_path, "{2026-02: 60, 2026-05: 90}") == pytest.approx([60, 60, 70, 80, 90, 90])


def test_points_need_no_order(tmp_path: Path) -> None:
    assert _days(tmp_path, "{2026-05: 90, 2026-02: 60}") == pytest.approx([60, 60, 70, 80, 90, 90])


def test_days_by_material_with_a_default(tmp_path: Path) -> None:
    value = "{default: 60, zinc: {2026-01: 10, 2026-06: 60}}"
    assert _days(tmp_path / "a", value, "cobalt") == [60] * 6
    assert _days(tmp_path / "b", value, "zinc") == pytest.approx([10, 20, 30, 40, 50, 60])


def test_without_a_default_the_other_materials_have_no_target(tmp_path: Path) -> None:
    assert _days(tmp_path, "{zinc: 10}", "cobalt") == []


def test_years_are_joined_by_straight_lines_and_flat_outside(tmp_path: Path) -> None:
    write_model(tmp_path, "policies: {share_caps: [{group: [CHN], max: {2026: 0.9, 2030: 0.5}}]}\n")
    path = world_of(tmp_path).policies.share_caps[0].max
    # 0.1 less each year from 2026 to 2030
    assert path(np.array([2024, 2026, 2027, 2030, 2035])).tolist() == pytest.approx([0.9, 0.9, 0.8, 0.5, 0.5])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("reserve_days: {2026-13: 60}", "'2026-13' is not a month such as 2026-01"),
        ("reserve_days: {2026: 60}", "'2026' is not a month such as 2026-01"),
        ("reserve_days: {default: 60, 2026-01: 50}", "'default' names materials and '2026-01' a date"),
        ("reserve_days: {2026-01: 50, cobalt: 60}", "'cobalt' is a material and '2026-01' a date (give materials"),
        ("reserve_days: {2026-01: x}", "'x' is not a number"),
        ("reserve_days: {}", "holds no point"),
        ("country_cap: {max: {2026-01: 0.5}}", "'2026-01' is not a year such as 2030"),
        ("country_cap: {max: {}}", "holds no point"),
    ],
)
def test_a_wrong_time_path_names_its_wrong_part(tmp_path: Path, value: str, words: str) -> None:
    fault = the_fault(write_model(tmp_path, f"policies:\n  {value}\n"))
    assert fault.startswith("model.yaml:7: policies.")
    assert words in fault


def test_a_material_may_begin_with_digits(tmp_path: Path) -> None:
    # permanent magnets are traded by grades such as 1005-NdFeB
    materials = f"{MATERIALS}1005-ndfeb,10,100\n"
    folder = write_model(tmp_path, "policies: {reserve_days: {default: 60, 1005-ndfeb: 90}}\n", materials=materials)
    assert faults_of(folder) == []
