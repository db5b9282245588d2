"""Warnings about the tables."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import MATERIAL, Row, description
from oracles.world_strategies import Description
from tests.check.cases import Case, given, halt, holds

PROJECT: Row = {
    "project": "p",
    "material": "m",
    "country": "JPN",
    "kind": "recycling",
    "capex": 1,
    "running_cost": 1,
    "fixed_cost": 1,
}
REFINERY: Row = PROJECT | {"kind": "refinery", "existing_t": 500, "input_material": "ore", "input_per_output": 2}
ORE: Row = MATERIAL | {"material": "ore", "shortage_cost": ""}


def origins(*shares: tuple[str, float]) -> Description:
    rows = [{"supplier": "s", "country": country, "share": share} for country, share in shares]
    return description(tables={"origins": rows})


def grouped(**groups: str) -> Description:
    rows = [{"country": country, "groups": group} for country, group in groups.items()]
    return description(tables={"countries": rows})


def project(**changes: object) -> Description:
    return description(tables={"projects": [PROJECT | {"max_build_t": 30} | changes]})


def ore_made(**changes: Any) -> Description:
    """Ore that is made at home and sold by nobody."""
    mine = PROJECT | {"material": "ore", "existing_t": 10}
    return description(tables={"materials": [MATERIAL, ORE], "projects": [mine]}, **changes)


def with_ore(opening: float = 0, supply: float = 1000) -> Description:
    """Nobody sells m but a refinery that takes 2 t of ore for each tonne."""
    return description(
        suppliers=[{"material": "ore", "capacity_t": supply}],
        tables={"materials": [MATERIAL, ORE | {"opening_stock_t": opening}], "projects": [REFINERY]},
    )


def contract(**changes: object) -> Description:
    """Spot and a contract in China, whose spot prices double in a crisis; 100 t are used."""
    crisis = halt(effects=[{"countries": ["CHN"], "price_factor": 2}])
    return description(suppliers=[{}, {"supplier": "c", "kind": "contract", **changes}], crises=crisis)


def refined(where: str, origin: bool = False, **policies: object) -> Description:
    """m is refined in a country from ore that China sells, with or without saying so in origins."""
    rows = [{"supplier": "p", "country": "CHN", "share": 1}]
    return description(
        suppliers=[{"material": "ore"}],
        tables={
            "materials": [MATERIAL, ORE],
            "projects": [REFINERY | {"country": where}],
            **({"origins": rows} if origin else {}),
        },
        **({"policies": policies} if policies else {}),
    )


CHINESE_ORE = {"share_caps": [{"group": ["CHN"], "stage": "origin", "of": "supply", "materials": ["m"], "max": 0.5}]}

CASES = [
    Case("W113", contract(minimum_t=101), contract(minimum_t=100), "m", ("c commit 101 t a year, and at most 100 t",)),
    Case("W114", contract(index=0.5, country="AUS"), contract(index=0.5), "c", ("its index of 0.5",)),
    Case("W115", project(), project(life_years=20), "p", ("its capex is paid for the 2 years",)),
    Case("W115", project(), project(capex=0), "p"),
    Case("W112", refined("MYS"), refined("MYS", origin=True), "p", ("which CHN sells", "counts as from MYS")),
    Case("W112", refined("JPN", **CHINESE_ORE), refined("JPN"), "p", ("counts as from JPN",)),  # no import of m
    Case(
        "W101",
        description(suppliers=[{"kind": "contract", "lead_periods": 2}]),
        description(suppliers=[{"kind": "spot", "lead_periods": 2}]),
        "s",
    ),
    Case(
        "W101",
        description(suppliers=[{"kind": "contract", "in_transit_t": 5}]),
        description(suppliers=[{"kind": "contract"}]),
        "s",
    ),
    Case(
        "W102",
        ore_made(crises=halt()),
        ore_made(crises=halt(effects=[{"materials": ["m"], "loss": 1.0}])),  # touches no chain of ore
        "ore",
    ),
    Case(  # 60 t from the supplier and 30 t that can be built, against 100 t
        "W103",
        description(suppliers=[{"capacity_t": 60}], tables={"projects": [PROJECT | {"max_build_t": 30}]}),
        description(suppliers=[{"capacity_t": 60}], tables={"projects": [PROJECT | {"max_build_t": 40}]}),
        "m",
        ("in 2026 at most 90 t can arrive", "demand is 100 t", "(so too in 2027)"),
    ),
    Case(  # an event takes 0.95 of 1000 t in the second year
        "W103",
        description(
            events={"strike": {"from": "2027-01", "to": "2027-12", "effects": [{"countries": ["CHN"], "loss": 0.95}]}}
        ),
        description(
            events={"strike": {"from": "2027-01", "to": "2027-12", "effects": [{"countries": ["CHN"], "loss": 0.9}]}}
        ),
        "m",
        ("in 2027 at most 50 t can arrive",),
    ),
    Case(  # the project stands from the second year on
        "W103",
        description(
            suppliers=[{"capacity_t": 80}], tables={"projects": [PROJECT | {"max_build_t": 30, "build_periods": 1}]}
        ),
        description(
            material={"opening_stock_t": 20},  # bridges the first year
            suppliers=[{"capacity_t": 80}],
            tables={"projects": [PROJECT | {"max_build_t": 30, "build_periods": 1}]},
        ),
        "m",
        ("in 2026 at most 80 t can arrive",),
    ),
    Case(  # with a budget of 5 for capex of 1, 5 t a year can be built
        "W103",
        description(
            suppliers=[{"capacity_t": 90}],
            tables={"projects": [PROJECT | {"max_build_t": 30}]},
            policies={"budget": {"investment": 5}},
        ),
        description(
            suppliers=[{"capacity_t": 90}],
            tables={"projects": [PROJECT | {"max_build_t": 30}]},
            policies={"budget": {"investment": 10}},
        ),
        "m",
        ("at most 95 t can arrive",),
    ),
    Case(  # 100 t of m take 200 t of ore
        "W103",
        with_ore(supply=150),
        with_ore(supply=200),
        "ore",
        ("at most 150 t can arrive", "200 t are needed as feed"),
    ),
    Case(
        "W104",
        origins(("CHN", 0.5), ("COD", 0.3)),
        origins(("CHN", 0.7), ("COD", 0.29)),  # two rows of two decimals may be off by 0.01
        "s",
        ("sum to 0.8 with 0.5 from CHN", "0.2 is added to CHN, which makes 0.7"),
    ),
    Case(
        "W105",
        origins(("COD", 0.3)),
        origins(("COD", 0.3), ("CHN", 0.7)),
        "s",
        ("sum to 0.3; the other 0.7 counts as its own, CHN",),
    ),
    Case("W106", project(build_periods=2), project(build_periods=1), "p", ("takes 2 periods", "2 are solved")),
    Case("W106", project(lead_periods=1, build_periods=1), project(lead_periods=1), "p", ("takes 2 periods",)),
    Case("W106", with_ore(supply=0), with_ore(supply=0, opening=1), "p", ("nobody sells its input ore",)),
    Case("W107", description(tables={"materials": [MATERIAL, ORE]}), with_ore(), "ore"),
    Case(
        "W108",
        description(material={"opening_stock_t": 60, "storage_limit_t": 50}),
        description(material={"opening_stock_t": 50, "storage_limit_t": 50}),
        "m",
    ),
    Case(
        "W109",
        grouped(CAN="partner", MOZ="partners", AUS="partners"),
        grouped(CAN="partners", MOZ="partners", AUS="partners"),
        "countries[CAN].groups",
        ("the group 'partner', and AUS, MOZ are of 'partners'",),
    ),
    Case(
        "W109", grouped(CAN="partner", MOZ="partners"), grouped(CAN="friends", MOZ="partners"), "countries[CAN].groups"
    ),
    Case(  # two of a series
        "W109",
        grouped(CAN="parnters", MOZ="partners"),
        grouped(CAN="tier-one-1", MOZ="tier-one-2"),
        "countries[CAN].groups",
        ("MOZ is of 'partners'",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)


def test_a_sound_model_brings_no_warning_but_of_its_assumptions() -> None:
    sound = description(crises=halt())
    for table in ("materials", "suppliers"):
        for row in sound["tables"][table]:
            row["basis"] = "sourced"
    assert [item for code in ("W1", "W2", "W3", "W4", "W5") for item in given(sound, code)] == []


def test_a_budget_of_nothing_is_meant() -> None:
    assert given(project() | {}, "W106") == []
    forbidden = project()
    forbidden["model"]["policies"] = {"budget": {"investment": 0}}
    assert given(forbidden, "W106") == []
