"""One example of each policy, for the tests that go through all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class PolicyExample:
    """A policy as model.yaml asks for it, in several models.

    Attributes:
        every_key: every key with a value of its own; ``graphite`` and ``tungsten`` are materials, ``halt`` is a crisis.
        otherwise: other values of these keys; of lists, those of an element.
        phrases: what `every_key` demands, in the words of the report.
        tutorial: as `--set` takes it, so that the tutorial's model has rows of it.
        rich: in `oracles.rich_model`.
        broken: for each of its families of rows, a key below the policy's own and a value that the rich model breaks.
        looser: asks for less.
    """

    every_key: Any
    otherwise: Any
    phrases: tuple[str, ...]
    tutorial: str
    rich: Any
    broken: Mapping[str, tuple[Path, Any]]
    looser: Callable[[Any], Any]


def moved(given: Any, move: Callable[[float], float]) -> Any:
    """A number, or each number of a path or mapping, moved."""
    return {key: moved(value, move) for key, value in given.items()} if isinstance(given, dict) else move(given)


def _half(value: float) -> float:
    return value / 2


def _half_way_to_one(value: float) -> float:
    return (1 + value) / 2


def _higher_share(given: dict[str, Any]) -> dict[str, Any]:
    return given | {"max": moved(given["max"], _half_way_to_one)}


def _looser_days(survive: dict[str, Any]) -> dict[str, Any]:
    return survive | {"days": survive["days"] / 2 if "days" in survive else 60}


def _looser_risk(risk: dict[str, Any]) -> dict[str, Any]:
    factor = {"weight": 0.5, "limit": 2}
    return {key: factor.get(key, 1) * value for key, value in risk.items()}


def _more_projects(given: dict[str, Any]) -> dict[str, Any]:
    """One more kind that may be built, or one less that may not."""
    if "forbid" in given:
        return {"forbid": given["forbid"][:-1]}
    return {"allow": sorted({*given["allow"], "recycling"})}


_SCOPE = {"stage": "origin", "of": "supply", "materials": ["tungsten"]}
_OTHER_SCOPE = {"stage": "exporter", "of": "imports", "materials": ["graphite"]}
_GROUP = {"group": ["CHN"], **_SCOPE, "name": "chn", "soft": 500}
_OTHER_GROUP = {"group": ["AUS"], **_OTHER_SCOPE, "name": "other", "soft": 600}

EXAMPLES: dict[str, PolicyExample] = {
    "reserve_days": PolicyExample(
        every_key={"default": 60, "graphite": {"2026-03": 60, "2027-12": 180}},
        otherwise={"default": 61, "graphite": {"2026-03": 60, "2027-12": 180}},
        phrases=(
            "reserve of at least 60 days of every other material",
            "reserve of graphite of at least 60 (2026-03) to 180 (2027-12) days",
        ),
        tutorial="policies.reserve_days=60",
        rich={"default": 20, "alloy": {"2026-01": 5, "2028-12": 30}},
        broken={"reserve_days": (("default",), 60)},
        looser=lambda given: moved(given, _half),
    ),
    "reserve_ceiling": PolicyExample(
        every_key={"default": "target", "graphite": {"2026-03": 200, "2027-12": 240}},
        otherwise={"default": 300, "graphite": {"2026-03": 200, "2027-12": 240}},
        phrases=(
            "stock of every other material of no more than the reserve asks for",
            "stock of graphite of at most 200 (2026-03) to 240 (2027-12) days",
        ),
        tutorial="policies.reserve_ceiling=400",
        rich={"default": 60, "alloy": {"2026-01": 60, "2028-12": 50}},
        broken={"reserve_ceiling": (("default",), 20)},
        looser=lambda given: moved(given, lambda days: 1000 if days == "target" else 2 * days),
    ),
    "release": PolicyExample(
        every_key={"share": 0.7, "after": 2},
        otherwise={"share": 0.6, "after": 3},
        phrases=("70 % of the reserve released by order, not in the first 2 periods of an emergency",),
        tutorial="policies.release={share: 0.5, after: 1}",
        rich={"share": 0.25, "after": 1},
        broken={"release": (("share",), 1)},
        looser=lambda given: given | {"share": given["share"] / 2},
    ),
    "projects": PolicyExample(
        every_key={"allow": ["recycling", "refinery"]},
        otherwise={"allow": ["recycling"]},
        phrases=("nothing is built but recycling and refinery",),
        tutorial="policies.projects={forbid: [recycling]}",
        rich={"allow": ["refinery", "stake"]},
        broken={"projects": (("allow",), ["stake"])},
        looser=_more_projects,
    ),
    "no_shortage": PolicyExample(
        every_key=["graphite", "tungsten"],
        otherwise=["graphite"],
        phrases=("no shortage of graphite and tungsten on the plan",),
        tutorial="policies.no_shortage=true",
        rich=["metal"],
        broken={"no_shortage": ((0,), "alloy")},
        looser=lambda given: given if given is True or len(given) == 1 else given[:-1],
    ),
    "share_caps": PolicyExample(
        every_key=[{**_GROUP, "max": {2026: 0.9, 2027: 0.5, 2028: 0.4}}],
        otherwise={**_OTHER_GROUP, "max": {2026: 0.9, 2027: 0.6, 2028: 0.4}},
        phrases=(
            "share of supply from CHN China (where it is mined): at most 90 % in 2026, 50 % in 2027, and by 2028 40 % "
            "(chn: tungsten; soft, at USD 500 a tonne)",
        ),
        tutorial="policies.share_caps=[{group: [CHN], max: 0.5, soft: 10}]",
        rich=[
            {"group": ["CHN"], "materials": ["metal"], "max": {2026: 0.8, 2028: 0.55}},
            {"group": ["rivals"], "stage": "origin", "of": "supply", "materials": ["alloy"], "max": 0.3, "soft": 5},
        ],
        broken={"share_caps": ((0, "max"), 0.3)},
        looser=lambda given: [_higher_share(cap) for cap in given],
    ),
    "share_floors": PolicyExample(
        every_key=[{**_GROUP, "min": 0.2}],
        otherwise={**_OTHER_GROUP, "min": 0.3},
        phrases=(
            "share of supply from CHN China (where it is mined): at least 20 % "
            "(chn: tungsten; soft, at USD 500 a tonne)",
        ),
        tutorial="policies.share_floors=[{group: [CHN], min: 0}]",
        rich=[{"group": ["partners"], "materials": ["metal"], "min": 0.15, "name": "friends"}],
        broken={"share_floors": ((0, "min"), 0.9)},
        looser=lambda given: [floor | {"min": moved(floor["min"], _half)} for floor in given],
    ),
    "country_cap": PolicyExample(
        every_key={**_SCOPE, "max": 0.8, "except": ["VNM"]},
        otherwise={**_OTHER_SCOPE, "max": 0.81, "except": ["CHN"]},
        phrases=("share of supply from any one country but VNM Vietnam (where it is mined): at most 80 % (tungsten)",),
        tutorial="policies.country_cap={max: 1}",
        rich={"max": 0.75, "materials": ["metal", "alloy"], "except": ["KOR"]},
        broken={"country_cap": (("max",), 0.2)},
        looser=_higher_share,
    ),
    "concentration": PolicyExample(
        every_key={**_SCOPE, "max": 0.6},
        otherwise={**_OTHER_SCOPE, "max": 0.7},
        phrases=("HHI of supply of tungsten (where it is mined) at most 0.600",),
        tutorial="policies.concentration={max: 0.7}",
        rich={"max": 0.45, "materials": ["metal"]},
        broken={"concentration": (("max",), 0.3)},
        looser=_higher_share,
    ),
    "expected_shortage": PolicyExample(
        every_key={"max_days": 5, "materials": ["tungsten"]},
        otherwise={"max_days": 6, "materials": ["graphite"]},
        phrases=("at most 5 days short expected of tungsten",),
        tutorial="policies.expected_shortage={max_days: 100}",
        rich={"max_days": 40},
        broken={"expected_shortage": (("max_days",), 1)},
        looser=lambda given: given | {"max_days": 2 * given["max_days"]},
    ),
    "risk": PolicyExample(
        every_key={"level": 0.975, "weight": 0.1, "limit": 5e6, "from": "2027-01"},
        otherwise={"level": 0.98, "weight": 0.2, "limit": 6e6, "from": "2028-01"},
        phrases=(
            "CVaR of damage by year of onset at level 0.975 weighed 0.1 times, beside the cost",
            "CVaR of damage by year of onset at level 0.975 at most USD 5.00 m, for onsets from 2027 on",
        ),
        tutorial="policies.risk={level: 0.9, weight: 0.1, limit: 1.0e+9}",
        rich={"level": 0.5, "weight": 0.4, "limit": 60_000},
        broken={"risk_limit": (("limit",), 10)},
        looser=_looser_risk,
    ),
    "budget": PolicyExample(
        every_key={"investment": 2e6, "reserve_per_year": 3e6},
        otherwise={"investment": 4e6, "reserve_per_year": 5e6},
        phrases=("net investment at most USD 2.00 m", "reserve purchases at most USD 3.00 m a year"),
        tutorial="policies.budget={investment: 1.0e+9, reserve_per_year: 1.0e+9}",
        rich={"investment": 3000, "reserve_per_year": 4000},
        broken={"budget_investment": (("investment",), 1000), "budget_reserve": (("reserve_per_year",), 0)},
        looser=lambda given: moved(given, lambda limit: 2 * limit + 100),
    ),
    "survive": PolicyExample(
        every_key={"crises": ["halt"], "materials": ["tungsten"], "days": 180, "from": "2027-01"},
        otherwise={"crises": ["closure"], "materials": ["graphite"], "days": 90, "from": "2027-02"},
        phrases=("no shortage of tungsten for 180 days in halt, for onsets from 2027-01 on",),
        tutorial="policies.survive={crises: [china-halt]}",
        rich={"crises": ["halt"], "materials": ["metal"], "days": 90},
        broken={"survive": (("materials",), ["alloy"])},
        looser=_looser_days,
    ),
}
"""By name, in the order of `bichiku.policies.POLICIES`."""
