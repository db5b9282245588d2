"""How much of a material would have to come from somewhere that the model does not know yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bichiku.build.program import LinearProgram
from bichiku.build.stencil import Stencil
from bichiku.explain.changes import Bench, Change
from bichiku.explain.conflict import RuleSet
from bichiku.explain.dials import Dial
from bichiku.explain.judge import Judge, extended
from bichiku.result.outcome import Outcome
from bichiku.result.prices.questions import SHARE_FAMILIES
from bichiku.show.numbers import four_digits
from bichiku.solve import Status


@dataclass(frozen=True)
class SourceDial(Dial):
    """Tonnes a year of a source that no crisis hits, that no cap and every floor counts.

    Attributes:
        entries: coefficients of what it delivers at each node; shape (rows, nodes).
        per_node: tonnes at a node for each tonne a year.
    """

    entries: sparse.csr_array
    per_node: float
    most: float = np.inf

    def _with_source(self, program: LinearProgram, most: float, cost: float) -> LinearProgram:
        rows, nodes = self.entries.shape
        width = program.shape[1]
        capacity = sparse.csr_array((rows, 1))
        entries = sparse.hstack([capacity, self.entries])
        each = np.arange(nodes)
        limits = sparse.csr_array(
            (
                np.concatenate([np.ones(nodes), np.full(nodes, -self.per_node)]),
                (np.concatenate([each, each]), np.concatenate([width + 1 + each, np.full(nodes, width)])),
            ),
            shape=(nodes, width + 1 + nodes),
        )
        upper = np.concatenate([[most], np.full(nodes, np.inf)])
        costs = np.concatenate([[cost], np.zeros(nodes)])
        return extended(program, entries, upper, costs, limits, np.zeros(nodes))

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        return self._with_source(program, step, 0.0)

    def least(self, program: LinearProgram, judge: Judge) -> float | None:
        solution = judge.solve(self._with_source(program, np.inf, 1.0))
        return solution.objective if solution.status is Status.OPTIMAL else None


def new_sources(ruleset: RuleSet, bench: Bench, outcome: Outcome, stencil: Stencil) -> Iterator[Change]:
    """For each material of a conflict the least that a further source would have to offer."""
    materials = sorted({rule.material for rule in ruleset.rules if rule.kind != "storage_limit" and rule.material})
    for material in materials:
        dial = _dial(material, bench, outcome, stencil)
        found = bench.try_out(dial, 0.0, 1.0)
        if found is None or found.least == 0:
            continue
        tonnes = f"{four_digits(found.after)} t/year of {material}"
        words = f"find {tonnes} elsewhere (a source that no crisis hits and no cap counts)"
        yield Change(
            "new_source", "", material, None, found.least, 0.0, found.after, "t/year", words,
            found.verified, found.alone, found.enough,
        )  # fmt: skip


def _dial(material: str, bench: Bench, outcome: Outcome, stencil: Stencil) -> SourceDial:
    program, part, nodes = outcome.program, bench.part, outcome.tree.size
    rows, columns, values = [], [], []
    for block in program.row_blocks:
        if block.family == "balance" and block.index == material:
            here = np.arange(block.first, block.first + len(block.keys))
            rows.append(here)
            columns.append(block.keys)
            values.append(np.full(len(here), -1.0))
        if block.family in SHARE_FAMILIES and block.index.rpartition("/")[2] == material:
            limit = block.index.rpartition("/")[0]
            share = stencil.numbers[id(stencil.model.component(f"{block.family}_share")[limit, material])]
            counts = 1.0 if block.family == "share_floors" else 0.0
            for row, year in enumerate(block.keys, start=block.first):
                at = np.flatnonzero(outcome.years[outcome.tree.plan] == year)
                rows.append(np.full(len(at), row))
                columns.append(at)
                values.append(counts - share[at])
    local = part.row_at[np.concatenate(rows)]
    inside = local >= 0
    entries = sparse.csr_array(
        (np.concatenate(values)[inside], (local[inside], np.concatenate(columns)[inside])),
        shape=(part.program.shape[0], nodes),
    )
    return SourceDial(entries, outcome.world.calendar.year_share)
