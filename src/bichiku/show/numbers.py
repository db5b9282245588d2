"""Numbers as people read them: one table of sizes, and a format for each place that shows them.

On the screen: three significant digits and a hyphen for minus (`three_digits`, `money`, `percent`). On a page: the
same digits with a true minus sign, and a dash where there is no number (`page_number`, `page_money`, `page_share`,
`page_days`, `Scale`). In four digits, where a reader types the number into model.yaml: `four_digits`,
`four_digits_with_unit`.
"""

from __future__ import annotations

import math
import re

SIZES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))
LARGEST_IN_THREE_DIGITS = 0.9995  # share of a size from which a number reads as one of it, as 999.5 reads as 1,000
LEAST_IN_A_COLUMN = 10  # of a size: below it the smaller numbers of a column would lose their digits
NO_NUMBER = "–"
EXACT = 1e-6  # what a number of days may be off one of two decimals to be that
NOISE = 1e-9  # share of the largest number beside it below which a number is nothing


def three_digits(value: float) -> str:
    """A number rounded to three significant digits, without an exponent: ``12,300`` or ``0.0457``."""
    if not math.isfinite(value):
        return "-"
    if value == 0:
        return "0"
    decimals = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    return f"{rounded:,.{max(decimals, 0)}f}" if abs(rounded) < 100 else f"{rounded:,.0f}"


def whole(value: float) -> str:
    """A number rounded to a whole one; nought has no sign, and where there is no number stands a hyphen."""
    if not math.isfinite(value):
        return "-"
    text = f"{value:.0f}"
    return "0" if text == "-0" else text


def money(value: float, currency: str, beside: float = 0.0) -> str:
    """An amount such as ``USD 3.21 bn``; what is `NOISE` beside a larger one is nothing."""
    value = 0.0 if abs(value) <= NOISE * abs(beside) else value
    for size, word in SIZES:
        if abs(value) >= size * LARGEST_IN_THREE_DIGITS:
            return f"{currency} {three_digits(value / size)} {word}"
    return f"{currency} {three_digits(value)}"


def percent(share: float) -> str:
    """A share as whole per cent; ``<1 %`` for a trace."""
    if 0 < share < 0.005:
        return "<1 %"
    return f"{whole(100 * share)} %"


def page_number(value: float) -> str:
    """A number to three significant digits, with a true minus sign; a dash where there is none."""
    return three_digits(value).replace("-", "−") if math.isfinite(value) else NO_NUMBER


def page_money(value: float, currency: str) -> str:
    """Money with its size in a word, such as ``USD 3.21 bn``; a dash where there is none."""
    return money(value, currency).replace("-", "−") if math.isfinite(value) else NO_NUMBER


def page_share(value: float) -> str:
    """A share in per cent to three significant digits; a dash where there is none."""
    return f"{page_number(100 * value)} %" if math.isfinite(value) else NO_NUMBER


def page_days(value: float) -> str:
    """A number of days to three digits, without the noughts of a whole number: ``60`` and ``85.1``.

    One of two decimals, as it may be typed, is told whole: ``91.25``.
    """
    typed = round(value, 2) if math.isfinite(value) and abs(value) < 1000 else math.inf
    if abs(value - typed) <= EXACT:
        return f"{typed + 0.0:g}".replace("-", "−")
    return re.sub(r"\.0+\Z", "", page_number(value))


class Scale:
    """One size for a column of a page, so that its numbers can be compared by eye.

    Attributes:
        divisor: what a number is divided by.
        unit: the currency, if one is given, and the word for the size.
    """

    def __init__(self, largest: float, currency: str) -> None:
        sizes = ((size, word) for size, word in SIZES if word != "tn" and largest >= LEAST_IN_A_COLUMN * size)
        self.divisor, word = next(sizes, (1.0, ""))
        self.unit = f"{currency} {word}".strip()
        self._noise = NOISE * largest

    def __call__(self, value: float, sign: bool = False) -> str:
        """A number in the scale's unit; with its sign if asked for."""
        if not math.isfinite(value):
            return NO_NUMBER
        if abs(value) <= self._noise:
            return "0"
        return ("+" if sign and value > 0 else "") + page_number(value / self.divisor)


def four_digits(value: float) -> str:
    """A number to four digits without noughts at its end."""
    text = f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return text if "e" not in text else three_digits(value)


def four_digits_with_unit(value: float, unit: str) -> str:
    """A number with its unit, to four digits; points of a share as per cent, millions as money."""
    if unit == "points":
        return f"{four_digits(value)} %"
    if unit.startswith("million "):
        currency, whole = unit.removeprefix("million "), value * 1e6
        sizes = ((size, f" {word}") for size, word in SIZES if word != "k" and abs(whole) >= size)
        size, word = next(sizes, (1.0, ""))
        return f"{currency} {four_digits(whole / size)}{word}"
    return f"{four_digits(value)} {unit}"
