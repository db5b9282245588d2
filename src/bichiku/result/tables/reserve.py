"""reserve.csv: the plan's stock of each material against its target."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.policies.reserve_target import target_days
from bichiku.result.columns import Column, Kind, ResultTable, Role
from bichiku.result.outcome import Outcome

RESERVE = ResultTable(
    "reserve",
    "The plan's stock: one row for each period and material.",
    (
        Column("period", Kind.COUNT, "period", "counted from 1"),
        Column("month", Kind.MONTH, "", "month in which the period begins"),
        Column("material", Kind.TEXT, "", "the material", role=Role.GROUP),
        Column("stock_t", Kind.NUMBER, "t", "stock at the end of the period"),
        Column(
            "cover_days",
            Kind.NUMBER,
            "days",
            "days that it would last at the use of the same period, demand and feed; empty without use",
            optional=True,
        ),
        Column(
            "cover_days_full_running",
            Kind.NUMBER,
            "days",
            "the same if all projects that use it as feed ran in full",
            optional=True,
        ),
        Column(
            "target_days",
            Kind.NUMBER,
            "days",
            "target at the last month of the period; empty without one",
            optional=True,
        ),
        Column("bought_t", Kind.NUMBER, "t", "rise of the stock beyond storage losses"),
        Column("used_t", Kind.NUMBER, "t", "fall of the stock beyond storage losses"),
    ),
    key=("period", "material"),
)


def reserve_table(outcome: Outcome) -> pd.DataFrame:
    """Stock, days of cover and target at the end of each plan period; what went in and out of store.

    `bought_t` and `used_t` are the rise and the fall of the stock beyond storage losses.
    """
    world = outcome.world
    calendar = world.calendar
    frames = []
    for material, row in world.materials.items():
        part = outcome.of(material)
        plan = part.tree.plan
        stock = part.stock[material][plan]
        change = stock - world.kept(material) * np.concatenate([[row.opening_stock_t], stock[:-1]])
        target = target_days(world, material)
        frames.append(
            RESERVE.from_columns(
                {
                    "period": np.arange(1, calendar.periods + 1),
                    "month": [calendar.label(t) for t in range(1, calendar.periods + 1)],
                    "material": [material] * calendar.periods,
                    "stock_t": stock,
                    "cover_days": part.cover_days(material)[plan],
                    "cover_days_full_running": part.cover_days(material, full_running=True)[plan],
                    "target_days": np.full(calendar.periods, np.nan) if target is None else target,
                    "bought_t": np.where(change > 0, change, 0.0),
                    "used_t": np.where(change < 0, -change, 0.0),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
