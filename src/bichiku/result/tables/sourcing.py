"""sourcing.csv: what the plan buys from whom, by material and calendar year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import Outcome

SOURCING = ResultTable(
    "sourcing",
    "What the plan buys: one row for each supplier or project and calendar year.",
    (
        Column("material", Kind.TEXT, "", "the material", role=Role.GROUP),
        Column("supplier", Kind.TEXT, "", "supplier or project"),
        Column("country", Kind.TEXT, "", "where it ships from"),
        Column("kind", Kind.TEXT, "", "`spot`, `contract`, or the kind of project"),
        Column("year", Kind.YEAR, "", "calendar year in which the periods begin"),
        Column("tonnes", Kind.NUMBER, "t", "arrivals in that year"),
        Column(
            "share_of_imports",
            Kind.NUMBER,
            "share, 0 to 1",
            "of all imports of the material in that year; empty for domestic supply and where there are no imports",
            optional=True,
        ),
        Column(
            "delivered_cost",
            Kind.NUMBER,
            "see `unit`",
            "mean price with tariff and freight; for a project its running cost, without inputs and investment; empty "
            "where nothing arrives",
            optional=True,
        ),
        Column("unit", Kind.TEXT, "", "unit of the delivered cost", role=Role.GROUP),
        Column("basis", Kind.TEXT, "", "basis of the row in the tables, or `not stated`", role=Role.NOTE),
    ),
    key=("material", "supplier", "year"),
)


def sourcing_table(outcome: Outcome) -> pd.DataFrame:
    """Tonnes that arrive on the plan, their share of imports and what a tonne costs delivered.

    The delivered cost is undiscounted, tariff and freight included; for a project it is its running cost
    without inputs and investment. It is empty where nothing arrives.
    """
    world, plan = outcome.world, outcome.plan
    years = outcome.plan_years
    first, count = int(years.min()), int(years.max()) - int(years.min()) + 1
    records = []
    imports = {material: np.zeros(count) for material in world.materials}
    tonnes = {}
    for name, row in world.sources.items():
        tonnes[name] = np.bincount(years - first, outcome.arrived[name][plan], minlength=count)
        if world.is_import(name):
            imports[row.material] += tonnes[name]
    for name, row in world.sources.items():
        money = np.bincount(years - first, _cost_on_plan(outcome, name) * outcome.arrived[name][plan], count)
        for i in range(count):
            arrived, of_all = tonnes[name][i], imports[row.material][i]
            records.append(
                {
                    "material": row.material,
                    "supplier": name,
                    "country": row.country,
                    "kind": row.kind,
                    "year": first + i,
                    "tonnes": arrived,
                    "share_of_imports": arrived / of_all if world.is_import(name) and of_all else np.nan,
                    "delivered_cost": money[i] / arrived if arrived else np.nan,
                    "unit": f"{world.settings.currency}/t",
                    "basis": row.basis or "not stated",
                }
            )
    return SOURCING.from_rows(records).sort_values(["material", "supplier", "year"], ignore_index=True)


def _cost_on_plan(outcome: Outcome, source: str) -> np.ndarray:
    """Money per tonne delivered in each period of the plan; shape (periods,)."""
    world, plan = outcome.world, outcome.plan
    if source in world.projects:
        return np.full(len(plan), world.projects[source].running_cost)
    if source not in world.floating:
        return np.full(len(plan), world.delivered_price(source))
    factors = outcome.of_source(source).state.price_factor[source][plan]
    return np.array([world.delivered_price(source, float(factor)) for factor in factors])
