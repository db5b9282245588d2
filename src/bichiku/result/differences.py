"""In what the worlds of several runs differ beside their policies, so that a comparison can say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bichiku.model.world import World
from bichiku.reading.model import model_of
from bichiku.result.run import Run

SETTINGS = ("buyer", "discount_rate", "events", "crises")


def differences(runs: Sequence[Run]) -> list[str]:
    """A sentence for each run that differs from the first in more than policies."""
    first, *others = runs
    return [
        f"{run.strategy} and {first.strategy} differ in {', '.join(found)}, not in policies alone"
        for run in others
        if (found := list(_different(first.world, run.world)))
    ]


def _different(one: World, other: World) -> Iterator[str]:
    yield from (key for key in SETTINGS if getattr(one.settings, key) != getattr(other.settings, key))
    ours, theirs = model_of(one).source.tables or {}, model_of(other).source.tables or {}
    yield from (f"{name}.csv" for name in ours if ours[name].rows != theirs[name].rows)
