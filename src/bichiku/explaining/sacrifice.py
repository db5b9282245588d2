"""What a plan that keeps all limits must put up with, at the least: demand left short, or stock bought for the purpose.

A limit on shares can always be kept by buying less, or by buying in a year in which it binds less. Each is told only
where the limits of policies are its cause: without them it would take less. Of a material that is which no plan can do
without; what one or another must be short, as what they share is not enough for both, is told of them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from scipy import sparse

from bichiku.explaining.feasibility import FeasibilityCheck
from bichiku.program import LinearProgram
from bichiku.program.components import Component, split_program
from bichiku.result.outcome import Outcome
from bichiku.result.planes import needs_planes
from bichiku.solving import Solution, Status

WORTH_TELLING = 1e-3  # of a year's demand: what is stored less than that is not told
ROUNDING = 1e-7  # of all days
TOLERANCE = 1e-6  # of the largest demand of a material in a period: less is what the solver leaves


class SacrificeKind(Enum):
    """What is put up with."""

    SHORT = "short"
    SHORT_AMONG = "short among"
    STORED = "stored"


@dataclass(frozen=True)
class Sacrifice:
    """What is given on the plan for limits to be kept.

    Attributes:
        kind: what it is.
        material: the material; of what several may be short, those of one such plan.
        amount: days of demand left short, or tonnes bought for the store beyond what is needed without the limits.
        anyway: of the days, those that would be short without the limits too.
        years: calendar years in which it falls, in one plan that takes no more.
        limits: families of the limits that ask for it.
        tied: materials that share a chain or a limit with it, of which a plan may give more instead.
    """

    kind: SacrificeKind
    material: str
    amount: float
    anyway: float
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
    found: list[Sacrifice] = []
    points: list[np.ndarray] = []
    for component in split_program(outcome.program).components:
        part = _Part(outcome, component, check)
        if part.demand and (part.families or needs_planes(outcome, component)):
            found += part.short()
            found += part.stored()
            points += part.points
    order = {kind: place for place, kind in enumerate(SacrificeKind)}
    return sorted(found, key=lambda sacrifice: order[sacrifice.kind]), points


@dataclass(frozen=True)
class _Shortage:
    """As few days short as can be.

    Attributes:
        program: which leaves no more short than it must.
        best: its solution.
        days: days short in it, by material.
        anyway: the same where the limits of policies are gone.
    """

    program: LinearProgram
    best: Solution
    days: dict[str, float]
    anyway: dict[str, float]


class _Part:
    """A part of the program that shares nothing with others.

    Attributes:
        materials, demand: its materials, and those of them that have demand.
        families: rows of each family of limits, by its numbering.
        points: points of the whole program that give no more than was found, nothing where others are.
    """

    def __init__(self, outcome: Outcome, part: Component, check: FeasibilityCheck) -> None:
        self._outcome, self._part, self._check = outcome, part, check
        self._program = part.program
        stocks = {name: outcome.program.columns_of("stock", name).start for name in outcome.world.materials}
        self.materials = [name for name, column in stocks.items() if column in part.columns]
        self.demand = [name for name in self.materials if name in outcome.demand]
        self.families, self._by_year = dict[str, np.ndarray](), dict[str, np.ndarray]()
        for block in outcome.program.row_blocks:
            rows = np.flatnonzero(np.isin(part.rows, block.numbers)) if block.policy else np.empty(0, dtype=int)
            if len(rows):
                for families in (self.families, self._by_year) if block.place == "year" else (self.families,):
                    families[block.family] = np.append(families.get(block.family, np.empty(0, dtype=int)), rows)
        self.points: list[np.ndarray] = []

    @cached_property
    def _shortest(self) -> _Shortage:
        """As few days short of all materials together as can be."""
        return self._shortage(self.demand)

    def short(self) -> Iterator[Sacrifice]:
        """Demand that must be left short: of each material, and of one or another."""
        together = self._shortest
        days, days_anyway = dict(together.days), dict(together.anyway)
        for name in self.demand:
            if together.days[name] <= self._little:
                continue  # it need not be short at all
            alone = together if len(self.demand) == 1 else self._shortage([name])
            days[name], days_anyway[name] = alone.days[name], alone.anyway[name]
            if days[name] - days_anyway[name] > self._little:
                yield self._told_short(SacrificeKind.SHORT, [name], days[name], days_anyway[name], alone)
        more = sum(together.days.values()) - sum(days.values())
        more_anyway = max(sum(together.anyway.values()) - sum(days_anyway.values()), 0.0)
        if more - more_anyway > self._little:
            names = [name for name in self.demand if together.days[name] - days[name] > self._little]
            yield self._told_short(SacrificeKind.SHORT_AMONG, names, more, more_anyway, together)

    def stored(self) -> Iterator[Sacrifice]:
        """Tonnes that must be bought for the store, where in all no more is short than must be."""
        if not self._by_year:
            return
        wider, added = self._of_tonnes()
        best, free = self._least(wider), self._least(self._without(wider, self._by_year), is_point=False)
        calendar = self._outcome.world.calendar
        causes: tuple[str, ...] = ()
        for name, columns in added.items():
            more = best.x[columns] - free.x[columns]
            largest = self._largest_demand(name)
            if more.sum() <= WORTH_TELLING * largest * calendar.periods_per_year:
                continue
            if not causes:
                least = sum(float(best.x[at].sum()) for at in added.values())
                little = TOLERANCE * max(map(self._largest_demand, added)) * calendar.periods
                causes = self._causes(wider, best, least, little, self._by_year)
            years = tuple(int(year) for year in np.unique(calendar.years[more > TOLERANCE * largest]))
            tied = tuple(other for other in self._outcome.of(name).world.materials if other != name)
            yield Sacrifice(SacrificeKind.STORED, name, float(more.sum()), 0.0, years, causes, tied)

    # Programs

    def _of_days(self, names: list[str]) -> LinearProgram:
        """The program that leaves as few days of demand of some materials short on the plan as it can."""
        columns = np.concatenate([self._on_plan("short", name) for name in names])
        return self._program.priced(columns, np.concatenate([self._per_tonne(name) for name in names]))

    def _of_tonnes(self) -> tuple[LinearProgram, dict[str, np.ndarray]]:
        """The program that adds as few tonnes to the stores as it can, and what it adds in each period, by material."""
        world, periods, width = self._outcome.world, self._outcome.world.calendar.periods, self._program.shape[1]
        count = len(self.materials) * periods
        lines, uppers, columns = [], [], {}
        for number, name in enumerate(self.materials):
            stock, kept = self._on_plan("stock", name), world.kept(name)
            each = np.arange(periods)
            added = width + number * periods + each
            # stock - kept * stock before - added <= 0; before the first period it is the opening stock
            at = np.concatenate([each, each[1:], each])
            of = np.concatenate([stock, stock[:-1], added])
            values = np.concatenate([np.ones(periods), np.full(periods - 1, -kept), -np.ones(periods)])
            lines.append(sparse.csr_array((values, (at, of)), shape=(periods, width + count)))
            upper = np.zeros(periods)
            upper[0] = kept * world.materials[name].opening_stock_t
            uppers.append(upper)
            columns[name] = added
        # whoever is short and whenever, in all no more than need be
        short = np.concatenate([self._on_plan("short", name) for name in self.demand])
        days = np.concatenate([self._per_tonne(name) for name in self.demand])
        lines.append(sparse.csr_array((days, (np.zeros(len(short), dtype=int), short)), shape=(1, width + count)))
        calendar = self._outcome.world.calendar
        least = sum(self._shortest.days.values())
        uppers.append(np.array([least + ROUNDING * calendar.days * calendar.periods]))
        wider = self._program.extended(
            sparse.csr_array((self._program.shape[0], count)),
            np.full(count, np.inf),
            np.ones(count),
            sparse.vstack(lines),
            np.concatenate(uppers),
        )
        return wider, columns

    def _shortage(self, names: list[str]) -> _Shortage:
        """As few days short of some materials as can be, with the limits and without."""
        program = self._of_days(names)
        best = self._least(program)
        free = self._least(self._without(program, self.families), is_point=False)
        return _Shortage(program, best, self._days(best), self._days(free))

    @staticmethod
    def _without(program: LinearProgram, families: Mapping[str, np.ndarray]) -> LinearProgram:
        return program.without_limits(np.concatenate([np.empty(0, dtype=int), *families.values()]))

    def _least(self, program: LinearProgram, is_point: bool = True) -> Solution:
        solution = self._check.solve(program)
        if solution.status is not Status.OPTIMAL:
            raise OutOfTime
        if is_point:
            point = np.zeros(self._outcome.program.shape[1])
            point[self._part.columns] = solution.x[: len(self._part.columns)]
            self.points.append(point)
        return solution

    def _causes(
        self, program: LinearProgram, best: Solution, least: float, little: float, families: Mapping[str, np.ndarray]
    ) -> tuple[str, ...]:
        """Families of limits without each of which it would take less; where none is by itself, all that may be."""
        # what has no price at the optimum changes nothing by being gone
        priced = {family: rows for family, rows in families.items() if best.row_dual[rows].any()}
        alone = []
        for family, rows in priced.items():
            solution = self._least(program.without_limits(rows), is_point=False)
            if least - float(program.cost @ solution.x) > little:
                alone.append(family)
        return tuple(alone or priced or families)

    # Numbers

    @property
    def _little(self) -> float:
        """Days that are what the solver leaves."""
        calendar = self._outcome.world.calendar
        return TOLERANCE * calendar.days * calendar.periods

    def _on_plan(self, variable: str, material: str) -> np.ndarray:
        """The part's columns of a variable at the plan's nodes, which are the first of each chain."""
        whole = self._outcome.program.columns_of(variable, material).start + self._outcome.plan
        return np.searchsorted(self._part.columns, whole)

    def _per_tonne(self, material: str) -> np.ndarray:
        """Days that a tonne short is in each period."""
        demand = self._outcome.demand[material][self._outcome.plan]
        days = self._outcome.world.calendar.days
        found: np.ndarray = np.divide(days, demand, out=np.zeros(len(demand)), where=demand > 0)
        return found

    def _days(self, solution: Solution) -> dict[str, float]:
        """Days short, by material."""
        return {name: float(solution.x[self._on_plan("short", name)] @ self._per_tonne(name)) for name in self.demand}

    def _largest_demand(self, material: str) -> float:
        """Of a period; of a material that is feed alone, a tonne."""
        return float(self._outcome.demand[material].max()) if material in self._outcome.demand else 1.0

    def _told_short(
        self, kind: SacrificeKind, names: list[str], amount: float, anyway: float, found: _Shortage
    ) -> Sacrifice:
        calendar, least = self._outcome.world.calendar, float(found.program.cost @ found.best.x)
        causes = self._causes(found.program, found.best, least, self._little, self.families)
        days = sum(found.best.x[self._on_plan("short", name)] * self._per_tonne(name) for name in names)
        years = tuple(int(year) for year in np.unique(calendar.years[days > TOLERANCE * calendar.days]))
        tied = tuple(other for other in self.demand if other not in names)
        return Sacrifice(kind, " and ".join(names), amount, anyway, years, causes, tied)
