"""Numbers and names as a report prints them."""

from __future__ import annotations

import math
import re

from bichiku.model.countries import country_name
from bichiku.show.numbers import money, three_digits

NONE = "–"
NOISE = 1e-9  # share of the largest number beside it below which a number is nothing
SIZES = ((1e13, 1e9, "bn"), (1e7, 1e6, "m"), (1e4, 1e3, "k"))


def number(value: float) -> str:
    """A number to three significant digits, with a true minus sign; a dash where there is none."""
    return three_digits(value).replace("-", "−") if math.isfinite(value) else NONE


def amount(value: float, currency: str) -> str:
    """Money with its size in a word, such as ``USD 3.21 bn``; a dash where there is none."""
    return money(value, currency).replace("-", "−") if math.isfinite(value) else NONE


def share(value: float) -> str:
    """A share in per cent to three significant digits; a dash where there is none."""
    return f"{number(100 * value)} %" if math.isfinite(value) else NONE


def days(value: float) -> str:
    """A number of days to three digits, without the noughts of a whole number: ``60`` and ``85.1``."""
    text = number(value)
    return re.sub(r"\.0+\Z", "", text)


def country(code: str) -> str:
    """A country by code and in words: ``CHN China``."""
    name = country_name(code)
    return code if name == code else f"{code} {name}"


def listed(items: list[str], most: int = 6) -> str:
    """``a, b and c``; beyond `most` how many more there are."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


class Scale:
    """One size for a column of money, so that its numbers can be compared by eye."""

    def __init__(self, largest: float, currency: str) -> None:
        self.divisor, word = next(((by, name) for size, by, name in SIZES if largest >= size), (1.0, ""))
        self.unit = f"{currency} {word}".strip()
        self._noise = NOISE * largest

    def __call__(self, value: float, sign: bool = False) -> str:
        """A number in the scale's unit; with its sign if asked for."""
        if not math.isfinite(value):
            return NONE
        if abs(value) <= self._noise:
            return "0"
        return ("+" if sign and value > 0 else "") + number(value / self.divisor)
