"""What no rows state exactly is kept by planes: those that an answer asks for are added until none is missing.

The planes that the optimum asked for are rows of its program. They say little of other points: a step away, or where
cost is not what is looked for, an answer may ask for others. A plane cuts off nothing that is allowed, so that one that
was found once holds for every answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from bichiku.build import Cuts
from bichiku.policies import POLICIES
from bichiku.program import LinearProgram
from bichiku.program.components import Component
from bichiku.program.units import in_powers_of_two
from bichiku.result.outcome import Outcome
from bichiku.solving import Optimum, Solution, SolverOptions, Status
from bichiku.solving.highs import HighsRun
from bichiku.solving.start import BASIC

MOST_ROUNDS = 100


def violated(outcome: Outcome) -> Cuts:
    """Planes that a solution asks for, by policy; empty where it keeps them all."""
    found = {policy.name: policy.violated(outcome) for policy in POLICIES}
    return {name: planes for name, planes in found.items() if planes}


def with_cuts(cuts: Cuts, found: Cuts) -> Cuts:
    """All planes together."""
    return {name: (*cuts.get(name, ()), *found.get(name, ())) for name in {**cuts, **found}}


def needs_planes(outcome: Outcome, part: Component) -> bool:
    """Whether a part has materials of which something is kept by planes."""
    materials = {name for policy in POLICIES for name in policy.kept_by_planes(outcome.world)}
    stocks = [outcome.program.columns_of("stock", name).start for name in materials]
    return bool(np.isin(stocks, part.columns).any())


class PartWithPlanes:
    """A part of a solved program that is solved again and again, each time with all planes that its answer asks for.

    Args:
        outcome: the solved program.
        part: the part.
        options: how HiGHS is run.
    """

    def __init__(self, outcome: Outcome, part: Component, options: SolverOptions) -> None:
        self._outcome, self._part, self._options = outcome, part, options
        self._planes = sparse.csr_array((0, len(part.columns)))
        self._upper = np.empty(0)
        self._run: HighsRun | None = None

    @property
    def planes(self) -> int:
        """How many were added to those of the program."""
        return len(self._upper)

    def optimum(self, program: LinearProgram) -> Optimum:
        """The optimum of a program over the part's columns, with prices of the rows that it has; see `solution`."""
        found = self.solution(program).optimum
        return replace(found, row_dual=found.row_dual[: program.shape[0]])

    def solution(self, program: LinearProgram) -> Solution:
        """The solution of a program over the part's columns; the error where planes come to no end."""
        for _ in range(MOST_ROUNDS):
            found = self._solved(self._with_planes(program))
            if found.status is not Status.OPTIMAL or not self._add_missing(found.x):
                return found
        return Solution.none(Status.ERROR)

    def _solved(self, program: LinearProgram) -> Solution:
        if self._run is None or program.shape != self._run.shape:
            begun = None if self._run is None else self._run.basis
            self._run = HighsRun(program, self._options)
            if begun is not None and begun.valid:
                more = program.shape[0] - len(begun.row_status)
                begun.row_status = [*begun.row_status, *[BASIC] * more]
                self._run.begin_at(begun)
        else:
            self._run.change(program)
        found = self._run.solve(prefer=False)
        if found.status in (Status.OPTIMAL, Status.INFEASIBLE):
            return found
        self._run = HighsRun(program, self._options)  # from the start, not from the last basis
        return self._run.solve(prefer=False)

    def _with_planes(self, program: LinearProgram) -> LinearProgram:
        if not self.planes:
            return program
        units = program.units
        if units is not None:
            sizes = abs(self._planes @ sparse.diags_array(units.columns)).max(axis=1).toarray().ravel()
            units = replace(units, rows=np.append(units.rows, in_powers_of_two(sizes)))
        return replace(
            program,
            matrix=sparse.csr_array(sparse.vstack([program.matrix, self._planes])),
            row_lower=np.append(program.row_lower, np.full(self.planes, -np.inf)),
            row_upper=np.append(program.row_upper, self._upper),
            row_constant=np.append(program.row_constant, np.zeros(self.planes)),
            units=units,
            structure=None,
        )

    def _add_missing(self, x: np.ndarray) -> bool:
        """Adds the planes that an answer asks for; whether there are any."""
        whole = self._outcome.solution.x.copy()
        whole[self._part.columns] = x
        found = violated(replace(self._outcome, solution=replace(self._outcome.solution, x=whole)))
        rows = self._rows(found)
        if rows is None:
            return False
        self._planes = sparse.csr_array(sparse.vstack([self._planes, rows[0]]))
        self._upper = np.append(self._upper, rows[1])
        return True

    def _rows(self, found: Mapping[str, tuple[Any, ...]]) -> tuple[sparse.csr_array, np.ndarray] | None:
        """The planes as rows over the part's columns and their upper limits; None where there are none."""
        stated = [policy.plane_row(plane, self._outcome) for policy in POLICIES for plane in found.get(policy.name, ())]
        mine = [(row[self._part.columns], upper) for row, upper in stated if row[self._part.columns].any()]
        if not mine:
            return None
        return sparse.csr_array(np.array([row for row, _ in mine])), np.array([upper for _, upper in mine])
