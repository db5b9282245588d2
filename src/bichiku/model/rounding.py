"""Differences of numbers that may be the same but for the rounding of the sums that they are."""

from __future__ import annotations

ROUNDING = 1e-12  # of the larger number


def difference(one: float, other: float, share: float = ROUNDING, beside: float = 0.0) -> float:
    """What one number is more than another; nothing where both are the same but for rounding.

    Args:
        one, other: the numbers.
        share: of the largest, within which they are the same.
        beside: a number that both are parts of, the largest then.
    """
    return 0.0 if abs(one - other) <= share * max(abs(one), abs(other), abs(beside)) else one - other
