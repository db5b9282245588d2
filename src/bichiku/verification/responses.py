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
    keys: list[tuple[object, ...]] = []
    months: list[str] = []
    plans, branches, sizes, optional = [], [], [], []
    for k, means, country, tonnes, terms in _means(facts):
        on_plan = tonnes[nodes.on_plan]
        change = np.abs(tonnes - on_plan)
        for node in np.flatnonzero(branched & nodes.exists[:, k] & (change > DOUBT[0] * least[:, k])):
            period = int(nodes.period[node])
            key = (nodes.crisis[node], int(nodes.onset[node]), int(nodes.length[node]), period)
            keys.append((*key, materials[k], means, country))
            months.append(calendar.label(period))
            plans.append(on_plan[node])
            branches.append(tonnes[node])
            sizes.append(max(terms[node], terms[nodes.on_plan[node]]))
            optional.append(change[node] < DOUBT[1] * least[node, k])
    plan, branch, size = (np.array(values, dtype=float) for values in (plans, branches, sizes))
    return Sheet(
        keys,
        {
            "plan_t": ColumnNumbers("responses.plan_t", plan, size),
            "branch_t": ColumnNumbers("responses.branch_t", branch, size),
            "change_t": ColumnNumbers("responses.change_t", branch - plan, size),
        },
        {"month": months},
        optional=np.array(optional, dtype=bool),
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
