"""The pictures of a sweep: what they join, what they call still, and how they show what has no solution."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from bichiku.api.sweep.pictures import pictures
from bichiku.show.path_words import path_words
from bichiku.show.report.data import Axis, Frontier
from bichiku.show.report.figures.frontier import frontier_picture, moves, sized

COST, RISK = Axis("cost", "Cost", "USD/year"), Axis("risk", "Risk", "USD")
DAYS = Axis("days", "Reserve days", "")


def texts(frontier: Frontier) -> list[str]:
    """All that is written in a picture."""
    return re.findall(r">([^<>]*[^<>\s][^<>]*)</text>", str(frontier_picture(frontier, 1).svg))


def of(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_what_moves_less_than_a_thousandth_is_said_not_to_move() -> None:
    # 4,250 and 6,000 above 3.93121e9 are the solver's noise
    assert not moves(pd.Series([3.93121e9 + 4250, 3.93121e9 + 6000]))
    assert moves(pd.Series([1000.0, 1002.0]))
    still = of(days=[30.0, 60.0], cost=[3.93121e9, 3.93121e9 + 2000])
    assert "Cost, USD m a year (does not move: all points within 0.1 %)" in texts(Frontier("", DAYS, COST, still))
    moving = of(days=[30.0, 60.0], cost=[3.93121e9, 3.95e9])
    assert "Cost, USD m a year" in texts(Frontier("", DAYS, COST, moving))


def test_a_trade_off_names_its_points_and_joins_those_that_no_other_beats() -> None:
    # 90 days cost more than 60 and risk more, so no line leads there
    data = of(days=[0.0, 60.0, 90.0], risk=[9e6, 4e6, 5e6], cost=[1e6, 2e6, 3e6])
    frontier = Frontier("", RISK, COST, data, swept=DAYS)
    assert {"0", "60", "90"} <= set(texts(frontier))
    svg = str(frontier_picture(frontier, 1).svg)
    lines = re.findall(r'<path d="M [^"]*" clip-path="[^"]*" style="fill: none; stroke: #0072b2', svg)
    assert [line.count(" L ") + line.count("\nL ") for line in lines] == [1]


def test_values_without_a_solution_are_a_region_with_the_reason() -> None:
    data = of(
        days=[0.0, 60.0, 120.0, 180.0], cost=[1e6, 1.1e6, None, None], status=["optimal"] * 2 + ["infeasible"] * 2
    )
    assert texts(Frontier("", DAYS, COST, data)).count("no solution: infeasible") == 1
    assert not [text for text in texts(Frontier("", DAYS, COST, data.iloc[:2])) if "no solution" in text]


def test_a_sweep_writes_no_trade_off_where_nothing_moves() -> None:
    frontier = of(days=[1.0, 2.0], status=["optimal"] * 2, cost_per_year=[1e9, 1e9 + 1e3], cvar_damage=[5.0, 6.0])
    frontier["china_share_exporter"] = [0.4, 0.4 + 1e-9]
    units = {"cost_per_year": "USD/year", "cvar_damage": "USD"}
    assert [key for key, _ in pictures(frontier, units, {"days": "Days"})] == ["cost-and-damage", "cost-against-cvar"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("policies.reserve_days", "Reserve days"),
        ("policies.reserve_days.2030-12", "Reserve days, in 2030-12"),
        ("policies.share_caps[0].max", "Share cap on CHN, at most"),
        ("policies.share_caps[1].max", "Share cap on half, at most"),
        ("policies.country_cap.max", "Country cap, at most"),
        ("crises.china-halt.annual_probability", "Crises, china-halt, annual probability"),
        ("suppliers[graphite-chn].price", "Suppliers graphite-chn, price"),
        ("discount_rate", "Discount rate"),
    ],
)
def test_a_path_has_words(path: str, words: str) -> None:
    caps = [{"group": ["CHN"], "max": 0.5}, {"name": "half", "group": ["CHN"], "max": 0.5}]
    assert path_words(path, {"policies": {"share_caps": caps}}) == words


@pytest.mark.parametrize(
    ("unit", "size", "text"), [("USD/year", "m", "USD m a year"), ("USD", "", "USD"), ("t", "k", "t, thousands")]
)
def test_a_unit_has_the_size_of_its_numbers(unit: str, size: str, text: str) -> None:
    assert sized(unit, size) == text
