"""A choice small enough for paper: to hold 20 t against a halt, or nothing. For the world see `oracles.by_hand`.

Two years; in the second everything halts with probability p. A tonne stored costs 5 a year on the mean of opening and
closing stock, and is worth its price of 10 at the horizon. Against ``none``, ``hold`` costs

    buying 20 t                                   200
    storing them in the first year                 50
    in the second year, in the calm     (1 - p) · (100 of storage - 200 of value at the horizon)
    in the halt                               p · (50 of storage - 20 · S of output that is not lost)

which is 150 - p · (20 S - 150): with S = 100 it pays when p > 150 / 1850 = 3 / 37. What the halt uses up is bought back
at the price it is valued at, for nothing.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from bichiku.reading.model import Model
from oracles.by_hand import ALL_HALT, Row, description

PROBABILITY = "crises.halt.onsets[0].probability"
SHORTAGE = "materials[m].shortage_cost"
RANGES: list[Row] = [{"path": PROBABILITY, "low": 0.01, "high": 0.2}, {"path": SHORTAGE, "low": 50, "high": 200}]
NONE: Row = {"policies": {"reserve_ceiling": 0}}
HOLD: Row = {"policies": {"reserve_days": 73, "reserve_ceiling": "target"}}
FREE: Row = {"yardstick": True}
TURN = 3 / 37


def difference(p: float = 0.02, s: float = 100) -> float:
    """Cost of ``hold`` less that of ``none``."""
    return 150 - p * (20 * s - 150)


def cost_of_none(p: float = 0.02, s: float = 100) -> float:
    """100 t at 10 in either year, and in the halt 100 t short."""
    return 1000 + (1 - p) * 1000 + p * 100 * s


def model(ranges: list[Row] = RANGES, strategies: dict[str, Row] | None = None, **changes: Any) -> Model:
    """The model; for further changes see `oracles.by_hand.description`."""
    onsets = [{"period": 2, "probability": 0.02}]
    crises = {"halt": {"onsets": onsets, "duration": 1, "recovery": "to-end", "effects": [ALL_HALT]}}
    chosen = {"none": NONE, "hold": HOLD, "free": FREE} if strategies is None else strategies
    material = {"haircut": 0, "storage_cost_rate": 0.5}
    given = description(2, material=material, crises=crises, strategies=chosen, **changes)
    tables = {**given["tables"], "uncertainty": ranges}
    frames = {name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items() if rows}
    return Model.from_tables(given["model"], frames)
