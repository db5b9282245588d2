"""Concentration: the Herfindahl-Hirschman index of arrivals. For the world see `oracles.by_hand`.

China ``s`` at 10, Australia ``a`` at 20. With a share x from China the index is x^2 + (1 - x)^2. The index is kept to
1e-4, which here is a quarter of a tonne at the most.
"""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.build import build
from bichiku.policies.concentration import CONCENTRATION
from bichiku.result.outcome import Outcome
from bichiku.result.pipeline import grow
from bichiku.solving import HotProgram, SolverOptions
from oracles.by_hand import MATERIAL, SPOT, cost, plan, small_world, solve

AUSTRALIA = {"supplier": "a", "country": "AUS", "price": 20}
TWO = [{}, AUSTRALIA]


def limited(suppliers: Any = TWO, tables: Any = None, **limit: Any) -> float:
    return cost(1, suppliers=suppliers, tables=tables, policies={"concentration": limit})


@pytest.mark.parametrize(("index", "chinese"), [(1.0, 100), (0.82, 90), (0.58, 70), (0.52, 60)])
def test_the_index_is_kept(index: float, chinese: float) -> None:
    # 0.9^2 + 0.1^2 = 0.82, 0.7^2 + 0.3^2 = 0.58, 0.6^2 + 0.4^2 = 0.52
    solved = solve(1, suppliers=TWO, policies={"concentration": {"max": index}})
    assert plan(solved, solved.outcome.arrived["s"]) == pytest.approx([chinese], abs=0.03)
    assert solved.outcome.solution.objective == pytest.approx(2000 - 10 * chinese, abs=0.3)


def test_three_equal_countries_reach_a_third() -> None:
    third = {"supplier": "c", "country": "CHL", "price": 30}
    # 100/3 t from each: 2000. The index is flat there, so the tolerance of 1e-4 is worth a share of 0.0082 at most.
    assert limited([*TWO, third], max=0.3334) == pytest.approx(2000, abs=20)


def test_two_suppliers_of_a_country_count_as_one() -> None:
    second = {"supplier": "s2", "price": 11}
    assert limited([*TWO, second], max=0.52) == pytest.approx(1400, abs=0.3)


def test_at_the_origin_the_feed_counts() -> None:
    # 80 % of what Australia ships is Australian, the rest Chinese. Chinese share x + (1 - x) / 5 = 0.6: x = 0.5.
    tables = {"origins": [{"supplier": "a", "country": "CHN", "share": 0.2}]}
    assert limited(tables=tables, stage="origin", max=0.52) == pytest.approx(1500, abs=0.4)


def test_of_supply_the_buyers_own_counts_as_a_country() -> None:
    # 60 t made at home at 1; 40 t from China beside them have an index of 0.52.
    project = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "existing_t": 60}
    tables = {"projects": [project | {"running_cost": 1}]}
    assert limited(tables=tables, of="supply", max=0.52) == pytest.approx(460, abs=0.3)
    # Of the 40 t imported 24 may be Chinese: 60 + 240 + 320.
    assert limited(tables=tables, max=0.52) == pytest.approx(620, abs=0.3)


def test_a_dated_limit_is_read_by_calendar_year() -> None:
    # 0.82 in 2026 and 0.52 in 2027; storing is dearer than 10 a tonne.
    policies = {"concentration": {"max": {2026: 0.82, 2027: 0.52}}}
    found = cost(2, suppliers=TWO, material={"storage_cost_rate": 2}, policies=policies)
    assert found == pytest.approx(1100 + 1400, abs=0.6)


def test_a_limit_that_no_mix_meets_lets_nothing_in() -> None:
    # Two countries cannot be below a half: everything is short.
    assert limited(max=0.4) == pytest.approx(10000)


def test_materials_that_nothing_ties_have_an_index_each() -> None:
    # Two chains, each with 60 t of China's at 10 and 40 of Australia's at 20.
    tables = {
        "materials": [MATERIAL | {"material": name} for name in "mn"],
        "demand": [{"material": name, "year": 2026, "tonnes": 100} for name in "mn"],
        "suppliers": [
            SPOT | row | {"material": name, "supplier": f"{row.get('supplier', 's')}-{name}"}
            for name in "mn"
            for row in TWO
        ],
    }
    assert limited(tables=tables, max=0.52) == pytest.approx(2 * 1400, abs=0.6)
    assert limited(tables=tables, max=0.52, materials=["n"]) == pytest.approx(1000 + 1400, abs=0.3)


def test_a_plane_by_itself_is_the_row_that_is_written_of_it() -> None:
    on_the_way = {**AUSTRALIA, "lead_periods": 1, "in_transit_t": 7}
    dear = {"storage_cost_rate": 1}
    world = small_world(3, suppliers=[{}, on_the_way], material=dear, policies={"concentration": {"max": 0.6}})
    chains = grow(world)
    program = build(world, chains)
    outcome = Outcome(world, chains, program, HotProgram(program, SolverOptions()).solve()[0])
    planes = CONCENTRATION.violated(outcome)
    written = build(world, chains, {"concentration": planes})
    (*blocks,) = written.blocks("concentration")
    assert len(blocks) == len(planes) == 3
    for plane, block in zip(planes, blocks, strict=True):
        row, upper = CONCENTRATION.plane_row(plane, outcome)
        assert row == pytest.approx(written.matrix[[block.first]].toarray().ravel())
        assert upper == pytest.approx(written.row_upper[block.first])
