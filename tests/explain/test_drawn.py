"""Drawn models without a plan: every rule of a conflict is needed, and every way out is one when it is typed in."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from bichiku.explaining import Diagnosis, explain
from bichiku.show.explanation import change_words
from oracles.by_hand import read
from oracles.drawn import drawn
from oracles.ways_out import LESS, demanding, feasible, typed
from oracles.world_strategies import Description
from tests.explain.cases import feasible_with, rules_of


@pytest.mark.slow
@drawn(20)
@given(demanding())
def test_every_rule_of_an_irreducible_set_is_needed(description: Description) -> None:
    world = read(description)
    found = explain(world, seconds=60)
    assume(found.diagnosis is Diagnosis.INFEASIBLE)
    assert found.conflicts
    rules, wider = rules_of(world)
    for conflict in found.conflicts:
        keys = {rule.key for rule in conflict.rules}
        assert feasible_with(rules, keys, wider) is False
        for group in {rule.group for rule in conflict.rules} if conflict.irreducible else ():
            less = {rule.key for rule in conflict.rules if rule.group != group}
            assert feasible_with(rules, less, wider), group


@pytest.mark.slow
@drawn(20)
@given(demanding())
def test_a_verified_change_is_enough_when_typed_and_a_little_less_is_not(description: Description) -> None:
    found = explain(read(description), seconds=60)
    assume(found.diagnosis is Diagnosis.INFEASIBLE)
    changes = [
        change for conflict in found.conflicts for change in conflict.changes if change.verified and change.alone
    ]
    tried = 0
    for change in changes:
        enough = typed(description, change, change.after)
        if enough is None:
            continue
        sign = 1 if change.after > change.before else -1
        too_little = typed(description, change, change.before + sign * LESS * change.least)
        assert too_little is not None
        assert feasible(enough), change_words(change)
        assert feasible(too_little) is False, change_words(change)
        tried += 1
    assume(tried)
