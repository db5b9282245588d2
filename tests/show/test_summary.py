"""The screen of one strategy. For the world see `oracles.by_hand`."""

from __future__ import annotations

import io

from rich.console import Console

from bichiku.result.run import Run
from bichiku.show.screen.summary import print_strategy
from oracles.by_hand import halt, solve


def screen(solved: Run) -> str:
    stream = io.StringIO()
    print_strategy(Console(file=stream, width=160), solved)
    return stream.getvalue()


def test_shortage_on_the_plan_has_a_line() -> None:
    # of 100 t 80 are for sale: a fifth of two years of 365 days
    text = screen(solve(suppliers=[{"capacity_t": 80}]))
    assert "  short on the plan, without any crisis: m 146 days\n" in text


def test_a_plan_that_meets_all_demand_has_no_such_line() -> None:
    assert "short on the plan" not in screen(solve(crises=halt(2, 0.25)))


def test_risk_that_is_weighed_is_told_beside_the_cost_and_not_as_a_part_of_it() -> None:
    # 100 t at 10 in the first year and in half of the second years; in the other half 100 t short at 100, as
    # nothing can be stored
    crises = halt(2, 0.5)
    text = screen(solve(material={"storage_limit_t": 0}, crises=crises, policies={"risk": {"level": 0, "weight": 0.2}}))
    # (1000 + 500 + 5000) / 2 is the cost, and 0.2 * 5000 / 2 the weight of damage, 10000 with a probability of a half
    assert "cost a year   USD 3.25 k, expected: purchase 750, shortage 2.50 k\n" in text
    assert "                beside it, risk weighed at USD 500 a year, not a cost\n" in text
    assert "risk" not in screen(solve(crises=crises))
