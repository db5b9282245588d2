"""The warning about a strategy whose text changes nothing: a slip may have taken away what was to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bichiku.checking.facts import Facts, Found
from bichiku.reading.model import Model
from bichiku.reading.strategies import BASE

SAME_STRATEGY = "W111"


def _changes_nothing(facts: Facts) -> Iterator[Found]:
    strategy, model = facts.world.strategy, facts.world.origin
    same = model.same_as(strategy) if isinstance(model, Model) else None
    if same is not None:
        other = "the base" if same == BASE else f"the strategy {same}"
        yield Found(strategy, f"it has changes, and asks for the same as {other} all the same")


RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {SAME_STRATEGY: _changes_nothing}
