"""Numbers as people read them: three significant digits and a word for the size."""

from __future__ import annotations

import math

SIZES = ((1e12, " tn"), (1e9, " bn"), (1e6, " m"), (1e3, " k"))


def three_digits(value: float) -> str:
    """A number rounded to three significant digits, without an exponent: ``12,300`` or ``0.0457``."""
    if not math.isfinite(value):
        return "-"
    if value == 0:
        return "0"
    decimals = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    return f"{rounded:,.{max(decimals, 0)}f}" if abs(rounded) < 100 else f"{rounded:,.0f}"


def money(value: float, currency: str) -> str:
    """An amount such as ``USD 3.21 bn``."""
    for size, word in SIZES:
        if abs(value) >= size * 0.9995:
            return f"{currency} {three_digits(value / size)}{word}"
    return f"{currency} {three_digits(value)}"


def percent(share: float) -> str:
    """A share as whole per cent; ``<1 %`` for a trace."""
    if 0 < share < 0.005:
        return "<1 %"
    return f"{100 * share:.0f} %"
