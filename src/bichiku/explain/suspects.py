"""Which rules stand in a proof that a part is infeasible: one elastic solve leaves few of many.

Every rule may be broken at a price; the sum of all breaches is least. The duals of that solve are Farkas
multipliers: a rule whose rows and bounds all have a dual of nought is in no need of breach and out of the proof.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from bichiku.explain.judge import Judge, extended
from bichiku.explain.rules import Part, Rule
from bichiku.linear_program import LinearProgram
from bichiku.solve import Status

NOUGHT = 1e-9  # a dual below this is none; a breach costs one


def suspects(part: Part, rules: list[Rule], judge: Judge) -> list[Rule]:
    """Rules that prove together that nothing keeps all of them; all rules where the solve gives no proof."""
    program = part.program
    soft_rows = _joined([rule.rows for rule in rules])
    bounded = _joined([rule.columns for rule in rules])
    bounded = bounded[np.isfinite(program.column_upper[bounded])]
    elastic = _elastic(program, soft_rows, bounded)
    solution = judge.solve(elastic)
    if solution.status is not Status.OPTIMAL:
        return rules
    in_proof = abs(solution.row_dual) > NOUGHT
    column_in_proof = np.zeros(program.shape[1], dtype=bool)
    column_in_proof[bounded] = in_proof[program.shape[0] :]
    return [rule for rule in rules if in_proof[rule.rows].any() or column_in_proof[rule.columns].any()]


def _elastic(program: LinearProgram, soft: np.ndarray, bounded: np.ndarray) -> LinearProgram:
    """All soft rows and bounds may be broken at a cost of one for each unit."""
    rows, columns = program.shape
    above = soft[np.isfinite(program.row_upper[soft])]
    below = soft[np.isfinite(program.row_lower[soft])]
    breaches = len(above) + len(below)
    entries = sparse.csr_array(
        (
            np.concatenate([np.full(len(above), -1.0), np.ones(len(below))]),
            (np.concatenate([above, below]), np.arange(breaches)),
        ),
        shape=(rows, breaches + len(bounded)),
    )
    one_each = np.arange(len(bounded))
    limits = sparse.csr_array(
        (
            np.concatenate([np.ones(len(bounded)), np.full(len(bounded), -1.0)]),
            (np.concatenate([one_each, one_each]), np.concatenate([bounded, columns + breaches + one_each])),
        ),
        shape=(len(bounded), columns + breaches + len(bounded)),
    )
    upper = program.column_upper.copy()
    upper[bounded] = np.inf
    count = breaches + len(bounded)
    return extended(
        replace(program, column_upper=upper),
        entries,
        np.full(count, np.inf),
        np.ones(count),
        limits,
        program.column_upper[bounded],
    )


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.unique(np.concatenate(parts)).astype(int) if parts else np.empty(0, dtype=int)
