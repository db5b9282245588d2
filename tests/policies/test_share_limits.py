"""Share caps and floors. For the world see `oracles.by_hand`: China ``s`` at 10, Australia ``a`` at 20."""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.result.run import Run
from oracles.by_hand import MATERIAL, SPOT, cost, duals, halt, line, plan, solve

AUSTRALIA = {"supplier": "a", "country": "AUS", "price": 20}
TWO = [{}, AUSTRALIA]
DOMESTIC = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "existing_t": 50, "running_cost": 1}


def capped(periods: int = 1, suppliers: Any = TWO, tables: Any = None, **cap: Any) -> Run:
    cap = {"group": ["CHN"], **cap}
    return solve(periods, suppliers=suppliers, tables=tables, policies={"share_caps": [cap]})


def floored(suppliers: Any = TWO, tables: Any = None, **floor: Any) -> Run:
    return solve(1, suppliers=suppliers, tables=tables, policies={"share_floors": [floor]})


def objective(solved: Run) -> float:
    return solved.outcome.solution.objective


def arrived(solved: Run, supplier: str) -> list[float]:
    return plan(solved, solved.outcome.arrived[supplier])


def test_a_cap_binds_at_the_exporter() -> None:
    # 60 * 10 + 40 * 20
    assert objective(capped(max=0.6)) == pytest.approx(1400)
    assert arrived(capped(max=0.6), "s") == pytest.approx([60])


def test_a_cap_binds_at_the_origin() -> None:
    # Half of what China ships is Congolese. 30 % from the Congo allows 60 t from China: 60 * 10 + 40 * 20.
    tables = {"origins": [{"supplier": "s", "country": "COD", "share": 0.5}]}
    assert objective(capped(tables=tables, group=["COD"], stage="origin", max=0.3)) == pytest.approx(1400)
    # At the stage of the exporter the Congo sells nothing.
    assert objective(capped(tables=tables, group=["COD"], max=0.3)) == pytest.approx(1000)


def test_what_the_origins_leave_out_is_the_suppliers_own() -> None:
    # The other half is Chinese: 30 % from China by origin allows 60 t.
    tables = {"origins": [{"supplier": "s", "country": "COD", "share": 0.5}]}
    assert objective(capped(tables=tables, stage="origin", max=0.3)) == pytest.approx(1400)


def test_a_floor_binds_at_the_exporter() -> None:
    # 25 * 20 + 75 * 10
    assert objective(floored(group=["AUS"], min=0.25)) == pytest.approx(1250)


def test_a_floor_binds_at_the_origin() -> None:
    # Half of what Australia ships is Australian, so 20 % asks for 40 t: 40 * 20 + 60 * 10.
    tables = {"origins": [{"supplier": "a", "country": "CHN", "share": 0.5}]}
    assert objective(floored(tables=tables, group=["AUS"], stage="origin", min=0.2)) == pytest.approx(1400)


def test_shares_are_of_imports_unless_they_are_of_supply() -> None:
    # At home 50 t are recycled at 1, so 50 t are imported. China may have half of these: 25 * 10 + 25 * 20 + 50.
    assert objective(capped(tables={"projects": [DOMESTIC]}, max=0.5)) == pytest.approx(800)
    # Half of all supply is 50 t: 50 * 10 + 50.
    assert objective(capped(tables={"projects": [DOMESTIC]}, max=0.5, of="supply")) == pytest.approx(550)


def test_a_floor_on_domestic_supply_is_a_share_of_supply() -> None:
    # Recycling costs 30 here; 40 % of supply: 40 * 30 + 60 * 10.
    dear = DOMESTIC | {"running_cost": 30}
    found = floored(tables={"projects": [dear]}, group=["JPN"], of="supply", min=0.4)
    assert objective(found) == pytest.approx(1800)


def test_projects_abroad_are_imports() -> None:
    # An Australian mine stake at 12 serves the floor instead of the supplier at 20: 25 * 12 + 75 * 10.
    stake = DOMESTIC | {"country": "AUS", "kind": "mine-stake", "running_cost": 12}
    assert objective(floored(tables={"projects": [stake]}, group=["AUS"], min=0.25)) == pytest.approx(1050)


def test_two_limits_on_the_same_group_both_hold() -> None:
    caps = [{"group": ["CHN"], "max": 0.6}, {"group": ["CHN"], "max": 0.5}]
    solved = solve(1, suppliers=TWO, policies={"share_caps": caps})
    assert objective(solved) == pytest.approx(1500)
    assert duals(solved, "share_caps")["limit"].tolist() == ["CHN", "CHN #2"]
    # In the other order the same.
    assert cost(1, suppliers=TWO, policies={"share_caps": caps[::-1]}) == pytest.approx(1500)


def test_a_cap_and_a_floor_on_the_same_group_both_hold() -> None:
    third = {"supplier": "c", "country": "CHL", "price": 15}
    policies = {
        "share_caps": [{"group": ["CHN"], "max": 0.6}],
        "share_floors": [{"group": ["CHN"], "min": 0.2}, {"group": ["AUS"], "min": 0.3}],
    }
    # 60 * 10 + 30 * 20 + 10 * 15
    assert cost(1, suppliers=[*TWO, third], policies=policies) == pytest.approx(1350)


def test_a_dated_cap_is_read_by_calendar_year() -> None:
    # 0.8 in 2026, 0.4 in 2028: 80, 60, 40 t from China. Storing costs 20 a year, more than the 10 it could spare.
    policies = {"share_caps": [{"group": ["CHN"], "max": {2026: 0.8, 2028: 0.4}}]}
    solved = solve(3, suppliers=TWO, material={"storage_cost_rate": 2}, policies=policies)
    assert arrived(solved, "s") == pytest.approx([80, 60, 40])
    assert duals(solved, "share_caps")["year"].tolist() == [2026, 2027, 2028]


def test_a_cap_counts_a_calendar_year_as_a_whole() -> None:
    # Four quarters from July 2026 with 100 t each; Australia sends nothing in the first. Half of each year's 200 t may
    # be Chinese, so Australia supplies all of the second quarter: 100 * 10 + 100 * 20 in 2026 and again in 2027.
    shut = {"from": "2026-07", "to": "2026-09", "effects": [{"countries": ["AUS"], "loss": 1.0}]}
    solved = solve(
        4,
        suppliers=TWO,
        demand=400,
        start="2026-07",
        resolution="quarter",
        events={"strike": shut},
        policies={"share_caps": [{"group": ["CHN"], "max": 0.5}]},
    )
    assert objective(solved) == pytest.approx(6000)
    assert sum(arrived(solved, "a")[:2]) == pytest.approx(100)


def test_a_cap_holds_for_the_members_of_a_named_group() -> None:
    countries = [{"country": "CHN", "groups": "rivals"}, {"country": "COD", "groups": "mines;rivals"}]
    congo = {"supplier": "c", "country": "COD", "price": 11}
    # 30 t from China, none from the Congo at 11 in its place: 30 * 10 + 70 * 20.
    found = capped(suppliers=[*TWO, congo], tables={"countries": countries}, group=["rivals"], max=0.3)
    assert objective(found) == pytest.approx(1700)


def test_a_cap_holds_for_the_materials_it_names() -> None:
    tables = {
        "materials": [MATERIAL, MATERIAL | {"material": "n"}],
        "demand": [{"material": name, "year": 2026, "tonnes": 100} for name in ("m", "n")],
        "suppliers": [
            SPOT | supplier | {"supplier": f"{supplier.get('supplier', 's')}-{name}", "material": name}
            for supplier in TWO
            for name in ("m", "n")
        ],
    }
    # 1500 for the one, 1000 for the other
    assert objective(capped(tables=tables, max=0.5, materials=["n"])) == pytest.approx(2500)
    assert objective(capped(tables=tables, max=0.5)) == pytest.approx(3000)


def test_in_a_crisis_shares_are_free() -> None:
    # From Australia nothing comes in the crisis of year 2: then all comes from China. 1500 + (1500 + 1000) / 2.
    crises = halt(2, 0.5, effects=[{"countries": ["AUS"], "loss": 1.0}])
    policies = {"share_caps": [{"group": ["CHN"], "max": 0.5}]}
    # storage at 20 a year keeps anyone from buying ahead
    found = cost(2, suppliers=TWO, material={"storage_cost_rate": 2}, crises=crises, policies=policies)
    assert found == pytest.approx(2750)


def test_the_dual_of_a_cap_is_the_price_difference_and_negative() -> None:
    # One tonne more on the right-hand side lets one tonne from China at 10 replace one from Australia at 20.
    table = duals(capped(max=0.6), "share_caps")
    assert table["dual"].tolist() == pytest.approx([-10])
    assert table["value"].tolist() == [0]


def test_the_dual_of_a_floor_is_the_price_difference_and_positive() -> None:
    assert duals(floored(group=["AUS"], min=0.25), "share_floors")["dual"].tolist() == pytest.approx([10])


@pytest.mark.parametrize(("soft", "chinese", "expected"), [(5, 100, 1200), (20, 60, 1400)])
def test_a_soft_cap_is_broken_where_that_is_cheaper(soft: float, chinese: float, expected: float) -> None:
    # 40 t beyond 60 at 5 each, 1000 + 200; or 40 t from Australia at 10 more, 1400.
    solved = capped(max=0.6, soft=soft)
    assert arrived(solved, "s") == pytest.approx([chinese])
    assert objective(solved) == pytest.approx(expected)
    assert line(solved, "penalty") == pytest.approx(200 if soft == 5 else 0)


@pytest.mark.parametrize(("soft", "expected"), [(5, 1125), (20, 1250)])
def test_a_soft_floor_is_broken_where_that_is_cheaper(soft: float, expected: float) -> None:
    # 25 t lacking at 5 each, 1000 + 125; or 25 t at 10 more.
    assert objective(floored(group=["AUS"], min=0.25, soft=soft)) == pytest.approx(expected)


def test_the_penalty_of_a_soft_limit_falls_at_the_end_of_its_year() -> None:
    # Four quarters from July 2026, 100 t each, at 1.05^4 - 1 a year: 5 % a quarter. Half may be Chinese, 100 t a year
    # are beyond: penalties in the quarters 2 and 4.
    solved = solve(
        4,
        suppliers=TWO,
        demand=400,
        start="2026-07",
        resolution="quarter",
        discount_rate=1.05**4 - 1,
        policies={"share_caps": [{"group": ["CHN"], "max": 0.5, "soft": 5}]},
    )
    assert line(solved, "penalty", year=2026) == pytest.approx(500 / 1.05)
    assert line(solved, "penalty", year=2027) == pytest.approx(500 / 1.05**3)


@pytest.mark.parametrize(("soft", "dual"), [(5, 5), (20, 10)])
def test_the_duals_of_soft_limits_have_the_signs_of_hard_ones(soft: float, dual: float) -> None:
    # A cap one tonne higher spares the penalty, or the dearer tonne; a floor one tonne higher costs it.
    assert duals(capped(max=0.6, soft=soft), "share_caps")["dual"].tolist() == pytest.approx([-dual])
    floor = floored(group=["AUS"], min=0.25, soft=soft)
    assert duals(floor, "share_floors")["dual"].tolist() == pytest.approx([dual])
