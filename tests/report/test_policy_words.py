"""Limits in words: no key of a policy may be dropped, for a limit without its scope reads as a stricter one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from bichiku.model.settings import Effect
from bichiku.policies import POLICIES, Policies
from bichiku.reading.schema import keys_at
from bichiku.show.report.policy_words import effect_words, policy_words
from oracles.policy_examples import EXAMPLES

ALL_KEYS: dict[str, Any] = {name: example.every_key for name, example in EXAMPLES.items()}
OTHER: dict[str, Any] = {name: example.otherwise for name, example in EXAMPLES.items()}


def keys() -> Iterator[tuple[str, ...]]:
    """Every key below ``policies``, those of lists and mappings with the policy before them."""
    for policy in keys_at(("policies",)):
        steps = (policy, 0) if isinstance(ALL_KEYS[policy], list) else (policy,)
        # targets stand by material, and of what may be built one key alone is given
        below = [] if policy in ("reserve_days", "projects") else keys_at(("policies", *steps))
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
    assert words(ALL_KEYS) == [phrase for policy in POLICIES for phrase in EXAMPLES[policy.name].phrases]


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


def test_selectors_of_an_effect_narrow_each_other_and_no_loss_is_rounded_to_all() -> None:
    effect = Effect(countries=["CHN", "MOZ"], suppliers=["graphite-chn"], routes=["suez"], loss=0.996)
    assert effect_words(effect) == "CHN and MOZ, only graphite-chn, only suez: loses 99.6 %"
