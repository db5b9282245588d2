"""What a plan that keeps all limits must put up with, at the least: demand left short, or stock bought for the purpose.

A limit on shares can always be kept by buying less, or by buying in a year in which it binds less. Each is told only
where the limits of policies are its cause: without them it would take less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy import sparse

from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.program import ALL, LinearProgram, RowBlock
from bichiku.result.outcome import Outcome
from bichiku.solving import Status

WORTH_TELLING = 1e-3  # of a year's demand: what is stored less than that is not told
TOLERANCE = 1e-6  # of the largest demand of a material in a period: less is what the solver leaves


class SacrificeKind(Enum):
    """What is put up with."""

    SHORT = "short"
    STORED = "stored"


@dataclass(frozen=True)
class Sacrifice:
    """What a material gives on the plan for limits to be kept.

    Attributes:
        kind: what it is.
        material: the material.
        amount: days of demand left short, or tonnes bought for the store beyond what is needed without the limits.
        years: calendar years in which it falls, in one plan that takes no more.
        limits: families of the limits on the material that ask for it.
        tied: materials that it is made of or into, of which a plan may give more instead.
    """

    kind: SacrificeKind
    material: str
    amount: float
    years: tuple[int, ...]
    limits: tuple[str, ...]
    tied: tuple[str, ...] = ()


class OutOfTime(Exception):
    """The time was up before it was told."""


def sacrifices(outcome: Outcome, check: FeasibilityCheck) -> tuple[list[Sacrifice], list[np.ndarray]]:
    """The least that the plan of a feasible strategy must put up with, by material; and points that take no more.

    Raises:
        OutOfTime: it could not be told.
    """
    program = outcome.program
    limited = [block for block in program.row_blocks if block.policy]
    by_year = [block for block in limited if block.place == "year"]
    if not limited or not outcome.demand:
        return [], []
    short, tonnes = _least(_short, program, limited, outcome, check)
    found, points = list(_told(SacrificeKind.SHORT, short, _families(limited), outcome)), [tonnes]
    if by_year:
        # what must be short stays so, and no more
        columns = np.concatenate([_on_plan(outcome, "short", name) for name in outcome.demand])
        kept = program.bounded(columns, tonnes[columns] + TOLERANCE * np.concatenate(_demand(outcome)))
        stored, wider = _least(_stored, kept, by_year, outcome, check)
        found += _told(SacrificeKind.STORED, stored, _families(by_year), outcome)
        points.append(wider[: program.shape[1]])
    return found, points


Objective = Callable[[LinearProgram, Outcome], tuple[LinearProgram, dict[str, np.ndarray], dict[str, np.ndarray]]]
Amounts = dict[str, tuple[np.ndarray, np.ndarray]]  # by material: by period with the limits, and without


def _least(
    objective: Objective, program: LinearProgram, limits: list[RowBlock], outcome: Outcome, check: FeasibilityCheck
) -> tuple[Amounts, np.ndarray]:
    """The least amounts with some limits and without, and the point with them."""
    priced, columns, per_tonne = objective(program, outcome)
    points = []
    for one in (priced, priced.without_limits(np.concatenate([block.numbers for block in limits]))):
        solution = check.solve(one)
        if solution.status is not Status.OPTIMAL:
            raise OutOfTime
        points.append(solution.x)
    kept, free = points
    found = {name: (kept[at] * per_tonne[name], free[at] * per_tonne[name]) for name, at in columns.items()}
    return found, kept


def _short(
    program: LinearProgram, outcome: Outcome
) -> tuple[LinearProgram, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The program that leaves as few days of demand short on the plan as it can."""
    columns = {name: _on_plan(outcome, "short", name) for name in outcome.demand}
    days = outcome.world.calendar.days
    per_tonne = {
        name: np.divide(days, demand, out=np.zeros(len(demand)), where=demand > 0)
        for name, demand in zip(outcome.demand, _demand(outcome), strict=True)
    }
    at, cost = (np.concatenate(list(parts.values())) for parts in (columns, per_tonne))
    return program.priced(at, cost), columns, per_tonne


def _stored(
    program: LinearProgram, outcome: Outcome
) -> tuple[LinearProgram, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The program that adds as few tonnes to the stores as it can, over all periods of the plan."""
    world, periods = outcome.world, outcome.world.calendar.periods
    names, width = list(world.materials), program.shape[1]
    lines, uppers, columns = [], [], {}
    for number, name in enumerate(names):
        stock, kept = _on_plan(outcome, "stock", name), world.kept(name)
        added = width + number * periods + np.arange(periods)
        each = np.arange(periods)
        # stock - kept * stock before - added <= 0; before the first period it is the opening stock
        at = np.concatenate([each, each[1:], each])
        of = np.concatenate([stock, stock[:-1], added])
        values = np.concatenate([np.ones(periods), np.full(periods - 1, -kept), -np.ones(periods)])
        lines.append(sparse.csr_array((values, (at, of)), shape=(periods, width + len(names) * periods)))
        upper = np.zeros(periods)
        upper[0] = kept * world.materials[name].opening_stock_t
        uppers.append(upper)
        columns[name] = added
    count = len(names) * periods
    wider = program.extended(
        sparse.csr_array((program.shape[0], count)),
        np.full(count, np.inf),
        np.ones(count),
        sparse.vstack(lines),
        np.concatenate(uppers),
    )
    return wider, columns, {name: np.ones(periods) for name in names}


def _on_plan(outcome: Outcome, variable: str, material: str) -> np.ndarray:
    """The columns of a variable at the plan's nodes, which are the first of each chain."""
    return outcome.program.columns_of(variable, material).start + outcome.plan


def _demand(outcome: Outcome) -> list[np.ndarray]:
    return [outcome.demand[name][outcome.plan] for name in outcome.demand]


def _largest_demand(material: str, outcome: Outcome) -> float:
    """Of a period; of a material that is feed alone, a tonne."""
    return float(outcome.demand[material].max()) if material in outcome.demand else 1.0


def _families(limits: list[RowBlock]) -> dict[str, list[str]]:
    """The families of the limits on each material; those on all materials together are of each."""
    found: dict[str, list[str]] = {}
    for block in limits:
        families = found.setdefault(block.material, [])
        if block.family not in families:
            families.append(block.family)
    return found


def _told(
    kind: SacrificeKind, amounts: Amounts, families: dict[str, list[str]], outcome: Outcome
) -> Iterator[Sacrifice]:
    calendar = outcome.world.calendar
    for name, (by_period, without) in amounts.items():
        more = by_period - without
        if kind is SacrificeKind.SHORT:
            largest, least = calendar.days, TOLERANCE * calendar.days * calendar.periods
            counted = by_period
        else:
            largest = _largest_demand(name, outcome)
            least, counted = WORTH_TELLING * largest * calendar.periods_per_year, more
        if more.sum() <= least:
            continue
        years = tuple(int(year) for year in np.unique(calendar.years[counted > TOLERANCE * largest]))
        tied = tuple(other for other in outcome.of(name).world.materials if other != name)
        limits = tuple(dict.fromkeys((*families.get(name, ()), *families.get(ALL, ()))))
        yield Sacrifice(kind, name, float(counted.sum()), years, limits, tied)
