"""The least and most of a target among all solutions that cost at most a little more than the best one.

Each part of the program gets one more row, its own cost within the slack, and the target as its objective. A
ratio is driven to its extreme by Dinkelbach's method (1967, "On nonlinear fractional programming"): maximise
``top − ratio · bottom`` and take the ratio of the answer until it no longer moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from bichiku.executing import threads
from bichiku.program.components import Component
from bichiku.result.near_optimal.targets import Target, targets
from bichiku.result.outcome import Outcome
from bichiku.result.planes import PartWithPlanes, needs_planes
from bichiku.solving import HotProgram, Solution, SolverOptions, Status
from bichiku.solving.highs import HighsRun

NEGLIGIBLE = 0.005  # a share below this counts as none
SETTLED = 1e-7
MOST_STEPS = 30


@dataclass(frozen=True)
class Range:
    """How far a target may move.

    Attributes:
        target: the target.
        least, now, most: its values; not numbers where a share is of nothing, or where the solver fails; without end
            where the use that a reserve is counted in may fall to nothing.
        is_of_something: whether what a share is of cannot be nothing.
    """

    target: Target
    least: float
    now: float
    most: float
    is_of_something: bool = True

    @property
    def mark(self) -> str:
        """``must have``, ``may have`` or ``never`` for a country; empty for a reserve, or where nobody can tell."""
        if self.target.kind != "share" or np.isnan(self.least) or np.isnan(self.most):
            return ""
        if self.least > NEGLIGIBLE and self.is_of_something:
            return "must have"
        return "may have" if self.most > NEGLIGIBLE else "never"


def near_optimal_ranges(
    outcome: Outcome,
    hot: HotProgram,
    slack: float,
    materials: Sequence[str],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Range]:
    """Ranges of all targets of some materials.

    Args:
        outcome: the optimum.
        hot: the program it came from.
        slack: share of each part's cost that may be spent on top; a part holds a material and all that is
            tied to it.
        materials: which materials.
        progress: called with the number of targets done and of all.
    """
    hot.join()  # what others spend of a budget, they may leave
    asked = list(targets(outcome, materials))
    part_of_column = np.full(outcome.program.shape[1], -1)
    for number, part in enumerate(hot.parts):
        part_of_column[part.columns] = number
    by_part: dict[int, list[int]] = {}
    found: dict[int, Range] = {}
    for i, target in enumerate(asked):
        parts = part_of_column[target.columns]
        if len(parts) == 0:
            value = target.at(outcome.solution.x)
            found[i] = Range(target, value, value, value)
        else:
            by_part.setdefault(int(parts[0]), []).append(i)

    spent_anyway: dict[int, float] = {}  # goods under way, upkeep of what is there, storage of what was in store
    for line in outcome.program.cost_lines:
        if line.material in outcome.world.materials:
            mine = int(part_of_column[outcome.program.columns_of("stock", line.material).start])
            spent_anyway[mine] = spent_anyway.get(mine, 0.0) + float(line.money.constant.sum())

    def work(part: int) -> None:
        columns = hot.parts[part].columns
        near = _NearOptimum(outcome, hot.parts[part], hot.answer(part), slack, spent_anyway.get(part, 0.0))
        for i in by_part[part]:
            whole = asked[i]
            found[i] = near.range_of(whole, whole.of(columns), whole.at(outcome.solution.x))
            progress(len(found), len(asked))

    with ThreadPoolExecutor(max_workers=threads()) as pool:
        for done in as_completed([pool.submit(work, part) for part in by_part]):
            done.result()
    return [found[i] for i in range(len(asked))]


class _NearOptimum:
    """A part with its cost held within the slack, ready for one objective after another."""

    def __init__(self, outcome: Outcome, part: Component, best: Solution, slack: float, spent_anyway: float) -> None:
        program = part.program
        cost = float(program.cost @ best.x)
        spent = sparse.csr_array(program.cost[np.newaxis, :])
        none = sparse.csr_array((program.shape[0], 0))
        limit = np.array([cost + slack * abs(cost + spent_anyway)])
        self._program = program.extended(none, np.empty(0), np.empty(0), spent, limit)
        self._best = best
        self._run = HighsRun(self._program, SolverOptions(primal=True))
        self._by_planes = PartWithPlanes(outcome, part, SolverOptions()) if needs_planes(outcome, part) else None

    def range_of(self, whole: Target, target: Target, now: float) -> Range:
        """The range of a target.

        Args:
            whole: the target.
            target: the same over the part's columns.
            now: its value at the optimum.
        """
        nan = float("nan")
        if target.bottom is None:
            return Range(whole, self._most(-target.top, target), now, self._most(target.top, target))
        below = Target(target.kind, target.material, target.name, target.unit, target.bottom, target.bottom_constant)
        if np.isnan(now):
            largest = self._most(below.top, below)
            if not largest > 0.0:
                return Range(whole, nan, nan, nan)
        else:
            largest = below.at(self._best.x)
        least, most = self._extreme(target, -1.0), self._extreme(target, 1.0)
        something = not least > NEGLIGIBLE or self._most(-below.top, below) > SETTLED * largest
        return Range(whole, least, now, most, something)

    def _most(self, cost: np.ndarray, target: Target) -> float:
        """The value of a target where a quantity is largest; not a number if the solver fails."""
        solution = self._optimum(-cost)
        return target.at(solution.x) if solution.status is Status.OPTIMAL else float("nan")

    def _extreme(self, target: Target, sign: float) -> float:
        """The most (sign 1) or least (sign -1) of a ratio; not a number if the solver fails."""
        assert target.bottom is not None
        ratio = target.at(self._best.x)
        if np.isnan(ratio):  # a share is never beyond these
            ratio = 0.0 if sign > 0.0 else 1.0
        size = abs(float(target.top @ self._best.x)) + abs(float(target.bottom @ self._best.x) + target.bottom_constant)
        for _ in range(MOST_STEPS):
            solution = self._optimum(-sign * (target.top - ratio * target.bottom))
            if solution.status is not Status.OPTIMAL:
                return float("nan")
            better = target.at(solution.x)
            if np.isnan(better) and sign * (float(target.top @ solution.x) + target.top_constant) > SETTLED * size:
                return float("inf")  # of what nothing is used, anything lasts for ever
            if np.isnan(better) or sign * (better - ratio) <= SETTLED:
                return ratio
            ratio = better
        return ratio

    def _optimum(self, cost: np.ndarray) -> Solution:
        scale = abs(cost).max(initial=0.0) or 1.0
        self._program = replace(self._program, cost=cost / scale)
        if self._by_planes is not None:
            return self._by_planes.solution(self._program)
        self._run.change(self._program)
        return self._run.solve()
