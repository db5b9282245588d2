"""responses.csv worked out again: what each crisis changes in each month, against the plan of that month."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bichiku.verification.balances import saved_by_material
from bichiku.verification.facts import RunFacts
from bichiku.verification.sheet import ColumnNumbers, Sheet
from bichiku.verification.tree import PLAN

LEAST = 1e-6  # of the need of a material: what changes less has no row
DOUBT = 0.9, 1.1  # of that: what lies between may have one or not


def responses_sheet(facts: RunFacts) -> Sheet:
    """One row for each node of a branch and each means whose tonnes are not the plan's."""
    nodes, calendar, materials = facts.nodes, facts.world.calendar, list(facts.world.materials)
    branched, need = nodes.branch != PLAN, facts.use
    least = LEAST * np.maximum(need, need[nodes.on_plan])
    labels = [calendar.label(period) for period in range(1, calendar.periods + 1)]
    keys: list[tuple[object, ...]] = []
    months: list[str] = []
    plans, branches, sizes, optional = [], [], [], []
    for k, means, country, tonnes, terms in _means(facts):
        on_plan = tonnes[nodes.on_plan]
        change = np.abs(tonnes - on_plan)
        found = np.flatnonzero(branched & nodes.exists[:, k] & (change > DOUBT[0] * least[:, k]))
        at = (
            nodes.crisis[found],
            nodes.onset[found].tolist(),
            nodes.length[found].tolist(),
            nodes.period[found].tolist(),
        )
        keys += [(*key, materials[k], means, country) for key in zip(*at, strict=True)]
        months += [labels[period - 1] for period in at[3]]
        plans.append(on_plan[found])
        branches.append(tonnes[found])
        sizes.append(np.maximum(terms, terms[nodes.on_plan])[found])
        optional.append((change < DOUBT[1] * least[:, k])[found])
    plan, branch, size = (np.concatenate(values) if values else np.empty(0) for values in (plans, branches, sizes))
    return Sheet(
        keys,
        {
            "plan_t": ColumnNumbers("responses.plan_t", plan, size),
            "branch_t": ColumnNumbers("responses.branch_t", branch, size),
            "change_t": ColumnNumbers("responses.change_t", branch - plan, size),
        },
        {"month": months},
        optional=np.concatenate(optional) if optional else np.empty(0, dtype=bool),
    )


def _means(facts: RunFacts) -> Iterator[tuple[int, str, str, np.ndarray, np.ndarray]]:
    """Material, means, country, tonnes at each node, and the magnitude of the terms in these."""
    world, flows = facts.world, facts.flows
    saved = saved_by_material(world, flows["saved"])
    for k, material in enumerate(world.materials):
        for means, rows in (("supplier", world.suppliers), ("project", world.projects)):
            for country in sorted({row.country for row in rows.values() if row.material == material}):
                mine = [
                    i
                    for i, (name, row) in enumerate(world.sources.items())
                    if name in rows and row.material == material and row.country == country
                ]
                arrived = flows["arrived"][:, mine]
                yield k, means, country, arrived.sum(axis=1), np.abs(arrived).sum(axis=1)
        kept, stock = facts.stocks.kept[:, k], flows["stock"][:, k]
        yield k, "store", "", kept - stock, np.abs(kept) + np.abs(stock)
        if material in world.demand:
            yield k, "saved", "", saved[:, k], np.abs(saved[:, k])
            yield k, "short", "", flows["short"][:, k], np.abs(flows["short"][:, k])
        yield k, "need", "", facts.use[:, k], np.abs(facts.use[:, k])
