"""How much of a material would have to come from a source that the model does not know yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from bichiku.explaining.adjustments import PricedAdjustment
from bichiku.explaining.changes import Change
from bichiku.explaining.deletion_filter import RuleSet
from bichiku.explaining.rules import STORAGE_LIMIT
from bichiku.explaining.trials import Trials
from bichiku.program import LinearProgram
from bichiku.result.outcome import Outcome

NEW_SOURCE = "new_source"


@dataclass(frozen=True)
class NewSource(PricedAdjustment):
    """Tonnes a year of a source that no crisis hits, that no cap and every floor counts.

    Attributes:
        entries: coefficients of what it delivers at each node; shape (rows, nodes).
        per_node: tonnes at a node for each tonne a year.
    """

    entries: sparse.csr_array
    per_node: float

    def with_room(self, program: LinearProgram, most: float, price: float) -> LinearProgram:
        rows, nodes = self.entries.shape
        width = program.shape[1]
        capacity = sparse.csr_array((rows, 1))
        each = np.arange(nodes)
        limits = sparse.csr_array(
            (
                np.concatenate([np.ones(nodes), np.full(nodes, -self.per_node)]),
                (np.concatenate([each, each]), np.concatenate([width + 1 + each, np.full(nodes, width)])),
            ),
            shape=(nodes, width + 1 + nodes),
        )
        upper = np.concatenate([[most], np.full(nodes, np.inf)])
        costs = np.concatenate([[price], np.zeros(nodes)])
        return program.extended(sparse.hstack([capacity, self.entries]), upper, costs, limits, np.zeros(nodes))


def new_sources(ruleset: RuleSet, trials: Trials, outcome: Outcome) -> Iterator[Change]:
    """For each material of a conflict the least that a further source would have to offer."""
    materials = sorted({rule.material for rule in ruleset.rules if rule.kind != STORAGE_LIMIT and rule.material})
    for material in materials:
        found = trials.least_step(_new_source(material, trials, outcome), 0.0, 1.0)
        if found is None or found.least == 0:
            continue
        yield Change(
            NEW_SOURCE, "", material, None, found.least, 0.0, found.after, "t/year",
            found.verified, found.alone, found.enough,
        )  # fmt: skip


def _new_source(material: str, trials: Trials, outcome: Outcome) -> NewSource:
    part, plan_years = trials.part, outcome.plan_years
    rows, columns, values = [], [], []
    for block in outcome.program.blocks("balance"):
        if block.material == material:
            rows.append(part.places(block.numbers))
            columns.append(block.keys)
            values.append(np.full(len(block.keys), -1.0))
    for rule in part.rules:
        if rule.is_share and rule.material == material:
            counted = 1.0 if rule.loosening < 0 else 0.0
            at = np.flatnonzero(plan_years == rule.year)
            for row in rule.rows:
                rows.append(np.full(len(at), row))
                columns.append(at)
                values.append(np.full(len(at), counted - rule.value / 100.0))
    local = np.concatenate(rows)
    inside = local >= 0
    entries = sparse.csr_array(
        (np.concatenate(values)[inside], (local[inside], np.concatenate(columns)[inside])),
        shape=(part.program.shape[0], outcome.of(material).tree.size),
    )
    return NewSource(entries, outcome.world.calendar.year_share)
