"""Numbers of the cases worked by hand, to which both bichiku and the second builder are held.

Those of tests/cases have their arithmetic in a README each.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bichiku.model.world import World
from oracles.by_hand import small_world

CASES = Path(__file__).parent / "cases"

unknown_length = pytest.mark.parametrize(
    ("strategy", "cost", "stocks", "holding", "shortage"),
    [
        ("lengths", 70_960, [300, 200, 100, 0, 0, 0, 0], 600, 760),
        ("two-quarters", 70_300, [200, 100, 0, 0, 0, 0, 0], 300, 0),
        ("known", 70_960, [300, 200, 100, 0, 0, 0, 0], 600, 760),
    ],
)
two_chains = pytest.mark.parametrize(
    ("strategy", "cost", "beta"),
    [
        ("all", 141_242, [200, 100, 200, 100, 200, 100, 0]),
        ("without-idle", 141_242, [200, 100, 200, 100, 200, 100, 0]),
        ("alpha-alone", 140_381, [0] * 7),
    ],
)
shut_by_halves = pytest.mark.parametrize("model", ["one-year", "two-halves", "two-halves-monthly"])
across_years = pytest.mark.parametrize(
    ("model", "tonnes"),
    [
        ("years", [2300, 11_200]),
        ("months", [100, *[200] * 12, *[1000] * 11]),
        ("quarters-from-november", [400, 600, 600, 600]),
        ("months-from-november", [100, 100, *[200] * 10]),
    ],
)


def renewal_world(capacity: float, recovery: int) -> World:
    """Quarters of 100 t, a halt of three quarters every seventh year or so, 60 t in store, a second seller of 20 t."""
    halt = {"annual_probability": 0.15, "onset_every": 1, "first_onset": 1, "duration": 3, "recovery": recovery}
    return small_world(
        14,
        resolution="quarter",
        demand=400,
        discount_rate=0.03,
        material={"reference_price": 100, "storage_cost_rate": 0.04, "haircut": 0.1, "opening_stock_t": 60}
        | {"shortage_cost": 1500},
        suppliers=[
            {"supplier": "a", "capacity_t": 4 * capacity, "price": 95},
            {"supplier": "b", "capacity_t": 80, "price": 120},
        ],
        crises={"halt": {**halt, "effects": [{"suppliers": ["a"], "loss": 1.0}]}},
    )
