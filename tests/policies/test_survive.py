"""Survive: no shortage in named crises. For the world see `oracles.by_hand`.

With a storage rate of 50 % a tonne put by in year 1 costs 10 and half of 5 in each year: 15. In year 2 it spares
10 on the plan and 100 in a halt of probability p: 10 + 90 p. So p = 0.05 makes no reserve pay, by 0.5 a tonne.
"""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.result.pipeline import NoSolution
from bichiku.solving import Status
from oracles.by_hand import MATERIAL, SPOT, branch, cost, duals, halt, plan, solve

DEAR = {"storage_cost_rate": 0.5}
WHOLE = {"survive": {"crises": ["halt"]}}


def quarters(**survive: Any) -> list[float]:
    """Short tonnes in a halt of the four quarters 3 to 6, in which 100 t a quarter are used."""
    solved = solve(
        6,
        resolution="quarter",
        demand=400,
        material={"storage_cost_rate": 4},  # 10 a quarter: no reserve pays by itself
        crises=halt(3, 0.01, duration=4),
        policies={"survive": {"crises": ["halt"], **survive}},
    )
    return branch(solved, solved.outcome.short["m"])


def test_a_reserve_is_held_that_does_not_pay() -> None:
    # 1000 + 0.95 * 1000 + 0.05 * 10000 = 2450 without; 100 t at 0.5 more with.
    assert cost(material=DEAR, crises=halt(2, 0.05)) == pytest.approx(2450)
    solved = solve(material=DEAR, crises=halt(2, 0.05), policies=WHOLE)
    assert solved.outcome.solution.objective == pytest.approx(2500)
    assert plan(solved, solved.outcome.stock["m"])[0] == pytest.approx(100)


def test_the_dual_is_what_a_tonne_of_shortage_allowed_would_spare() -> None:
    # A loss of 95 % leaves 50 of 1000 t, so 50 t are held. (Against a full halt 100 t are, all that the plan can use as
    # well, and a tonne less and a tonne more in store have different prices.)
    crises = halt(2, 0.05, effects=[{"all": True, "loss": 0.95}])
    table = duals(solve(material=DEAR, crises=crises, policies=WHOLE), "survive")
    assert table["dual"].tolist() == pytest.approx([-0.5])
    assert (table["crisis"][0], table["onset"][0], table["month"][0]) == ("halt", 2, "2027-01")


def test_the_whole_branch_is_survived_when_no_days_are_given() -> None:
    assert quarters() == pytest.approx([0, 0, 0, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("days", "short"),
    [(0, [100, 100, 100, 100]), (1, [0, 100, 100, 100]), (91.25, [0, 100, 100, 100]), (100, [0, 0, 100, 100])],
)
def test_periods_that_begin_within_the_days_are_survived(days: float, short: list[float]) -> None:
    # The quarters begin 0, 91.25, 182.5 and 273.75 days after the onset.
    assert quarters(days=days) == pytest.approx(short, abs=1e-6)


def test_onsets_before_a_month_need_not_be_survived() -> None:
    # A halt in year 1 cannot be survived, as there is no stock; one in year 3 can.
    onsets = [{"period": 1, "probability": 0.01}, {"period": 3, "probability": 0.01}]
    changes = {"material": DEAR, "crises": halt(1, 0, onsets=onsets)}
    with pytest.raises(NoSolution) as failure:
        solve(3, **changes, policies=WHOLE)
    assert failure.value.status is Status.INFEASIBLE
    # the onset's period begins in 2028-01
    for month in ("2026-02", "2028-01"):
        solved = solve(3, **changes, policies={"survive": {"crises": ["halt"], "from": month}})
        assert branch(solved, solved.outcome.short["m"], onset=3) == pytest.approx([0], abs=1e-6)
    solved = solve(3, **changes, policies={"survive": {"crises": ["halt"], "from": "2028-02"}})
    assert branch(solved, solved.outcome.short["m"], onset=3) == pytest.approx([100])


def test_only_the_named_crises_are_survived() -> None:
    # The crisis that is named takes half of what China could send, which leaves enough.
    half = halt(2, 0.05, effects=[{"all": True, "loss": 0.5}])["halt"]
    crises = halt(2, 0.05) | {"half": half}
    solved = solve(material=DEAR, crises=crises, policies={"survive": {"crises": ["half"]}})
    assert branch(solved, solved.outcome.short["m"], "halt") == pytest.approx([100])
    assert branch(solved, solved.outcome.short["m"], "half") == pytest.approx([0], abs=1e-6)


def test_only_the_named_materials_are_survived() -> None:
    tables = {
        "materials": [MATERIAL | DEAR, MATERIAL | DEAR | {"material": "n"}],
        "demand": [{"material": name, "year": year, "tonnes": 100} for name in "mn" for year in (2026, 2027)],
        "suppliers": [SPOT, SPOT | {"supplier": "t", "material": "n"}],
    }
    policies = {"survive": {"crises": ["halt"], "materials": ["n"]}}
    solved = solve(tables=tables, crises=halt(2, 0.05), policies=policies)
    assert branch(solved, solved.outcome.short["m"]) == pytest.approx([100])
    assert branch(solved, solved.outcome.short["n"]) == pytest.approx([0], abs=1e-6)


def test_what_is_saved_is_not_short() -> None:
    # Up to 60 t a year may be saved at 60 a tonne. A tonne saved in the halt costs 0.05 * 60 = 3; a tonne in reserve
    # 15 - 0.95 * 10 = 5.5. So 60 t are saved and 40 t held: 1000 + 950 + 60 * 3 + 40 * 5.5.
    tables = {"substitution": [{"material": "m", "tranche": "x", "max_share": 0.6, "cost": 60}]}
    solved = solve(material=DEAR, tables=tables, crises=halt(2, 0.05), policies=WHOLE)
    assert solved.outcome.solution.objective == pytest.approx(2350)
