"""The limit on concentration, which no single number of a linear program stands for."""

from __future__ import annotations

import pytest

from bichiku.show.explanation import text_of
from oracles.by_hand import MATERIAL, SPOT
from tests.explain.cases import (
    AUSTRALIA,
    NO_SHORTAGE,
    TWO,
    by_kind,
    explained,
    the_conflict,
)


def test_concentration_is_explained_and_not_called_irreducible() -> None:
    # No shortage: 100 t, of which 40 t Australian. 0.6^2 + 0.4^2 = 0.52
    policies = {"concentration": {"max": 0.51}, **NO_SHORTAGE}
    conflict = the_conflict(periods=1, suppliers=TWO, policies=policies)
    assert {"concentration", "expected_shortage"} <= {rule.kind for rule in conflict.rules}
    assert not conflict.irreducible
    change = by_kind(conflict)["concentration"]
    assert change.after == pytest.approx(0.52, abs=1.2e-3)
    assert change.verified


@pytest.mark.parametrize("limit", [0.1, 0.4, 0.49])
def test_goods_under_way_from_one_country_are_diluted_at_best_by_as_much_from_each_other(limit: float) -> None:
    # Australia's 40 t cannot be sent back; with 40 t from China the index is 0.5, more and less of it make it higher
    suppliers = [{}, AUSTRALIA | {"lead_periods": 1, "in_transit_t": 40}]
    conflict = the_conflict(periods=1, suppliers=suppliers, policies={"concentration": {"max": limit}})
    (rule,) = conflict.rules
    assert rule.kind == "concentration"
    assert conflict.irreducible
    change = by_kind(conflict)["concentration"]
    assert change.after == pytest.approx(0.5, abs=2e-4)
    assert change.verified


def test_a_rule_that_cannot_be_kept_by_itself_is_told_as_such() -> None:
    suppliers = [{}, AUSTRALIA | {"lead_periods": 1, "in_transit_t": 40}]
    text = text_of(explained(periods=1, suppliers=suppliers, policies={"concentration": {"max": 0.4}}))
    assert "This rule cannot be kept, whatever becomes of the others:\n  - concentration (HHI) of imports of m" in text
    assert "at the mixes found so far" not in text


def test_a_material_that_keeps_its_index_is_in_no_conflict() -> None:
    # n alone has goods under way from a single country, and no other to dilute them with
    tables = {
        "materials": [MATERIAL, MATERIAL | {"material": "n"}],
        "demand": [{"material": name, "year": 2026, "tonnes": 100} for name in "mn"],
        "suppliers": [
            SPOT | {"lead_periods": 0},
            SPOT | AUSTRALIA | {"lead_periods": 0},
            SPOT | {"supplier": "t", "material": "n", "in_transit_t": 5, "lead_periods": 1},
        ],
    }
    conflict = the_conflict(periods=1, tables=tables, policies={"concentration": {"max": 0.6}})
    assert {rule.material for rule in conflict.rules} == {"n"}
    assert by_kind(conflict)["concentration"].after == 1
