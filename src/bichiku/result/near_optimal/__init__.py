"""Near-optimal ranges: how far a share or a reserve may move while cost stays within a slack."""

from __future__ import annotations

from bichiku.result.near_optimal.extremes import Range, near_optimal_ranges

__all__ = ["Range", "near_optimal_ranges"]
