"""GLPK, a third linear programming code, behind the same question and answer.

It stays in benchmarks: on a wrong argument it ends the process, and its licence is the GPL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import swiglpk

from bichiku.program import LinearProgram
from bichiku.solving import Solution, Status

TIGHT = 1e-9  # tolerance on rows and reduced costs; HiGHS has 1e-7


def solve_with_glpk(program: LinearProgram, time_limit: float = 1200.0) -> Solution:
    """Solves a program in one piece by the dual simplex method with presolve, at its true cost alone.

    Args:
        program: the program.
        time_limit: seconds.
    """
    found = _solve(program, time_limit)
    if found.status is not Status.UNBOUNDED:
        return found
    # what has no feasible point is infeasible, whatever its cost
    costless = _solve(replace(program, cost=np.zeros_like(program.cost)), time_limit)
    return found if costless.status is Status.OPTIMAL else costless


def _solve(program: LinearProgram, time_limit: float) -> Solution:
    swiglpk.glp_term_out(swiglpk.GLP_OFF)
    lp = _handed_over(program)
    control = swiglpk.glp_smcp()
    swiglpk.glp_init_smcp(control)
    control.meth = swiglpk.GLP_DUALP
    control.presolve = swiglpk.GLP_ON
    control.tol_bnd = control.tol_dj = TIGHT
    control.tm_lim = round(time_limit * 1000)
    try:
        status = _status(swiglpk.glp_simplex(lp, control), swiglpk.glp_get_status(lp))
        return _solution(lp, program) if status is Status.OPTIMAL else Solution.none(status)
    finally:
        swiglpk.glp_delete_prob(lp)


def _status(outcome: int, status: int) -> Status:
    ends = {
        swiglpk.GLP_ENOPFS: Status.INFEASIBLE,
        swiglpk.GLP_ENODFS: Status.UNBOUNDED,
        swiglpk.GLP_ETMLIM: Status.TIME_LIMIT,
    }
    found = {
        swiglpk.GLP_OPT: Status.OPTIMAL,
        swiglpk.GLP_NOFEAS: Status.INFEASIBLE,
        swiglpk.GLP_UNBND: Status.UNBOUNDED,
    }
    return (ends if outcome else found).get(outcome or status, Status.ERROR)


def _solution(lp: Any, program: LinearProgram) -> Solution:
    rows, columns = (range(1, size + 1) for size in program.shape)
    x = np.array([swiglpk.glp_get_col_prim(lp, column) for column in columns])
    return Solution(
        status=Status.OPTIMAL,
        x=x,
        row_dual=np.array([swiglpk.glp_get_row_dual(lp, row) for row in rows]),
        reduced_cost=np.array([swiglpk.glp_get_col_dual(lp, column) for column in columns]),
        objective=float(program.cost @ x) + program.constant,
        iterations=swiglpk.glp_get_it_cnt(lp),
    )


def _handed_over(program: LinearProgram) -> Any:
    lp = swiglpk.glp_create_prob()
    rows, columns = program.shape
    # to add none is a wrong argument
    if rows:
        swiglpk.glp_add_rows(lp, rows)
    if columns:
        swiglpk.glp_add_cols(lp, columns)
    for row, limits in enumerate(_limits(program.row_lower, program.row_upper), start=1):
        swiglpk.glp_set_row_bnds(lp, row, *limits)
    for column, limits in enumerate(_limits(program.column_lower, program.column_upper), start=1):
        swiglpk.glp_set_col_bnds(lp, column, *limits)
    for column, cost in enumerate(program.cost.tolist(), start=1):
        swiglpk.glp_set_obj_coef(lp, column, cost)
    entries = program.matrix.tocoo()
    swiglpk.glp_load_matrix(
        lp,
        entries.nnz,
        _from_one(swiglpk.intArray, (entries.row + 1).tolist()),
        _from_one(swiglpk.intArray, (entries.col + 1).tolist()),
        _from_one(swiglpk.doubleArray, entries.data.tolist()),
    )
    return lp


def _limits(lower: np.ndarray, upper: np.ndarray) -> Iterable[tuple[int, float, float]]:
    """Kind, lower and upper limit, as GLPK wants them; of a limit that does not exist it reads nothing."""
    below, above = np.isfinite(lower), np.isfinite(upper)
    kinds = np.select(
        [below & above & (lower == upper), below & above, below, above],
        [swiglpk.GLP_FX, swiglpk.GLP_DB, swiglpk.GLP_LO, swiglpk.GLP_UP],
        swiglpk.GLP_FR,
    )
    return zip(kinds.tolist(), lower.tolist(), upper.tolist(), strict=True)


def _from_one(kind: Any, values: list[Any]) -> Any:
    """A C array as GLPK counts: the first value has the number one."""
    array = kind(len(values) + 1)
    for number, value in enumerate(values, start=1):
        array[number] = value
    return array
