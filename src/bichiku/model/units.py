"""The units that a model's numbers are seen in where a tolerance is absolute: by the solver above all.

HiGHS keeps rows to 1e-7 and prices to 1e-7, whatever they are counted in. A model whose amounts and prices are of the
size of tonnes and dollars is left as it is; one in billions of dollars or in grams is counted in other units inside,
powers of two, by which a number is multiplied and divided without rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

LEAST, MOST = 2.0**0, 2.0**20  # medians between these are left as they are ...
USUAL = 2.0**10  # ... and any other is brought here


@dataclass(frozen=True)
class Units:
    """What counts as one.

    Attributes:
        tonnes: so many tonnes.
        price: so much money a tonne.
    """

    tonnes: float = 1.0
    price: float = 1.0

    @property
    def money(self) -> float:
        """So much money."""
        return self.tonnes * self.price


def units_for(tonnes: Iterable[float], prices: Iterable[float]) -> Units:
    """Units for the amounts of a period and for the prices of a model; zeros do not count."""
    return Units(_unit(tonnes), _unit(prices))


def _unit(numbers: Iterable[float]) -> float:
    found = [number for number in numbers if number > 0.0]
    if not found or LEAST <= median(found) <= MOST:
        return 1.0
    return power_of_two(median(found) / USUAL)


def power_of_two(number: float) -> float:
    """The power of two that is nearest to a positive number, as ratios go."""
    return 2.0 ** round(math.log2(number))
