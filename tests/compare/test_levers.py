"""What a lever buys over the baseline; the world is that of `oracles.by_hand`.

A halt of p = 0.1 in the second of two years. The baseline holds nothing: 1000, then 900 on the plan and a shortage of
100 t at 100, expected 1000. With a year's reserve 200 t are bought at first, 100 t again on the plan, and nothing is
short.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from bichiku.api.compare.comparison import compare
from bichiku.reading.model import Model
from bichiku.result.levers import DAMAGE, NATION_COST, OF_ONSET_YEAR, lever_rows
from bichiku.result.pipeline import run_strategy
from bichiku.result.run import Run
from oracles.by_hand import description, halt, solve, summed

HALT = halt(2, 0.1)
NOTHING: dict[str, Any] = {"reserve_ceiling": "target"}
RESERVE: dict[str, Any] = {"reserve_days": 365, "reserve_ceiling": "target"}


def strategies(**policies: dict[str, Any]) -> list[Run]:
    """One run for each strategy."""
    given = description(crises=HALT, strategies={name: {"policies": asked} for name, asked in policies.items()})
    tables = {name: pd.DataFrame(rows, dtype=object) for name, rows in given["tables"].items()}
    model = Model.from_tables(given["model"], tables)
    return [run_strategy(world, prices=False) for world in model.worlds.values()]


def told(table: pd.DataFrame, metric: str, strategy: str = "reserve") -> tuple[float, str]:
    """Value and detail of a row for all materials."""
    mine = table[(table["metric"] == metric) & (table["strategy"] == strategy) & (table["material"] == "all")]
    (row,) = mine.to_dict("records")
    return row["value"], row["detail"]


def test_a_reserve_is_told_by_what_it_avoids_and_what_it_costs() -> None:
    table = compare(strategies(none=NOTHING, reserve=RESERVE)).table
    # a year: before damage 1900 / 2 and 2900 / 2, damage 1000 / 2 and 0
    assert told(table, "extra_cost_before_damage_per_year") == (pytest.approx(500), "over none")
    assert told(table, "damage_avoided_per_year") == (pytest.approx(500), "over none")
    assert told(table, "damage_avoided_per_cost") == (pytest.approx(1), "over none")
    assert told(table, "damage_avoided_of_onset_year") == (pytest.approx(1000), "2027")


def test_a_lever_that_costs_less_and_loses_more_saves_no_money() -> None:
    value, detail = told(compare(strategies(reserve=RESERVE, none=NOTHING)).table, "damage_avoided_per_cost", "none")
    assert (pd.isna(value), detail) == (True, "loses more over reserve")


def test_a_lever_that_costs_less_and_loses_no_more_saves_money() -> None:
    # a year's reserve of stock that is not asked for costs 1000 more at the end and avoids what the reserve avoids
    less = RESERVE | {"reserve_days": 365}
    more = {"reserve_days": 730, "reserve_ceiling": "target"}
    value, detail = told(compare(strategies(more=more, less=less)).table, "damage_avoided_per_cost", "less")
    assert (pd.isna(value), detail) == (True, "saves money over more")


def test_the_baseline_over_itself_costs_nothing() -> None:
    value, detail = told(compare(strategies(none=NOTHING, reserve=RESERVE)).table, "damage_avoided_per_cost", "none")
    assert (pd.isna(value), detail) == (True, "costs nothing over none")


def test_the_state_pays_its_share_of_the_reserve_and_industry_the_rest() -> None:
    # at the end 0.9 · 100 t are held that cost 10 and are worth nothing: 450 a year, of which the state pays 0.7
    asked = {"reserve_days": {"default": 365, "state_share": 0.7}, "reserve_ceiling": "target"}
    solved = solve(crises=HALT, policies=asked)
    assert summed(solved, "nation_cost_per_year")[0] == pytest.approx(1450)
    assert summed(solved, "paid_by_state_per_year")[0] == pytest.approx(0.7 * 450)
    assert summed(solved, "paid_by_industry_per_year")[0] == pytest.approx(1450 - 0.7 * 450)


def test_what_is_lost_is_paid_by_nobody() -> None:
    solved = solve(crises=HALT, policies=NOTHING)
    assert summed(solved, "shortage_per_year")[0] == pytest.approx(500)
    assert summed(solved, "paid_by_state_per_year")[0] == 0
    assert summed(solved, "paid_by_industry_per_year")[0] == pytest.approx(950)


def test_the_state_pays_its_part_of_what_is_built() -> None:
    # 100 t a year at 2, of which half is the state's, spread over two years
    plant = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "max_build_t": 100}
    plant |= {"capex": 2, "subsidy_rate": 0.5, "fixed_cost": 1, "running_cost": 1}
    solved = solve(tables={"projects": [plant]})
    assert summed(solved, "paid_by_state_per_year")[0] == pytest.approx(50)
    # running 100, upkeep 100, and the other half of the capex
    assert summed(solved, "paid_by_industry_per_year")[0] == pytest.approx(100 + 100 + 50)


def test_damage_that_differs_by_rounding_alone_is_the_same() -> None:
    def summary(cost: float, damage: float) -> pd.DataFrame:
        rows = [(NATION_COST, "", cost), (DAMAGE, "", damage), (OF_ONSET_YEAR, "2026", damage)]
        columns = ["metric", "detail", "value"]
        return pd.DataFrame(rows, columns=columns).assign(material="all", unit="USD")

    found = list(lever_rows(summary(1e6 - 50, 2e5 + 1.5e-11), summary(1e6, 2e5), "a"))
    told = {row["metric"]: (row["value"], row["detail"]) for row in found}
    assert told["damage_avoided_per_year"][0] == told["damage_avoided_of_onset_year"][0] == 0
    assert told["damage_avoided_per_cost"][1] == "saves money over a"
