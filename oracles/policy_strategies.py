"""Hypothesis strategies for each policy over the small models of `oracles.world_strategies`."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from oracles.world_strategies import BUYER, COUNTRIES, START_YEAR, Description, month_after, small_models

POLICY_NAMES = (
    "reserve_days",
    "reserve_ceiling",
    "release",
    "projects",
    "no_shortage",
    "share_caps",
    "share_floors",
    "country_cap",
    "survive",
    "risk_weight",
    "risk_limit",
    "expected_shortage",
    "budget_investment",
    "budget_reserve",
)
"""Names for `policies` and `policy_variants`; all but survive, which needs a crisis, fit every model."""

SOFT_NAMES = ("soft_share_caps", "soft_share_floors")
CONCENTRATION = "concentration"
"""More such names: limits that may be exceeded at a price, and the one that a linear program can only come near."""


def with_policies(description: Description, policies: dict[str, Any]) -> Description:
    """The same world under these policies."""
    changed = copy.deepcopy(description)
    changed["model"]["policies"] = policies
    return changed


def policies(description: Description, name: str) -> st.SearchStrategy[dict[str, Any]]:
    """The policies key of model.yaml with the named policy on, fit for this model."""
    found: st.SearchStrategy[dict[str, Any]] = _POLICIES[name](description)
    return found


@st.composite
def some_policies(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    """Two to four policies that fit a model, together."""
    chosen: dict[str, Any] = {}
    count = draw(st.integers(2, 4))
    for name in draw(st.lists(st.sampled_from(POLICY_NAMES), min_size=count, max_size=count, unique=True)):
        for key, value in draw(policies(description, name)).items():
            before = chosen.get(key)
            if before is None or key != "reserve_days":  # a path and targets by material are no path together
                chosen[key] = {**before, **value} if isinstance(before, dict) else value
    return chosen


@st.composite
def models_with_policies(draw: st.DrawFn) -> Description:
    """A small model with crises and two to four policies, some share limits of them soft, and one on concentration."""
    description = draw(small_models(crises=True))
    chosen = draw(some_policies(description))
    for limit in [*chosen.get("share_caps", []), *chosen.get("share_floors", [])]:
        if draw(st.booleans()):
            limit["soft"] = draw(_PENALTY)
    if draw(st.booleans()):
        chosen |= draw(policies(description, CONCENTRATION))
    return with_policies(description, chosen)


@st.composite
def policy_variants(draw: st.DrawFn, name: str) -> Description:
    """A small model with the named policy switched on."""
    needs_crisis = name in ("survive", "risk_weight", "risk_limit")
    description = draw(small_models(crises=True if needs_crisis else None))
    return with_policies(description, draw(policies(description, name)))


def _materials(description: Description) -> list[str]:
    return [row["material"] for row in description["tables"]["materials"]]


def _some_materials(description: Description) -> st.SearchStrategy[Any]:
    some = st.lists(st.sampled_from(_materials(description)), min_size=1, max_size=2, unique=True)
    return st.one_of(st.just("all"), some)


def _yearly(values: list[float]) -> st.SearchStrategy[Any]:
    """A number, or two dated points."""
    value = st.sampled_from(values)
    return st.one_of(value, st.builds(lambda a, b: {START_YEAR: a, START_YEAR + 2: b}, value, value))


@st.composite
def _reserve_days(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    days = st.sampled_from([0, 5, 15, 40])
    end = month_after(description["model"], draw(st.integers(1, 24)))
    path = st.one_of(days, st.builds(lambda a, b: {description["model"]["start"]: a, end: b}, days, days))
    if draw(st.booleans()):
        return {"reserve_days": draw(path)}
    material = draw(st.sampled_from(_materials(description)))
    target = {material: draw(path)}
    return {"reserve_days": {"default": draw(path), **target} if draw(st.booleans()) else target}


@st.composite
def _reserve_ceiling(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    """A ceiling, mostly with a reserve below it, which asks for no more than 40 days."""
    days = st.sampled_from(["target", "target", 40, 60, 200])
    found = draw(_reserve_days(description)) if draw(st.integers(0, 3)) else {}
    ceiling = draw(days)
    if draw(st.booleans()):
        ceiling = {"default": ceiling, draw(st.sampled_from(_materials(description))): draw(days)}
    return {**found, "reserve_ceiling": ceiling}


@st.composite
def _release(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    release = {"share": draw(st.sampled_from([0.3, 0.7, 1.0])), "after": draw(st.integers(1, 3))}
    return {**draw(_reserve_days(description)), "release": release}


@st.composite
def _projects(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    names = [row["project"] for row in description["tables"]["projects"]]
    some = st.lists(st.sampled_from([*names, "recycling", "refinery"]), max_size=2, unique=True)
    return {"projects": {draw(st.sampled_from(["allow", "forbid"])): draw(some)}}


@st.composite
def _no_shortage(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    chosen = draw(_some_materials(description))
    return {"no_shortage": True if chosen == "all" else chosen}


@st.composite
def _limits(draw: st.DrawFn, description: Description, bound: str, values: list[float]) -> dict[str, Any]:
    groups = [["CHN"], ["COD", "CHL"], ["rivals"], ["partners", BUYER], ["mines"]]
    return {
        "group": draw(st.sampled_from(groups)),
        "stage": draw(st.sampled_from(["exporter", "origin"])),
        "of": draw(st.sampled_from(["imports", "supply"])),
        "materials": draw(_some_materials(description)),
        bound: draw(_yearly(values)),
    }


def _share_caps(description: Description) -> st.SearchStrategy[dict[str, Any]]:
    caps = st.lists(_limits(description, "max", [0.3, 0.6, 0.9]), min_size=1, max_size=2)
    return st.builds(lambda found: {"share_caps": found}, caps)


def _share_floors(description: Description) -> st.SearchStrategy[dict[str, Any]]:
    floors = st.lists(_limits(description, "min", [0.05, 0.15, 0.3]), min_size=1, max_size=2)
    return st.builds(lambda found: {"share_floors": found}, floors)


_PENALTY = st.sampled_from([1, 20, 1000])


def _soft(limits: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Share limits, each of which may be exceeded by tonnes that pay for it."""

    def softened(found: dict[str, Any], penalty: int) -> dict[str, Any]:
        return {key: [{**limit, "soft": penalty} for limit in several] for key, several in found.items()}

    return st.builds(softened, limits, _PENALTY)


@st.composite
def _concentration(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    limit = {
        "max": draw(_yearly([0.35, 0.45, 0.6, 0.9])),
        "stage": draw(st.sampled_from(["exporter", "origin"])),
        "of": draw(st.sampled_from(["imports", "supply"])),
        "materials": draw(_some_materials(description)),
    }
    return {CONCENTRATION: limit}


@st.composite
def _country_cap(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    cap = {
        "max": draw(_yearly([0.4, 0.6, 0.9])),
        "stage": draw(st.sampled_from(["exporter", "origin"])),
        "of": draw(st.sampled_from(["imports", "supply"])),
        "materials": draw(_some_materials(description)),
    }
    if draw(st.booleans()):
        cap["except"] = draw(st.lists(st.sampled_from(COUNTRIES[1:]), min_size=1, max_size=2, unique=True))
    return {"country_cap": cap}


@st.composite
def _survive(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    crises = sorted(description["model"]["crises"])
    survive = {"crises": draw(st.lists(st.sampled_from(crises), min_size=1, max_size=2, unique=True))}
    if draw(st.booleans()):
        survive["materials"] = draw(_some_materials(description))
    if draw(st.booleans()):
        survive["days"] = draw(st.sampled_from([20, 50, 100, 400]))
    if draw(st.booleans()):
        survive["from"] = month_after(description["model"], draw(st.integers(0, 24)))
    return {"survive": survive}


@st.composite
def _risk(draw: st.DrawFn, description: Description, bound: str, values: list[float]) -> dict[str, Any]:
    risk = {"level": draw(st.sampled_from([0.0, 0.5, 0.95])), bound: draw(st.sampled_from(values))}
    if draw(st.integers(0, 4)):
        risk["from"] = month_after(description["model"], draw(st.integers(0, 24)))
    return {"risk": risk}


@st.composite
def _expected_shortage(draw: st.DrawFn, description: Description) -> dict[str, Any]:
    days = draw(st.sampled_from([5, 30, 100, 400]))
    return {"expected_shortage": {"max_days": days, "materials": draw(_some_materials(description))}}


def _budget(key: str, values: list[float]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda value: {"budget": {key: value}}, st.sampled_from(values))


_POLICIES = {
    "reserve_days": _reserve_days,
    "reserve_ceiling": _reserve_ceiling,
    "release": _release,
    "projects": _projects,
    "no_shortage": _no_shortage,
    "share_caps": _share_caps,
    "share_floors": _share_floors,
    "soft_share_caps": lambda description: _soft(_share_caps(description)),
    "soft_share_floors": lambda description: _soft(_share_floors(description)),
    CONCENTRATION: _concentration,
    "country_cap": _country_cap,
    "survive": _survive,
    "risk_weight": lambda description: _risk(description, "weight", [0.1, 1, 5]),
    "risk_limit": lambda description: _risk(description, "limit", [5e3, 3e4, 2e5, 1e6]),
    "expected_shortage": _expected_shortage,
    "budget_investment": lambda _: _budget("investment", [0, 1e3, 2e4]),
    "budget_reserve": lambda _: _budget("reserve_per_year", [0, 500, 1e4]),
}
