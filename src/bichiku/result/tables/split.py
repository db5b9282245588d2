"""split.csv: the plan's stock as it is, and as it would be if no price moved."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import Outcome

LISTED = "_at_list_prices"

SPLIT = ResultTable(
    "split",
    "Only of a run with `--split`: the plan's stock, and what it would be if no event and no crisis moved a price, "
    "from a solve of its own in which every price factor is one. One row for each period and material.",
    (
        Column("period", Kind.COUNT, "period", "counted from 1"),
        Column("month", Kind.MONTH, "", "month in which the period begins"),
        Column("material", Kind.TEXT, "", "the material", role=Role.GROUP),
        Column("stock_t", Kind.NUMBER, "t", "stock at the end of the period, as in `reserve.csv`"),
        Column("use_t", Kind.NUMBER, "t", "use of the period, demand and feed"),
        Column(
            "cover_days",
            Kind.NUMBER,
            "days",
            "days that the stock would last at that use; empty without",
            optional=True,
        ),
        Column(f"stock_t{LISTED}", Kind.NUMBER, "t", "stock at list prices"),
        Column(f"use_t{LISTED}", Kind.NUMBER, "t", "use at list prices; another one only where projects take feed"),
        Column(
            f"cover_days{LISTED}",
            Kind.NUMBER,
            "days",
            "days that the stock at list prices would last at the use at list prices; empty without",
            optional=True,
        ),
    ),
    key=("period", "material"),
)


def split_table(outcome: Outcome, listed: Outcome) -> pd.DataFrame:
    """Stock, use and days of cover on the plan of a solved strategy and of the same strategy at list prices."""
    calendar = outcome.world.calendar
    periods = np.arange(1, calendar.periods + 1)
    frames = [
        SPLIT.from_columns(
            {
                "period": periods,
                "month": [calendar.label(int(t)) for t in periods],
                "material": [material] * len(periods),
                **_held(outcome, material, ""),
                **_held(listed, material, LISTED),
            }
        )
        for material in outcome.world.materials
    ]
    return pd.concat(frames, ignore_index=True)


def _held(outcome: Outcome, material: str, suffix: str) -> dict[str, np.ndarray]:
    part = outcome.of(material)
    plan = part.tree.plan
    return {
        f"stock_t{suffix}": part.stock[material][plan],
        f"use_t{suffix}": part.use(material)[plan],
        f"cover_days{suffix}": part.cover_days(material)[plan],
    }
