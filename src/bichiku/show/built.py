"""The projects that a strategy builds, for the screen and the page."""

from __future__ import annotations

import pandas as pd

from bichiku.result.run import Run

STANDBY = "standby"
LEAST = 1e-6  # of what may be built: less is what the solver leaves


def built_projects(run: Run) -> pd.DataFrame:
    """Rows of projects.csv with capacity built, the dearest first; ``standby`` where the plan never runs any of it."""
    table, projects = run.tables["projects"], run.world.projects
    most = pd.Series([projects[name].max_build_t for name in table["project"]], index=table.index, dtype=float)
    found = table[table["built_t_per_year"] > LEAST * most.clip(lower=1.0)]
    found = found.assign(standby=found["beyond_existing_t_per_year"] <= LEAST * found["built_t_per_year"])
    return found.sort_values(["investment", "project"], ascending=[False, True], kind="stable")
