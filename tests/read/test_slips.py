"""Slips of the pen that leave the file well-formed: each is a fault, with what was meant where that can be told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bichiku.model.numbers import number_hint
from bichiku.reading.model import read_model
from oracles.models import TABLES, faults_of, the_fault, world_of, write_model

BASE = "policies: {reserve_days: 30, budget: {investment: 12000}}\n"  # line 6
CRISIS = "{annual_probability: 0.1, onset_every: 1, duration: 1, recovery: 0, effects: [{countries: [COD], loss: 1}]}"


def _strategy(changes: str) -> str:
    return f"{BASE}strategies:\n  other: {changes}\n"


def _policies(folder: Path, extra: str, *sets: str) -> Any:
    model = read_model(write_model(folder, extra), (), sets)
    return next(iter(model.resolved.values())).get("policies")


# A space or a comma


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (_strategy("{policies: {reserve_days:90}}"), "write reserve_days: 90"),
        ("policies: {country_cap: {max:0.8}}\n", "write max: 0.8"),
        ("policies: {country_cap: {max: {2026:0.5, 2027: 0.6}}}\n", "write 2026: 0.5"),
        ("policies:\n  reserve_days:90\n", "write reserve_days: 90"),
        ("policies:\n  reserve_days:90\n  budget: {investment: 5}\n", "in line 7: write reserve_days: 90"),
        ("discount_rate:0.03\n", "in line 6: write discount_rate: 0.03"),
    ],
)
def test_a_space_that_is_missing_after_a_colon_is_told(tmp_path: Path, extra: str, told: str) -> None:
    fault = the_fault(write_model(tmp_path, extra))
    assert "a space is missing after the colon" in fault
    assert told in fault


def test_a_value_lost_inside_a_list_of_a_strategy_is_a_fault_at_its_line(tmp_path: Path) -> None:
    effects = "        effects:\n          - {countries: [COD], loss:1.0, price_factor: 1.2}\n"
    extra = f"strategies:\n  worse:\n    events:\n      shut:\n        from: 2026-01\n        to: 2026-12\n{effects}"
    assert the_fault(write_model(tmp_path, extra)) == (
        "model.yaml:13: strategies.worse.events.shut.effects[0].loss:1.0: has no value "
        "(a space is missing after the colon: write loss: 1.0)"
    )


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (_strategy("{policies: {budget: {investment: 6,000}}}"), "write 6000"),
        (_strategy("{policies: {budget: {investment: 1,006,000}}}"), "write 1006000"),
        (_strategy("{policies: {budget: {investment: 1,006.5}}}"), "write 1006.5"),
        ("policies: {country_cap: {max: 0,8}}\n", "write 0.8"),
        ("policies: {country_cap: {max: {2026: 0.5, 2027: 0,6}}}\n", "write 0.6"),
    ],
)
def test_a_comma_inside_a_number_in_braces_is_told(tmp_path: Path, extra: str, told: str) -> None:
    assert f"(a comma parts two entries here: {told})" in the_fault(write_model(tmp_path, extra))


def test_a_comma_inside_a_number_on_the_command_line_is_told(tmp_path: Path) -> None:
    write_model(tmp_path, BASE)
    fault = the_fault(tmp_path, sets=["policies.budget={investment: 6,000}"])
    assert fault.startswith("--set: policies.budget.investment: is parted by a comma")
    assert "'6,000' is not a number (write 6000)" in the_fault(tmp_path, sets=["policies.reserve_days=6,000"])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("6,000", "write 6000"),
        ("0,8", "write 0.8"),
        ("1.234,5", "write 1234.5"),
        ("1,234.5", "write 1234.5"),
        ("1 000", "write 1000"),
        ("1'000", "write 1000"),
        ("1_000", "write 1000"),
        ("5 %", "write 0.05"),
        ("１２", "write 12"),
        ("90 days", "write the number alone: 90"),
        ("$5", "write the number alone: 5"),
        ("12", "write it without quotes"),
        ("2026-01", ""),
        ("many", ""),
        (True, ""),
    ],
)
def test_what_may_be_meant_for_a_number_is_offered_as_one(text: object, meant: str) -> None:
    assert number_hint(text) == meant


# Nothing after a key


@pytest.mark.parametrize(
    ("extra", "where"),
    [
        (f"{BASE}strategies:\n  other:\n", "model.yaml:8: strategies.other: has no value (write other: {}"),
        (f"{BASE}strategies:\n  other:\n    policies:\n", "model.yaml:9: strategies.other.policies: has no value"),
        ("policies: {country_cap: {max: 0.5, except}}\n", "model.yaml:6: policies.country_cap.except: has no value"),
        (_strategy("{silence: [W501, ~]}"), "model.yaml:8: strategies.other.silence[1]: has no value"),
        ("silence:\n  - W501\n  -\n", "model.yaml:8: silence[1]: has no value"),
    ],
)
def test_a_key_with_nothing_after_it_is_a_fault_everywhere(tmp_path: Path, extra: str, where: str) -> None:
    assert the_fault(write_model(tmp_path, extra)).startswith(where)


def test_a_key_whose_lines_are_all_comments_is_told(tmp_path: Path) -> None:
    extra = f"{BASE}strategies:\n  other:\n    policies:\n      # reserve_days: 90\n"
    assert "all lines below it are comments" in the_fault(write_model(tmp_path, extra))


# null


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("{policies: {reserve_dayz: null}}", "unknown key 'reserve_dayz' (did you mean 'reserve_days'?)"),
        ("{polices: null}", "unknown key 'polices' (did you mean 'policies'?)"),
        ("{crises: {hault: ~}}", "there is no 'hault' to remove (did you mean 'halt'?)"),
        ("{crises: {hault: {first_onset: ~}}}", "there is no 'hault' to change (did you mean 'halt'?)"),
        ("{policies: {share_caps: [{group: [COD], max: 1, soft: null}]}}", "null removes nothing from a list"),
    ],
)
def test_null_removes_only_what_is_known(tmp_path: Path, change: str, told: str) -> None:
    extra = f"{_strategy(change)}crises: {{halt: {CRISIS}}}\n"
    assert told in the_fault(write_model(tmp_path, extra))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("crises.nope=null", "there is no 'nope' to remove"),
        ("crises.nope.first_onset=null", "crises.nope: there is no 'nope' to change"),
        ("policies.risk.levl=null", "policies.risk.levl: unknown key 'levl' (did you mean 'level'?)"),
        ("policies.reserve_dayz=null", "did you mean 'reserve_days'?"),
        ("policies.reserve_days.cobalt=null", "policies.reserve_days is 30, not a mapping"),
    ],
)
def test_null_on_the_command_line_removes_only_what_is_known(tmp_path: Path, change: str, told: str) -> None:
    assert told in the_fault(write_model(tmp_path, BASE), sets=[change])


def test_a_known_key_may_be_removed_where_it_is_not(tmp_path: Path) -> None:
    extra = "strategies:\n  free: {policies: {reserve_days: null, budget: {investment: null}}}\n"
    model = read_model(write_model(tmp_path, extra))
    assert "policies" not in model.resolved["free"]


def test_a_mapping_goes_with_the_last_of_its_keys(tmp_path: Path) -> None:
    extra = "policies: {reserve_days: {cobalt: 30}}\nstrategies:\n  free: {policies: {reserve_days: {cobalt: null}}}\n"
    assert _policies(tmp_path / "strategy", extra) is None
    base = "policies: {reserve_days: {cobalt: 30}}\n"
    assert _policies(tmp_path / "typed", base, "policies.reserve_days.cobalt=null") is None


@pytest.mark.parametrize("nothing", ["", "  "])
def test_nothing_typed_for_a_cell_is_a_fault(tmp_path: Path, nothing: str) -> None:
    fault = the_fault(write_model(tmp_path), sets=[f"materials[cobalt].storage_limit_t={nothing}"])
    assert fault == "--set: materials[cobalt].storage_limit_t: has no value; write null to clear the cell"


def test_null_clears_a_cell(tmp_path: Path) -> None:
    materials = "material,reference_price,shortage_cost,storage_limit_t\ncobalt,10,100,50\n"
    write_model(tmp_path, materials=materials)
    assert world_of(tmp_path).materials["cobalt"].storage_limit_t == 50
    assert (
        world_of(tmp_path, sets=["materials[cobalt].storage_limit_t=null"]).materials["cobalt"].storage_limit_t is None
    )
    assert "is empty" in the_fault(tmp_path, sets=["materials[cobalt].reference_price=~"])


def test_a_library_clears_a_cell_with_none_and_not_with_a_number_that_is_none(tmp_path: Path) -> None:
    materials = "material,reference_price,shortage_cost,storage_limit_t\ncobalt,10,100,50\n"
    world = world_of(write_model(tmp_path, materials=materials))
    assert world.changed({"materials[cobalt].storage_limit_t": None}).materials["cobalt"].storage_limit_t is None
    with pytest.raises(Exception, match="'nan' is not a number"):
        world.changed({"materials[cobalt].storage_limit_t": float("nan")})


# Selectors

EVENT = "events: {shut: {from: 2026-01, to: 2026-12, effects: [%s]}}\n"


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        ("{countries: [], loss: 1}", "countries: is an empty list"),
        ("{countries: [COD], suppliers: [], loss: 1}", "suppliers: is an empty list"),
        ("{all: true, countries: [COD], loss: 1}", "all: true hits everything, and countries only some of it"),
        ("{countries: [COD, COD], loss: 1}", "'COD' stands in the list twice"),
    ],
)
def test_selectors_that_are_empty_or_overlap_are_faults(tmp_path: Path, effect: str, told: str) -> None:
    assert told in the_fault(write_model(tmp_path, EVENT % effect))


@pytest.mark.parametrize(
    "policies",
    [
        "share_caps: [{group: [], max: 1}]",
        "share_caps: [{group: [COD], materials: [], max: 1}]",
        "survive: {crises: []}",
        "expected_shortage: {max_days: 5, materials: []}",
    ],
)
def test_a_policy_on_nothing_is_a_fault(tmp_path: Path, policies: str) -> None:
    assert the_fault(write_model(tmp_path, f"policies: {{{policies}}}\n")).endswith("is an empty list")


@pytest.mark.parametrize("group", ["CHN", "AND", "per"])
def test_a_group_named_like_a_country_is_a_fault(tmp_path: Path, group: str) -> None:
    fault = the_fault(write_model(tmp_path, countries=f"country,groups\nCOD,{group}\n"))
    assert f"{group!r} is the code of" in fault


# Names


@pytest.mark.parametrize("name", ["250410", "0101", "2504", "True", "inf", "1e5", "NA"])
def test_a_name_is_text_whatever_it_looks_like(tmp_path: Path, name: str) -> None:
    tables = {table: text.replace("cobalt,", f"{name},") for table, text in TABLES.items()}
    extra = f"policies: {{reserve_days: {{{name}: 60}}, country_cap: {{max: 1, materials: [{name}]}}}}\n"
    crises = f"crises: {{{name}: {CRISIS}}}\n"
    world = world_of(write_model(tmp_path, extra + crises, **tables), sets=[f"policies.reserve_days.{name}=70"])
    assert list(world.policies.reserve_days.materials) == list(world.materials) == [name]
    assert world.policies.reserve_days.materials[name].values == (70,)
    assert world.policies.country_cap.materials == [name]
    assert list(world.settings.crises) == [name]


def _named(folder: Path, material: str, days: str) -> Path:
    tables = {table: text.replace("cobalt,", f"{material},") for table, text in TABLES.items()}
    return write_model(folder, f"policies: {{reserve_days: {days}}}\n", **tables)


def test_a_material_named_like_a_date_is_a_material_where_there_is_one(tmp_path: Path) -> None:
    days = "{2504-10: 60}"
    read = world_of(_named(tmp_path / "material", "2504-10", days)).policies.reserve_days
    assert (read.default, list(read.materials)) == (None, ["2504-10"])
    read = world_of(_named(tmp_path / "date", "cobalt", days)).policies.reserve_days
    assert (read.default.values, read.materials) == ((60,), {})


@pytest.mark.parametrize(
    ("material", "days", "told"),
    [
        ("2504-10", "{2504-10: 60, 2026-01: 30}", "'2504-10' is a material and '2026-01' a date"),
        ("2026-06", "{2026-06: 60}", "'2026-06' may be a material or a date of the horizon"),
        ("2026", "{2026: 60}", "'2026' may be a material or a date of the horizon"),
    ],
)
def test_a_key_that_may_be_a_material_or_a_date_is_a_fault(tmp_path: Path, material: str, days: str, told: str) -> None:
    assert told in the_fault(_named(tmp_path, material, days))


SUPPLIERS = "supplier,material,country,capacity_t,price,route\n{},cobalt,COD,1000,10,{}\n{},cobalt,COD,1000,10,{}\n"


@pytest.mark.parametrize("other", ["a-chn", "Ａ-chn", "A\u2013chn", "A\u2010CHN"])
def test_names_that_look_the_same_are_a_fault(tmp_path: Path, other: str) -> None:
    fault = the_fault(write_model(tmp_path, suppliers=SUPPLIERS.format("A-chn", "", other, "")))
    assert fault.startswith(f"suppliers.csv:3: supplier: {other!r} and 'A-chn' differ only in case")


def test_routes_groups_crises_and_strategies_that_look_the_same_are_faults(tmp_path: Path) -> None:
    assert "suppliers.csv:3: route: 'hormuz' and 'Hormuz'" in the_fault(
        write_model(tmp_path / "route", suppliers=SUPPLIERS.format("a", "Hormuz", "b", "hormuz"))
    )
    groups = "country,groups\nCOD,Partners\nCHN,partners\n"
    assert "'partners' and 'Partners'" in the_fault(write_model(tmp_path / "group", countries=groups))
    crises = f"crises: {{Halt: {CRISIS}, halt: {CRISIS}}}\n"
    assert "crises.halt: 'halt' and 'Halt'" in the_fault(write_model(tmp_path / "crisis", crises))
    strategies = "strategies: {Today: {}, today: {}}\n"
    assert "strategies.today: 'today' and 'Today'" in the_fault(write_model(tmp_path / "strategy", strategies))


def test_a_supplier_and_a_project_that_look_the_same_are_a_fault(tmp_path: Path) -> None:
    projects = "project,material,country,kind\nCobalt-Cod,cobalt,COD,recycling\n"
    assert "projects.csv:2: project: 'Cobalt-Cod' and 'cobalt-cod'" in the_fault(
        write_model(tmp_path, projects=projects)
    )


def test_names_that_differ_in_a_letter_are_two(tmp_path: Path) -> None:
    assert faults_of(write_model(tmp_path, suppliers=SUPPLIERS.format("a-chn", "north", "b-chn", "south"))) == []


# Probabilities near one


def test_a_probability_over_one_is_told_with_all_its_digits(tmp_path: Path) -> None:
    duration = f"crises: {{halt: {CRISIS.replace('duration: 1', 'duration: {1: 0.5, 2: 0.500002}')}}}\n"
    assert "sum to 1.000002, not to one" in the_fault(write_model(tmp_path, duration))


def test_a_level_of_risk_so_near_to_one_that_nothing_is_left_is_a_fault(tmp_path: Path) -> None:
    policies = "policies: {risk: {level: %s, weight: 1}}\n"
    fault = the_fault(write_model(tmp_path / "one", policies % "0.9999999999999999"))
    assert "0.9999999999999999 is over 0.999999" in fault
    assert faults_of(write_model(tmp_path / "near", policies % "0.999999")) == []
