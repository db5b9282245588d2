"""What counts as one tonne and as one unit of money where a tolerance is absolute, worked out again from the inputs.

In most models these are a tonne and a unit of the currency; in one whose amounts or prices are far from that they are
a thousandth of the median of its demand in a period, and of its reference prices, as powers of two.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bichiku.model.world import World

ORDINARY = 1.0, 2.0**20
IN_ONES = 2.0**10  # a median outside of the ordinary is so many ones


class Ones(NamedTuple):
    """So many tonnes, and so much money a tonne."""

    tonnes: float = 1.0
    price: float = 1.0

    @property
    def money(self) -> float:
        return self.tonnes * self.price

    def of_rule(self, rule: str) -> float:
        """Of the numbers that a rule is about; days, shares and probabilities are what they are."""
        family, _, name = rule.partition(".")
        if rule == "manifest.objective" or family in ("cost", "summary"):
            return self.money
        if family == "dual" or (family == "prices" and name not in ("range", "step", "value")):
            return self.price
        return self.tonnes if family in ("flows", "limit", "split", "policy") else 1.0

    def of_unit(self, unit: str, currency: str) -> float:
        """Of a policy's row, by its unit."""
        return self.tonnes if unit in ("t", "t/year") else self.money if unit == currency else 1.0


def ones_of(world: World) -> Ones:
    """Those of a world."""
    year = world.calendar.periods_per_year
    demand = [tonnes / year for by_year in world.demand.values() for tonnes in by_year.values()]
    capacity = [row.capacity_t / year for row in world.suppliers.values()]
    reference = [row.reference_price for row in world.materials.values()]
    price = [row.price for row in world.suppliers.values()]
    return Ones(_one(demand, capacity), _one(reference, price))


def _one(*choices: list[float]) -> float:
    for numbers in choices:
        positive = [number for number in numbers if number > 0.0]
        if positive:
            middle = float(np.median(positive))
            ordinary = ORDINARY[0] <= middle <= ORDINARY[1]
            return 1.0 if ordinary else float(2.0 ** np.round(np.log2(middle / IN_ONES)))
    return 1.0
