"""Warnings about the range of a program's numbers."""

from __future__ import annotations

from typing import Any

import highspy
import pytest

from bichiku.checking.input_behind import OF_LINE
from bichiku.checking.program import LEAST_COEFFICIENT
from bichiku.model.cost_lines import LINES
from oracles.by_hand import MATERIAL, SPOT, description
from oracles.world_strategies import Description
from tests.check.cases import Case, given, halt, holds
from tests.check.test_tables import ORE, REFINERY

DEMAND = [{"material": m, "year": year, "tonnes": 100} for m in ("m", "n") for year in (2026, 2027)]


def shortage(cost: float, **changes: Any) -> Description:
    return description(material={"shortage_cost": cost, "reference_price": 1}, suppliers=[{"price": 1}], **changes)


def two_materials(second: float, **changes: Any) -> Description:
    """One of 1 a tonne, and another whose shortage costs more."""
    return description(
        tables={
            "materials": [MATERIAL | {"reference_price": 1}, MATERIAL | {"material": "n", "shortage_cost": second}],
            "suppliers": [SPOT | {"price": 1}, SPOT | {"supplier": "t", "material": "n"}],
            "demand": DEMAND,
        },
        **changes,
    )


def refinery(per_output: float) -> Description:
    return description(
        tables={
            "materials": [MATERIAL, ORE],
            "suppliers": [SPOT, SPOT | {"supplier": "t", "material": "ore"}],
            "projects": [REFINERY | {"input_per_output": per_output}],
        }
    )


BUDGET = {"policies": {"budget": {"reserve_per_year": 500}}}

CASES = [
    Case(  # from a price of 1 to a shortage cost of 2e10
        "W401",
        shortage(2e10),
        shortage(0.9e10),
        "costs",
        ("factor of 2e+10", "1 (suppliers[s].price)", "2e+10 (materials[m].shortage_cost)", "asks for 1e+10"),
    ),
    Case(  # two materials are solved apart until a budget ties them
        "W401",
        two_materials(2e10, **BUDGET, crises=halt(annual_probability=1e-3)),
        two_materials(1e9, **BUDGET),
        "costs",
        ("in halt of 202", "materials[n].shortage_cost"),
    ),
    Case(
        "W401",
        description(material={"storage_limit_t": 1e15}, suppliers=[{"capacity_t": 1e4}]),
        description(material={"storage_limit_t": 1e11}, suppliers=[{"capacity_t": 1e4}]),
        "capacities and other bounds",
        ("1e+02 (demand[m].tonnes)", "1e+15 (materials[m].storage_limit_t)"),
    ),
    Case(
        "W402",
        refinery(9e-10),
        refinery(1.1e-9),
        "projects[p].input_per_output",
        ("coefficient of 9e-10",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)


@pytest.mark.filterwarnings("error")
def test_a_range_beyond_all_floats_is_told_without_a_complaint_of_numpy() -> None:
    # 1e15 over 1e-300
    wide = description(suppliers=[{"capacity_t": 1e15}, {"supplier": "t", "capacity_t": 1e-300}])
    (item,) = given(wide, "W401")
    assert "a factor of 1e+315: 1e-300 (suppliers[t].capacity_t) to 1e+15 (suppliers[s].capacity_t)" in item.message


def test_materials_that_nothing_couples_have_ranges_of_their_own() -> None:
    # from 1 to 2e10 in all, but from 10 to 2e10 in the second material
    apart = two_materials(9e10)
    assert given(apart, "W401") == []
    assert given(two_materials(9e10, **BUDGET), "W401") != []


def test_what_is_left_out_is_what_the_solver_leaves_out() -> None:
    _, value = highspy.Highs().getOptionValue("small_matrix_value")
    assert value == LEAST_COEFFICIENT


def test_a_demand_that_the_opening_stock_covers_to_the_last_tonne_is_no_tiny_number() -> None:
    # twelve months of a twelfth of 100 t are less than 100 t by 1.4e-14
    assert given(description(material={"opening_stock_t": 100}), "W401") == []


def test_a_supply_that_is_used_to_the_last_tonne_spares_nothing() -> None:
    two = [{"capacity_t": 60}, {"supplier": "a", "country": "AUS", "capacity_t": 40}]
    assert given(description(suppliers=two, crises=halt()), "W401") == []


def test_every_cost_line_has_a_cell_behind_it() -> None:
    assert set(OF_LINE) >= set(LINES)
