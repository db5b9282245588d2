"""Limits in words: no key of a policy may be dropped, for a limit without its scope reads as a stricter one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from bichiku.model.settings import Effect
from bichiku.policies import Policies
from bichiku.reading.settings import keys_at
from bichiku.show.report.policy_words import effect_words, policy_words

SHARES = {"group": ["CHN"], "stage": "origin", "of": "supply", "materials": ["tungsten"], "name": "chn", "soft": 500}
ALL_KEYS: dict[str, Any] = {
    "reserve_days": {"default": 60, "graphite": {"2026-03": 60, "2027-12": 180}},
    "share_caps": [{**SHARES, "max": {2026: 0.9, 2027: 0.5, 2028: 0.4}}],
    "share_floors": [{**SHARES, "min": 0.2}],
    "country_cap": {"max": 0.8, "stage": "origin", "of": "supply", "materials": ["tungsten"], "except": ["VNM"]},
    "concentration": {"max": 0.6, "stage": "origin", "of": "supply", "materials": ["tungsten"]},
    "survive": {"crises": ["halt"], "materials": ["tungsten"], "days": 180, "from": "2027-01"},
    "risk": {"level": 0.975, "weight": 0.1, "limit": 5e6},
    "expected_shortage": {"max_days": 5, "materials": ["tungsten"]},
    "budget": {"investment": 2e6, "reserve_per_year": 3e6},
}
OTHER_SHARES = {
    "group": ["AUS"],
    "stage": "exporter",
    "of": "imports",
    "materials": ["graphite"],
    "name": "other",
    "soft": 600,
}
OTHER: dict[str, Any] = {
    "reserve_days": {"default": 61, "graphite": {"2026-03": 60, "2027-12": 180}},
    "share_caps": OTHER_SHARES | {"max": {2026: 0.9, 2027: 0.6, 2028: 0.4}},
    "share_floors": OTHER_SHARES | {"min": 0.3},
    "country_cap": {key: OTHER_SHARES[key] for key in ("stage", "of", "materials")} | {"max": 0.81, "except": ["CHN"]},
    "concentration": {key: OTHER_SHARES[key] for key in ("stage", "of", "materials")} | {"max": 0.7},
    "survive": {"crises": ["closure"], "materials": ["graphite"], "days": 90, "from": "2027-02"},
    "risk": {"level": 0.98, "weight": 0.2, "limit": 6e6},
    "expected_shortage": {"max_days": 6, "materials": ["graphite"]},
    "budget": {"investment": 4e6, "reserve_per_year": 5e6},
}


def keys() -> Iterator[tuple[str, ...]]:
    """Every key below ``policies``, those of lists and mappings with the policy before them."""
    for policy in keys_at(("policies",)):
        steps = (policy, 0) if policy in ("share_caps", "share_floors") else (policy,)
        below = [] if policy == "reserve_days" else keys_at(("policies", *steps))
        yield from [(policy, key) for key in below] or [(policy,)]


def words(policies: dict[str, Any]) -> list[str]:
    return policy_words(Policies.model_validate(policies), "USD")


@pytest.mark.parametrize("key", list(keys()), ids=".".join)
def test_no_key_is_dropped(key: tuple[str, ...]) -> None:
    changed = copy.deepcopy(ALL_KEYS)
    policy, *below = key
    if below:
        place = changed[policy][0] if isinstance(changed[policy], list) else changed[policy]
        assert place[below[0]] != OTHER[policy][below[0]]
        place[below[0]] = OTHER[policy][below[0]]
    else:
        changed[policy] = OTHER[policy]
    assert words(changed) != words(ALL_KEYS)


def test_limits_read_as_sentences() -> None:
    assert words(ALL_KEYS) == [
        "reserve of at least 60 days of every other material",
        "reserve of graphite of at least 60 (2026-03) to 180 (2027-12) days",
        "share of supply from CHN China (where it is mined): at most 90 % in 2026, 50 % in 2027, and by 2028 40 % "
        "(chn: tungsten; soft, at USD 500 a tonne)",
        "share of supply from CHN China (where it is mined): at least 20 % (chn: tungsten; soft, at USD 500 a tonne)",
        "share of supply from any one country but VNM Vietnam (where it is mined): at most 80 % (tungsten)",
        "HHI of supply of tungsten (where it is mined) at most 0.600",
        "at most 5 days short expected of tungsten",
        "CVaR of damage at level 0.975 weighed 0.1 times, beside the cost",
        "CVaR of damage at level 0.975 at most USD 5.00 m",
        "net investment at most USD 2.00 m",
        "reserve purchases at most USD 3.00 m a year",
        "no shortage of tungsten for 180 days in halt, for onsets from 2027-01 on",
    ]


def test_limits_that_end_apart_share_a_phrase() -> None:
    floors = [
        {"group": ["JPN"], "of": "supply", "materials": [material], "min": {2027: 0, 2030: share}}
        for material, share in (("tungsten", 0.2), ("antimony", 0.14))
    ]
    assert words({"share_floors": floors}) == [
        "share of supply from JPN Japan: at least 0 % in 2027, and by 2030 20 % (tungsten), 14 % (antimony)"
    ]


def test_every_material_that_a_limit_is_on_is_named() -> None:
    materials = [f"metal-{n}" for n in range(9)]
    text = " ".join(words({"country_cap": {"max": 0.8, "materials": materials}}))
    assert all(material in text for material in materials)


def test_a_limit_without_a_scope_names_none() -> None:
    rules = {"share_caps": [{"group": ["rivals"], "max": 0.925}], "country_cap": {"max": {2026: 1, 2030: 0.65}}}
    assert words(rules | {"survive": {"crises": ["halt"]}}) == [
        "share of imports from group rivals: at most 92.5 %",
        "share of imports from any one country: at most 100 % in 2026, and by 2030 65 %",
        "no shortage throughout in halt",
    ]


def test_an_effect_says_when_it_acts() -> None:
    effect = Effect(countries=["CHN"], materials=["tungsten"], loss=1, start=2, duration=3)
    assert effect_words(effect) == "CHN of tungsten: loses 100 %, from 2 periods after the onset for 3 periods"
