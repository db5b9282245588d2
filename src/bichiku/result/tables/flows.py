"""flows.csv: every decision and every arrival at every node, enough to check the balances from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import Outcome

FLOWS = ResultTable(
    "flows",
    "Every decision and arrival at every node, on the plan and in all branches. Zeros are left out.",
    (
        Column("crisis", Kind.TEXT, "", "`plan`, or the crisis"),
        Column("onset", Kind.COUNT, "period", "first period of the branch; 0 on the plan"),
        Column("period", Kind.COUNT, "period", "counted from 1"),
        Column("month", Kind.MONTH, "", "month in which the period begins"),
        Column("material", Kind.TEXT, "", "the material", role=Role.GROUP),
        Column(
            "item",
            Kind.TEXT,
            "",
            "`shipped` and `arrived` of suppliers, `produced` and `arrived` of projects, `saved` by substitution, "
            "`short`, `stock` at the end of the period, `gap` at the end of a branch",
            role=Role.GROUP,
        ),
        Column("source", Kind.TEXT, "", "the supplier, project or tranche; empty for short, stock and gap"),
        Column("tonnes", Kind.NUMBER, "t", "zero or more", zeros_left_out=True),
    ),
    key=("crisis", "onset", "period", "material", "item", "source"),
)


def flows_table(outcome: Outcome) -> pd.DataFrame:
    """Tonnes by node and item; what is zero is left out.

    Items: ``shipped`` and ``arrived`` (suppliers), ``produced`` and ``arrived`` (projects), ``saved``
    (tranches), ``short``, ``stock`` (at the end of the period) and ``gap`` (at a branch's last node).
    """
    tree, calendar = outcome.tree, outcome.world.calendar
    parts = []
    for item, material, source, nodes, tonnes in _items(outcome):
        keep = tonnes != 0
        parts.append((item, material, source, nodes[keep], tonnes[keep]))
    counts = [len(part[3]) for part in parts]
    nodes = np.concatenate([part[3] for part in parts])
    crises = np.array([*(branch.crisis for branch in tree.branches), "plan"], dtype=object)
    onsets = np.array([*(branch.onset for branch in tree.branches), 0])
    months = np.array([calendar.label(t) for t in range(1, calendar.periods + 1)], dtype=object)
    branch, period = tree.branch[nodes], tree.period[nodes]

    def column(position: int) -> pd.Categorical:
        texts = [part[position] for part in parts]
        categories = sorted(set(texts))
        codes = np.repeat([categories.index(text) for text in texts], counts)
        return pd.Categorical.from_codes(codes, categories)

    return FLOWS.from_columns(
        {
            "crisis": crises[branch],
            "onset": onsets[branch],
            "period": period,
            "month": months[period - 1],
            "material": column(1),
            "item": column(0),
            "source": column(2),
            "tonnes": np.concatenate([part[4] for part in parts]),
        }
    )


def _items(outcome: Outcome) -> Iterator[tuple[str, str, str, np.ndarray, np.ndarray]]:
    world, tree = outcome.world, outcome.tree
    every = np.arange(tree.size)
    for name, row in world.sources.items():
        sent = "produced" if name in world.projects else "shipped"
        yield sent, row.material, name, every, outcome.shipped[name]
        yield "arrived", row.material, name, every, outcome.arrived[name]
    for material, tranche in world.tranches:
        if material in world.demand:
            yield "saved", material, tranche, every, outcome.values("saved", material, tranche)
    for material in world.materials:
        if material in world.demand:
            yield "short", material, "", every, outcome.short[material]
        yield "stock", material, "", every, outcome.stock[material]
        gaps = outcome.values("gap", material)
        if len(gaps):
            yield "gap", material, "", tree.last, gaps
