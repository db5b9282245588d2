"""Examples drawn by hypothesis with a bar that shows how many are done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.progress import Progress

from oracles.drawn import draw_examples


def draw_with_bar(strategy: Any, count: int, seed: int, take: Callable[[Any], None], words: str) -> None:
    """Hands over drawn examples; the same for the same seed."""
    with Progress() as bar:
        task = bar.add_task(words, total=count)

        def take_and_show(example: Any) -> None:
            take(example)
            bar.advance(task)

        draw_examples(strategy, count, seed, take_and_show)
