"""A small model in which every rule of verification has something to say.

Twelve quarters; a contract, leads with goods under way, storage losses, a route, a refinery that feeds on
another material, a project abroad with a lead, an event, crises that return and one that lasts to the end,
and every policy at once.
"""

from __future__ import annotations

from typing import Any

from oracles.policy_examples import EXAMPLES

BASIS = {"basis": "assumed", "source": "made up for tests"}
YEARS = (2026, 2027, 2028)

MODEL: dict[str, Any] = {
    "model": "Rich",
    "currency": "EUR",
    "buyer": "JPN",
    "start": "2026-01",
    "periods": 12,
    "report_until": "2028-06",
    "resolution": "quarter",
    "discount_rate": 0.04,
    "policies": {name: example.rich for name, example in EXAMPLES.items()},
    "events": {
        "quota": {
            "from": "2026-05",
            "to": "2027-01",
            "effects": [{"countries": ["CHN"], "materials": ["metal"], "loss": 0.2, "price_factor": 1.1}],
        }
    },
    "crises": {
        "halt": {
            "annual_probability": 0.2,
            "onset_every": 4,
            "duration": 2,
            "recovery": 2,
            "effects": [{"countries": ["rivals"], "loss": 0.9, "price_factor": 1.5, "return_over": 1}],
        },
        "closure": {
            "onsets": [{"period": 5, "probability": 0.1}, {"period": 9, "probability": 0.05}],
            "duration": 2,
            "recovery": "to-end",
            "effects": [
                {"routes": ["strait"], "loss": 0.6, "start": 1, "return_over": 2},
                {"materials": ["alloy"], "demand_factor": 1.3, "duration": 1},
            ],
        },
    },
}

TABLES: dict[str, list[dict[str, Any]]] = {
    "materials": [
        {
            "material": "alloy", "reference_price": 50, "storage_cost_rate": 0.03, "haircut": 0.2,
            "opening_stock_t": 20, "shortage_cost": 900, "release_rate_t_per_day": 0.2, "storage_limit_t": 30,
        },
        {
            "material": "metal", "reference_price": 100, "storage_cost_rate": 0.02, "loss_rate": 0.04,
            "haircut": 0.1, "opening_stock_t": 40,
        },
        {"material": "ore", "reference_price": 10, "opening_stock_t": 15, "storage_cost_rate": 0.01},
    ],
    "shortage": [
        {"material": "metal", "up_to": 0.1, "cost": 1200},
        {"material": "metal", "up_to": 1, "cost": 2000},
    ],
    "demand": [
        {"material": material, "year": year, "tonnes": tonnes + 10 * i}
        for material, tonnes in (("metal", 400), ("alloy", 200))
        for i, year in enumerate(YEARS)
    ],
    "suppliers": [
        {
            "supplier": "metal-chn", "material": "metal", "country": "CHN", "capacity_t": 500, "price": 90,
            "freight": 5, "tariff_rate": 0.03, "lead_periods": 1, "in_transit_t": 50, "route": "strait",
        },
        {
            "supplier": "metal-aus", "material": "metal", "country": "AUS", "capacity_t": 130, "price": 120,
            "freight": 8, "tariff_rate": 0.01, "ramp_periods": 4,
        },
        {
            "supplier": "metal-chl", "material": "metal", "country": "CHL", "kind": "contract", "capacity_t": 80,
            "price": 110, "freight": 9, "route": "strait", "index": 0.5,
        },
        {"supplier": "alloy-chn", "material": "alloy", "country": "CHN", "capacity_t": 300, "price": 45, "freight": 2},
        {
            "supplier": "alloy-kor", "material": "alloy", "country": "KOR", "kind": "contract", "capacity_t": 30,
            "price": 52, "freight": 1, "minimum_t": 10,
        },
        {"supplier": "alloy-aus", "material": "alloy", "country": "AUS", "capacity_t": 30, "price": 58},
        {
            "supplier": "ore-aus", "material": "ore", "country": "AUS", "capacity_t": 300, "price": 9, "freight": 2,
            "lead_periods": 2, "in_transit_t": 10,
        },
    ],
    "origins": [
        {"supplier": "alloy-kor", "country": "CHN", "share": 0.5},
        {"supplier": "metal-aus", "country": "CHN", "share": 0.2},
    ],
    "projects": [
        {
            "project": "refinery", "material": "metal", "country": "JPN", "kind": "refinery", "existing_t": 40,
            "max_build_t": 80, "capex": 60, "subsidy_rate": 0.3, "running_cost": 55, "build_periods": 2,
            "input_material": "ore", "input_per_output": 1.5, "fixed_cost": 3, "life_years": 15, "ramp_periods": 2,
        },
        {
            "project": "recycling", "material": "alloy", "country": "JPN", "kind": "recycling", "existing_t": 10,
            "max_build_t": 5, "capex": 40, "running_cost": 20, "build_periods": 1, "fixed_cost": 2,
        },
        {
            "project": "stake", "material": "metal", "country": "AUS", "kind": "mine-stake", "existing_t": 25,
            "running_cost": 70, "lead_periods": 1, "route": "strait",
        },
    ],
    "substitution": [
        {"material": "metal", "tranche": "thrift", "max_share": 0.1, "cost": 300},
        {"material": "metal", "tranche": "replace", "max_share": 0.2, "cost": 700, "delay_periods": 1},
        {"material": "alloy", "tranche": "thrift", "max_share": 0.1, "cost": 200},
    ],
    "countries": [
        {"country": "AUS", "groups": "partners", "governance": 1.5},
        {"country": "CHL", "groups": "partners", "governance": 1.0},
        {"country": "CHN", "groups": "rivals", "governance": -0.3},
        {"country": "JPN", "governance": 1.4},
        {"country": "KOR", "governance": 1.1},
    ],
}  # fmt: skip


def description() -> dict[str, Any]:
    """The model as `oracles.world_strategies.write_model` takes it."""
    return {"model": MODEL, "tables": {name: [row | BASIS for row in rows] for name, rows in TABLES.items()}}
