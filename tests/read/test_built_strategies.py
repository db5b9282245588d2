"""Strategies that are built on others."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from bichiku.model.faults import ModelFaults
from bichiku.reading.model import Model
from oracles.by_hand import description


def resolved(policies: dict[str, Any], **strategies: Any) -> dict[str, Any]:
    """The policies of each strategy over a base."""
    given = description(policies=policies, strategies=strategies)
    tables = {name: pd.DataFrame(rows, dtype=object) for name, rows in given["tables"].items()}
    model = Model.from_tables(given["model"], tables)
    return {name: settings.get("policies", {}) for name, settings in model.resolved.items()}


def fault(**strategies: Any) -> str:
    with pytest.raises(ModelFaults) as found:
        resolved({}, **strategies)
    (only,) = found.value.faults
    return str(only)


def test_a_strategy_has_the_changes_of_the_one_below_it() -> None:
    found = resolved(
        {"reserve_days": 60},
        low={"policies": {"reserve_days": 90, "no_shortage": True}},
        high={"on": "low", "policies": {"reserve_days": 180}},
    )
    assert found["high"] == {"reserve_days": 180, "no_shortage": True}
    assert found["low"] == {"reserve_days": 90, "no_shortage": True}


def test_a_ladder_has_as_many_steps_as_wanted_in_any_order() -> None:
    found = resolved(
        {},
        third={"on": "second", "policies": {"no_shortage": True}},
        first={"policies": {"reserve_days": 60}},
        second={"on": "first", "policies": {"reserve_ceiling": "target"}},
    )
    assert found["third"] == {"reserve_days": 60, "reserve_ceiling": "target", "no_shortage": True}


def test_what_one_step_removes_the_next_may_give_anew() -> None:
    # without the base's 60 days of everything else
    found = resolved(
        {"reserve_days": {"default": 60}},
        none={"policies": {"reserve_days": None}},
        some={"on": "none", "policies": {"reserve_days": {"m": 90}}},
    )
    assert found["none"] == {}
    assert found["some"] == {"reserve_days": {"m": 90}}


def test_a_step_may_remove_what_the_one_below_it_gave() -> None:
    found = resolved(
        {}, low={"policies": {"reserve_days": {"m": 90}}}, none={"on": "low", "policies": {"reserve_days": None}}
    )
    assert found["none"] == {}


def test_a_strategy_that_is_not_there_is_a_fault_with_the_nearest() -> None:
    assert fault(today={}, lever={"on": "todya", "policies": {"no_shortage": True}}) == (
        "model.yaml: strategies.lever.on: no strategy 'todya' (did you mean 'today'?)"
    )


@pytest.mark.parametrize("wrong", [["today"], 5, True])
def test_one_name_is_asked_for(wrong: Any) -> None:
    assert "name one strategy" in fault(today={}, lever={"on": wrong, "policies": {"no_shortage": True}})


def test_a_circle_is_a_fault() -> None:
    with pytest.raises(ModelFaults, match="is built on itself: one on two on one"):
        resolved({}, one={"on": "two"}, two={"on": "one"})
