"""responses.csv: in each month of each crisis, what a material lacks and who fills the gap, against the plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import ChainOutcome, Outcome

LEAST = 1e-6  # of what the material needs in the period: what changes less has no row

RESPONSES = ResultTable(
    "responses",
    "What each crisis changes, month by month: one row for each node of a branch and each means of supply whose "
    "tonnes are not those of the plan in the same month. What is not needed less, the other means fill: the changes of "
    "all means but `need` sum to that of `need`.",
    (
        Column("crisis", Kind.TEXT, "", "its name"),
        Column("onset", Kind.COUNT, "period", "first period of the branch"),
        Column("length", Kind.COUNT, "periods", "periods after which the crisis ended; 0 while it goes on"),
        Column("period", Kind.COUNT, "period", "counted from 1"),
        Column("month", Kind.MONTH, "", "month in which the period begins"),
        Column("material", Kind.TEXT, "", "the material", role=Role.GROUP),
        Column(
            "means",
            Kind.TEXT,
            "",
            "`supplier` and `project`: what arrives; `store`: what the stock gives, beyond storage losses, below "
            "zero where it takes; `saved` by substitution; `short`; `need`: demand and feed of projects",
            role=Role.GROUP,
        ),
        Column("country", Kind.TEXT, "", "where suppliers or projects are, one row for all of a country; else empty"),
        Column("plan_t", Kind.NUMBER, "t", "tonnes on the plan in that month"),
        Column("branch_t", Kind.NUMBER, "t", "tonnes in the branch"),
        Column(
            "change_t",
            Kind.NUMBER,
            "t",
            "branch less plan; a change of less than a millionth of the material's need has no row",
        ),
    ),
    key=("crisis", "onset", "length", "period", "material", "means", "country"),
)  # fmt: skip


def responses_table(outcome: Outcome) -> pd.DataFrame:
    """Nodes of all branches, material by material; what does not change is left out."""
    months = np.array([outcome.world.calendar.label(t) for t in outcome.plan + 1], dtype=object)
    frames = [frame for part in outcome.by_chain.values() for frame in _of_chain(part, months)]
    if not frames:
        return RESPONSES.from_rows([])
    table = pd.concat(frames, ignore_index=True)
    key = ["crisis", "onset", "length", "material", "period", "means", "country"]
    return RESPONSES.from_columns(dict(table.sort_values(key, kind="stable", ignore_index=True).items()))


def _of_chain(part: ChainOutcome, months: np.ndarray) -> Iterator[pd.DataFrame]:
    tree = part.tree
    nodes = np.flatnonzero(tree.stretch >= 0)
    names = np.array([stretch.crisis for stretch in tree.stretches], dtype=object)
    for material in part.world.materials:
        need = part.use(material)
        least = LEAST * np.maximum(need, need[tree.on_plan])
        for means, country, tonnes in _means(material, part):
            change = tonnes - tonnes[tree.on_plan]
            chosen = nodes[np.abs(change[nodes]) > least[nodes]]
            if len(chosen):
                yield pd.DataFrame(
                    {
                        "crisis": names[tree.stretch[chosen]],
                        "onset": tree.onset[chosen],
                        "length": tree.length[chosen],
                        "period": tree.period[chosen],
                        "month": months[tree.period[chosen] - 1],
                        "material": material,
                        "means": means,
                        "country": country,
                        "plan_t": tonnes[tree.on_plan][chosen],
                        "branch_t": tonnes[chosen],
                        "change_t": change[chosen],
                    }
                )


def _means(material: str, part: ChainOutcome) -> Iterator[tuple[str, str, np.ndarray]]:
    """What supplies a material, and what needs it, at each node."""
    world = part.world
    for means, rows in (("supplier", world.suppliers), ("project", world.projects)):
        by_country: dict[str, np.ndarray] = {}
        for name, row in rows.items():
            if row.material == material:
                before = by_country.get(row.country, np.zeros(part.tree.size))
                by_country[row.country] = before + part.arrived[name]
        yield from ((means, country, tonnes) for country, tonnes in by_country.items())
    yield "store", "", world.kept(material) * part.stock_before(material) - part.stock[material]
    if material in world.demand:
        saved = [part.values("saved", material, tranche) for of, tranche in world.tranches if of == material]
        yield "saved", "", sum(saved, np.zeros(part.tree.size))
        yield "short", "", part.short[material]
    yield "need", "", part.use(material)
