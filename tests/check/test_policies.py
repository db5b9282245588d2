"""Warnings about policies that do nothing."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import MATERIAL, description
from oracles.world_strategies import Description
from tests.check.cases import Case, given, halt, holds
from tests.check.test_tables import PROJECT

ORE = MATERIAL | {"material": "ore"}


def under(policies: dict[str, Any], **changes: Any) -> Description:
    """s in China and t in Australia, each 1000 t a year, under policies."""
    suppliers = changes.pop("suppliers", [{}, {"supplier": "t", "country": "AUS"}])
    return description(suppliers=suppliers, policies=policies, **changes)


def cap(most: float, group: str = "CHN", **changes: Any) -> Description:
    return under({"share_caps": [{"group": [group], "max": most}]}, **changes)


def floor(least: float, group: str = "CHN", **changes: Any) -> Description:
    return under({"share_floors": [{"group": [group], "min": least}]}, **changes)


def risky(**risk: Any) -> Description:
    return under({"risk": {"level": 0.5, **risk}}, crises=halt(onset_every=2))


ONLY_CHINA = [{"supplier": "s"}]
BUILD = {"tables": {"projects": [PROJECT | {"max_build_t": 30, "capex": 2, "subsidy_rate": 0.5}]}}

CASES = [
    Case("W201", cap(1.0), cap(0.99), "policies.share_caps[0] (CHN)", ("no share is above 1",)),
    Case("W201", cap(0.5, "COD"), cap(0.5, "AUS"), "policies.share_caps[0] (COD)", ("nothing counts with more",)),
    Case(
        "W201",
        under({"share_caps": [{"group": ["CHN"], "max": 0.5, "soft": 0}]}),
        under({"share_caps": [{"group": ["CHN"], "max": 0.5, "soft": 1}]}),
        "policies.share_caps[0] (CHN)",
        ("nothing is paid",),
    ),
    Case(
        "W201",
        risky(limit=1, **{"from": "2028-01"}),
        risky(limit=1, **{"from": "2027-01"}),
        "policies.risk",
        ("begins in a year that it limits",),
    ),
    Case("W201", under({"budget": {}}), under({"budget": {"reserve_per_year": 1}}), "policies.budget", ("nothing",)),
    Case("W201", floor(0.0), floor(0.01), "policies.share_floors[0] (CHN)", ("no share is below 0",)),
    Case(
        "W201",
        floor(0.9, suppliers=ONLY_CHINA),
        floor(0.9),
        "policies.share_floors[0] (CHN)",
        ("counts with that share or more",),
    ),
    Case("W201", under({"country_cap": {"max": 1}}), under({"country_cap": {"max": 0.9}}), "policies.country_cap"),
    Case(
        "W201",
        under({"concentration": {"max": 1}}),
        under({"concentration": {"max": {2026: 1, 2027: 0.9}}}),
        "policies.concentration",
    ),
    Case(
        "W201",
        under({"reserve_days": 0}),
        under({"reserve_days": {"2026-12": 0, "2027-12": 9}}),
        "policies.reserve_days",
    ),
    Case(
        "W201",
        under({"survive": {"crises": ["halt"], "from": "2027-02"}}, crises=halt()),
        under({"survive": {"crises": ["halt"], "from": "2027-01"}}, crises=halt()),
        "policies.survive",
    ),
    Case("W201", risky(weight=0), risky(weight=0.1), "policies.risk", ("its weight is 0",)),
    # the branch of the second year is 100 t short at most, at 100 a tonne
    Case("W201", risky(limit=10_000), risky(limit=9_999), "policies.risk", ("more damage than 10,000",)),
    Case(
        "W201",
        under({"risk": {"level": 0.5, "limit": 1}}, crises=halt(annual_probability=0)),
        risky(limit=1),
        "policies.risk",
        ("no crisis has a probability",),
    ),
    Case(
        "W201",
        under({"expected_shortage": {"max_days": 730}}),
        under({"expected_shortage": {"max_days": 729}}),
        "policies.expected_shortage",
        ("730 days",),
    ),
    Case(  # 30 t at 2, half of it subsidised
        "W201",
        under({"budget": {"investment": 30}}, **BUILD),
        under({"budget": {"investment": 29}}, **BUILD),
        "policies.budget.investment",
        ("costs 30",),
    ),
    Case(  # 2000 t a year can arrive, at 10
        "W201",
        under({"budget": {"reserve_per_year": 20_000}}),
        under({"budget": {"reserve_per_year": 19_999}}),
        "policies.budget.reserve_per_year",
        ("at most 20,000",),
    ),
    Case(
        "W202",
        under({"reserve_days": {"ore": 30, "m": 30}}, tables={"materials": [MATERIAL, ORE]}),
        under({"reserve_days": {"m": 30}}, tables={"materials": [MATERIAL, ORE]}),
        "policies.reserve_days.ore",
    ),
    Case(
        "W202",
        under(
            {"share_caps": [{"group": ["CHN"], "max": 0.5, "materials": ["m", "ore"]}]},
            tables={"materials": [MATERIAL, ORE]},
        ),
        cap(0.5, tables={"materials": [MATERIAL, ORE]}),
        "policies.share_caps[0] (CHN)",
        ("nobody offers ore that counts in imports",),
    ),
    Case(  # AUT was typed for AUS
        "W202",
        under({"share_caps": [{"group": ["CHN", "AUT"], "max": 0.5}]}),
        under({"share_caps": [{"group": ["CHN", "AUS"], "max": 0.5}]}),
        "policies.share_caps[0] (CHN+AUT)",
        ("group names AUT, which ships none of its materials",),
    ),
    Case(
        "W202",
        under({"expected_shortage": {"max_days": 5, "materials": ["m", "ore"]}}, tables={"materials": [MATERIAL, ORE]}),
        under({"expected_shortage": {"max_days": 5}}, tables={"materials": [MATERIAL, ORE]}),
        "policies.expected_shortage",
        ("ore has no demand",),
    ),
    Case(
        "W202",
        under({"country_cap": {"max": 0.6, "except": ["COD"]}}),
        under({"country_cap": {"max": 0.6, "except": ["AUS"]}}),
        "policies.country_cap",
        ("except names COD, which ships none",),
    ),
    Case(  # a year is solved after the window
        "W209",
        under({"reserve_days": 366}, report_until="2026-12"),
        under({"reserve_days": 365}, report_until="2026-12"),
        "policies.reserve_days",
        ("the target of m is 366 days", "ends, 2026-12, and only 365 days are solved after it"),
    ),
    Case(
        "W209",
        under({"reserve_days": {"2026-12": 0, "2027-12": 1}}),
        under({"reserve_days": {"2026-12": 1, "2027-12": 0}}),
        "policies.reserve_days",
        ("nothing is solved after it",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)


def test_a_cap_that_binds_for_one_of_its_materials_is_not_told() -> None:
    # nothing of ore is from China, but m is: the cap is one for all materials, as such caps are
    both = cap(
        0.5,
        tables={"materials": [MATERIAL, ORE]},
        suppliers=[{}, {"supplier": "t", "material": "ore", "country": "AUS"}],
    )
    assert given(both, "W201") == []
