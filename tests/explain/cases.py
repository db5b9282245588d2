"""Worlds that some policy leaves without a plan, with what is in conflict and the least changes worked out by hand.

Shortage is always allowed, so no cap, floor or budget does it by itself: something has to ask for tonnes. That is a
reserve target, survive, a limit on expected shortage or on risk; or goods under way that have no place to go.
For the world they change see `oracles.by_hand`.
"""

from __future__ import annotations

from typing import Any

from bichiku.build import build
from bichiku.explaining import Change, Conflict, Diagnosis, Explanation, explain
from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.explaining.model_rules import model_rules
from bichiku.explaining.ruled_program import without
from bichiku.explaining.rules import Rule, RuleKey
from bichiku.explaining.unmet_demand import with_unmet
from bichiku.model.world import World
from bichiku.program import LinearProgram
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import grow
from bichiku.show.explanation import text_of
from bichiku.solving import Solution, Status
from oracles.by_hand import MATERIAL, SPOT, description, halt, read

AUSTRALIA = {"supplier": "a", "country": "AUS", "price": 20, "capacity_t": 40}
TWO = [{}, AUSTRALIA]
STORE_30 = {"storage_limit_t": 30}
MINE = {
    "project": "p",
    "material": "m",
    "country": "AUS",
    "kind": "mine-stake",
    "max_build_t": 100,
    "capex": 10,
    "fixed_cost": 0,
}
REFINERY = {
    "project": "p",
    "material": "oxide",
    "country": "AUS",
    "kind": "refinery",
    "input_material": "m",
    "input_per_output": 2,
    "existing_t": 200,
}
NO_SHORTAGE = {"expected_shortage": {"max_days": 0}}
SURVIVE = {"survive": {"crises": ["halt"]}}

# name: changes to the world, kinds of the rules in conflict, least changes by kind
CASES: dict[str, tuple[dict[str, Any], set[str], dict[str, float]]] = {
    # 180 days of 100 t a year are 49.32 t, 10 t are all there is: 36.5 days
    "reserve": (
        {"periods": 1, "suppliers": [{"capacity_t": 10}], "policies": {"reserve_days": 180}},
        {"reserve_days", "supplier_capacity"},
        {"reserve_days": 143.5, "supplier_capacity": 39.315, "new_source": 39.315},
    ),
    # 100 t in store; Australia's 40 t are 80 % of 50 t. With 60 t Chinese: 60 %
    "cap with a reserve": (
        {
            "periods": 1,
            "suppliers": TWO,
            "policies": {"reserve_days": 365, "share_caps": [{"group": ["CHN"], "max": 0.2}]},
        },
        {"reserve_days", "share_caps", "supplier_capacity"},
        {"reserve_days": 182.5, "share_caps": 40, "supplier_capacity": 40, "new_source": 40},
    ),
    # at 20 % and nobody else China may send nothing at all
    "cap with no other supplier": (
        {"periods": 1, "policies": {"reserve_days": 73, "share_caps": [{"group": ["CHN"], "max": 0.2}]}},
        {"reserve_days", "share_caps"},
        {"reserve_days": 73, "share_caps": 80, "new_source": 16},
    ),
    # 100 t, of which 40 t Australian
    "floor": (
        {
            "periods": 1,
            "suppliers": TWO,
            "policies": {**NO_SHORTAGE, "share_floors": [{"group": ["AUS"], "min": 0.5}]},
        },
        {"share_floors", "expected_shortage", "supplier_capacity", "demand"},
        {"share_floors": 10, "expected_shortage": 73, "supplier_capacity": 10, "demand": 20, "new_source": 10},
    ),
    # two countries with 30 % each never make a whole; China needs 60 % beside Australia's 40 t
    "any one country": (
        {"periods": 1, "suppliers": TWO, "policies": {**NO_SHORTAGE, "country_cap": {"max": 0.3}}},
        {"country_cap", "expected_shortage", "demand"},
        {"country_cap": 30, "expected_shortage": 365, "demand": 100, "new_source": 40},
    ),
    # a halt in the first year finds no stock
    "survive": (
        {"periods": 1, "crises": halt(1, 0.05), "policies": SURVIVE},
        {"survive", "demand", "loss"},
        {"survive": 100, "new_source": 100},
    ),
    "storage": (
        {"crises": halt(2, 0.05), "material": STORE_30, "policies": SURVIVE},
        {"survive", "demand", "loss", "storage_limit"},
        {"survive": 70, "storage_limit": 70, "new_source": 70},
    ),
    # 36.5 t a year may leave the store
    "release": (
        {"crises": halt(2, 0.05), "material": {"release_rate_t_per_day": 0.1}, "policies": SURVIVE},
        {"survive", "demand", "loss", "release_limit"},
        {"survive": 63.5, "release_limit": 63.5 / 365, "new_source": 63.5},
    ),
    # 60 t of 100 can be bought
    "no shortage on the plan": (
        {"periods": 1, "suppliers": [{"capacity_t": 60}], "policies": {"no_shortage": True}},
        {"no_shortage", "demand", "supplier_capacity"},
        {"no_shortage": 40, "demand": 40, "supplier_capacity": 40, "new_source": 40},
    ),
    # a mine could give the other 40 t
    "nothing may be built": (
        {
            "periods": 1,
            "suppliers": [{"capacity_t": 60}],
            "tables": {"projects": [MINE]},
            "policies": {"no_shortage": True, "projects": {"allow": []}},
        },
        {"no_shortage", "projects", "demand", "supplier_capacity", "project_capacity"},
        {
            "no_shortage": 40,
            "projects": 40,
            "demand": 40,
            "supplier_capacity": 40,
            "project_capacity": 40,
            "new_source": 40,
        },
    ),
    # 50 t a year are left over demand, and 100 t are asked for at the end of 2028, none at the end of 2027
    "ceiling below a reserve that rises": (
        {
            "periods": 3,
            "suppliers": [{"capacity_t": 150}],
            "policies": {
                "no_shortage": True,
                "reserve_days": {"default": {"2027-12": 0, "2028-12": 365}},
                "reserve_ceiling": {"m": {"2027-12": 0, "2028-12": 400}},
            },
        },
        {"no_shortage", "reserve_days", "reserve_ceiling", "demand", "supplier_capacity"},
        {
            "no_shortage": 50,
            "reserve_days": 182.5,
            "reserve_ceiling": 182.5,
            "demand": 50,
            "supplier_capacity": 50,
            "new_source": 50,
        },
    ),
    # of the 100 t that the store holds 50 wait for their release
    "half of a reserve waits": (
        {
            "crises": halt(2, 0.05),
            "material": {"storage_limit_t": 100},
            "policies": {**SURVIVE, "reserve_days": 365, "release": {"share": 0.5, "after": 1}},
        },
        {"survive", "release", "demand", "loss", "storage_limit"},
        {"survive": 50, "storage_limit": 50, "new_source": 50},
    ),
    # half of demand is missing in both years, all of it in the crisis: 182.5 + 0.8 * 182.5 + 0.2 * 365 = 401.5 days
    "expected shortage": (
        {
            "suppliers": [{"capacity_t": 50}],
            "crises": halt(2, 0.2),
            "policies": {"expected_shortage": {"max_days": 400}},
        },
        {"expected_shortage", "demand", "loss", "supplier_capacity"},
        {"expected_shortage": 1.5},
    ),
    # 30 t held leave 70 short at 100 each, 5 % likely in a tail of 50 %: 700, and 100 allow 10 t short
    "risk": (
        {"crises": halt(2, 0.05), "material": STORE_30, "policies": {"risk": {"level": 0.5, "limit": 100}}},
        {"risk_limit", "demand", "loss", "storage_limit"},
        {"risk_limit": 600 / 1e6, "storage_limit": 60, "demand": 60, "new_source": 60},
    ),
    # 219 days are 60 t, 10 t more than there are, at 10 each; 99 buy 9.9 t
    "reserve budget": (
        {
            "periods": 1,
            "material": {"opening_stock_t": 50},
            "policies": {"reserve_days": 219, "budget": {"reserve_per_year": 99}},
        },
        {"reserve_days", "budget_reserve"},
        {"reserve_days": 0.365, "budget_reserve": 1e-6},
    ),
    # 73 days are 20 t: 5 bought, 15 from what is built at 10 each
    "investment budget": (
        {
            "periods": 1,
            "suppliers": [{"capacity_t": 5}],
            "tables": {"projects": [MINE]},
            "policies": {"reserve_days": 73, "budget": {"investment": 100}},
        },
        {"reserve_days", "budget_investment", "supplier_capacity", "project_capacity"},
        {
            "reserve_days": 18.25,
            "budget_investment": 50e-6,
            "supplier_capacity": 5,
            "project_capacity": 5,
            "new_source": 5,
        },
    ),
    # at most 12 t may be built: 3 t are missing
    "build limit": (
        {
            "periods": 1,
            "suppliers": [{"capacity_t": 5}],
            "tables": {"projects": [MINE | {"max_build_t": 12}]},
            "policies": {"reserve_days": 73},
        },
        {"reserve_days", "project_build_limit", "supplier_capacity", "project_capacity"},
        {
            "reserve_days": 10.95,
            "project_build_limit": 3,
            "supplier_capacity": 3,
            "project_capacity": 3,
            "new_source": 3,
        },
    ),
    # 500 t arrive, 100 are used
    "goods under way": (
        {"periods": 1, "material": {"storage_limit_t": 0}, "suppliers": [{"in_transit_t": 500, "lead_periods": 1}]},
        {"storage_limit", "demand"},
        {"storage_limit": 400},
    ),
    # half is left, of which s sells half of what the plan bought the year before: 100 t and 30 into store.
    # 65 t and 30 t in store leave 5 short; with a store of S, 50 + S / 2 + S make 100 from 33.33 t on
    "ration": (
        {
            "crises": halt(2, 0.05, effects=[{"suppliers": ["s"], "loss": 0.5}]),
            "material": STORE_30,
            "policies": SURVIVE,
        },
        {"survive", "demand", "loss", "storage_limit"},
        {"survive": 5, "storage_limit": 10 / 3, "new_source": 5},
    ),
    # before the start a year counts as capacity: half of 150 t a year
    "ration of a capacity": (
        {
            "suppliers": [{"capacity_t": 150}],
            "crises": halt(1, 0.05, effects=[{"suppliers": ["s"], "loss": 0.5}]),
            "policies": SURVIVE,
        },
        {"survive", "demand", "loss", "supplier_capacity"},
        {"survive": 25, "supplier_capacity": 50, "new_source": 25},
    ),
    # 130 t last for the first year, and leave 70 t short in the second; from elsewhere as much comes in both
    "a long crisis": (
        {
            "periods": 3,
            "crises": halt(2, 0.05, duration={1: 0.5, 2: 0.5}),
            "material": {"storage_limit_t": 130},
            "policies": SURVIVE,
        },
        {"survive", "demand", "loss", "storage_limit"},
        {"survive": 70, "storage_limit": 70, "new_source": 35},
    ),
    # nothing was saved before, so nothing is in the first year of a crisis: 60 t of 100
    "a saving that takes time": (
        {
            "crises": halt(1, 0.05),
            "material": {"opening_stock_t": 60},
            "tables": {
                "substitution": [{"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30, "delay_periods": 1}]
            },
            "policies": SURVIVE,
        },
        {"survive", "demand", "loss", "tranche_limit"},
        {"survive": 40, "new_source": 40},
    ),
    # an event stops s in 2027. The plan is short and holds 100 t; the crisis, which makes things dear, may not be
    "a reserve that stays": (
        {
            "material": {"storage_limit_t": 100},
            "events": {"stop": {"from": "2027-01", "to": "2027-12", "effects": [{"suppliers": ["s"], "loss": 1}]}},
            "crises": halt(2, 0.05, effects=[{"materials": ["m"], "price_factor": 3}]),
            "policies": {"reserve_days": 365, **SURVIVE},
        },
        {"survive", "demand", "loss", "storage_limit", "reserve_days", "reserve_kept"},
        {"survive": 100, "storage_limit": 100, "new_source": 100, "reserve_days": 365},
    ),
    # 100 t of oxide take 200 of 300 t of ore, and 100 are left of the 200 t that a year of use is. Of x t of oxide
    # less, 100 + 2 x are left and 200 - 2 x asked for
    "reserve of a feed": (
        {
            "periods": 1,
            "tables": {
                "materials": [MATERIAL, MATERIAL | {"material": "oxide"}],
                "demand": [{"material": "oxide", "year": 2026, "tonnes": 100}],
                "suppliers": [SPOT | {"capacity_t": 300}],
                "projects": [REFINERY],
            },
            "policies": {"reserve_days": {"m": 365}, **NO_SHORTAGE},
        },
        {"reserve_days", "supplier_capacity", "expected_shortage", "demand"},
        {"reserve_days": 182.5, "supplier_capacity": 100, "expected_shortage": 91.25, "demand": 25},
    ),
    # 70 t short at 100 each in both years: 5 % in a tail of 50 % are 700, 10 % are 1400; one limit is for both
    "risk of several years": (
        {
            "periods": 3,
            "crises": halt(
                2,
                0,
                onsets=[{"period": 2, "probability": 0.05}, {"period": 3, "probability": 0.1}],
                recovery=0,
            ),
            "material": STORE_30 | {"reference_price": 0},
            "suppliers": [{"price": 0}],
            "policies": {"risk": {"level": 0.5, "limit": 100}},
        },
        {"risk_limit", "demand", "loss", "storage_limit"},
        {"risk_limit": 1300 / 1e6},
    ),
    # 40 % can be saved, 60 % cannot
    "saving": (
        {
            "periods": 1,
            "suppliers": [{"capacity_t": 0}],
            "tables": {"substitution": [{"material": "m", "tranche": "x", "max_share": 0.4, "cost": 30}]},
            "policies": NO_SHORTAGE,
        },
        {"expected_shortage", "demand", "tranche_limit", "supplier_capacity"},
        {"expected_shortage": 219, "demand": 60, "tranche_limit": 60, "supplier_capacity": 60, "new_source": 60},
    ),
}


def explained(**changes: Any) -> Explanation:
    return explain(read(description(changes.pop("periods", 2), **changes)))


def the_conflict(**changes: Any) -> Conflict:
    found = explained(**changes)
    assert found.diagnosis is Diagnosis.INFEASIBLE
    assert len(found.conflicts) == 1, text_of(found)
    return found.conflicts[0]


def by_kind(conflict: Conflict) -> dict[str, Change]:
    return {change.kind: change for change in conflict.changes}


def rules_of(world: World) -> tuple[list[Rule], LinearProgram]:
    """All rules of a world, and its program in which demand can give way."""
    chains = grow(world)
    outcome = Outcome(world, chains, build(world, chains), Solution.none(Status.INFEASIBLE))
    wider = with_unmet(outcome.program, outcome)
    return model_rules(outcome, wider), wider


def feasible_with(rules: list[Rule], keys: set[RuleKey], program: LinearProgram) -> bool | None:
    """Whether the program can be kept with the rules of these keys and no others."""
    return FeasibilityCheck(60).feasible(without(program, [rule for rule in rules if rule.key not in keys]))
