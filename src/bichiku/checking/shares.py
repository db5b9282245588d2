"""Share limits as a strategy sets them, and the most that can be bought under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from bichiku.checking.facts import Facts
from bichiku.policies.country_cap import COUNTRY_CAP
from bichiku.policies.share_limits import SHARE_CAPS, SHARE_FLOORS
from bichiku.policies.shares import Sense, ShareRow, pull
from bichiku.program import LinearProgram
from bichiku.solving import SolverOptions, Status, solve


@dataclass(frozen=True, eq=False)
class CheckedLimit:
    """One limit of a strategy.

    Attributes:
        path: where it stands in model.yaml, with its name.
        sense: ``cap`` or ``floor``.
        rows: what it limits, by (name of the row, material).
        pulls: for each row, what a tonne from each supplier or project that it counts, and that can arrive on the
            plan, adds to what must stay at or below zero, by year of the plan.
    """

    path: str
    sense: Sense
    rows: dict[tuple[str, str], ShareRow]
    pulls: dict[tuple[str, str], dict[str, np.ndarray]]


def share_limits(facts: Facts) -> list[CheckedLimit]:
    """Caps, floors and the country cap of a world."""
    world = facts.world
    found = [
        _limit(facts, f"policies.{policy.where(i, limit)}", policy.sense, policy.rows_of([(i, limit)], world))
        for policy in (SHARE_CAPS, SHARE_FLOORS)
        for i, limit in enumerate(policy.asked(world) or [])
    ]
    if COUNTRY_CAP.asked(world):
        found.append(_limit(facts, "policies.country_cap", "cap", COUNTRY_CAP.share_rows(world)))
    return found


def _limit(facts: Facts, path: str, sense: Sense, rows: dict[tuple[str, str], ShareRow]) -> CheckedLimit:
    pulls = {
        key: {source: pull(facts, sense, row, source) for source in facts.sellers(key[1], row.of)}
        for key, row in rows.items()
    }
    return CheckedLimit(path, sense, rows, pulls)


@dataclass(frozen=True, eq=False)
class Block:
    """A material in a calendar year of the plan (by its place among them), and the hard share limits on it."""

    material: str
    at: int
    limits: tuple[CheckedLimit, ...]


def blocks(facts: Facts) -> list[Block]:
    """All of a world."""
    hard = [limit for limit in facts.once(share_limits) if all(row.soft is None for row in limit.rows.values())]
    found = []
    for material in facts.world.materials:
        mine = tuple(limit for limit in hard if any(key[1] == material for key in limit.rows))
        found += [Block(material, at, mine) for at in range(len(facts.plan_years))] if mine else []
    return found


def most_bought(facts: Facts, wanted: Sequence[tuple[Block, Sequence[str]]]) -> list[float]:
    """The most of some sources' tonnes that can arrive in each block under its limits, all other things aside.

    Args:
        facts: the facts of the world.
        wanted: blocks, each with the suppliers and projects whose arrivals are to be as many as can be.
    """
    upper: list[float] = []
    cost: list[float] = []
    rows: list[dict[int, float]] = []
    first = [0]
    for block, sources in wanted:
        column = {name: first[-1] + i for i, name in enumerate(facts.sellers(block.material))}
        upper += [float(facts.yearly[name][block.at]) for name in column]
        cost += [-1.0 if name in sources else 0.0 for name in column]
        rows += _limit_rows(block, column)
        first.append(first[-1] + len(column))
    # buying nothing keeps all rows, and all columns are bounded
    arrivals = _solved(np.array(cost), np.array(upper), rows, np.full(len(rows), -np.inf), np.zeros(len(rows)))
    bought = -np.array(cost) * arrivals
    return [float(bought[a:b].sum()) for a, b in pairwise(first)]


def least_breach(facts: Facts, wanted: Sequence[tuple[Block, Sequence[str]]]) -> list[float]:
    """By how much the best mix in each block breaks one of its limits at least, as a share of what is counted.

    Above zero no mix keeps the limits, whatever the capacities: a limit on a share is kept or broken by a mix alike
    in any amount.

    Args:
        facts: the facts of the world.
        wanted: blocks, each with the suppliers and projects of which something is to arrive; at least one of them
            can in that year.
    """
    upper: list[float] = []
    cost: list[float] = []
    rows: list[dict[int, float]] = []
    required: list[int] = []  # rows that ask for a tonne of what is counted; the others are limits
    breaches: list[int] = []
    for block, sources in wanted:
        able = [name for name in facts.sellers(block.material) if facts.yearly[name][block.at] > 0.0]
        column = {name: len(cost) + i for i, name in enumerate(able)}
        breach = len(cost) + len(able)
        cost += [0.0] * len(able) + [1.0]
        upper += [np.inf] * (len(able) + 1)
        rows += [row | {breach: -1.0} for row in _limit_rows(block, column)]
        required.append(len(rows))
        rows.append({column[name]: 1.0 for name in able if name in sources})
        breaches.append(breach)
    row_lower, row_upper = np.full(len(rows), -np.inf), np.zeros(len(rows))
    row_lower[required] = row_upper[required] = 1.0
    # any mix keeps the rows once the breach is large enough, and a breach is zero at least
    solved = _solved(np.array(cost), np.array(upper), rows, row_lower, row_upper)
    return [float(solved[breach]) for breach in breaches]


def _limit_rows(block: Block, column: Mapping[str, int]) -> list[dict[int, float]]:
    """Each limit of a block that some source counts against, as coefficients of what must stay at or below zero."""
    rows = []
    for limit in block.limits:
        for (_, material), pulls in limit.pulls.items():
            if material == block.material:
                row = {column[source]: float(pull[block.at]) for source, pull in pulls.items() if source in column}
                if any(value > 0.0 for value in row.values()):
                    rows.append(row)
    return rows


def _solved(
    cost: np.ndarray, upper: np.ndarray, rows: list[dict[int, float]], row_lower: np.ndarray, row_upper: np.ndarray
) -> np.ndarray:
    if not len(cost):
        return cost
    entries = [(i, column, value) for i, row in enumerate(rows) for column, value in row.items() if value]
    at, columns, values = (list(part) for part in zip(*entries, strict=True)) if entries else ([], [], [])
    matrix = sparse.coo_array((np.array(values, dtype=float), (at, columns)), shape=(len(rows), len(cost))).tocsr()
    program = LinearProgram.of(cost, matrix, (row_lower, row_upper), (np.zeros(len(cost)), upper))
    solution, _ = solve(program, SolverOptions(), separate=False)
    assert solution.status is Status.OPTIMAL  # see the callers for why there is an optimum
    return solution.x
