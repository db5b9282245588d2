"""SoPlex, a linear programming code that shares nothing with HiGHS, behind the same question and answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from pyscipopt import LP, SCIP_LPPARAM

from bichiku.program import LinearProgram
from bichiku.solving import Solution, Status

TIGHT = 1e-9  # tolerance on rows and reduced costs; HiGHS has 1e-7


def solve_with_soplex(program: LinearProgram) -> Solution:
    """Solves a program in one piece by the dual simplex method, at its true cost alone.

    The preference among equal optima is left out, so the point may be another one than HiGHS chooses; the
    objective may not.
    """
    lp = _handed_over(program)
    lp.solve(dual=True)
    if not lp.isOptimal():
        return Solution.none(_verdict(lp, program))
    x = np.array(lp.getPrimal())
    return Solution(
        status=Status.OPTIMAL,
        x=x,
        row_dual=np.array(lp.getDual()),
        reduced_cost=np.array(lp.getRedcost()),
        objective=float(program.cost @ x) + program.constant,
        iterations=lp.getNIterations(),
    )


def _verdict(lp: LP, program: LinearProgram) -> Status:
    """Why there is no optimum; what has no feasible point is infeasible, whatever its cost."""
    if lp.getDualRay() is not None:
        return Status.INFEASIBLE
    if lp.getPrimalRay() is None:
        return Status.ERROR
    costless = _handed_over(replace(program, cost=np.zeros_like(program.cost)))
    costless.solve(dual=True)
    if costless.isOptimal():
        return Status.UNBOUNDED
    return Status.INFEASIBLE if costless.getDualRay() is not None else Status.ERROR


def _handed_over(program: LinearProgram) -> LP:
    lp = LP()
    for tolerance in (SCIP_LPPARAM.FEASTOL, SCIP_LPPARAM.DUALFEASTOL):
        lp.setRealParam(tolerance, TIGHT)
    lp.addCols(
        [[]] * program.shape[1],
        objs=program.cost.tolist(),
        lbs=_finite(program.column_lower, lp),
        ubs=_finite(program.column_upper, lp),
    )
    matrix = program.matrix.copy()
    matrix.eliminate_zeros()
    entries = list(zip(matrix.indices.tolist(), matrix.data.tolist(), strict=True))
    lp.addRows(
        [entries[first:end] for first, end in pairwise(matrix.indptr.tolist())],
        lhss=_finite(program.row_lower, lp),
        rhss=_finite(program.row_upper, lp),
    )
    return lp


def _finite(limits: np.ndarray, lp: LP) -> list[float]:
    """SoPlex has a large number for infinity."""
    return np.clip(limits, -lp.infinity(), lp.infinity()).tolist()
