"""How much of a material would have to come from somewhere that the model does not know yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bichiku.explaining.changes import Bench, Change
from bichiku.explaining.conflict import RuleSet
from bichiku.explaining.dials import Dial
from bichiku.explaining.judge import Judge
from bichiku.policies import FAMILIES
from bichiku.policies.country_cap import COUNTRY_CAP
from bichiku.policies.share_limits import SHARE_CAPS, SHARE_FLOORS
from bichiku.program import LinearProgram
from bichiku.result.outcome import Outcome
from bichiku.show.numbers import four_digits
from bichiku.solving import Status

SHARE_POLICIES = (SHARE_CAPS, SHARE_FLOORS, COUNTRY_CAP)


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
        return program.extended(entries, upper, costs, limits, np.zeros(nodes))

    def at(self, program: LinearProgram, step: float) -> LinearProgram:
        return self._with_source(program, step, 0.0)

    def least(self, program: LinearProgram, judge: Judge) -> float | None:
        solution = judge.solve(self._with_source(program, np.inf, 1.0))
        return solution.objective if solution.status is Status.OPTIMAL else None


def new_sources(ruleset: RuleSet, bench: Bench, outcome: Outcome) -> Iterator[Change]:
    """For each material of a conflict the least that a further source would have to offer."""
    materials = sorted({rule.material for rule in ruleset.rules if rule.kind != "storage_limit" and rule.material})
    for material in materials:
        dial = _dial(material, bench, outcome)
        found = bench.try_out(dial, 0.0, 1.0)
        if found is None or found.least == 0:
            continue
        tonnes = f"{four_digits(found.after)} t/year of {material}"
        words = f"find {tonnes} elsewhere (a source that no crisis hits and no cap counts)"
        yield Change(
            "new_source", "", material, None, found.least, 0.0, found.after, "t/year", words,
            found.verified, found.alone, found.enough,
        )  # fmt: skip


def _dial(material: str, bench: Bench, outcome: Outcome) -> SourceDial:
    program, part, nodes = outcome.program, bench.part, outcome.tree.size
    rows, columns, values = [], [], []
    for block in program.blocks("balance"):
        if block.material == material:
            rows.append(block.numbers)
            columns.append(block.keys)
            values.append(np.full(len(block.keys), -1.0))
    for policy in SHARE_POLICIES:
        limits = policy.share_rows(outcome.world)
        counts = 1.0 if FAMILIES[policy.name].tighter_by_less else 0.0
        for block in program.blocks(policy.name):
            if block.material != material:
                continue
            share = limits[block.limit, material].limit(block.keys)
            for row, year, part_of_all in zip(block.numbers, block.keys, share, strict=True):
                at = np.flatnonzero(outcome.years[outcome.tree.plan] == year)
                rows.append(np.full(len(at), row))
                columns.append(at)
                values.append(np.full(len(at), counts - part_of_all))
    local = part.row_at[np.concatenate(rows)]
    inside = local >= 0
    entries = sparse.csr_array(
        (np.concatenate(values)[inside], (local[inside], np.concatenate(columns)[inside])),
        shape=(part.program.shape[0], nodes),
    )
    return SourceDial(entries, outcome.world.calendar.year_share)
