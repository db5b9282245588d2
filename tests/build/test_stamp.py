"""The stencil of one node, stamped onto a tree of three nodes, against the rows written out by hand.

The tree: plan nodes 0 and 1 for the years 2026 and 2027, and node 2, a branch of probability 1/4 in 2027 that breaks
off after node 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bichiku.build import build
from bichiku.build.stamp import NotLinear, stamp
from bichiku.build.stencil import Stencil
from bichiku.model.tree import BEFORE, SPINE, Future, Stretch, Tree
from bichiku.program import LinearProgram
from bichiku.result.pipeline import grow, run_strategy
from oracles.by_hand import ALL_HALT, branch, description, halt, read, small_world

INF = float("inf")


def three_nodes() -> Stencil:
    tree = Tree(
        periods=2,
        stretches=(Stretch("halt", onset=2, length=SPINE, first=2, last=2),),
        futures=(Future("halt", onset=2, length=1, probability=0.25, share=1.0, path=np.array([2])),),
        period=np.array([1, 2, 2]),
        parent=np.array([BEFORE, 0, 0]),
        stretch=np.array([-1, -1, 0]),
        weight=np.array([1.0, 0.75, 0.25]),
    )
    return Stencil(tree, np.array([2026, 2027, 2027]))


def rows(program: LinearProgram) -> dict[str, tuple[float, dict[str, float], float]]:
    """Each row by its name: lower limit, coefficients by the names of their columns, upper limit."""
    found = {}
    for row in range(program.shape[0]):
        line = program.matrix[[row]].tocoo()
        terms = zip(line.col, line.data, strict=True)
        coefficients = {program.column_name(int(column)): float(value) for column, value in terms if value}
        limits = [round(float(limit[row]), 9) for limit in (program.row_lower, program.row_upper)]  # twelve twelfths
        found[program.row_name(row)] = (limits[0], coefficients, limits[1])
    return found


def columns(program: LinearProgram, values: np.ndarray) -> dict[str, float]:
    """An array by column under the columns' names, zeros left out."""
    return {program.column_name(i): float(value) for i, value in enumerate(values) if value}


@pytest.fixture
def stencil() -> Stencil:
    """A stock that loses half, fed by purchases, a contract of the year and one thing built."""
    found = three_nodes()
    stock = found.variables("stock", ["m"], found.per_node)
    found.variables("buy", ["m"], found.per_node)
    found.variables("contract", ["m"], found.per_year)
    found.variables("build", ["m"], found.once)
    found.variables("gap", ["m"], found.per_hand_back)
    found.elsewhere("before", of=stock, at={"m": found.tree.parent}, outside={"m": 30.0})
    found.parameters("demand", {"m": np.array([100.0, 110.0, 120.0])})
    found.parameters("usable", {"m": np.array([0.0, 1.0, 1.0])})
    return found


def balance(m: Any, k: str) -> Any:
    supply = m.buy[k] + 0.25 * m.contract[k] + m.usable[k] * m.build[k]
    return m.stock[k] == 0.5 * m.before[k] + supply - m.demand[k]


def test_a_row_at_each_node(stencil: Stencil) -> None:
    stencil.add_rows("balance", ["m"], balance, nodes=stencil.all_nodes, unit="t")
    found = rows(stamp(stencil))
    # node 0: half of the opening 30 t is a number, 15 - 100; nothing is usable yet
    first = {"stock[m] node 0": 1, "buy[m] node 0": -1, "contract[m] year 0": -0.25}
    # nodes 1 and 2 both follow on node 0 and lie in the second year
    later = {"stock[m] node 0": -0.5, "contract[m] year 1": -0.25, "build[m] once 0": -1}
    assert found == {
        "balance[m] node 0": (-85, first, -85),
        "balance[m] node 1": (-110, later | {"stock[m] node 1": 1, "buy[m] node 1": -1}, -110),
        "balance[m] node 2": (-120, later | {"stock[m] node 2": 1, "buy[m] node 2": -1}, -120),
    }


def test_rows_at_some_nodes_and_a_variable_of_the_hand_back(stencil: Stencil) -> None:
    stencil.elsewhere("on_plan", of=stencil.model.stock, at={"m": stencil.tree.on_plan}, outside={"m": 0.0})

    def hand_back(m: Any, k: str) -> Any:
        return m.stock[k] + m.gap[k] >= m.on_plan[k]

    stencil.add_rows("back", ["m"], hand_back, nodes=np.array([2]), unit="t")
    # the plan node of the same period is node 1; Pyomo turns what has variables on both sides into ... <= 0
    terms = {"stock[m] node 1": 1, "stock[m] node 2": -1, "gap[m] hand-back 0": -1}
    assert rows(stamp(stencil)) == {"back[m] node 2": (-INF, terms, 0)}


def test_terms_with_the_same_key_add_up_to_one_row(stencil: Stencil) -> None:
    stencil.parameters("weight", {"m": stencil.tree.weight})

    def weighed(m: Any, k: str) -> Any:
        return m.weight[k] * (m.buy[k] + m.contract[k] + m.before[k]) <= 40

    zeros = np.zeros(3, dtype=int)
    stencil.add_rows("sum", ["m"], weighed, nodes=stencil.all_nodes, key=zeros, place="once", unit="t")
    # weights 1, 3/4, 1/4; the contract of 2027 counts at both of its nodes; the opening 30 t leave 10 of 40
    terms = {"buy[m] node 0": 1, "buy[m] node 1": 0.75, "buy[m] node 2": 0.25}
    terms |= {"contract[m] year 0": 1, "contract[m] year 1": 1, "stock[m] node 0": 1}
    assert rows(stamp(stencil)) == {"sum[m] once 0": (-INF, terms, 10)}


def test_a_row_per_year_of_the_plan_is_named_by_its_year(stencil: Stencil) -> None:
    def share(m: Any, k: str) -> Any:
        return m.buy[k] <= 0.5 * (m.buy[k] + 0.25 * m.contract[k])

    stencil.add_rows("share", ["m"], share, nodes=stencil.tree.plan, key=stencil.years, place="year", unit="t")
    assert rows(stamp(stencil)) == {
        "share[m] year 2026": (-INF, {"buy[m] node 0": 0.5, "contract[m] year 0": -0.125}, 0),
        "share[m] year 2027": (-INF, {"buy[m] node 1": 0.5, "contract[m] year 1": -0.125}, 0),
    }


def test_bounds_become_column_bounds_and_the_tightest_holds(stencil: Stencil) -> None:
    stencil.add_bounds("wide", ["m"], lambda m, k: m.buy[k] <= 115, stencil.all_nodes)
    stencil.add_bounds("by_demand", ["m"], lambda m, k: 2 * m.buy[k] <= 2 * m.demand[k], stencil.all_nodes)
    stencil.add_bounds("built", ["m"], lambda m, k: m.build[k] <= 7, stencil.all_nodes)
    program = stamp(stencil)
    assert program.shape[0] == 0
    upper = {name: value for name, value in columns(program, program.column_upper).items() if value < INF}
    assert upper == {"buy[m] node 0": 100, "buy[m] node 1": 110, "buy[m] node 2": 115, "build[m] once 0": 7}
    assert not program.column_lower.any()


def test_a_cost_line_weighs_each_node_and_keeps_what_is_constant(stencil: Stencil) -> None:
    factor = np.array([1.0, 0.6, 0.2])

    def holding(m: Any, k: str) -> Any:
        return 4 * (m.before[k] + m.stock[k]) / 2 + 3 * m.contract[k]

    stencil.add_cost("holding", ["m"], holding, stencil.all_nodes, factor)
    program = stamp(stencil)
    # 2 on the opening 30 t is a number; node 0 is the parent of both others: 2 + 2 (0.6 + 0.2)
    assert program.constant == 60
    expected = {"stock[m] node 0": 3.6, "stock[m] node 1": 1.2, "stock[m] node 2": 0.4}
    expected |= {"contract[m] year 0": 3, "contract[m] year 1": 2.4}
    assert columns(program, program.cost) == pytest.approx(expected)
    # with one tonne of everything: 60 + 2 + 3, then 0.6 (2 + 2 + 3), then 0.2 (2 + 2 + 3)
    (line,) = program.cost_lines
    assert line.money.at(np.ones(program.shape[1])) == pytest.approx([65, 4.2, 1.4])


def test_a_rule_that_multiplies_variables_is_refused(stencil: Stencil) -> None:
    stencil.add_rows("area", ["m"], lambda m, k: m.stock[k] * m.buy[k] <= 1, nodes=stencil.all_nodes, unit="t")
    with pytest.raises(NotLinear):
        stamp(stencil)


def test_a_cost_that_divides_by_a_variable_is_refused(stencil: Stencil) -> None:
    stencil.add_cost("ratio", ["m"], lambda m, k: m.stock[k] / m.buy[k], stencil.all_nodes, np.ones(3))
    with pytest.raises(NotLinear):
        stamp(stencil)


def test_a_function_of_parameters_alone_is_a_number_at_each_node(stencil: Stencil) -> None:
    def rule(m: Any, k: str) -> Any:
        return m.buy[k] * m.demand[k] ** 2 / 100 <= 1000 / m.demand[k] - m.usable[k]

    stencil.add_rows("odd", ["m"], rule, nodes=np.array([0, 1]), unit="t")
    # 100^2 / 100 and 1000 / 100; 110^2 / 100 and 1000 / 110 - 1
    assert rows(stamp(stencil)) == {
        "odd[m] node 0": (-INF, {"buy[m] node 0": 100}, 10),
        "odd[m] node 1": (-INF, {"buy[m] node 1": 121}, pytest.approx(1000 / 110 - 1)),
    }


@pytest.fixture(scope="module")
def model() -> LinearProgram:
    """The product's own program for two years and a halt with probability 1/4 in the second."""
    project = {"project": "p", "material": "m", "country": "JPN", "kind": "recycling", "build_periods": 1}
    project |= {"existing_t": 5, "max_build_t": 9, "fixed_cost": 0, "capex": 8, "subsidy_rate": 0.5, "running_cost": 3}
    contract = {"supplier": "c", "kind": "contract", "country": "AUS", "capacity_t": 40, "price": 20}
    given = description(
        material={"opening_stock_t": 30, "loss_rate": 0.5, "storage_limit_t": 70, "storage_cost_rate": 0.2},
        suppliers=[{"lead_periods": 1, "in_transit_t": 7}, contract],
        tables={"projects": [project]},
        crises=halt(2, 0.25, effects=[ALL_HALT, {"all": True, "price_factor": 2.0}]),
        policies={
            "reserve_days": 73,
            "share_caps": [{"group": ["CHN"], "max": 0.6}],
            "survive": {"crises": ["halt"]},
            "risk": {"level": 0.5, "limit": 10},
            "budget": {"investment": 5},
        },
    )
    world = read(given)
    return build(world, grow(world))


def test_the_rows_of_a_whole_model_read_as_a_person_would_write_them(model: LinearProgram) -> None:
    supply = {"ship[s] node 0": -1, "stock[m] node 0": -0.5}  # both nodes of year 2 follow on node 0, half is kept
    cvar = {"threshold[all] onset-year 0": 1, "excess[all] future 0": 0.5}  # 0.25 / (1 - 0.5)
    assert rows(model) == {
        # 0.5 * 30 in store + 7 under way - 100
        "balance[m] node 0": (
            -78,
            {"stock[m] node 0": 1, "contract[c] year 0": -1, "run[p] node 0": -1, "short[m] node 0": -1},
            -78,
        ),
        "balance[m] node 1": (
            -100,
            supply | {"stock[m] node 1": 1, "contract[c] year 1": -1, "run[p] node 1": -1, "short[m] node 1": -1},
            -100,
        ),
        # the halt takes the contract, not what was shipped in year 1
        "balance[m] node 2": (-100, supply | {"stock[m] node 2": 1, "run[p] node 2": -1, "short[m] node 2": -1}, -100),
        "project_capacity[p] node 0": (-INF, {"run[p] node 0": 1}, 5),
        "project_capacity[p] node 1": (-INF, {"run[p] node 1": 1, "build[p] once 0": -1}, 5),
        "project_capacity[p] node 2": (-INF, {"run[p] node 2": 1}, 0),
        "reserve_days[m] node 0": (20, {"stock[m] node 0": 1}, INF),
        "reserve_days[m] node 1": (20, {"stock[m] node 1": 1}, INF),
        # 0.4 of the 7 t under way count against the cap
        "share_caps[CHN/m] year 2026": (-INF, {"contract[c] year 0": -0.6}, pytest.approx(-2.8)),
        "share_caps[CHN/m] year 2027": (-INF, {"ship[s] node 0": 0.4, "contract[c] year 1": -0.6}, 0),
        "survive[m] node 2": (-INF, {"short[m] node 2": 1}, 0),
        "budget_investment[all] once 0": (-INF, {"build[p] once 0": 4}, 5),
        # what the branch lacks of the plan's stock
        "back_to_plan[m] node 2": (
            -INF,
            {"stock[m] node 1": 1, "stock[m] node 2": -1, "gap[m] hand-back 0": -1, "gap_scarce[m] hand-back 0": -1},
            0,
        ),
        # what was shipped in year 1 arrives at 20 instead of the plan's 10; the gap costs nothing, as no stock is
        # credited
        "excess_damage[all] future 0": (
            -INF,
            {
                "short[m] node 2": 100,
                "ship[s] node 0": 10,
                "excess[all] future 0": -1,
                "threshold[all] onset-year 0": -1,
            },
            0,
        ),
        "risk_limit[all] year 2027": (-INF, cvar, 10),
    }


def test_the_bounds_and_costs_of_a_whole_model(model: LinearProgram) -> None:
    upper = columns(model, model.column_upper)
    assert {name: upper.get(name, 0.0) for name in upper if "stock" in name} == dict.fromkeys(
        [f"stock[m] node {i}" for i in range(3)], 70
    )
    assert (upper["ship[s] node 0"], upper.get("ship[s] node 2", 0.0)) == (1000, 0)
    assert (upper["contract[c] year 0"], upper["build[p] once 0"]) == (40, 9)
    # past the horizon as in year 2: 1000 and 40 t for sale and 5 t made, less 100 used
    assert upper["gap[m] hand-back 0"] == 945
    # Storage is 2 a tonne and year: 1 on the opening 30 t, and on node 0 one for year 1 and one for both of year 2's.
    # 7 t under way at 10. What is shipped in year 1 is paid at 10 on the plan and 20 in the crisis: 7.5 + 5.
    assert model.constant == pytest.approx(30 + 70)
    assert columns(model, model.cost) == pytest.approx(
        {
            "stock[m] node 0": 2,
            "stock[m] node 1": 0.75,
            "stock[m] node 2": 0.25,
            "short[m] node 0": 100,
            "short[m] node 1": 75,
            "short[m] node 2": 25,
            "ship[s] node 0": 12.5,
            "contract[c] year 0": 20,
            "contract[c] year 1": 15,
            "build[p] once 0": 4,
            "run[p] node 0": 3,
            "run[p] node 1": 2.25,
            "run[p] node 2": 0.75,
        }
    )


# A crisis of no probability costs nothing, and its branches are answered as if it had begun


def _short_in_a_halt(**crisis: object) -> list[float]:
    # 73 days, 20 t, are in store, and no more than is used is offered; a tonne bought back costs 10, one short 15
    material = {"opening_stock_t": 20, "shortage_cost": 15}
    given = {"suppliers": [{"capacity_t": 100}], "policies": {"reserve_days": 73}}
    world = small_world(4, material=material, crises=halt(2, 0.0, **crisis), **given)
    solved = run_strategy(world, prices=False)
    return branch(solved, solved.outcome.short["m"])


def test_what_is_in_store_is_used_in_the_period_that_is_sure_once_a_crisis_of_no_probability_has_begun() -> None:
    # nine of ten halts last one period: 20 t are used in it, and to keep them for the other would save a tenth of 15
    assert _short_in_a_halt(duration={1: 0.9, 2: 0.1}, recovery=0) == pytest.approx([80, 100])


def test_lengths_of_no_probability_are_answered_too() -> None:
    assert _short_in_a_halt(duration={1: 1.0, 2: 0.0}, recovery=0) == pytest.approx([80, 100])
