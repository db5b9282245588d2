"""What a drawn model holds, by name, so that a trial can count how often each feature was drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oracles.world_strategies import BUYER, PERIODS_PER_YEAR, Description, month_after

FEATURES = (
    "lengths",
    "length beyond the horizon",
    "length of probability zero",
    "recovery 0",
    "recovery n",
    "recovery to-end",
    "recovery shorter than a lead",
    "listed crisis",
    "yearly crisis",
    "first onset",
    "cut window",
    "onset in period 1",
    "several crises",
    "own start",
    "own duration",
    "fading",
    "market",
    "price of the selected",
    "price-only crisis",
    "raised demand in a crisis",
    "loss of a feed",
    "loss on a route",
    "partial loss abroad",
    "lag",
    "loss of a feed that comes later",
    "refill periods",
    "events that follow each other",
    "event and crisis",
    "period into the next year",
    "separate chains",
    "chain of several materials",
    "feed",
    "feed with demand",
    "contract",
    "goods under way",
    "lead of a project",
    "build",
    "substitution with delay",
    "storage loss",
    "release rate",
    "storage limit",
    "discount",
    "ramp of a supplier",
    "ramp from nothing said",
    "ramp of a project",
    "minimum",
    "index",
    "fixed cost",
    "life",
    "life that ends",
    "shortage in tranches",
)
"""Every name that `features` gives, but for those of policies."""

POLICY_FEATURES = (
    *("reserve_days", "reserve path", "reserve_ceiling", "ceiling of the target", "release", "projects", "no_shortage"),
    *("share_caps", "share_floors", "soft", "country_cap", "concentration"),
    *("survive", "risk weight", "risk limit", "risk from", "expected_shortage", "budget"),
)


def features(description: Description) -> set[str]:
    """The names of the features that a model holds, of `FEATURES` and `POLICY_FEATURES`."""
    return set(_of_crises(description)) | set(_of_the_rest(description)) | set(_of_policies(description))


def _lengths(crisis: dict[str, Any]) -> dict[int, float]:
    duration = crisis["duration"]
    return duration if isinstance(duration, dict) else {duration: 1.0}


def _sources(description: Description) -> list[dict[str, Any]]:
    return [*description["tables"]["suppliers"], *description["tables"]["projects"]]


def _of_crises(description: Description) -> Iterator[str]:
    model = description["model"]
    periods, crises = model["periods"], model["crises"].values()
    leads = max(row.get("lead_periods", 0) for row in _sources(description))
    if len(crises) > 1:
        yield "several crises"
    for crisis in crises:
        lengths, recovery = _lengths(crisis), crisis["recovery"]
        if len(lengths) > 1:
            yield "lengths"
        if max(lengths) > periods:
            yield "length beyond the horizon"
        if 0.0 in lengths.values():
            yield "length of probability zero"
        yield "recovery to-end" if recovery == "to-end" else "recovery 0" if recovery == 0 else "recovery n"
        if recovery != "to-end" and recovery < leads:
            yield "recovery shorter than a lead"
        if "onsets" in crisis:
            yield "listed crisis"
            if any(onset["period"] == 1 for onset in crisis["onsets"]):
                yield "onset in period 1"
        else:
            yield "yearly crisis"
            if "first_onset" in crisis:
                yield "first onset"
            if periods % crisis["onset_every"]:
                yield "cut window"
            if crisis.get("first_onset", 1 + crisis["onset_every"] // 2) == 1:
                yield "onset in period 1"
        for effect in crisis["effects"]:
            if effect["start"] > 0:
                yield "own start"
            if "duration" in effect:
                yield "own duration"
            if effect["return_over"] > 0:
                yield "fading"
            if effect.get("demand_factor", 1.0) > 1.0:
                yield "raised demand in a crisis"
            yield from _of_effect(description, effect)
        if all("price_factor" in e and "loss" not in e and "demand_factor" not in e for e in crisis["effects"]):
            yield "price-only crisis"


def _of_effect(description: Description, effect: dict[str, Any]) -> Iterator[str]:
    if "price_factor" in effect:
        if effect.get("market"):
            yield "market"
        elif any(key in effect for key in ("countries", "suppliers", "routes")):
            yield "price of the selected"
    if "loss" in effect:
        if "routes" in effect:
            yield "loss on a route"
        elif effect["loss"] < 1.0 and any(row["country"] != BUYER for row in description["tables"]["suppliers"]):
            yield "partial loss abroad"
        if "countries" in effect and "routes" not in effect:
            groups = {row["country"]: row["groups"].split(";") for row in description["tables"]["countries"]}
            named = set(effect["countries"])
            hit = {country for country, of in groups.items() if country in named or named & set(of)}
            own = {row.get("supplier") or row["project"]: row["country"] for row in _sources(description)}
            rows = description["tables"]["origins"]
            lost = [row for row in rows if row["country"] in hit and own[row["supplier"]] not in hit]
            if lost:
                yield "loss of a feed"
            if any(row["lag_periods"] for row in lost):
                yield "loss of a feed that comes later"


def _of_the_rest(description: Description) -> Iterator[str]:
    model, tables = description["model"], description["tables"]
    months = 12 // PERIODS_PER_YEAR[model["resolution"]]
    demanded = {row["material"] for row in tables["demand"]}
    if "refill_periods" in model:
        yield "refill periods"
    if model["discount_rate"] > 0:
        yield "discount"
    if "first-part" in model["events"]:
        yield "events that follow each other"
    if model["events"] and model["crises"]:
        yield "event and crisis"
    ends = [month_after(model, months * (t + 1) - 1)[:4] for t in range(model["periods"])]
    if any(month_after(model, months * t)[:4] != end for t, end in enumerate(ends)):
        yield "period into the next year"
    tied = {(row["material"], row["input_material"]) for row in tables["projects"] if "input_material" in row}
    chains = {row["material"]: {row["material"]} for row in tables["materials"]}
    for one, other in tied:
        joined = chains[one] | chains[other]
        chains.update(dict.fromkeys(joined, joined))
    if len({min(chain) for chain in chains.values()}) > 1:
        yield "separate chains"
    if tied:
        yield "chain of several materials"
        yield "feed"
    if any(feed in demanded for _, feed in tied):
        yield "feed with demand"
    given = {
        "lag": any(row["lag_periods"] for row in tables["origins"]),
        "contract": any(row["kind"] == "contract" for row in tables["suppliers"]),
        "goods under way": any(row.get("in_transit_t") for row in tables["suppliers"]),
        "lead of a project": any(row["lead_periods"] for row in tables["projects"]),
        "build": any(row["max_build_t"] for row in tables["projects"]),
        "substitution with delay": any(row["delay_periods"] for row in tables["substitution"]),
        "storage loss": any(row["loss_rate"] for row in tables["materials"]),
        "release rate": any("release_rate_t_per_day" in row for row in tables["materials"]),
        "ramp of a supplier": any(row.get("ramp_periods") for row in tables["suppliers"]),
        "ramp from nothing said": any(
            row.get("ramp_periods") and row.get("in_transit_t", "") == "" for row in tables["suppliers"]
        ),
        "ramp of a project": any(row.get("ramp_periods") for row in tables["projects"]),
        "minimum": any(row.get("minimum_t") for row in tables["suppliers"]),
        "index": any(row.get("index") for row in tables["suppliers"]),
        "fixed cost": any(row.get("fixed_cost") for row in tables["projects"]),
        "life": any(row.get("life_years") for row in tables["projects"]),
        "life that ends": any(
            row["build_periods"] + row["life_years"] * PERIODS_PER_YEAR[model["resolution"]] < model["periods"]
            for row in tables["projects"]
            if row.get("life_years") and row["max_build_t"]
        ),
        "shortage in tranches": bool(tables.get("shortage")),
        "storage limit": any("storage_limit_t" in row for row in tables["materials"]),
    }
    yield from (name for name, holds in given.items() if holds)


def _of_policies(description: Description) -> Iterator[str]:
    policies = description["model"].get("policies", {})
    yield from (name for name in policies if name != "risk")
    ceiling = policies.get("reserve_ceiling")
    if "target" in (ceiling.values() if isinstance(ceiling, dict) else [ceiling]):
        yield "ceiling of the target"
    if isinstance(policies.get("reserve_days"), dict):
        yield "reserve path"
    if any("soft" in limit for key in ("share_caps", "share_floors") for limit in policies.get(key, [])):
        yield "soft"
    yield from (f"risk {key}" for key in policies.get("risk", {}) if key != "level")
