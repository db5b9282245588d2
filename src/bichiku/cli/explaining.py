"""Why there is no plan, told on the way by commands that meet a model without one."""

from __future__ import annotations

from collections.abc import Callable

import typer

from bichiku.explain import explain
from bichiku.model.world import World
from bichiku.show.explanation import text_of

EXPLAINING = 20.0  # seconds at most for each strategy; `bichiku explain` takes longer if it must
SCREEN = 40  # lines of an explanation that are shown


def explain_on_the_way(world: World, call: str, show: Callable[[str], None]) -> None:
    """Tells on standard error why a world has no plan, within a screen and a time that can be waited for.

    Args:
        world: the world.
        call: what to add to ``bichiku explain MODEL`` to be told all.
        show: called with a few words as each step begins.
    """
    typer.echo(_shortened(text_of(explain(world, show, EXPLAINING)), call), err=True)


def _shortened(text: str, call: str) -> str:
    lines = text.splitlines()
    if len(lines) <= SCREEN:
        return text
    more = f"... and {len(lines) - SCREEN} lines more; bichiku explain MODEL {call} tells all"
    return "\n".join([*lines[:SCREEN], more])
