"""Warnings about numbers of an unlikely size."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import Row, description
from oracles.drawn import solved
from oracles.world_strategies import Description
from tests.check.cases import Case, given, halt, holds
from tests.check.test_tables import PROJECT


def supplier(**changes: Any) -> Description:
    return description(suppliers=[changes])


def tranche(cost: float) -> Description:
    row = {"material": "m", "tranche": "thrift", "max_share": 0.1, "cost": cost}
    return description(tables={"substitution": [row]})


def project(**changes: Any) -> Description:
    return description(tables={"projects": [PROJECT | changes]})


def demand(first: float, second: float) -> Description:
    rows: list[Row] = [
        {"material": "m", "year": 2026, "tonnes": first},
        {"material": "m", "year": 2027, "tonnes": second},
    ]
    return description(suppliers=[{"capacity_t": 2000}], tables={"demand": rows})


def beside_another(first: float, second: float, periods: int = 2, **model: Any) -> Description:
    """A material m of which so much is used beside n, of which 100 t a year are, so that the model is one of tonnes."""
    found = description(periods, **model)
    tables = found["tables"]
    tables["materials"] = [tables["materials"][0] | {"material": name} for name in "mn"]
    tables["suppliers"] = [tables["suppliers"][0] | {"supplier": f"of-{name}", "material": name} for name in "mn"]
    years = range(2026, 2027 + periods)
    small = {2026: first}
    tables["demand"] = [{"material": "m", "year": year, "tonnes": small.get(year, second)} for year in years]
    tables["demand"] += [{"material": "n", "year": year, "tonnes": 100} for year in years]
    return found


def at_the_horizon(freight: float = 0, price: float = 10, capacity: float = 1000, **changes: Any) -> Description:
    """What is left at the horizon is valued at the reference price of 11, and storing it for a year costs 1.1."""
    worth = {"haircut": 0, "reference_price": 11, "storage_cost_rate": 0.1}
    supplier = {"freight": freight, "price": price, "capacity_t": capacity}
    return description(material=worth, suppliers=[supplier], **changes)


CASES = [
    # the reference price is 10
    Case("W403", supplier(price=101), supplier(price=100), "suppliers[s]", ("price 101 is 10.1 times",)),
    Case("W403", supplier(price=0.9), supplier(price=1), "suppliers[s]", ("0.09 times",)),
    Case("W403", supplier(freight=91), supplier(freight=90), "suppliers[s]", ("delivered price 101",)),
    Case(
        "W404", description(material={"shortage_cost": 9}), description(material={"shortage_cost": 10}), "materials[m]"
    ),
    Case("W405", tranche(101), tranche(100), "substitution[m/thrift]", ("shortage_cost 100",)),
    Case(
        "W406",
        project(max_build_t=30, capex=0),
        project(existing_t=30, capex=0),
        "projects[p]",
        ("no capex for what may be built",),
    ),
    Case(
        "W406",
        project(max_build_t=30, fixed_cost=0),
        project(existing_t=30, fixed_cost=0),
        "projects[p]",
        ("no fixed_cost, so that it stands by for nothing",),
    ),
    Case("W414", project(existing_t=30, ramp_periods=3), project(existing_t=30, ramp_periods=2), "projects[p]"),
    Case(
        "W414",
        description(suppliers=[{"ramp_periods": 3}]),
        description(suppliers=[{"ramp_periods": 2}]),
        "suppliers[s]",
        ("its ramp of 3 periods is longer than the 2",),
    ),
    Case(
        "W415",
        project(max_build_t=30, fixed_cost=1.1),
        project(max_build_t=30, fixed_cost=1),
        "projects[p]",
        ("its fixed_cost of 1.1 a year is above its capex of 1",),
    ),
    Case("W406", project(existing_t=30, running_cost=0), project(existing_t=30), "projects[p]", ("no running_cost",)),
    Case("W407", demand(100, 1001), demand(100, 1000), "demand[m/2027]", ("1,001 t after 100 t",)),
    Case("W407", demand(1001, 100), demand(1000, 0), "demand[m/2027]"),
    Case(
        "W408",
        description(material={"opening_stock_t": 301}),
        description(material={"opening_stock_t": 300}),
        "materials[m]",
        ("3.01 years",),
    ),
    Case(
        "W409",
        description(material={"storage_cost_rate": 2}),
        description(material={"storage_cost_rate": 0.5}),
        "materials[m].storage_cost_rate",
        ("2 is 200%; 2 % is written 0.02",),
    ),
    Case("W409", supplier(tariff_rate=5), supplier(tariff_rate=1), "suppliers[s].tariff_rate"),
    Case("W409", description(discount_rate=0.3), description(discount_rate=0.25), "discount_rate"),
    Case("W410", supplier(capacity_t=100_001), supplier(capacity_t=100_000), "suppliers[s]", ("1e+03 times",)),
    Case(
        "W411",
        supplier(capacity_t=100, lead_periods=1, in_transit_t=201),
        supplier(capacity_t=100, lead_periods=1, in_transit_t=200),
        "suppliers[s]",
        ("201 t arrives in each", "100 t a period"),
    ),
    Case(
        "W416",
        supplier(capacity_t=100, lead_periods=0, in_transit_t=5),
        supplier(capacity_t=100, lead_periods=1, in_transit_t=5),
        "suppliers[s]",
        ("5 t never arrives, as lead_periods is 0",),
    ),
    Case(
        "W412",
        beside_another(0.0009, 0.0001),
        beside_another(0.001, 0.0001),
        "demand[m]",
        ("0.0009 t a year", "up to 1e-06 t"),
    ),
    Case(  # 11 less half a year's storage of 0.55, against 10.4 delivered
        "W413",
        at_the_horizon(freight=0.4),
        at_the_horizon(freight=0.5),
        "materials[m]",
        ("counts 11", "s delivers one for 10.4 in the last period"),
    ),
    Case(  # a year's discount makes 10 of 11
        "W413",
        at_the_horizon(discount_rate=0.05, price=9.9),
        at_the_horizon(discount_rate=0.1, price=9.9),
        "materials[m]",
        ("counts 10.4762",),
    ),
    # of what is used to the last tonne none is left to store
    Case("W413", at_the_horizon(capacity=101), at_the_horizon(capacity=100), "materials[m]"),
]


def test_no_demand_at_all_is_not_too_small() -> None:
    assert given(demand(0, 0), "W412") == []


def test_a_shortage_that_the_solver_cannot_see_is_warned_of() -> None:
    # nothing arrives while all is halted and nothing is in store, so no plan can survive it
    policies = {"survive": {"crises": ["halt"], "materials": ["m"]}}
    impossible = beside_another(1e-7, 1e-7, periods=3, policies=policies, crises=halt())
    assert solved(impossible) is not None
    assert len(given(impossible, "W412")) == 1
    # by itself it is counted in units of its own, and nothing is lost
    alone = description(demand=1e-7, policies={"survive": {"crises": ["halt"]}}, crises=halt(), periods=3)
    assert solved(alone) is None
    assert given(alone, "W412") == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)
