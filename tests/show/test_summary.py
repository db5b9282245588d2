"""The screen of one strategy. For the world see `oracles.by_hand`."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from bichiku.api.compare.table import comparison_table
from bichiku.result.run import Run
from bichiku.show.screen.comparison import print_comparison
from bichiku.show.screen.summary import print_strategies, print_strategy
from oracles.by_hand import halt, solve
from tests.check.test_tables import PROJECT


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


def test_expected_damage_of_strategies_counts_dearer_purchases() -> None:
    # in half of the second years 100 t cost 30 and not 10, and nothing can be stored: 0.5 * 2000 over two years
    crises = halt(2, 0.5, effects=[{"all": True, "price_factor": 3}])
    stream = io.StringIO()
    run = solve(material={"storage_limit_t": 0}, crises=crises)
    print_strategies(Console(file=stream, width=160), [run])
    (line,) = [line for line in stream.getvalue().splitlines() if line.startswith("  base")]
    assert [cell.strip() for cell in line.split("  ") if cell.strip()] == [
        "base", "USD 1.50 k", "+0", "USD 500", "USD 2.00 k", "0",
    ]  # fmt: skip


def test_what_rounding_alone_tells_apart_costs_the_same() -> None:
    first = solve()
    cost = first.summary["metric"] == "cost_per_year"
    summary = first.summary.assign(value=first.summary["value"].where(~cost, first.summary["value"] * (1 - 1e-12)))
    other = replace(first, world=replace(first.world, strategy="other"), tables={**first.tables, "summary": summary})
    stream = io.StringIO()
    print_strategies(Console(file=stream, width=160), [first, other])
    lines = [line.split() for line in stream.getvalue().splitlines() if line.startswith(("  base", "  other"))]
    assert [line[4] for line in lines] == ["+0", "+0"]  # behind name, currency, amount and its size


def test_what_the_solver_leaves_of_nothing_reads_as_nothing() -> None:
    run = solve()
    imports = run.summary["metric"] == "imports_per_year"
    summary = run.summary.assign(value=run.summary["value"].mask(imports, -6.0e-14))
    (line,) = [
        line
        for line in screen(replace(run, tables={**run.tables, "summary": summary})).splitlines()
        if line.startswith("  m ")
    ]
    assert line.split()[:2] == ["m", "0"]


def test_names_of_strategies_are_whole_on_a_narrow_screen() -> None:
    run = solve(crises=halt(2, 0.5))
    names = ["reserve-of-sixty-days", "reserve-of-ninety-days", "reserve-of-ninety-days-and-a-cap"]
    stream = io.StringIO()
    runs = [replace(run, world=replace(run.world, strategy=name)) for name in names]
    print_strategies(Console(file=stream, width=80), runs, names[1])
    assert [line.split()[0] for line in stream.getvalue().splitlines() if line.startswith("  reserve")] == names
    table = comparison_table(runs, {}, names[0])
    print_comparison(Console(file=stream, width=80), runs, {"none": "infeasible"}, names[0], ["A word " * 30], table)
    assert all(len(line) <= 80 for line in stream.getvalue().splitlines())
    assert "  none: infeasible\n" in stream.getvalue()


def test_what_is_built_and_what_stands_by_has_a_line() -> None:
    # 100 t a year that cost 1 each to build and 10.5 to run, beside China's at 10 who stop in a crisis
    plant = PROJECT | {"max_build_t": 100, "running_cost": 10.5, "subsidy_rate": 0.25}
    stops = halt(2, 0.3, effects=[{"countries": ["CHN"], "loss": 1.0}])
    text = screen(solve(material={"storage_limit_t": 0}, tables={"projects": [plant]}, crises=stops))
    assert "  built         p 100 t/year, for USD 100, USD 25.0 of it paid by the state\n" in text
    assert "  standby       p: built for crises, not run on the plan\n" in text
    assert "built" not in screen(solve())


def test_days_held_are_told_as_finely_as_their_target() -> None:
    assert " 36.5 of 36.5 " in screen(solve(policies={"reserve_days": 36.5}))
    assert " 60 of 60 " in screen(solve(policies={"reserve_days": 60}))
