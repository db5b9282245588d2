"""The screen of one strategy. For the world see `tests.by_hand`."""

from __future__ import annotations

import io

from rich.console import Console

from bichiku.pipeline import Solved
from bichiku.tell.summary import print_strategy
from tests.by_hand import halt, solve


def screen(solved: Solved) -> str:
    stream = io.StringIO()
    print_strategy(Console(file=stream, width=160), solved)
    return stream.getvalue()


def test_shortage_on_the_plan_has_a_line() -> None:
    # of 100 t 80 are for sale: a fifth of two years of 365 days
    text = screen(solve(suppliers=[{"capacity_t": 80}]))
    assert "  short on the plan, without any crisis: m 146 days\n" in text


def test_a_plan_that_meets_all_demand_has_no_such_line() -> None:
    assert "short on the plan" not in screen(solve(crises=halt(2, 0.25)))
