"""An outcome as the tables of a run folder: one function per table, each a data frame."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from bichiku.result.outcome import Outcome
from bichiku.result.tables.costs import costs_table
from bichiku.result.tables.crises import crises_table
from bichiku.result.tables.duals import duals_table
from bichiku.result.tables.flows import flows_table
from bichiku.result.tables.projects import projects_table
from bichiku.result.tables.reserve import reserve_table
from bichiku.result.tables.shares import shares_table
from bichiku.result.tables.sourcing import sourcing_table
from bichiku.result.tables.summary import summary_table

TABLES: dict[str, Callable[[Outcome], pd.DataFrame]] = {
    "sourcing": sourcing_table,
    "flows": flows_table,
    "reserve": reserve_table,
    "projects": projects_table,
    "costs": costs_table,
    "crises": crises_table,
    "shares": shares_table,
    "duals": duals_table,
}


def tabulate(outcome: Outcome) -> dict[str, pd.DataFrame]:
    """All tables of a run by file name without ending, the summary first."""
    tables = {name: make(outcome) for name, make in TABLES.items()}
    return {"summary": summary_table(outcome, tables), **tables}
