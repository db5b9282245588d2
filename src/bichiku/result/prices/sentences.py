"""Each price as one sentence that a resource desk can repeat."""

from __future__ import annotations

import math

from bichiku.policies import FAMILIES, Limit
from bichiku.result.prices.limits import (
    PROJECT_BUILD_LIMIT,
    PROJECT_CAPACITY,
    SUPPLIER_CAPACITY,
)
from bichiku.result.prices.prices import RANGING, SHORT, Price
from bichiku.show.numbers import money, three_digits

ROUNDING = 1e-9  # of a number; what is left of it below that is nothing
MOST_BESIDE = 2  # other limits that a sentence names

_ONE_MORE_CAPACITY = {
    SUPPLIER_CAPACITY: "One more tonne a year of capacity at {limit}",
    PROJECT_CAPACITY: "One more tonne a year of ready capacity at {limit}, its fixed cost aside,",
    PROJECT_BUILD_LIMIT: "One more tonne a year that may be built at {limit}",
}
_CAPACITY = {
    SUPPLIER_CAPACITY: "the capacity at {limit}",
    PROJECT_CAPACITY: "the ready capacity at {limit}",
    PROJECT_BUILD_LIMIT: "what may be built at {limit}",
}


def sentence(limit: Limit, price: Price, currency: str) -> str:
    """What one unit more costs or saves, or 1 % more where the price is not that of a unit; and where that holds."""
    by_percent = not limit.is_whole and (price.method != RANGING or price.most < 1.0)
    if math.isnan(price.price):
        why = "the solver could not tell what it costs" if price.untold else "the strategy has no solution a step away"
        return f"{_one_more(limit)} has no price: {why}."
    subject = _one_percent_more(limit) if by_percent else _one_more(limit)
    held = "" if math.isnan(price.most) else f"; {_range(limit, price)}{_beside(price)}{_why_short(price)}"
    if price.price == 0.0:
        return f"{subject} changes nothing{held}."
    verb, bound = ("costs", "at least ") if price.price > 0 else ("saves", "at most ")
    amount = three_digits(abs(price.price) * (limit.step if by_percent else 1.0))
    # beyond its first piece, what costs costs more and what saves saves less
    most = bound if price.method == SHORT else ""
    return f"{subject} {verb} {most}{currency} {amount} in expected discounted money{held}."


def _one_more(limit: Limit) -> str:
    family = FAMILIES.get(limit.family)
    one_more = family.one_more if family else _ONE_MORE_CAPACITY[limit.family]
    return one_more.format(material=limit.material, limit=limit.name, year=limit.year, unit=limit.unit)


def _one_percent_more(limit: Limit) -> str:
    family = FAMILIES.get(limit.family)
    noun = (family.noun if family else _CAPACITY[limit.family]).format(material=limit.material, limit=limit.name)
    when = "" if limit.year is None else f" in {limit.year}"
    step, currency = limit.step, limit.unit.removeprefix("million ")
    amount = f"{three_digits(step)} {limit.unit}" if currency == limit.unit else money(1e6 * step, currency)
    return f"Raising {noun}{when} by 1 % ({amount})"


def _beside(price: Price) -> str:
    """What else binds where a price that was solved again ends."""
    if not price.beside:
        return ""
    more = len(price.beside) - MOST_BESIDE
    names = [
        *price.beside[:MOST_BESIDE],
        *([f"{more} more limits" if more > 1 else "one more limit"] if more > 0 else []),
    ]
    if len(names) == 1:
        return f", where {names[0]} binds too"
    return f", where {', '.join(names[:-1])} and {names[-1]} bind too"


def _why_short(price: Price) -> str:
    return f", less than a step, and {price.why_short}" if price.why_short else ""


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
