"""Share limits as a strategy sets them, and the most that can be bought under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy import sparse

from bichiku.build.program import LinearProgram
from bichiku.check.facts import Facts
from bichiku.policies.country_cap import country_rows
from bichiku.policies.share_limits import share_rows
from bichiku.policies.shares import ShareRow
from bichiku.solve import SolverOptions, Status, solve

ROUNDING = 1e-9  # of a share; less is what sums of shares leave


@dataclass(frozen=True, eq=False)
class ShareLimit:
    """One limit of a strategy.

    Attributes:
        path: where it stands in model.yaml, with its name.
        sense: ``cap`` or ``floor``.
        materials: the materials it names; None where it is for all.
        rows: what it limits, by (name of the row, material).
        pulls: for each row, what a tonne from each supplier or project that it counts, and that can arrive on the
            plan, adds to what must stay at or below zero, by year of the plan.
    """

    path: str
    sense: Literal["cap", "floor"]
    materials: list[str] | None
    rows: dict[tuple[str, str], ShareRow]
    pulls: dict[tuple[str, str], dict[str, np.ndarray]]


def share_limits(facts: Facts) -> list[ShareLimit]:
    """Caps, floors and the country cap of a world."""
    world, policies = facts.world, facts.world.policies
    found: list[ShareLimit] = []
    for i, cap in enumerate(policies.share_caps):
        path = f"policies.share_caps[{i}] ({cap.name or '+'.join(cap.group)})"
        found.append(_limit(facts, path, "cap", cap.materials, share_rows([cap], world)))
    for i, floor in enumerate(policies.share_floors):
        path = f"policies.share_floors[{i}] ({floor.name or '+'.join(floor.group)})"
        found.append(_limit(facts, path, "floor", floor.materials, share_rows([floor], world)))
    if policies.country_cap:
        rows = country_rows(world)
        found.append(_limit(facts, "policies.country_cap", "cap", policies.country_cap.materials, rows))
    return found


def _limit(
    facts: Facts,
    path: str,
    sense: Literal["cap", "floor"],
    materials: list[str] | None,
    rows: dict[tuple[str, str], ShareRow],
) -> ShareLimit:
    pulls = {
        key: {source: _pull(facts, sense, row, source) for source in facts.sellers(key[1], row.of)}
        for key, row in rows.items()
    }
    return ShareLimit(path, sense, materials, rows, pulls)


def _pull(facts: Facts, sense: str, row: ShareRow, source: str) -> np.ndarray:
    pull = facts.world.share_from(source, row.countries, row.stage) - row.limit(np.array(facts.plan_years))
    pull[abs(pull) < ROUNDING] = 0.0
    return pull if sense == "cap" else -pull


def can_bind(facts: Facts, limit: ShareLimit) -> bool:
    """Whether any tonne that can arrive counts against a limit."""
    return any(
        ((pull > 0.0) & (facts.yearly[source] > 0.0)).any()
        for pulls in limit.pulls.values()
        for source, pull in pulls.items()
    )


@dataclass(frozen=True, eq=False)
class Block:
    """A material in a calendar year of the plan (by its place among them), and the hard share limits on it."""

    material: str
    at: int
    limits: tuple[ShareLimit, ...]


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
    program = LinearProgram(
        cost=cost,
        constant=0.0,
        matrix=sparse.coo_array((np.array(values, dtype=float), (at, columns)), shape=(len(rows), len(cost))).tocsr(),
        row_lower=row_lower,
        row_upper=row_upper,
        column_lower=np.zeros(len(cost)),
        column_upper=upper,
        row_constant=np.zeros(len(rows)),
        preference=np.zeros(len(cost)),
    )
    solution, _ = solve(program, SolverOptions(), separate=False)
    assert solution.status is Status.OPTIMAL  # see the callers for why there is an optimum
    return solution.x
