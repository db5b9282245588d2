"""Which projects may be built; the world is that of `oracles.by_hand`."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import cost, duals, solve

PLANT = {"material": "m", "country": "JPN", "max_build_t": 50, "capex": 4, "running_cost": 3, "fixed_cost": 0}
BOTH = {
    "projects": [
        PLANT | {"project": "old", "kind": "recycling"},
        PLANT | {"project": "new", "kind": "refinery", "running_cost": 5},
    ]
}
BUY = 2 * 100 * 10
OLD, NEW = 50 * (2 * (10 - 3) - 4), 50 * (2 * (10 - 5) - 4)  # what 50 t a year of each save in two years


@pytest.mark.parametrize(
    ("asked", "saved"),
    [
        ({"allow": ["recycling", "refinery"]}, OLD + NEW),
        ({"allow": ["recycling"]}, OLD),
        ({"allow": ["new"]}, NEW),
        ({"allow": []}, 0),
        ({"forbid": []}, OLD + NEW),
        ({"forbid": ["recycling"]}, NEW),
        ({"forbid": ["old", "refinery"]}, 0),
    ],
)
def test_kinds_and_names_say_what_may_be_built(asked: dict[str, Any], saved: float) -> None:
    assert cost(tables=BOTH, policies={"projects": asked}) == pytest.approx(BUY - saved)


def test_what_exists_runs_on() -> None:
    tables = {"projects": [PLANT | {"project": "old", "kind": "recycling", "existing_t": 20}]}
    assert cost(tables=tables, policies={"projects": {"allow": []}}) == pytest.approx(BUY - 2 * 20 * 7)


def test_the_dual_is_what_a_tonne_that_is_forbidden_would_save() -> None:
    found = duals(solve(tables=BOTH, policies={"projects": {"forbid": ["refinery"]}}), "projects")
    assert found["dual"].tolist() == pytest.approx([-(2 * 5 - 4)])
    assert found["limit"].tolist() == ["new"]


@pytest.mark.parametrize("asked", [{}, {"allow": [], "forbid": []}])
def test_one_of_allow_and_forbid_is_asked_for(asked: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="takes either allow or forbid"):
        cost(tables=BOTH, policies={"projects": asked})


def test_a_name_that_is_neither_a_project_nor_a_kind_is_a_fault() -> None:
    with pytest.raises(Exception, match="unknown project or kind 'recycle'"):
        cost(tables=BOTH, policies={"projects": {"allow": ["recycle"]}})
