"""Names and lists as sentences hold them."""

from __future__ import annotations

from collections.abc import Mapping

from bichiku.model.countries import country_name


def country(code: str) -> str:
    """A country by code and in words: ``CHN China``."""
    name = country_name(code)
    return code if name == code else f"{code} {name}"


def lengths(periods: Mapping[int, float]) -> str:
    """The length of a crisis in periods: ``6``, or ``3 (40 %), 6 (60 %)``."""
    if len(periods) == 1:
        return str(next(iter(periods)))
    return ", ".join(f"{length} ({100 * share:.3g} %)" for length, share in periods.items())


def listed(items: list[str], most: int = 6) -> str:
    """``a, b and c``; beyond `most` how many more there are."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
