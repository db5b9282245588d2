"""Every decision and every arrival at every node, enough to check the balances from: the plan's, and the branches'."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import ChainOutcome, Outcome

_COLUMNS = (
    Column("crisis", Kind.TEXT, "", "`plan`, or the crisis"),
    Column("onset", Kind.COUNT, "period", "first period of the branch; 0 on the plan"),
    Column(
        "length",
        Kind.COUNT,
        "periods",
        "periods after which the crisis ended; 0 on the plan and while the crisis goes on",
    ),
    Column("period", Kind.COUNT, "period", "counted from 1"),
    Column("month", Kind.MONTH, "", "month in which the period begins"),
    Column("material", Kind.TEXT, "", "the material", role=Role.GROUP),
    Column(
        "item",
        Kind.TEXT,
        "",
        "`shipped` and `arrived` of suppliers, `refused` of what a contract committed, `produced` and `arrived` of "
        "projects, `saved` by substitution, "
        "`short`, `stock` at the end of the period; `gap` and `gap_scarce` at the end of a path: stock bought "
        "back, of tonnes that can be spared and beyond",
        role=Role.GROUP,
    ),
    Column("source", Kind.TEXT, "", "the supplier, project or tranche; empty for short, stock and gap"),
    Column("tonnes", Kind.NUMBER, "t", "zero or more", zeros_left_out=True),
)
_KEY = ("crisis", "onset", "length", "period", "material", "item", "source")

FLOWS = ResultTable(
    "flows",
    "Every decision and arrival of the plan, by period. Zeros are left out.",
    _COLUMNS,
    _KEY,
)
BRANCH_FLOWS = ResultTable(
    "flows-branches",
    "Every decision and arrival at the nodes of all branches, packed with gzip. Zeros are left out.",
    _COLUMNS,
    _KEY,
    packed=True,
)


def flows_table(outcome: Outcome) -> pd.DataFrame:
    """Tonnes of the plan by period and item, chain by chain; what is zero is left out."""
    return _table(FLOWS, outcome, lambda part: part.tree.stretch < 0)


def branch_flows_table(outcome: Outcome) -> pd.DataFrame:
    """Tonnes of all branches by node and item, chain by chain; what is zero is left out."""
    return _table(BRANCH_FLOWS, outcome, lambda part: part.tree.stretch >= 0)


def _table(table: ResultTable, outcome: Outcome, wanted: Callable[[ChainOutcome], np.ndarray]) -> pd.DataFrame:
    calendar = outcome.world.calendar
    months = [calendar.label(t) for t in range(1, calendar.periods + 1)]
    found: list[tuple[str, str, str, ChainOutcome, np.ndarray, np.ndarray]] = []
    for part in outcome.by_chain.values():
        of_table = wanted(part)
        for item, material, source, nodes, tonnes in _items(part):
            keep = (tonnes != 0) & of_table[nodes]
            found.append((item, material, source, part, nodes[keep], tonnes[keep]))
    counts = [len(row[4]) for row in found]

    def column(position: int) -> pd.Categorical:
        texts = [str(row[position]) for row in found]
        categories = sorted(set(texts))
        codes = np.repeat([categories.index(text) for text in texts], counts)
        return pd.Categorical.from_codes(codes, categories)

    def of_node(values: Callable[[ChainOutcome], np.ndarray]) -> np.ndarray:
        by_chain = {name: values(part) for name, part in outcome.by_chain.items()}
        return np.concatenate([by_chain[row[3].chain.name][row[4]] for row in found])

    crises = [*outcome.world.settings.crises, "plan"]
    period = of_node(lambda part: part.tree.period)
    return table.from_columns(
        {
            "crisis": pd.Categorical.from_codes(of_node(lambda part: _crisis_of_node(part, crises)), crises),
            "onset": of_node(lambda part: part.tree.onset),
            "length": of_node(lambda part: part.tree.length),
            "period": period,
            "month": pd.Categorical.from_codes(period - 1, months),
            "material": column(1),
            "item": column(0),
            "source": column(2),
            "tonnes": np.concatenate([row[5] for row in found]),
        }
    )


def _crisis_of_node(part: ChainOutcome, crises: list[str]) -> np.ndarray:
    """The number of each node's crisis in a list that ends with the plan."""
    of_stretch = np.array([*(crises.index(stretch.crisis) for stretch in part.tree.stretches), len(crises) - 1])
    found: np.ndarray = of_stretch[part.tree.stretch]
    return found


def _items(part: ChainOutcome) -> Iterator[tuple[str, str, str, np.ndarray, np.ndarray]]:
    world, tree = part.world, part.tree
    every = np.arange(tree.size)
    for name, row in world.sources.items():
        sent = "produced" if name in world.projects else "shipped"
        yield sent, row.material, name, every, part.shipped[name]
        yield "arrived", row.material, name, every, part.arrived[name]
    for name, contract in world.committed.items():
        yield "refused", contract.material, name, every, part.values("refused", name)
    for material, tranche in world.tranches:
        if material in world.demand:
            yield "saved", material, tranche, every, part.values("saved", material, tranche)
    for material in world.materials:
        if material in world.demand:
            yield "short", material, "", every, part.short[material]
        yield "stock", material, "", every, part.stock[material]
        for step in ("gap", "gap_scarce"):
            bought = part.values(step, material)
            if len(bought):
                yield step, material, "", tree.ends, bought
