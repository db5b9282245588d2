"""duals.csv: the raw dual of each policy row.

A dual is the rise of expected discounted cost per unit more on the row's limit. It is zero or more for a
limit from below (one more tonne of reserve) and zero or less for a limit from above (one more tonne of
shortage allowed).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.outcome import Outcome

COLUMNS = ["policy", "limit", "material", "crisis", "onset", "year", "month", "value", "dual", "unit"]


def duals_table(outcome: Outcome) -> pd.DataFrame:
    """One row for each row of a policy in the linear program; `value` is the limit itself."""
    program, tree, world = outcome.program, outcome.tree, outcome.world
    currency = world.settings.currency
    records = []
    for block in program.row_blocks:
        if not block.policy:
            continue
        limit, _, material = block.index.rpartition("/")
        lower, upper = program.row_lower[block.rows], program.row_upper[block.rows]
        values = np.where(np.isfinite(lower), lower, upper)
        for key, value, dual in zip(block.keys, values, outcome.solution.row_dual[block.rows], strict=True):
            crisis, onset, year, month = "", "", "", ""
            if block.place == "node":
                crisis, onset, period = tree.label(int(key))
                year, month = int(outcome.years[key]), world.calendar.label(period)
            elif block.place == "year":
                year = int(key)
            unit = f"{currency} of expected discounted cost per {block.unit} more on the limit"
            records.append((block.family, limit, material, crisis, onset, year, month, value, dual, unit))
    return pd.DataFrame(records, columns=COLUMNS)
