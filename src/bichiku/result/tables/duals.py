"""duals.csv: the raw dual of each policy row.

A dual is the rise of expected discounted cost per unit more on the row's limit. It is zero or more for a
limit from below (one more tonne of reserve) and zero or less for a limit from above (one more tonne of
shortage allowed).
"""

from __future__ import annotations

import pandas as pd

from bichiku.result.outcome import Outcome

COLUMNS = ["policy", "limit", "material", "crisis", "onset", "year", "month", "value", "dual", "unit"]


def duals_table(outcome: Outcome) -> pd.DataFrame:
    """One row for each row of a policy in the linear program; `value` is the limit itself."""
    program, currency = outcome.program, outcome.world.settings.currency
    records = []
    for block in program.row_blocks:
        if not block.policy:
            continue
        values = program.limits_as_set(block.rows)
        for key, value, dual in zip(block.keys, values, outcome.solution.row_dual[block.rows] + 0.0, strict=True):
            crisis, onset, year, month = _when(outcome, block.place, int(key))
            unit = f"{currency} of expected discounted cost per {block.unit} more on the limit"
            records.append((block.family, block.limit, block.material, crisis, onset, year, month, value, dual, unit))
    return pd.DataFrame(records, columns=COLUMNS)


def _when(outcome: Outcome, place: str, key: int) -> tuple[str, int | str, int | str, str]:
    """Crisis, onset, year and month of a row; empty where they have no meaning."""
    if place == "node":
        crisis, onset, period = outcome.tree.label(key)
        return crisis, onset, int(outcome.years[key]), outcome.world.calendar.label(period)
    return "", "", key if place == "year" else "", ""
