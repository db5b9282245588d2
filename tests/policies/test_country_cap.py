"""Any-one-country cap. For the world see `oracles.by_hand`: China at 10, Australia at 14, Chile at 20."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.by_hand import cost, duals, plan, solve

AUSTRALIA = {"supplier": "a", "country": "AUS", "price": 14}
CHILE = {"supplier": "c", "country": "CHL", "price": 20}
JAPAN = {"supplier": "j", "country": "JPN", "price": 5}
THREE = [{}, AUSTRALIA, CHILE]


def capped(suppliers: Any = THREE, tables: Any = None, buyer: str | None = "JPN", **cap: Any) -> float:
    return cost(1, suppliers=suppliers, tables=tables, buyer=buyer, policies={"country_cap": cap})


def test_no_country_has_more_than_the_cap() -> None:
    # 40 * 10 + 40 * 14 + 20 * 20
    solved = solve(1, suppliers=THREE, policies={"country_cap": {"max": 0.4}})
    assert solved.outcome.solution.objective == pytest.approx(1360)
    assert [plan(solved, solved.outcome.arrived[name])[0] for name in "sac"] == pytest.approx([40, 40, 20])


def test_two_suppliers_of_one_country_share_its_cap() -> None:
    # The second Chinese supplier at 12 cannot stand in for Australia: as above.
    second = {"supplier": "s2", "price": 12}
    assert capped([*THREE, second], max=0.4) == pytest.approx(1360)


def test_the_buyer_itself_is_left_out() -> None:
    # All from Japan at 5.
    assert capped([*THREE, JAPAN], of="supply", max=0.4) == pytest.approx(500)


def test_without_a_buyer_every_country_is_capped() -> None:
    # 40 * 5 + 40 * 10 + 20 * 14
    assert capped([*THREE, JAPAN], buyer=None, max=0.4) == pytest.approx(880)


def test_a_country_may_be_excepted() -> None:
    assert capped(max=0.4, **{"except": ["CHN"]}) == pytest.approx(1000)
    # Excepting Australia: 40 * 10 + 60 * 14.
    assert capped(max=0.4, **{"except": ["AUS"]}) == pytest.approx(1240)


def test_shares_of_supply_count_what_is_made_at_home() -> None:
    # 50 t from home at 1; 40 % of imports: 20 * 10 + 20 * 14 + 10 * 20 + 50; of supply: 40 * 10 + 10 * 14 + 50.
    project = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "existing_t": 50}
    tables = {"projects": [project | {"running_cost": 1}]}
    assert capped(tables=tables, max=0.4) == pytest.approx(730)
    assert capped(tables=tables, max=0.4, of="supply") == pytest.approx(590)


def test_at_the_origin_a_country_counts_with_its_share_of_every_feed() -> None:
    # Half of what Australia ships (a) is Chinese. Chinese ore may be half of all: s + a/2 <= 50; Chile c <= 50.
    # With c = 50 - a/2 and s = 50 - a/2 the cost is 10 s + 14 a + 20 c = 1500 - a: all from Australia, 1400.
    tables = {"origins": [{"supplier": "a", "country": "CHN", "share": 0.5}]}
    assert capped(tables=tables, stage="origin", max=0.5) == pytest.approx(1400)
    # At the stage of the exporter: 50 * 10 + 50 * 14.
    assert capped(tables=tables, max=0.5) == pytest.approx(1200)


def test_a_dated_cap_is_read_by_calendar_year() -> None:
    # 0.8: 80 * 10 + 20 * 14 = 1080; 0.6: 60 * 10 + 40 * 14 = 1160; storing costs more than the 4 it could spare.
    policies = {"country_cap": {"max": {2026: 0.8, 2028: 0.4}}}
    found = cost(2, suppliers=THREE, material={"storage_cost_rate": 2}, policies=policies)
    assert found == pytest.approx(2240)


def test_a_cap_with_a_single_country_lets_nothing_in() -> None:
    # Any tonne would be all of imports: everything is short, 100 * 100.
    assert capped([{}], max=0.9) == pytest.approx(10000)


def test_duals_name_each_country_and_its_price_advantage() -> None:
    # The marginal tonne is Chilean at 20: a tonne more from China spares 10, from Australia 6.
    table = duals(solve(1, suppliers=THREE, policies={"country_cap": {"max": 0.4}}), "country_cap")
    assert dict(zip(table["limit"], table["dual"], strict=True)) == pytest.approx({"AUS": -6, "CHL": 0, "CHN": -10})
