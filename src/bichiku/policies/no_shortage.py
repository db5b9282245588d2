"""No shortage: on the plan every tonne of demand is met or saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from bichiku.model.faults import Wrong, shown
from bichiku.model.names import check_name
from bichiku.model.values import Strict
from bichiku.model.world import World
from bichiku.policies.policy import Family, Inputs, KeyPath, Limit, Policy, without_demand
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords
from bichiku.program import Move


class NoShortageKeys(Strict):
    """Materials of which nothing may be short on the plan; None for all."""

    materials: list[str] | None


def _keys(value: Any) -> NoShortageKeys:
    if isinstance(value, NoShortageKeys):
        return value
    if value is True or value == "all":
        return NoShortageKeys(materials=None)
    if isinstance(value, list) and value:
        return NoShortageKeys(materials=[check_name(name) for name in value])
    if value is False:
        raise Wrong("false asks for nothing", "leave the key out, or write null in a strategy to remove it")
    raise ValueError(f"{shown(value)} is neither true nor a list of materials")


class NoShortage(Policy[NoShortageKeys]):
    """``short ≤ 0`` at each plan node."""

    name = "no_shortage"
    keys = Annotated[NoShortageKeys | None, BeforeValidator(_keys)]
    families = (
        Family(
            "no_shortage",
            "Allowing one tonne of {material} to be short in each period of {year}",
            "what may be short of {material} on the plan",
            "accept short on the plan",
            unit_in_subject=True,
        ),
    )
    inputs = {"no_shortage": Inputs("policies.no_shortage of {material}")}
    shape = "true, or materials"
    text = "materials of which nothing may be short on the plan: demand is met or saved"

    def named(self, value: Any, materials: Set[str]) -> Iterator[tuple[KeyPath, str, Any]]:
        yield (), "material", value

    def add_rows(self, rows: RowWriter, world: World) -> None:
        asked = self.asked(world)
        if asked is None:
            return

        def rule(m: Any, material: str) -> Any:
            return m.short[material] <= 0

        materials = world.with_demand(asked.materials)
        rows.add_rows("no_shortage", materials, rule, nodes=rows.tree.plan, unit="t", policy=True)

    def limits(self, built: Built) -> Iterator[Limit]:
        """A tonne short in all periods of a year."""
        years = built.world.calendar.years
        for block in built.program.blocks("no_shortage"):
            of_row = years[block.keys]
            for year in np.unique(of_row):
                rows = block.numbers[of_row == year]
                move = Move(rows=rows, row_moves=np.ones(len(rows)))
                yield Limit("no_shortage", "", block.material, int(year), 0.0, "t", move, rows)

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        return f"no shortage of {rule.material} on the plan in {rule.year}"

    def phrases(self, asked: NoShortageKeys, words: PhraseWords) -> Iterator[str]:
        of = f" of {words.names(asked.materials)}" if asked.materials else ""
        yield f"no shortage{of} on the plan"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        asked = self.asked(bounds.world)
        if asked is None or bounds.world.with_demand(asked.materials):
            return {}
        return {"no_shortage": "none of its materials has demand"}

    def idle_names(self, bounds: Bounds) -> Iterator[tuple[str, str]]:
        asked = self.asked(bounds.world)
        yield from without_demand(self.name, asked.materials if asked else None, bounds.world)


NO_SHORTAGE = NoShortage()
