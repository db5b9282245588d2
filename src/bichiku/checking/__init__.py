"""Warnings: a model that can be solved, but may not mean what its author thinks.

A rule is a function that looks at the facts of a world and yields what it finds; its code says to which of the
files here it belongs. To add one: the function and its entry in ``RULES`` there, a line in
`bichiku.model.warning_codes`, a row in ``docs/messages.md``, and a test that triggers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bichiku.checking import (
    assumptions,
    contradictions,
    crises,
    format_2,
    numbers,
    policies,
    scaling,
    strategies,
    tables,
)
from bichiku.checking.facts import Facts, Found
from bichiku.model.chains import LastWorld
from bichiku.model.world import World

RULES: dict[str, Callable[[Facts], Iterator[Found]]] = dict(
    sorted(
        {
            **tables.RULES,
            **format_2.RULES,
            **strategies.RULES,
            **policies.RULES,
            **contradictions.RULES,
            **crises.RULES,
            **numbers.RULES,
            **scaling.RULES,
            **assumptions.RULES,
        }.items()
    )
)


@dataclass(frozen=True)
class Advice:
    """One warning.

    Attributes:
        code: the code by which it is documented in ``docs/messages.md`` and can be silenced.
        subject: what it is about.
        message: what is the matter with it.
    """

    code: str
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.subject}: {self.message}"


def advice(world: World) -> list[Advice]:
    """All warnings about a world, in the order of their codes.

    Raises:
        ModelFaults: see `bichiku.result.pipeline.grow`.
    """
    return list(_TOLD.of(world)[0])


def advice_by_strategy(worlds: Mapping[str, World]) -> dict[str, list[Advice]]:
    """All warnings about several worlds.

    What format 2 changes is told once for all of them, so that a strategy's own keys make no second warning.

    Raises:
        ModelFaults: see `bichiku.result.pipeline.grow`.
    """
    found: dict[str, list[Advice]] = {}
    changed: dict[str, None] = {}
    for name, world in worlds.items():
        items, keys = _TOLD.of(world)
        found[name] = list(items)
        changed |= dict.fromkeys(keys)
    (code,) = format_2.RULES
    as_one = Advice(code, *format_2.told(changed))
    return {name: [as_one if item.code == code else item for item in items] for name, items in found.items()}


def _told(world: World) -> tuple[tuple[Advice, ...], tuple[str, ...]]:
    """All warnings about a world and its keys that format 2 changed."""
    facts = Facts(world)
    found = (Advice(code, *item) for code, rule in RULES.items() for item in rule(facts))
    return tuple(dict.fromkeys(found)), tuple(format_2.changed_keys(facts))


_TOLD = LastWorld(_told, asked=True)
"""Kept, as a run's page tells what its screen told."""
