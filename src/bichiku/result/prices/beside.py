"""Which other limits bind once a limit has moved by a step: what else would have to move for the price to go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bichiku.policies import FAMILIES, Limit
from bichiku.program import RowBlock
from bichiku.result.outcome import Outcome
from bichiku.solving import Optimum

CHANGED = 0.01  # of a dual; one that changes by less is the same
NOTHING = 1e-9  # of the largest dual of a family; what is below that is rounding
BUDGETS = ("budget_investment", "budget_reserve")


@dataclass(frozen=True)
class _Row:
    """A row of a policy: its family, what it is called, and its calendar year if it has one."""

    family: str
    name: str
    year: int | None


class OtherLimits:
    """The rows of all policies of a solved program, by their numbers."""

    def __init__(self, outcome: Outcome) -> None:
        blocks = [block for block in outcome.program.row_blocks if block.policy and block.family in FAMILIES]
        self._rows = dict(row for block in blocks for row in _rows_of(outcome, block))
        self._is_policy = np.zeros(outcome.program.shape[0], dtype=bool)
        self._is_policy[list(self._rows)] = True

    def named(self, rows: np.ndarray) -> tuple[tuple[int, object], ...]:
        """The limits of policies among the rows of a part, by their place in it; `rows` as for `binding`."""
        return tuple((int(i), self._rows[int(rows[i])]) for i in np.flatnonzero(self._is_policy[rows]))

    def binding(self, limit: Limit, rows: np.ndarray, now: Optimum, after: Optimum) -> tuple[str, ...]:
        """Names of the limits of other policies that a limit meets within a step, budgets first.

        These are the budget of its own year, if that has a price after the step; a budget whose price the step
        changes; and, for limits of policies, others of its year that have a price only after it, or one of the other
        sign.

        Args:
            limit: the limit that moved.
            rows: number in the whole program of each row of the part.
            now, after: the part before and after the step.
        """
        of_policies = np.flatnonzero(self._is_policy[rows])
        priced = of_policies[(now.row_dual[of_policies] != 0.0) | (after.row_dual[of_policies] != 0.0)]
        mine = [(i, self._rows[int(rows[i])]) for i in priced]
        largest: dict[str, float] = {}
        for i, row in mine:
            largest[row.family] = max(largest.get(row.family, 0.0), abs(now.row_dual[i]), abs(after.row_dual[i]))
        found: dict[str, tuple[bool, float]] = {}
        for i, row in mine:
            before, dual = float(now.row_dual[i]), float(after.row_dual[i])
            nothing = NOTHING * largest[row.family]
            if row.family == limit.family or abs(dual) <= nothing:
                continue
            if row.family in BUDGETS:
                of_its_year = row.year is not None and row.year == limit.year
                met = of_its_year or abs(dual - before) > CHANGED * max(abs(dual), abs(before))
            else:
                near = limit.family in FAMILIES and (limit.year is None or row.year in (None, limit.year))
                met = near and before * np.sign(dual) <= nothing
            if met:
                share = abs(dual) / largest[row.family]
                found[row.name] = row.family in BUDGETS, max(share, found.get(row.name, (False, 0.0))[1])
        return tuple(sorted(found, key=lambda name: (not found[name][0], -found[name][1], name)))


def _rows_of(outcome: Outcome, block: RowBlock) -> Iterator[tuple[int, _Row]]:
    noun = FAMILIES[block.family].noun
    material = "" if block.material == "all" else block.material
    for row, key in zip(block.numbers.tolist(), block.keys.tolist(), strict=True):
        year = _year(outcome, block, key)
        name = noun.format(material=material, limit=block.limit, year=year)
        yield row, _Row(block.family, name if year is None else f"{name} in {year}", year)


def _year(outcome: Outcome, block: RowBlock, key: int) -> int | None:
    if block.place == "node":
        return int(outcome.plan_years[outcome.tree_of(block.chain).period[key] - 1])
    if block.place == "period":
        return int(outcome.plan_years[key - 1])
    return key if block.place == "year" else None
