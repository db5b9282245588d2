"""Why there is no plan, told on the way by commands that meet a model without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bichiku.model.world import World

SECONDS = 20.0  # at most for each strategy; `bichiku explain` takes longer if it must
MOST_LINES = 40  # of an explanation that are shown


def print_short_explanation(world: World, call: str, show: Callable[[str], None]) -> None:
    """Tells on standard error why a world has no plan, within a screen and a time that can be waited for.

    Args:
        world: the world.
        call: what to add to ``bichiku explain MODEL`` to be told all.
        show: called with a few words as each step begins.
    """
    from bichiku.api.library import explain
    from bichiku.show.explanation import text_of

    typer.echo(_shortened(text_of(explain(world, SECONDS, show)), call), err=True)


def _shortened(text: str, call: str) -> str:
    lines = text.splitlines()
    if len(lines) <= MOST_LINES:
        return text
    more = f"... and {len(lines) - MOST_LINES} lines more; bichiku explain MODEL {call} tells all"
    return "\n".join([*lines[:MOST_LINES], more])
