"""Examples drawn by hypothesis without shrinking: as many as asked for, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings


def draw_examples(strategy: Any, count: int, seed: int, take: Callable[[Any], None]) -> None:
    """Hands over drawn examples; the same for the same seed."""

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=False,
    )
    @given(strategy)
    def every(example: Any) -> None:
        take(example)

    every()
