"""Who fills the gap in each month of a crisis. For the world see `oracles.by_hand`."""

from __future__ import annotations

import pytest

from bichiku.result.run import Run
from oracles.by_hand import halt, solve


def rows(solved: Run) -> dict[tuple[str, str], tuple[float, ...]]:
    table = solved.responses
    assert set(zip(table["crisis"], table["onset"], table["month"], table["material"], strict=True)) == {
        ("halt", 2, "2027-01", "m")
    }
    return {(row.means, row.country): (row.plan_t, row.branch_t, row.change_t) for row in table.itertuples(index=False)}


def test_what_a_crisis_takes_and_what_fills_it_stand_in_one_month() -> None:
    # The plan keeps all that the store holds, 60 t, for the year of the halt; without one it uses them then and buys
    # 40 t. In the halt these 40 t are short, of which saving a tenth of demand fills 10.
    saving = [{"material": "m", "tranche": "thrift", "max_share": 0.1, "cost": 50}]
    found = solve(material={"storage_limit_t": 60}, crises=halt(2, 0.5), tables={"substitution": saving})
    assert rows(found) == {
        ("supplier", "CHN"): pytest.approx((40, 0, -40)),
        ("saved", ""): pytest.approx((0, 10, 10)),
        ("short", ""): pytest.approx((0, 30, 30)),
    }


def test_suppliers_of_one_country_stand_in_one_row_and_more_demand_is_a_need() -> None:
    # Two Chinese mines of 50 t each give all; in the crisis demand is 1.2 times as much, Australia adds its 20 t
    mines = [{"supplier": name, "capacity_t": 50} for name in ("s", "s2")]
    australia = {"supplier": "a", "country": "AUS", "price": 20, "capacity_t": 20}
    crisis = halt(2, 0.1, effects=[{"all": True, "demand_factor": 1.2}])
    found = rows(solve(material={"storage_limit_t": 0}, suppliers=[*mines, australia], crises=crisis))
    assert found == {
        ("supplier", "AUS"): pytest.approx((0, 20, 20)),
        ("need", ""): pytest.approx((100, 120, 20)),
    }


def test_no_crisis_leaves_an_empty_table() -> None:
    assert solve().responses.empty
