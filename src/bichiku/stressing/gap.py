"""What a dated crisis takes, and who fills the gap: by supplier, project, tranche and store."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.stressing.columns import MATERIAL, MONTH, PERIOD, STRATEGY
from bichiku.stressing.struck import Struck

TAKING = ("need", "stocking")  # means that take what the others give
LEAST = 1e-6  # of what a material needs in a period: what changes less has no row

GAP = ResultTable(
    "gap",
    "What is lost against the plan and who fills the gap, period by period: the changes of all that gives sum to those "
    "of `need` and `stocking`. A change of less than a millionth of the material's need has no row.",
    (
        STRATEGY,
        MATERIAL,
        PERIOD,
        MONTH,
        Column(
            "means",
            Kind.TEXT,
            "",
            "`supplier`, `project`, `substitution`, `store` (what it gives) and `short`; `need`: demand and feed; "
            "`stocking`: what the store takes",
            role=Role.GROUP,
        ),
        Column("source", Kind.TEXT, "", "the supplier, project or tranche; else empty"),
        Column("country", Kind.TEXT, "", "its country; else empty"),
        Column("plan_t", Kind.NUMBER, "t", "tonnes on the plan"),
        Column("crisis_t", Kind.NUMBER, "t", "tonnes in the crisis"),
        Column("change_t", Kind.NUMBER, "t", "the difference"),
    ),
    key=("strategy", "material", "period", "means", "source"),
)


def gap_rows(it: Struck) -> Iterator[dict[str, object]]:
    """One row for each material, period and means whose tonnes are not those of the plan."""
    part, path = it.course.part, it.course.path
    plan = part.tree.on_plan
    for material in it.materials:
        need = part.use(material)
        for means, source, country, tonnes, planned in _means(it, material):
            for node in path:
                before, now = planned[plan[node]], tonnes[node]
                if abs(now - before) > LEAST * max(need[node], need[plan[node]]):
                    yield {
                        "strategy": it.strategy,
                        "material": material,
                        **it.month(node),
                        "means": means,
                        "source": source,
                        "country": country,
                        "plan_t": before,
                        "crisis_t": now,
                        "change_t": now - before,
                    }


def _means(it: Struck, material: str) -> Iterator[tuple[str, str, str, np.ndarray, np.ndarray]]:
    """Means, source, country, and tonnes at each node of the chain and in each period of the plan."""
    part, world, held = it.course.part, it.course.part.world, it.operator.held
    for means, rows in (("supplier", world.suppliers), ("project", world.projects)):
        for name, row in rows.items():
            if row.material == material:
                yield means, name, row.country, part.arrived[name], part.arrived[name]
    for of, tranche in world.tranches:
        if of == material and material in world.demand:
            saved = part.values("saved", material, tranche)
            yield "substitution", tranche, "", saved, saved
    # days held instead of the plan's stock change what is in store, not what the plan puts in and takes out
    opening = it.operator.world.materials[material].opening_stock_t
    before = np.concatenate([[opening], held.stock[material][:-1]])
    stored = world.kept(material) * part.stock_before(material) - part.stock[material]
    planned = world.kept(material) * before - held.stock[material]
    yield "store", "", "", np.maximum(stored, 0.0), np.maximum(planned, 0.0)
    yield "stocking", "", "", np.maximum(-stored, 0.0), np.maximum(-planned, 0.0)
    if material in world.demand:
        yield "short", "", "", part.short[material], part.short[material]
    yield "need", "", "", part.use(material), part.use(material)
