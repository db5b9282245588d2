"""projects.csv: what is built, how far it is used and who pays."""

from __future__ import annotations

import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import Outcome

PROJECTS = ResultTable(
    "projects",
    "One row for each project.",
    (
        Column("project", Kind.TEXT, "", "its name"),
        Column("material", Kind.TEXT, "", "what it makes", role=Role.GROUP),
        Column("country", Kind.TEXT, "", "where it stands"),
        Column("kind", Kind.TEXT, "", "its kind"),
        Column("existing_t_per_year", Kind.NUMBER, "t/year", "capacity before"),
        Column("built_t_per_year", Kind.NUMBER, "t/year", "capacity built"),
        Column("used_t_per_year", Kind.NUMBER, "t/year", "mean output on the plan over the whole horizon"),
        Column(
            "beyond_existing_t_per_year",
            Kind.NUMBER,
            "t/year",
            "most output on the plan in a period beyond what exists and may run then, as a year's; zero where what is "
            "built stands by",
        ),
        Column("investment", Kind.NUMBER, "money", "capex times capacity built, paid at the start"),
        Column("subsidy", Kind.NUMBER, "money", "part of it that the state pays, zero or more here"),
        Column("net_cost", Kind.NUMBER, "money", "investment less subsidy"),
        Column("unit", Kind.TEXT, "", "the currency", role=Role.GROUP),
        Column("basis", Kind.TEXT, "", "basis of the row in the tables, or `not stated`", role=Role.NOTE),
    ),
    key=("project",),
)


def projects_table(outcome: Outcome) -> pd.DataFrame:
    """Capacity built and its cost at the start; `used_t_per_year` is the plan's mean over the horizon."""
    world, plan = outcome.world, outcome.plan
    horizon_years = world.calendar.periods / world.calendar.periods_per_year
    records = []
    for name, row in world.projects.items():
        built = float(outcome.values("build", name).sum())
        investment = row.capex * built
        shipped, export = outcome.shipped[name][plan], outcome.of_source(name).state.export[name][plan]
        beyond = shipped / world.calendar.year_share - row.existing_t * export
        records.append(
            {
                "project": name,
                "material": row.material,
                "country": row.country,
                "kind": row.kind,
                "existing_t_per_year": row.existing_t,
                "built_t_per_year": built,
                "used_t_per_year": shipped.sum() / horizon_years,
                "beyond_existing_t_per_year": beyond.max(initial=0.0),
                "investment": investment,
                "subsidy": row.subsidy_rate * investment,
                "net_cost": (1.0 - row.subsidy_rate) * investment,
                "unit": world.settings.currency,
                "basis": row.basis or "not stated",
            }
        )
    return PROJECTS.from_rows(records)
