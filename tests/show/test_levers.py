"""The table of what levers buy, from rows of comparison.csv."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from bichiku.show.levers import lever_headings, lever_rows


def comparison(**strategies: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for strategy, found in strategies.items():
        for metric, value in found.items():
            many = value if isinstance(value, dict) else {"over base": value}
            same = {"strategy": strategy, "metric": metric, "material": "all"}
            rows += [same | {"value": number, "detail": detail} for detail, number in many.items()]
    return pd.DataFrame(rows)


def runs(*names: str) -> Any:
    world = SimpleNamespace(settings=SimpleNamespace(currency="USD"))
    return [SimpleNamespace(strategy=name, world=world) for name in names]


LEVER = {
    "extra_cost_before_damage_per_year": 50e6,
    "damage_avoided_per_year": 500e6,
    "damage_avoided_per_cost": 10.0,
    "extra_paid_by_state_per_year": 35e6,
    "extra_paid_by_industry_per_year": 15e6,
    "extra_shortage_per_year": -400e6,
    "damage_avoided_of_onset_year": {"2026": 1.0, "2027": 40.0, "2028": 50.0, "2030": 9.0},
}


def test_a_lever_stands_in_a_row_with_what_it_buys_and_who_pays() -> None:
    unit, rows = lever_rows(comparison(base={}, reserve=LEVER), runs("base", "reserve"), "base")
    assert unit == "USD m a year"
    assert rows == [["reserve", "+50.0", "500", "10.0", "+35.0", "+15.0", "−400", "2027 to 2028, 2030"]]
    assert len(lever_headings(unit, "base")) == len(rows[0])


def test_a_lever_that_costs_less_saves_money() -> None:
    saves = LEVER | {"damage_avoided_per_cost": {"saves money over base": float("nan")}}
    _, rows = lever_rows(comparison(base={}, less=saves), runs("base", "less"), "base")
    assert rows[0][3] == "saves money"


def test_a_lever_that_avoids_nothing_helps_in_no_year() -> None:
    worse = LEVER | {"damage_avoided_of_onset_year": {"2026": -1.0}}
    _, rows = lever_rows(comparison(base={}, worse=worse), runs("base", "worse"), "base")
    assert rows[0][-1] == "–"


def test_without_a_solved_baseline_there_is_no_table() -> None:
    assert lever_rows(comparison(reserve=LEVER), runs("reserve"), "base") == ("", [])
