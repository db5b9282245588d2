"""Chains solved apart at prices for what the rows of a tail count of them, round by round until these are right."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from bichiku.program import LinearProgram
from bichiku.program.components import Component
from bichiku.solving.highs import HighsRun
from bichiku.solving.options import Limits
from bichiku.solving.report import Progress, Report
from bichiku.solving.solution import Solution, Status
from bichiku.solving.start import AT_LOWER, AT_UPPER, BASIC, Basis
from bichiku.solving.tail import NONE, Tail, TailPrices
from bichiku.solving.whole import basis_of_all

SETTLED = 1e-11  # of the cost: upper and lower bound are one
NEAR = 1e-2  # of the cost; from farther away the solver is longer underway than from the start
MOST_ROUNDS = 12


class PartsInSolvers(Protocol):
    """What is asked of `bichiku.solving.HotProgram`, which asks this module."""

    parts: tuple[Component, ...]
    runs: list[HighsRun]

    def change(self, program: LinearProgram) -> None: ...

    def solve(
        self, progress: Progress | None, limits: Limits, keep_log: bool, prices: bool
    ) -> tuple[Solution, Report]: ...


@dataclass(frozen=True)
class AtPrices:
    """How it went.

    Attributes:
        status: optimal where every round was, else how the last one ended.
        is_settled: whether the solution is the optimum of the whole.
        gap: of upper and lower bound, over the cost.
        rounds, iterations: counts.
        report: of the last round; its log is of all of them.
        solution: of the whole program, at the best plan; its prices hold where it is settled.
        basis: of the whole program, at the best plan; none where there is no plan.
    """

    status: Status
    is_settled: bool
    gap: float
    rounds: int
    iterations: int
    report: Report
    solution: Solution
    basis: Basis | None

    def __str__(self) -> str:
        return f"chains apart at prices for what they do in each future: {self.rounds} rounds, gap {self.gap:.0e}"


class ChainsAtPrices:
    """The chains of a program with a tail, kept in their solvers.

    Args:
        program: the whole program.
        tail: its tail.
        hot: makes a solver of what is left without the tail.
    """

    def __init__(self, program: LinearProgram, tail: Tail, hot: Callable[[LinearProgram], PartsInSolvers]) -> None:
        self._program, self._tail, self._prices = program, tail, tail.no_prices
        self._chains, self._begin = self._without_tail(), hot
        self._hot = hot(self._chains)

    @property
    def fall_apart(self) -> bool:
        """Whether there is more than one of them."""
        return sum(len(part.columns) > 0 for part in self._hot.parts) > 1

    def change(self, program: LinearProgram, tail: Tail) -> None:
        """Replaces the program; the next solve begins at the last prices."""
        if len(tail.rows) != len(self._tail.rows):
            self._prices = tail.no_prices
        self._program, self._tail = program, tail
        self._chains = self._without_tail()

    def _without_tail(self) -> LinearProgram:
        return self._program.part(self._tail.other_rows, self._tail.other_columns)

    def solve(self, progress: Progress | None, limits: Limits, keep_log: bool, prices: bool) -> AtPrices:
        """Solves them at prices until these are the best ones, or do not get much better any more.

        For the arguments see `HotProgram.solve`.
        """
        tail, chains = self._tail, self._chains
        end = None if limits.seconds is None else time.monotonic() + limits.seconds
        lower, upper, gap, log, iterations = -np.inf, np.inf, np.inf, "", 0
        best, basis = Solution.none(Status.ERROR), None
        for count in range(1, MOST_ROUNDS + 1):
            self._hot.change(replace(chains, cost=chains.cost + tail.counts.T @ self._prices.of_rows))
            left = Limits(None if end is None else end - time.monotonic(), limits.iterations)
            found, report = self._hot.solve(progress, left, keep_log, prices)
            log, iterations = log + report.log, iterations + report.iterations
            report = replace(report, log=log)
            if found.status is not Status.OPTIMAL:
                none = Solution.none(found.status)
                return AtPrices(found.status, False, np.inf, count, iterations, report, none, None)
            counted = tail.counted(found.x)
            best_prices = tail.prices(counted)
            excess, thresholds = tail.own_columns(counted, best_prices)
            cost = float(chains.cost @ found.x) + tail.cost_of(excess, thresholds)
            bound = found.objective - float(self._prices.of_rows @ tail.limit)
            is_settled = cost - bound <= SETTLED * abs(cost)
            if cost < upper or is_settled:
                best = self._whole(found, excess, thresholds)
                # a plan that other prices fit better keeps all rows at these alone
                basis = self._basis_at(self._prices if is_settled else best_prices)
            lower, upper = max(lower, bound), min(upper, cost)
            before, gap = gap, (upper - lower) / (abs(upper) or 1.0)
            if is_settled or gap > 0.5 * before:
                break
            if not self._prices.of_rows.any():
                # from what is best where nothing is counted the way is longer than from nothing
                self._hot = self._begin(chains)
            self._prices = best_prices
        return AtPrices(Status.OPTIMAL, is_settled, gap, count, iterations, report, best, basis)

    def _whole(self, chains: Solution, excess: np.ndarray, thresholds: np.ndarray) -> Solution:
        tail, prices = self._tail, self._prices.of_rows
        rows, columns = self._program.shape
        x, reduced_cost, row_dual = np.empty(columns), np.empty(columns), np.empty(rows)
        x[tail.other_columns], x[tail.excess], x[tail.thresholds] = chains.x, excess, thresholds
        reduced_cost[tail.other_columns], reduced_cost[tail.excess] = chains.reduced_cost, tail.excess_cost - prices
        reduced_cost[tail.thresholds] = tail.threshold_cost - np.bincount(
            tail.threshold_of, prices, len(tail.thresholds)
        )
        row_dual[tail.other_rows], row_dual[tail.rows] = chains.row_dual, -prices
        objective = float(self._program.cost @ x) + self._program.constant
        return Solution(Status.OPTIMAL, x, row_dual, reduced_cost, objective, 0)

    def _basis_at(self, prices: TailPrices) -> Basis:
        """The basis of the whole program that those of the chains are a part of."""
        tail, hot = self._tail, self._hot
        rows, columns = self._program.shape
        found = Basis(np.full(columns, AT_LOWER, dtype=object), np.full(rows, BASIC, dtype=object))
        of_chains = basis_of_all(self._chains, hot.parts, [run.basis for run in hot.runs])
        found.columns[tail.other_columns], found.rows[tail.other_rows] = of_chains.columns, of_chains.rows
        beyond, rests = tail.is_beyond(prices), prices.resting != NONE
        found.columns[tail.excess[beyond]] = found.columns[tail.thresholds[rests]] = BASIC
        found.rows[tail.rows[beyond]] = found.rows[tail.rows[prices.resting[rests]]] = AT_UPPER
        return found

    def components(self, x: np.ndarray) -> tuple[Component, ...]:
        """The chains with the tail, each with what the others leave of its rows; `x` is of the whole program."""
        tail, found = self._tail, []
        own = np.concatenate([tail.excess, tail.thresholds])
        is_counted = np.zeros(len(tail.other_columns), dtype=bool)
        is_counted[tail.counts.indices] = True
        for part in self._hot.parts:
            rows, columns = tail.other_rows[part.rows], tail.other_columns[part.columns]
            coupling = rows[part.coupling]
            if is_counted[part.columns].any():
                rows, columns = np.sort(np.append(rows, tail.rows)), np.sort(np.append(columns, own))
                coupling = np.append(coupling, tail.rows)
            places = np.searchsorted(rows, np.sort(coupling))
            alone = Component(self._program.part(rows, columns), rows, columns, places)
            found.append(alone.beside(self._program, x) if len(places) else alone)
        return tuple(found)
