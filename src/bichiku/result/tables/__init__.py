"""An outcome as the tables of a run folder: one file for each table, its declaration beside what fills it."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from bichiku.result.columns import ResultTable
from bichiku.result.metrics import METRICS, READ, SUMMARY, summary_table
from bichiku.result.outcome import Outcome
from bichiku.result.prices.table import PRICES
from bichiku.result.tables.costs import COSTS, costs_table
from bichiku.result.tables.crises import CRISES, crises_table
from bichiku.result.tables.duals import DUALS, duals_table
from bichiku.result.tables.flows import BRANCH_FLOWS, FLOWS, branch_flows_table, flows_table
from bichiku.result.tables.projects import PROJECTS, projects_table
from bichiku.result.tables.reserve import RESERVE, reserve_table
from bichiku.result.tables.responses import RESPONSES, responses_table
from bichiku.result.tables.shares import SHARES, shares_table
from bichiku.result.tables.sourcing import SOURCING, sourcing_table
from bichiku.result.tables.split import SPLIT, split_table

_IN_ORDER = (
    SUMMARY,
    SOURCING,
    FLOWS,
    BRANCH_FLOWS,
    RESERVE,
    PROJECTS,
    COSTS,
    CRISES,
    RESPONSES,
    SHARES,
    DUALS,
    PRICES,
    SPLIT,
)

TABLES: dict[str, ResultTable] = {table.name: table for table in _IN_ORDER}
"""Every table of a run by name, in order."""

OF_BRANCHES = (BRANCH_FLOWS.name, RESPONSES.name)
"""The tables of branches that are large: read only where they are needed, and left out where the plan is enough."""

OPTIONAL = (SPLIT.name,)
"""The tables that a run has only where they were asked for."""

_MAKERS: dict[str, Callable[[Outcome], pd.DataFrame]] = {
    "sourcing": sourcing_table,
    "flows": flows_table,
    "flows-branches": branch_flows_table,
    "reserve": reserve_table,
    "projects": projects_table,
    "costs": costs_table,
    "crises": crises_table,
    "responses": responses_table,
    "shares": shares_table,
    "duals": duals_table,
}


def tabulate(outcome: Outcome, listed: Outcome | None = None) -> dict[str, pd.DataFrame]:
    """All tables of a run but its prices, by name, the summary first.

    Args:
        outcome: the solved strategy.
        listed: the same at list prices, of a run that is split.
    """
    tables = {name: make(outcome) for name, make in _MAKERS.items()}
    if listed is not None:
        tables[SPLIT.name] = split_table(outcome, listed)
    return {"summary": summary_table(outcome, tables), **tables}


def summarise(outcome: Outcome, metrics: Collection[str] = METRICS) -> pd.DataFrame:
    """The summary alone, or some metrics of it, made from no more tables than they need."""
    return summary_table(outcome, _Made(outcome), metrics)


class _Made(dict[str, pd.DataFrame]):
    """Tables that are made when they are read; `in` says whether one was."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def __missing__(self, name: str) -> pd.DataFrame:
        if name not in READ:
            raise KeyError(name)
        self[name] = _MAKERS[name](self._outcome)
        return self[name]
