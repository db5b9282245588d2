"""duals.csv: the raw dual of each policy row.

A dual is the rise of expected discounted cost per unit more on the row's limit. It is zero or more for a
limit from below (one more tonne of reserve) and zero or less for a limit from above (one more tonne of
shortage allowed).
"""

from __future__ import annotations

import pandas as pd

from bichiku.policies import FAMILIES
from bichiku.program import RowBlock
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import Outcome

_NAMES = [f"`{name}`" for name in FAMILIES]
_ANY_OF = f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}"

DUALS = ResultTable(
    "duals",
    "One row for each row that a policy has in the linear program.",
    (
        Column(
            "policy",
            Kind.TEXT,
            "",
            _ANY_OF,
            role=Role.GROUP,
        ),
        Column(
            "limit",
            Kind.TEXT,
            "",
            "name of the share limit, the country, or the plane of the concentration limit; empty for other policies",
        ),
        Column("material", Kind.TEXT, "", "a material, or `all`", role=Role.GROUP),
        Column("crisis", Kind.TEXT, "", "`plan` or the crisis; empty for limits over a year or over all time"),
        Column(
            "onset",
            Kind.COUNT,
            "period",
            "first period of the branch, 0 on the plan; empty likewise",
            optional=True,
        ),
        Column(
            "length",
            Kind.COUNT,
            "periods",
            "periods after which the crisis ended; 0 on the plan and while it goes on; empty likewise",
            optional=True,
        ),
        Column("year", Kind.YEAR, "", "calendar year; empty for limits over all time", optional=True),
        Column(
            "month",
            Kind.MONTH,
            "",
            "month in which the period begins; empty for limits over a year or over all time",
            optional=True,
        ),
        Column(
            "value",
            Kind.NUMBER,
            "unit of the limit, named in `unit`",
            "the limit as it was set. A reserve target is in tonnes here, for what demand uses (feed stands in the "
            "row). Rows on shares and concentration compare tonnes with tonnes, so theirs is zero",
        ),
        Column("dual", Kind.NUMBER, "see `unit`", "rise of expected discounted cost per unit more on the limit"),
        Column("unit", Kind.TEXT, "", "money of expected discounted cost per unit of the limit", role=Role.GROUP),
    ),
    key=("policy", "limit", "material", "crisis", "onset", "length", "year", "month"),
)


def duals_table(outcome: Outcome) -> pd.DataFrame:
    """One row for each row of a policy in the linear program; `value` is the limit itself."""
    program, currency = outcome.program, outcome.world.settings.currency
    rows = []
    for block in program.row_blocks:
        if not block.policy:
            continue
        values = program.limits_as_set(block.rows)
        for key, value, dual in zip(block.keys, values, outcome.solution.row_dual[block.rows] + 0.0, strict=True):
            rows.append(
                {
                    "policy": block.family,
                    "limit": block.limit,
                    "material": block.material,
                    **_when(outcome, block, int(key)),
                    "value": value,
                    "dual": dual,
                    "unit": f"{currency} of expected discounted cost per {block.unit} more on the limit",
                }
            )
    return DUALS.from_rows(rows)


def _when(outcome: Outcome, block: RowBlock, key: int) -> dict[str, object]:
    """Crisis, onset, length, year and month of a row; empty where they have no meaning."""
    if block.place == "node":
        crisis, onset, length, period = outcome.tree_of(block.chain).label(key)
        when = {"year": int(outcome.plan_years[period - 1]), "month": outcome.world.calendar.label(period)}
        return {"crisis": crisis, "onset": onset, "length": length, **when}
    if block.place == "period":
        when = {"year": int(outcome.plan_years[key - 1]), "month": outcome.world.calendar.label(key)}
        return {"crisis": "plan", "onset": 0, "length": 0, **when}
    year = key if block.place == "year" else None
    return {"crisis": "", "onset": None, "length": None, "year": year, "month": ""}
