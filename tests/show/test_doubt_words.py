"""Where a choice turns, in words."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from bichiku.show.doubt_words import answer_words, number_words, turn_words


@pytest.mark.parametrize(
    ("path", "kind", "numbers", "condition"),
    [
        (
            "crises.halt.annual_probability",
            "value",
            (0.031, 0.02, 0.01, 0.2),
            "halt is likelier than 3.1 % a year (2 % in the model, 1 % to 20 % in its range)",
        ),
        (
            "crises.halt.annual_probability",
            "value",
            (0.015, 0.02, 0.01, 0.2),
            "halt is less likely than 1.5 % a year (2 % in the model, 1 % to 20 % in its range)",
        ),
        (
            "crises.halt.annual_probability",
            "factor",
            (1.5, 1, 0.5, 2),
            "annual probability of halt is more than 1.5 times that of the model (0.5 to 2 in its range)",
        ),
        (
            "crises.halt.duration",
            "whole",
            (6, 3, 1, 12),
            "halt lasts 6 periods or more (3 in the model, 1 to 12 in its range)",
        ),
        (
            "materials[gallium].shortage_cost",
            "value",
            (12345.6, 20000, 5000, 90000),
            "shortage cost of gallium is below 12,346 (20,000 in the model, 5,000 to 90,000 in its range)",
        ),
        (
            "suppliers[a].lead_periods",
            "whole",
            (2, 1, 0, 4),
            "lead periods of a is 2 or more (1 in the model, 0 to 4 in its range)",
        ),
    ],
)
def test_a_turn_is_told_in_the_words_of_its_number(
    path: str, kind: str, numbers: tuple[float, float, float, float], condition: str
) -> None:
    assert turn_words("today", "reserve-180", path, path, kind, numbers) == (
        f"reserve-180 costs less than today once {condition}"
    )


def test_a_group_is_told_by_its_name() -> None:
    words = turn_words("a", "b", "Chinese prices", "suppliers[*-chn].price", "factor", (0.8, 1, 0.5, 2))
    assert (
        words
        == "b costs less than a once Chinese prices is less than 0.8 times that of the model (0.5 to 2 in its range)"
    )


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("demand[cobalt/2030].tonnes", "demand of cobalt in 2030"),
        ("demand[*/*].tonnes", "demand of everything"),
        ("suppliers[a].capacity_t", "capacity of a"),
        ("shortage[gallium/*].cost", "shortage cost of gallium"),
        ("crises.*.annual_probability", "annual probability of all crises"),
        ("crises.halt.effects[0].loss", "loss of halt effects[0]"),
        ("discount_rate", "discount rate"),
        ("Chinese prices", "Chinese prices"),
    ],
)
def test_a_number_is_a_noun(path: str, words: str) -> None:
    assert number_words(path) == words


def test_means_that_the_draws_do_not_tell_apart_are_said_to_be_alike() -> None:
    by_strategy = pd.DataFrame(
        {
            "strategy": ["a", "b", "c"],
            "candidate": "yes",
            "worlds": 4,
            "best_share": [0.75, 0.25, 0.0],
            "mean_regret": [0.75, 1.0, 10.5],
            "mean_more": [math.nan, 0.25, 9.75],
            "mean_error": [math.nan, 1.11, 1.0],
            "worst_regret": [3.0, 2.0, 11.0],
        }
    )
    worlds = pd.DataFrame({"world": [f"draw {i}" for i in range(4)], "strategy": "a", "status": "optimal"})
    turns = pd.DataFrame({"group": []})
    of_best = {"best": ["a"], "second": ["b"], "at_base": [1.0], "swing": [1.0]}
    tornado = pd.DataFrame({"group": ["discount_rate"], **of_best})
    words = answer_words({"regret": by_strategy, "tornado": tornado, "switching": turns, "worlds": worlds}, "USD")
    (told,) = (sentence for sentence in words if "apart" in sentence)
    assert told.startswith("b is regretted by USD 0.250 more on average, with a standard error of USD 1.11: ")


def test_strategies_that_cost_the_same_in_every_draw_are_alike_and_nothing_moves_the_choice() -> None:
    by_strategy = pd.DataFrame(
        {
            "strategy": ["a", "b"],
            "candidate": "yes",
            "worlds": 4,
            "best_share": [0.5, 0.5],
            "mean_regret": [0.0, 0.0],
            "mean_more": [math.nan, 0.0],
            "mean_error": [math.nan, 0.0],
            "worst_regret": [0.0, 0.0],
        }
    )
    worlds = pd.DataFrame({"world": [f"draw {i}" for i in range(4)], "strategy": "a", "status": "optimal"})
    tornado = pd.DataFrame({"group": ["x"], "best": ["a"], "second": ["b"], "at_base": [0.0], "swing": [0.0]})
    turns = pd.DataFrame({"group": []})
    words = answer_words({"regret": by_strategy, "tornado": tornado, "switching": turns, "worlds": worlds}, "USD")
    assert words[0].startswith("In the model's own world a costs least, the same as b;")
    assert any("these draws do not tell b and a apart" in sentence for sentence in words)
    assert "a and b cost the same whatever moves; none of the uncertain" in words[-1]
