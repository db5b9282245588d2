"""Each price as one sentence that a resource desk can repeat."""

from __future__ import annotations

import math

from bichiku.policies import FAMILIES, Limit
from bichiku.result.prices.limits import PROJECT_BUILD_LIMIT, PROJECT_CAPACITY, SUPPLIER_CAPACITY
from bichiku.result.prices.prices import Price
from bichiku.show.numbers import three_digits

ROUNDING = 1e-9  # of a number; what is left of it below that is nothing

_ONE_MORE_CAPACITY = {
    SUPPLIER_CAPACITY: "One more tonne a year of capacity at {limit}",
    PROJECT_CAPACITY: "One more tonne a year of ready capacity at {limit}, its fixed cost aside,",
    PROJECT_BUILD_LIMIT: "One more tonne a year that may be built at {limit}",
}


def sentence(limit: Limit, price: Price, currency: str) -> str:
    """What one unit more costs or saves, and between which values that holds."""
    family = FAMILIES.get(limit.family)
    one_more = family.one_more if family else _ONE_MORE_CAPACITY[limit.family]
    subject = one_more.format(material=limit.material, limit=limit.name, year=limit.year, unit=limit.unit)
    if math.isnan(price.price):
        why = "the solver could not tell what it costs" if price.untold else "the strategy has no solution a unit away"
        return f"{subject} has no price: {why}."
    if price.price == 0.0:
        return f"{subject} changes nothing" + ("." if math.isnan(price.most) else f"; {_range(limit, price)}.")
    verb = "costs" if price.price > 0 else "saves"
    amount = f"{currency} {three_digits(abs(price.price))}"
    return f"{subject} {verb} {amount} in expected discounted money; {_range(limit, price)}."


def _range(limit: Limit, price: Price) -> str:
    family = FAMILIES.get(limit.family)
    unit = "" if family and family.unit_in_subject else f" {limit.unit}"
    low, high = values(limit, price)
    if low <= 0 and math.isinf(high):
        return "holds everywhere"
    if math.isinf(high):
        return f"holds from {three_digits(low)}{unit}"
    if math.isinf(low) or low <= 0:
        return f"holds up to {three_digits(high)}{unit}"
    return f"holds between {three_digits(low)} and {three_digits(high)}{unit}"


def values(limit: Limit, price: Price) -> tuple[float, float]:
    """The values of the number between which a price holds; none of these numbers can be negative."""
    low = limit.value + price.least
    at_nothing = low <= ROUNDING * abs(limit.value)
    return 0.0 if at_nothing else low, limit.value + price.most
