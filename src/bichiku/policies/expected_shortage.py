"""Expected shortage: the expected days short of each material over the horizon are limited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bichiku.model.values import MaterialChoice, NotNegative, Strict
from bichiku.model.world import World
from bichiku.policies.policy import Family, Inputs, Limit, Policy, totals, without_demand
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords


class ExpectedShortageKeys(Strict):
    """Expected days short of each material over the horizon, at most `max_days`."""

    max_days: NotNegative
    materials: MaterialChoice = None


class ExpectedShortage(Policy[ExpectedShortageKeys]):
    """``Σ weight · short · d / demand ≤ max_days`` over the nodes with demand."""

    name = "expected_shortage"
    keys = ExpectedShortageKeys | None
    families = (
        Family(
            "expected_shortage",
            "One more day of expected shortage of {material}",
            "the limit on the expected shortage of {material}",
            "expected short",
            across_crises=True,
        ),
    )
    inputs = {"expected_shortage": Inputs("policies.expected_shortage.max_days", {"short": "demand[{column}].tonnes"})}
    refers = {"material": ("materials",)}
    text = "a limit on the expected days short of each material over the horizon"

    def add_rows(self, rows: RowWriter, world: World) -> None:
        asked = self.asked(world)
        if asked is None:
            return
        materials = world.with_demand(asked.materials)
        demand = {name: rows.number("demand", name) for name in materials}
        size = rows.tree.size
        days_per_tonne = {
            name: np.divide(rows.tree.weight * world.calendar.days, tonnes, out=np.zeros(size), where=tonnes > 0)
            for name, tonnes in demand.items()
        }
        rows.parameters("expected_days_per_tonne", days_per_tonne)

        def rule(m: Any, material: str) -> Any:
            return m.expected_days_per_tonne[material] * m.short[material] <= asked.max_days

        rows.add_rows(
            "expected_shortage",
            materials,
            rule,
            nodes=lambda material: np.flatnonzero(demand[material] > 0),
            key=np.zeros(size, dtype=int),
            place="once",
            unit="days",
            policy=True,
        )

    def limits(self, built: Built) -> Iterator[Limit]:
        yield from totals(built.program, "expected_shortage", "days")

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        return f"expected shortage of {rule.material}: at most {words.amount(rule.value, rule.unit)} over the horizon"

    def phrases(self, asked: ExpectedShortageKeys, words: PhraseWords) -> Iterator[str]:
        of = f" of {words.names(asked.materials)}" if asked.materials else ""
        yield f"at most {words.days(asked.max_days)} days short expected{of}"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        asked, calendar = self.asked(bounds.world), bounds.world.calendar
        if asked is None:
            return {}
        if not bounds.world.with_demand(asked.materials):
            return {"expected_shortage": "none of its materials has demand"}
        days = calendar.periods * calendar.days
        return {"expected_shortage": f"the horizon has {days:,.6g} days"} if asked.max_days >= days else {}

    def idle_names(self, bounds: Bounds) -> Iterator[tuple[str, str]]:
        asked = self.asked(bounds.world)
        yield from without_demand(self.name, asked.materials if asked else None, bounds.world)


EXPECTED_SHORTAGE = ExpectedShortage()
