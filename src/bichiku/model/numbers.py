"""Numbers as a user may type them: plain decimals of ASCII digits that a computer can tell from zero."""

from __future__ import annotations

import re

from bichiku.model.faults import shown

LARGEST = 1e15
SMALLEST = 1e-300  # what is nearer to zero loses digits, and then reads as zero

_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_ZERO = re.compile(r"[+-]?[0.]*[1-9]")


def decimal_number(text: object) -> float:
    """The number that a text writes in plain decimals; infinite where it is larger than any.

    Raises:
        ValueError: it writes none, or one that would read as zero.
    """
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a number")
    value = float(text)
    if is_lost(text, value):
        raise ValueError(f"{shown(text)} is too small to be told from zero")
    return value


def is_number(text: object) -> bool:
    """Whether a text writes a number in plain decimals."""
    return isinstance(text, str) and _DECIMAL.fullmatch(text) is not None


def is_lost(text: str, value: float) -> bool:
    """Whether a decimal that is not zero is so small that its float cannot stand for it."""
    return abs(value) < SMALLEST and _NOT_ZERO.match(text) is not None
