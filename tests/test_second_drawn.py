"""Drawn models hold every feature often enough, and are models that the text allows."""

from __future__ import annotations

from collections import Counter

from hypothesis import given

from oracles.by_hand import read
from oracles.drawn import draw_examples, drawn
from oracles.drawn_features import FEATURES, POLICY_FEATURES, features
from oracles.policy_strategies import models_with_policies
from oracles.second_builder import second_program
from oracles.world_strategies import Description

COUNT, LEAST = 400, 0.05


def test_every_feature_is_drawn_often_enough() -> None:
    counts: Counter[str] = Counter()
    draw_examples(models_with_policies(), COUNT, 1, lambda description: counts.update(features(description)))
    assert set(counts) <= {*FEATURES, *POLICY_FEATURES}
    rare = {name: counts[name] / COUNT for name in (*FEATURES, *POLICY_FEATURES) if counts[name] < LEAST * COUNT}
    assert not rare


@drawn(40)
@given(description=models_with_policies())
def test_a_drawn_model_breaks_no_rule(description: Description) -> None:
    second_program(read(description))
