"""projects.csv: what is built, how far it is used and who pays."""

from __future__ import annotations

import pandas as pd

from bichiku.result.outcome import Outcome


def projects_table(outcome: Outcome) -> pd.DataFrame:
    """Capacity built and its cost at the start; `used_t_per_year` is the plan's mean over the horizon."""
    world, plan = outcome.world, outcome.tree.plan
    horizon_years = world.calendar.periods / world.calendar.periods_per_year
    records = []
    for name, row in world.projects.items():
        built = float(outcome.values("build", name).sum())
        investment = row.capex * built
        records.append(
            {
                "project": name,
                "material": row.material,
                "country": row.country,
                "kind": row.kind,
                "existing_t_per_year": row.existing_t,
                "built_t_per_year": built,
                "used_t_per_year": outcome.shipped[name][plan].sum() / horizon_years,
                "investment": investment,
                "subsidy": row.subsidy_rate * investment,
                "net_cost": (1.0 - row.subsidy_rate) * investment,
                "unit": world.settings.currency,
                "basis": row.basis or "not stated",
            }
        )
    columns = ["project", "material", "country", "kind", "existing_t_per_year", "built_t_per_year"]
    columns += ["used_t_per_year", "investment", "subsidy", "net_cost", "unit", "basis"]
    return pd.DataFrame(records, columns=columns)
