"""The plan by itself and each crisis by itself: a contradiction in one of them needs no other, and is quick to find.

Rows of the other crises are left out and none is put in. So what cannot be kept without them cannot be kept with them;
what can be kept without them need not be, and that only the whole component tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bichiku.explaining.ruled_program import RuledProgram
from bichiku.explaining.rules import Rule
from bichiku.model.tree import Tree
from bichiku.program import LinearProgram

PLAN = -1


def crisis_of_columns(program: LinearProgram, tree: Tree) -> np.ndarray:
    """Number of the crisis that each column belongs to, in order of their starts; `PLAN` for those of none."""
    by_start = np.argsort([branch.onset for branch in tree.branches], kind="stable")
    rank = np.empty(len(tree.branches) + 1, dtype=int)
    rank[by_start], rank[PLAN] = np.arange(len(tree.branches)), PLAN
    found = np.full(program.shape[1], PLAN)
    for block in program.column_blocks:
        if block.place == "node":
            found[block.columns] = rank[tree.branch]
        elif block.place == "branch":
            found[block.columns] = rank[: block.count]
    return found


def rows_of_crises(part: RuledProgram) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last crisis that each row of a part looks at; `PLAN` twice for rows of the plan alone."""
    matrix = part.program.matrix
    crisis = part.crisis[matrix.indices]
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    first, last = np.full(matrix.shape[0], np.iinfo(int).max), np.full(matrix.shape[0], PLAN)
    np.minimum.at(first, row[crisis != PLAN], crisis[crisis != PLAN])
    np.maximum.at(last, row, crisis)
    return np.where(last == PLAN, PLAN, first), last


def crisis_by_crisis(part: RuledProgram, kept: Sequence[Rule]) -> Iterator[np.ndarray]:
    """Rows of the plan, then those of the plan and of one crisis after the other that some rule looks at."""
    first, last = rows_of_crises(part)
    plan = last == PLAN
    yield np.flatnonzero(plan)
    if any(rule.family is not None and rule.family.across_crises for rule in kept):
        asked = np.unique(first[~plan])
    else:
        survived = [rule.rows for rule in kept if rule.is_survival]
        asked = np.unique(first[np.concatenate(survived)]) if survived else np.empty(0, dtype=int)
    for number in asked:
        yield np.flatnonzero(plan | (first < last) | (first == number))
