"""Survive: no shortage in named crises, for so many days or for the whole branch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from bichiku.model.calendar import Calendar
from bichiku.model.tree import Tree
from bichiku.model.values import MaterialChoice, Month, Names, NotNegative, Strict
from bichiku.model.world import World
from bichiku.policies.policy import Family, Inputs, Limit, Policy, without_demand
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords
from bichiku.program import Move


class SurviveKeys(Strict):
    """No shortage in the named crises, for `days` days from the onset or for the whole branch."""

    crises: Names
    materials: MaterialChoice = None
    days: NotNegative | None = None
    from_: Annotated[Month | None, Field(alias="from", default=None)]


def surviving_nodes(asked: SurviveKeys, tree: Tree, calendar: Calendar) -> np.ndarray:
    """Numbers of the nodes at which nothing may be short."""
    begins = calendar.begins
    wanted = [
        part.crisis in asked.crises and (asked.from_ is None or int(begins[part.onset - 1]) >= asked.from_)
        for part in tree.stretches
    ]
    inside = np.isin(tree.stretch, np.flatnonzero(wanted))
    if asked.days is not None:
        inside &= tree.age * calendar.days < asked.days
    return np.flatnonzero(inside)


class Survive(Policy[SurviveKeys]):
    """``short ≤ 0`` at the branch nodes that begin within `days` days of the onset."""

    name = "survive"
    keys = SurviveKeys | None
    families = (
        Family(
            "survive",
            "Allowing one tonne of {material} to be short in each period that must be survived",
            "what may be short of {material}",
            "accept short",
            unit_in_subject=True,
        ),
    )
    refers = {"material": ("materials",), "crisis": ("crises",)}
    inputs = {"survive": Inputs("policies.survive of {material}")}
    text = "crises that must pass without shortage, for so many days or throughout"

    def add_rows(self, rows: RowWriter, world: World) -> None:
        asked = self.asked(world)
        if asked is None:
            return
        nodes = surviving_nodes(asked, rows.tree, world.calendar)

        def rule(m: Any, material: str) -> Any:
            return m.short[material] <= 0

        materials = world.with_demand(asked.materials)
        rows.add_rows("survive", materials, rule, nodes=nodes, unit="t", policy=True)

    def limits(self, built: Built) -> Iterator[Limit]:
        """A tonne short in all its periods together."""
        for block in built.program.blocks("survive"):
            rows = block.numbers
            move = Move(rows=rows, row_moves=np.ones(len(rows)))
            yield Limit("survive", "", block.material, None, 0.0, "t short allowed in each period", move, rows)

    def rules(self, built: Built) -> Iterator[Limit]:
        """One rule for each material and each start of a crisis, whatever its length."""
        for block in built.program.blocks("survive"):
            tree = built.tree_of(block.chain)
            starts = [(part.crisis, part.onset) for part in tree.stretches]
            of_row = [starts[part] for part in tree.stretch[block.keys]]
            for crisis, onset in dict.fromkeys(of_row):
                rows = block.numbers[[start == (crisis, onset) for start in of_row]]
                year = int(built.world.calendar.years[onset - 1])
                yield Limit("survive", crisis, block.material, year, 0.0, "t short", rows=rows, onset=onset)

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        label, count = world.calendar.label(rule.onset), len(rule.rows)
        nodes = f"{count} node{'s' if count > 1 else ''} of its branch"
        return f"no shortage of {rule.material} in crisis {rule.name} of {label} ({nodes})"

    def phrases(self, asked: SurviveKeys, words: PhraseWords) -> Iterator[str]:
        of = f" of {words.names(asked.materials)}" if asked.materials else ""
        span = "throughout" if asked.days is None else f"for {words.days(asked.days)} days"
        onsets = "" if asked.from_ is None else f", for onsets from {words.month(asked.from_)} on"
        yield f"no shortage{of} {span} in {words.names(asked.crises)}{onsets}"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        asked = self.asked(bounds.world)
        if asked is None:
            return {}
        if not any(len(surviving_nodes(asked, tree, bounds.world.calendar)) for tree in bounds.trees):
            return {"survive": "none of its crises begins where it counts (see crises, from and days)"}
        return {} if bounds.world.with_demand(asked.materials) else {"survive": "none of its materials has demand"}

    def idle_names(self, bounds: Bounds) -> Iterator[tuple[str, str]]:
        asked = self.asked(bounds.world)
        yield from without_demand(self.name, asked.materials if asked else None, bounds.world)


SURVIVE = Survive()
