"""Examples drawn by hypothesis without shrinking: as many as asked for, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from rich.progress import Progress


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


def draw_with_bar(strategy: Any, count: int, seed: int, take: Callable[[Any], None], words: str) -> None:
    """The same, with a bar that shows how many are done."""
    with Progress() as bar:
        task = bar.add_task(words, total=count)

        def take_and_show(example: Any) -> None:
            take(example)
            bar.advance(task)

        draw_examples(strategy, count, seed, take_and_show)
