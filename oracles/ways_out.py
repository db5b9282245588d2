"""Models that ask for more than most have, and a change of an explanation typed into its model.

What `bichiku explain` calls a way out is one when the model with its number typed in has a plan.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from hypothesis import strategies as st

from bichiku.build import build
from bichiku.explaining import Change
from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.model.calendar import month_label
from bichiku.result.pipeline import grow
from oracles.by_hand import read
from oracles.policy_strategies import with_policies
from oracles.world_strategies import Description, small_models

CELLS = {
    "supplier_capacity": ("suppliers", "supplier", "capacity_t"),
    "project_capacity": ("projects", "project", "existing_t"),
    "project_build_limit": ("projects", "project", "max_build_t"),
    "storage_limit": ("materials", "material", "storage_limit_t"),
    "release_limit": ("materials", "material", "release_rate_t_per_day"),
}
LESS = 0.97  # of the least change, which must not be enough


@st.composite
def demanding(draw: st.DrawFn) -> Description:
    """A model that asks for more than most have: long reserves or no shortage, and what stands against it."""
    description = draw(small_models(crises=True))
    crises = sorted(description["model"]["crises"])
    asks: list[dict[str, Any]] = [
        {"reserve_days": draw(st.sampled_from([200, 600, 2000]))},
        {"expected_shortage": {"max_days": draw(st.sampled_from([0, 1, 20]))}},
        {"survive": {"crises": crises}},
        {"survive": {"crises": crises}, "reserve_days": draw(st.sampled_from([30, 200]))},
        {"risk": {"level": 0.5, "limit": draw(st.sampled_from([0, 1000]))}},
    ]
    against: list[dict[str, Any]] = [
        {},
        {"share_caps": [{"group": ["CHN", "COD"], "max": 0.2}]},
        {"country_cap": {"max": 0.3}},
        {"budget": {"reserve_per_year": 500}},
        {"budget": {"investment": 0}},
    ]
    return with_policies(description, {**draw(st.sampled_from(asks)), **draw(st.sampled_from(against))})


def feasible(description: Description) -> bool | None:
    """Whether the model has a plan, by one solve of the whole program."""
    world = read(description)
    return FeasibilityCheck(60).feasible(build(world, grow(world)))


def typed(description: Description, change: Change, value: float) -> Description | None:
    """The model with the number of a change set to a value; None for numbers that stand in no single place."""
    changed = copy.deepcopy(description)
    policies = changed["model"]["policies"]
    shift, tranche = value - change.before, (change.material, change.name)
    if change.kind in CELLS:
        table, key, cell = CELLS[change.kind]
        name = change.material if key == "material" else change.name
        (row,) = (row for row in changed["tables"][table] if row[key] == name)
        row[cell] = value
    elif change.kind == "reserve_days":
        calendar = read(description).calendar
        ends = zip(calendar.ends, calendar.years, strict=True)
        days = policies["reserve_days"]
        path = {month_label(int(m)): max(days + (shift if change.year in (None, year) else 0), 0.0) for m, year in ends}
        policies["reserve_days"] = {"default": days, change.material: path}
    elif change.kind in ("share_caps", "country_cap"):
        years = np.unique(read(description).calendar.years)
        limit = policies["share_caps"][0] if change.kind == "share_caps" else policies["country_cap"]
        path = {int(y): limit["max"] + (shift / 100 if change.year in (None, y) else 0) for y in years}
        here = [row["material"] for row in changed["tables"]["materials"] if row["material"] != change.material]
        if here:  # the others keep the limit that they have; a country cap has one number for all
            if change.kind == "country_cap":
                return None
            policies["share_caps"].append({**limit, "materials": here})
        limit |= {"max": path, "materials": [change.material]}
    elif change.kind == "tranche_limit":
        (row,) = (r for r in changed["tables"]["substitution"] if (r["material"], r["tranche"]) == tranche)
        if value > 100:
            return None
        row["max_share"] = value / 100
    elif change.kind == "risk_limit":
        policies["risk"]["limit"] = value * 1e6
    elif change.kind == "budget_investment":
        policies["budget"]["investment"] = value * 1e6
    elif change.kind == "expected_shortage" and sum(r["material"] != change.material for r in _demand(changed)) == 0:
        policies["expected_shortage"]["max_days"] = value
    else:
        return None
    return changed


def _demand(description: Description) -> list[dict[str, Any]]:
    return list(description["tables"]["demand"])
