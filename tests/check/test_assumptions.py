"""The warning that lists assumed rows."""

from __future__ import annotations

import pytest

from oracles.by_hand import MATERIAL, SPOT, description
from oracles.world_strategies import Description
from tests.check.cases import Case, given, holds

SURE = {"basis": "sourced"}


def based(material: str, supplier: str) -> Description:
    tables = {"materials": [MATERIAL | {"basis": material}], "suppliers": [SPOT | {"basis": supplier}]}
    return description(tables=tables)


CASES = [
    # a year of shortage of m is 100 t at 100; s can sell 100 t, all that is used, at 10
    Case(
        "W501",
        based("assumed", ""),
        based("sourced", "derived"),
        "2 of 2 rows are assumed or state no basis",
        ("materials m (10,000)", "suppliers s (1,000)"),
    ),
    Case("W501", based("sourced", "assumed"), based("sourced", "sourced"), "1 of 2 rows are assumed or state no basis"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_warning_is_given_where_it_applies_and_only_there(case: Case) -> None:
    holds(case)


def test_rows_without_money_are_counted_and_not_named() -> None:
    # the second material is neither used nor sold, so nothing passes through its row
    tables = {"materials": [MATERIAL, MATERIAL | {"material": "n"}], "suppliers": [SPOT | SURE]}
    (item,) = given(description(tables=tables), "W501")
    assert item.subject == "2 of 3 rows are assumed or state no basis"
    assert "materials m (10,000); prices.csv" in item.message


def test_the_three_rows_of_a_table_with_the_most_money_are_named() -> None:
    suppliers = [SPOT | {"supplier": f"s{i}", "capacity_t": 10 * i} for i in (1, 2, 3, 4)]
    tables = {"materials": [MATERIAL | SURE], "suppliers": suppliers}
    (item,) = given(description(tables=tables), "W501")
    assert "suppliers s4 (400), s3 (300), s2 (200);" in item.message
