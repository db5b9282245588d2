"""Reserve days: on the plan, a stock of at least so many days of use, which is demand and feed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from bichiku.model.time_path import TimePath
from bichiku.model.world import World
from bichiku.policies.days import by_year_of_use, days_by_material, is_used, move_of_days
from bichiku.policies.one_more_day import one_more_day
from bichiku.policies.policy import Family, Inputs, Limit, Policy, bent
from bichiku.policies.reserve_ceiling import is_target
from bichiku.policies.reserve_target import STATE_SHARE, DaysPath, reserve_target, target_days
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords
from bichiku.program import Move, RowBlock


class ReserveDays(Policy[DaysPath]):
    """``stock ≥ days · (demand + feed) / d`` at each plan node; in an emergency the reserve may be used."""

    name = "reserve_days"
    keys = Annotated[DaysPath | None, BeforeValidator(reserve_target)]
    families = (
        Family(
            "reserve_days",
            "One more day of reserve of {material} in {year}",
            "the reserve of {material}",
            "reserve",
            tighter_by_less=True,
        ),
    )
    inputs = {"reserve_days": Inputs("policies.reserve_days of {material}")}
    shape = "path, days; or by material"
    text = (
        "least stock at the end of each period of the plan, in days of that period's use, which is demand and feed; "
        "in an emergency the stock may be used"
    )

    def add_rows(self, rows: RowWriter, world: World) -> None:
        days = {name: target for name in world.materials if (target := target_days(world, name)) is not None}
        if not days:
            return
        tree, length = rows.tree, world.calendar.days
        rows.parameters("reserve_target_days", {k: target[tree.period - 1] for k, target in days.items()})

        def rule(m: Any, material: str) -> Any:
            target = m.reserve_target_days[material] / length
            # a number alone on the right is a limit from below, as which duals and prices read it
            demand = m.demand[material] if material in world.demand else 0.0
            return m.stock[material] - target * m.feed[material] >= target * demand

        rows.add_rows("reserve_days", days, rule, nodes=tree.plan, unit="t", policy=True)

    def named(self, value: Any, materials: Set[str]) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
        yield (
            (),
            "material",
            [str(key) for key in days_by_material(value, materials) if key not in ("default", STATE_SHARE)],
        )

    def limits(self, built: Built) -> Iterator[Limit]:
        """One more day of cover in all periods of a year, with all that hangs on the target."""
        for block in built.program.blocks("reserve_days"):
            target = target_days(built.world, block.material)
            assert target is not None
            for year, mine in by_year_of_use(built, block):
                yield bent(self._rule(built, block, year, mine), one_more_day(built, block, target, year, mine))

    def rules(self, built: Built) -> Iterator[Limit]:
        """The target of each year, with its ceiling where that is the target."""
        ceilings = {block.material: block for block in built.program.blocks("reserve_ceiling")}
        for block in built.program.blocks("reserve_days"):
            joint = block.material in ceilings and is_target(built.world, block.material)
            for year, mine in by_year_of_use(built, block):
                rule = self._rule(built, block, year, mine)
                if joint and rule.move is not None:
                    target = target_days(built.world, block.material)
                    assert target is not None
                    above = move_of_days(built, ceilings[block.material], target, mine)
                    rule = replace(rule, move=Move.together([rule.move, above]))
                yield rule

    def _rule(self, built: Built, block: RowBlock, year: int, mine: np.ndarray) -> Limit:
        target = target_days(built.world, block.material)
        assert target is not None
        move = move_of_days(built, block, target, mine)
        days = float(target[block.keys[mine][-1]])
        return Limit("reserve_days", "", block.material, year, days, "days", move, block.numbers[mine])

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        words_of_days = f"reserve of {rule.material}: {words.number(rule.value)} days in {rule.year}"
        if rule.move is None or len(rule.move.entry_rows):
            return words_of_days  # the tonnes hang on what projects run
        return f"{words_of_days} ({words.tonnes(float(np.max(rule.move.row_moves)) * rule.value)} t)"

    def phrases(self, asked: DaysPath, words: PhraseWords) -> Iterator[str]:
        if asked.default:
            others = " of every other material" if asked.materials else ""
            yield f"reserve of at least {words.path(asked.default, words.days, words.month)} days{others}"
        for material, path in asked.materials.items():
            yield f"reserve of {material} of at least {words.path(path, words.days, words.month)} days"
        if asked.state_share:
            yield f"the state pays {words.percent(asked.state_share)} of the reserve"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        if self.asked(bounds.world) is None:
            return {}
        targets = [target_days(bounds.world, material) for material in bounds.world.materials]
        asked = [float(days.max()) for days in targets if days is not None]
        return {} if any(asked) else {"reserve_days": "it asks for 0 days of every material that is used"}

    def idle_names(self, bounds: Bounds) -> Iterator[tuple[str, str]]:
        asked = self.asked(bounds.world)
        for material in asked.materials if asked else {}:
            if not is_used(bounds.world, material):
                yield f"reserve_days.{material}", f"{material} has neither demand nor use as feed to hold days of"

    def path(self, rule: Limit, world: World) -> TimePath | None:
        asked = self.asked(world)
        return asked.of(rule.material) if asked else None

    def with_path(self, rule: Limit, world: World, path: TimePath) -> DaysPath:
        asked = self.asked(world)
        assert asked is not None
        return asked.model_copy(update={"materials": {**asked.materials, rule.material: path}})


RESERVE_DAYS = ReserveDays()
