"""The plan by itself and each crisis by itself: a contradiction in one of them needs no other, and is quick to find.

A crisis is here one start of it, with all the lengths that it may have, in all chains that budgets or risk couple: what
each of them could do alone may be too much for a budget together.

Rows of the other crises are left out and none is put in. So what cannot be kept without them cannot be kept with them;
what can be kept without them need not be, and that only the whole component tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bichiku.explaining.ruled_program import RuledProgram
from bichiku.explaining.rules import Rule
from bichiku.model.chains import Chain
from bichiku.program import LinearProgram

PLAN = -1


def crisis_of_columns(program: LinearProgram, chains: Sequence[Chain]) -> np.ndarray:
    """Number of the crisis that each column belongs to, in order of their starts; `PLAN` for those of none or several.

    Columns that couple chains belong to none.
    """
    starts = sorted({(part.onset, part.crisis) for chain in chains for part in chain.tree.stretches})
    rank = {start: number for number, start in enumerate(starts)}
    found = np.full(program.shape[1], PLAN)
    for chain in chains:
        tree = chain.tree
        of_stretch = [rank[part.onset, part.crisis] for part in tree.stretches]
        at_node = np.array([*of_stretch, PLAN])[tree.stretch]
        for block in program.column_blocks:
            if block.chain == chain.name and block.place == "node":
                found[block.columns] = at_node
            elif block.chain == chain.name and block.place == "hand-back":
                found[block.columns] = at_node[tree.ends]
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
