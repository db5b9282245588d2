"""A model written in other units: all its money, or all its tonnes, times a factor."""

from __future__ import annotations

import copy
from typing import Any

from oracles.world_strategies import Description

PRICES = {  # money per tonne, by table
    "materials": ("reference_price", "shortage_cost"),
    "suppliers": ("price", "freight"),
    "shortage": ("cost",),
    "projects": ("capex", "running_cost", "fixed_cost"),
    "substitution": ("cost",),
}
TONNES = {
    "demand": ("tonnes",),
    "materials": ("opening_stock_t", "release_rate_t_per_day", "storage_limit_t"),
    "suppliers": ("capacity_t", "in_transit_t", "minimum_t"),
    "projects": ("existing_t", "max_build_t"),
}
SUMS = {"budget": ("investment", "reserve_per_year"), "risk": ("limit",)}  # of money, by policy


def in_other_units(given: Description, money: float = 1.0, tonnes: float = 1.0) -> Description:
    """A description in which every sum of money is `money` times as many, and every amount `tonnes` times as many.

    A sum is a price times an amount, and moves with both.
    """
    found = copy.deepcopy(given)
    for columns, factor in ((PRICES, money), (TONNES, tonnes)):
        for table, names in columns.items():
            for row in found["tables"].get(table, []):
                _multiply(row, names, factor)
    policies = found["model"].get("policies") or {}
    for policy, names in SUMS.items():
        if policies.get(policy):
            _multiply(policies[policy], names, money * tonnes)
    for limit in [*(policies.get("share_caps") or []), *(policies.get("share_floors") or [])]:
        _multiply(limit, ("soft",), money)
    if policies.get("country_cap"):
        _multiply(policies["country_cap"], ("soft",), money)
    return found


def _multiply(row: dict[str, Any], names: tuple[str, ...], factor: float) -> None:
    for name in names:
        if row.get(name) not in (None, ""):
            row[name] = float(row[name]) * factor
