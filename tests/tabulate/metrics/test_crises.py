"""Metrics of crises. For the world see `oracles.by_hand`."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bichiku.result.metrics.crises import short_on_plan
from oracles.by_hand import description, halt, read, solve, summed

# A halt that leaves 100 t short and a loss of 95 % that leaves 50 t of the buyer's own supplier, which is not rationed:
# damages of 10000 with 0.01 and of 5000 with 0.03. Storage at half the price a year: nobody puts any by.
CRISES = halt(2, 0.01) | {"scarce": halt(2, 0.03, effects=[{"all": True, "loss": 0.95}])["halt"]}


def risky(**changes: Any) -> dict[str, tuple[float, str]]:
    """CVaR metrics under a risk policy that is too weak to move anything."""
    solved = solve(material={"storage_cost_rate": 0.5}, suppliers=[{"country": "JPN"}], crises=CRISES, **changes)
    return {name: summed(solved, name) for name in ("cvar_damage", "cvar_damage_of_risk_policy")}


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_the_worst_tenth_is_the_worst_tenth_under_any_risk_policy(level: float) -> None:
    found = risky(policies={"risk": {"level": level, "weight": 1e-4}})
    # 4 % of what may happen do any: (0.01 * 10000 + 0.03 * 5000) / 0.1
    assert found["cvar_damage"] == (pytest.approx(2500), "level 0.9, onsets of 2027")


def test_cvar_at_the_level_of_the_policy_is_a_number_of_its_own() -> None:
    # at level 0 the mean: 100 + 150
    found = risky(policies={"risk": {"level": 0.0, "weight": 1e-4}})
    assert found["cvar_damage_of_risk_policy"] == (pytest.approx(250), "level 0, onsets of 2027")


def test_cvar_of_the_policy_counts_crises_after_the_window_too() -> None:
    found = risky(policies={"risk": {"level": 0.9, "limit": 20000}}, report_until="2026-12")
    assert math.isnan(found["cvar_damage"][0])
    assert found["cvar_damage_of_risk_policy"][0] == pytest.approx(2500)


def test_cvar_is_the_largest_of_those_by_year_of_onset() -> None:
    # A halt with 0.01 in 2027 and one with 0.02 in 2028, each of 10000: 1000 and 2000 of CVaR at level 0.9.
    crises = halt(2, 0, onsets=[{"period": 2, "probability": 0.01}, {"period": 3, "probability": 0.02}])
    solved = solve(3, material={"storage_cost_rate": 0.5}, crises=crises)
    assert summed(solved, "cvar_damage") == (pytest.approx(2000), "level 0.9, onsets of 2028")
    table = solved.tables["summary"]
    for metric, values in {
        "expected_damage_of_onset_year": [100, 200],
        "cvar_damage_of_onset_year": [1000, 2000],
        "worst_damage_of_onset_year": [10_000, 10_000],
    }.items():
        rows = table[table["metric"] == metric]
        assert rows["value"].tolist() == pytest.approx(values)
        assert [text[:4] for text in rows["detail"]] == ["2027", "2028"]
    named = table[table["metric"] == "worst_damage_of_onset_year"]["detail"].tolist()
    assert named == ["2027: halt from 2027-01, length 1", "2028: halt from 2028-01, length 1"]


def test_where_crises_of_a_year_are_likely_the_tail_is_the_worst_of_them() -> None:
    # 0.15 of 10000: the worst tenth is all of it
    solved = solve(material={"storage_limit_t": 0}, crises=halt(2, 0.15))
    assert summed(solved, "cvar_damage")[0] == pytest.approx(10_000)


# Of 100 t a year 80 are for sale, and none in the halt of year 2, so the plan lacks 20 t in both years and the branch
# 100 t in the second. Putting by for the halt lacks as much on the way, and pays back in a quarter of cases only.


@pytest.mark.parametrize(
    ("report_until", "on_plan", "in_crises", "days"),
    # a year: (2000 + 3/4 * 2000) / 2 and 1/4 * 10000 / 2, and a fifth of two years; of the first year alone 2000
    [(None, 1750, 1250, 146), ("2026-12", 2000, 0, 73)],
)
def test_damage_on_the_plan_is_told_apart_from_that_of_crises(
    report_until: str | None, on_plan: float, in_crises: float, days: float
) -> None:
    solved = solve(suppliers=[{"capacity_t": 80}], crises=halt(2, 0.25), report_until=report_until)
    for material in ("all", "m"):
        assert summed(solved, "expected_damage_on_plan_per_year", material)[0] == pytest.approx(on_plan)
        assert summed(solved, "expected_damage_in_crises_per_year", material)[0] == pytest.approx(in_crises)
        assert summed(solved, "expected_damage_per_year", material)[0] == pytest.approx(on_plan + in_crises)
    assert summed(solved, "short_days_on_plan", "m") == (pytest.approx(days), "over the reported window")


def test_what_rounding_leaves_is_no_shortage_on_the_plan() -> None:
    calendar = read(description()).calendar  # two years; a millionth of 730 days is not short
    assert short_on_plan({"a": 7e-4, "b": 8e-4, "c": 30.0}, calendar) == {"c": 30.0, "b": 8e-4}


def test_without_a_risk_policy_there_is_no_such_number() -> None:
    assert math.isnan(risky()["cvar_damage_of_risk_policy"][0])


def test_a_policy_that_weighs_and_limits_looks_at_every_year() -> None:
    # The halt in 2027 does 10000 with 0.01 and the loss of 95 % 5000 with 0.03, over the worst tenth 2500; the limit
    # holds from 2028 on, when nothing begins, but the weight holds in each year.
    found = risky(policies={"risk": {"level": 0.9, "weight": 1e-4, "limit": 20000, "from": "2028-01"}})
    assert found["cvar_damage_of_risk_policy"] == (pytest.approx(2500), "level 0.9, onsets of 2027")
