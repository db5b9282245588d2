"""Cases worked by hand for the second edition, in tests/cases, solved with the second builder."""

from __future__ import annotations

from typing import Any

import pytest

from bichiku.model.world import World
from bichiku.reading.model import read_model
from oracles.second_builder import second_program
from oracles.second_program import SecondProgram
from oracles.second_tree import Future
from tests.case_numbers import CASES, across_years, renewal_world, shut_by_halves, two_chains, unknown_length


def _worlds(case: str) -> dict[str, World]:
    return read_model(CASES / case).worlds


def _plan_of(program: SecondProgram, x: Any, kind: str, *name: str) -> list[float]:
    """Levels of a variable along the plan."""
    found = {c[-1].period: x[i] for c, i in program.columns.items() if c[: len(name) + 1] == (kind, *name)
             and c[-1].crisis is None}  # fmt: skip
    return [float(found[period]) for period in sorted(found)]


# duration


@unknown_length
def test_a_crisis_of_unknown_length(
    strategy: str, cost: float, stocks: list[float], holding: float, shortage: float
) -> None:
    program = second_program(_worlds("duration")[strategy])
    value, x = program.solve()
    assert value == pytest.approx(cost)
    assert _plan_of(program, x, "stock", "m") == pytest.approx(stocks, abs=1e-6)
    assert program.value("holding", x) == pytest.approx(holding)
    assert program.value("shortage", x) == pytest.approx(shortage)
    assert program.value("gap", x) == pytest.approx(0)


def test_the_weights_of_a_crisis_of_unknown_length() -> None:
    tree = second_program(_worlds("duration")["lengths"]).tree
    weights = {(n.crisis, n.length, n.period): w for n, w in tree.weights.items()}
    plan = {(None, 0, t): w for t, w in enumerate([1, 0.8, 0.8, 0.9, 0.96, 0.96, 1], 1)}
    spine = {("halt", 0, t): w for t, w in enumerate([0.2, 0.1, 0.04, 0.04], 2)}
    exits = {("halt", 1, 3): 0.1, ("halt", 2, 4): 0.06, ("halt", 4, 6): 0.04}
    assert weights == pytest.approx(plan | spine | exits)


def test_only_the_longest_crisis_is_short_in_its_fourth_quarter() -> None:
    program = second_program(_worlds("duration")["lengths"])
    _, x = program.solve()
    for length, expected in ((1, [0] * 2), (2, [0] * 3), (4, [0, 0, 0, 100, 0])):
        path = program.tree.paths["m", Future("halt", 2, length)]
        assert [x[program.columns["short", "m", node]] for node in path] == pytest.approx(expected, abs=1e-6)


# chains


@two_chains
def test_two_chains(strategy: str, cost: float, beta: list[float]) -> None:
    program = second_program(_worlds("chains")[strategy])
    value, x = program.solve()
    assert value == pytest.approx(cost)
    assert _plan_of(program, x, "stock", "alpha") == pytest.approx([100, 0, 100, 0, 100, 100, 0], abs=1e-6)
    assert _plan_of(program, x, "stock", "beta") == pytest.approx(beta, abs=1e-6)
    assert program.value("shortage", x) == pytest.approx(0)


def test_the_weights_of_two_chains() -> None:
    tree = second_program(_worlds("chains")["all"]).tree
    assert {name: chain.crises for name, chain in tree.chains.items()} == {
        "alpha": ["alpha-halt"],
        "beta": ["beta-halt"],
    }
    alpha = {("alpha-halt", 2): 0.19, ("alpha-halt", 4): 0.19, ("alpha-halt", 6): 0.19, ("alpha-halt", 7): 0.1}
    beta = {("beta-halt", 2): 0.0975, ("beta-halt", 4): 0.0975, ("beta-halt", 6): 0.0975, ("beta-halt", 7): 0.05}
    touching = {key: p for key, p in tree.begins.items() if key[0] != "idle"}
    assert touching == pytest.approx(alpha | beta)
    plan = {
        "alpha": [1, 0.81, 0.81, 0.81, 0.81, 0.81, 0.71],
        "beta": [1, 0.9025, 0.9025, 0.805, 0.9025, 0.805, 0.8525],
    }
    for chain, expected in plan.items():
        assert [tree.weights[tree.plan(chain, t)] for t in range(1, 8)] == pytest.approx(expected)


# two events that follow each other within a period


@shut_by_halves
def test_nothing_arrives_in_a_year_shut_by_halves(model: str) -> None:
    program = second_program(_worlds(f"two-events/{model}")["base"])
    _, x = program.solve()
    assert sum(_plan_of(program, x, "ship", "a")) == pytest.approx(0)
    assert sum(_plan_of(program, x, "short", "m")) == pytest.approx(1200)


def test_demand_doubled_by_halves_is_doubled() -> None:
    program = second_program(_worlds("two-events/two-halves-demand")["base"])
    _, x = program.solve()
    assert sum(_plan_of(program, x, "ship", "a")) == pytest.approx(2400)


# a period that reaches into the next calendar year


@across_years
def test_each_month_uses_the_demand_of_its_own_year(model: str, tonnes: list[float]) -> None:
    program = second_program(_worlds(f"start-within-a-year/{model}")["base"])
    _, x = program.solve()
    assert _plan_of(program, x, "ship", "a") == pytest.approx(tonnes)


# cover of use


def test_a_reserve_of_sixty_days_covers_the_feed() -> None:
    program = second_program(_worlds("cover-of-use")["base"])
    _, x = program.solve()
    stocks, runs = _plan_of(program, x, "stock", "ore"), _plan_of(program, x, "run", "refinery-vnm")
    for stock, run in zip(stocks, runs, strict=True):
        assert stock >= 60 / 91.25 * (3 + 2 * run) - 1e-6
    assert stocks[:2] == pytest.approx([60 / 365 * 2412] * 2)


# a published time to survive


@pytest.mark.parametrize("resolution", ["year", "month"])
def test_published_losses_and_times_to_survive(resolution: str) -> None:
    program = second_program(_worlds(f"hec/{resolution}")["base"])
    value, x = program.solve()
    assert value == pytest.approx(0.25 * (0 + 125_000 + 275_000))
    # what is missing of the parts each year, and the years for which the stock of 45 makes up for it
    for crisis, missing, survived in (("out-s1", 20, 2.25), ("out-s2", 35, 1.286), ("out-s3", 50, 0.9)):
        (path,) = [path for (_, future), path in program.tree.paths.items() if future.crisis == crisis]
        short = sum(x[program.columns["short", material, node]] for node in path for material in ("p1", "p2"))
        assert short == pytest.approx(max(0, 2 * missing - 45), abs=1e-6)
        assert 2 - short / missing == pytest.approx(min(survived, 2), abs=1e-3)


# A halt that may return at once, solved as a full tree, asks for 390, 280 and 250 t; one crisis at a time asks for
# 240 t, the same after any recovery.


@pytest.mark.parametrize("capacity", [130, 110, 105])
@pytest.mark.parametrize("recovery", [2, 4, 6])
def test_the_stock_against_halts_that_return_depends_on_no_recovery(capacity: float, recovery: int) -> None:
    program = second_program(renewal_world(capacity, recovery))
    _, x = program.solve()
    assert max(_plan_of(program, x, "stock", "m")) == pytest.approx(240, abs=1e-5)


# an effect that outlasts its branch


def test_an_effect_may_not_outlast_its_branch() -> None:
    with pytest.raises(ValueError, match="outlasts"):
        second_program(_worlds("effect-outlasts-its-branch/cut")["base"])
    second_program(_worlds("effect-outlasts-its-branch/whole")["base"])
