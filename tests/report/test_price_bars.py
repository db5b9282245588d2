"""Bars of prices: none is drawn for more than its price holds for."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from bichiku.show.report.figures.prices import drawable, policy_prices, ranked


def prices(*rows: tuple[float, float, float, str, str]) -> pd.DataFrame:
    """Limits of one name each, from value, price, where it holds to, unit and method."""
    names = ("value", "price", "holds_to", "unit", "method")
    found = [{"policy": "budget", "limit": f"l{i}", "material": "", "year": None} for i in range(len(rows))]
    return pd.DataFrame([{**a, **dict(zip(names, b, strict=True))} for a, b in zip(found, rows, strict=True)])


def test_a_price_that_holds_for_a_unit_is_drawn_for_a_unit() -> None:
    shown = drawable(prices((60, 5, 61, "USD per day", "re-solve"), (60, 7, math.nan, "USD per day", "ranging")))
    assert shown["amount"].tolist() == [5, 7]
    assert shown["per"].tolist() == ["USD per day"] * 2


def test_a_price_that_holds_for_one_percent_is_drawn_for_one_percent() -> None:
    # 1 % of 35 million is 0.35, and each million saves 14
    shown = drawable(prices((35, -14, 35.35, "USD per million USD", "re-solve")))
    assert shown["amount"].tolist() == pytest.approx([-4.9])
    assert shown["per"].tolist() == ["USD for 1 % more"]


def test_a_price_that_holds_for_less_than_a_step_is_not_drawn() -> None:
    table = prices((35, -99.3e6, 35.00255, "USD per million USD", "short range"))
    assert drawable(table).empty
    assert policy_prices("today", ranked(table)) is None


def test_prices_are_ranked_by_what_they_are_worth_as_far_as_they_hold() -> None:
    # 1000 for a thousandth of a unit are 1, less than 5 for a whole one
    order = ranked(prices((1, 1000, 1.001, "USD per t/year", "short range"), (60, 5, 90, "USD per day", "ranging")))
    assert order["price"].tolist() == [5, 1000]


def test_names_as_long_as_a_model_has_leave_room_for_the_bars() -> None:
    # a picture whose bars have no room is warned about when it is drawn, and here a warning is an error
    units = ("USD per t/year", "USD per day", "USD per point")
    table = prices(*((60, 5, 90, unit, "ranging") for unit in units))
    table["limit"] = [f"share floors partners-half · neodymium-praseodymium · 203{i}" for i in range(3)]
    picture = policy_prices("partners", ranked(table))
    assert picture is not None
    assert all(unit in picture.units for unit in units)
