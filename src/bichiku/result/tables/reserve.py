"""reserve.csv: the plan's stock of each material against its target."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bichiku.policies.reserve_days import target_days
from bichiku.result.outcome import Outcome


def reserve_table(outcome: Outcome) -> pd.DataFrame:
    """Stock, days of cover and target at the end of each plan period; what went in and out of store.

    `bought_t` and `used_t` are the rise and the fall of the stock beyond storage losses.
    """
    world, plan = outcome.world, outcome.tree.plan
    calendar = world.calendar
    frames = []
    for material, row in world.materials.items():
        stock = outcome.stock[material][plan]
        change = stock - world.kept(material) * np.concatenate([[row.opening_stock_t], stock[:-1]])
        target = target_days(world, material)
        frames.append(
            pd.DataFrame(
                {
                    "period": np.arange(1, calendar.periods + 1),
                    "month": [calendar.label(t) for t in range(1, calendar.periods + 1)],
                    "material": material,
                    "stock_t": stock,
                    "cover_days": outcome.cover_days(material)[plan],
                    "target_days": np.nan if target is None else target,
                    "bought_t": np.where(change > 0, change, 0.0),
                    "used_t": np.where(change < 0, -change, 0.0),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
