"""Reserve days: on the plan, a stock of at least so many days of use, which is demand and feed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from functools import partial
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, ValidationInfo

from bichiku.model.faults import Wrong, shown
from bichiku.model.names import check_name
from bichiku.model.time_path import TimePath, monthly_path
from bichiku.model.values import Strict
from bichiku.model.world import World
from bichiku.policies.days import (
    MOST_DAYS,
    by_year_of_use,
    days_by_material,
    given_by_material,
    is_used,
    move_of_days,
)
from bichiku.policies.policy import Family, Inputs, Limit, Policy
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords
from bichiku.program import Move

STATE_SHARE = "state_share"


class DaysPath(Strict):
    """Reserve targets in days of cover: one for all materials, or by material.

    Attributes:
        default: of every material that is not named.
        materials: by material.
        state_share: share of what the reserve costs that the state pays; it changes no plan.
    """

    default: TimePath | None
    materials: dict[str, TimePath]
    state_share: float = 0.0

    def of(self, material: str) -> TimePath | None:
        """The target of a material; None where it has none."""
        return self.materials.get(material, self.default)


def _days(value: Any, info: ValidationInfo) -> DaysPath:
    if isinstance(value, DaysPath):
        return value
    path = partial(monthly_path, upper=MOST_DAYS)
    given = given_by_material(value, info)
    if not given:
        return DaysPath(default=path(value), materials={})
    share = _state_share(given.pop(STATE_SHARE, 0.0))
    default = path(given.pop("default")) if "default" in given else None
    if default is None and not given:
        raise Wrong(f"{STATE_SHARE} alone asks for no reserve", "give days: default, or of materials")
    materials = {check_name(key): path(days) for key, days in given.items()}
    return DaysPath(default=default, materials=materials, state_share=share)


def _state_share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{STATE_SHARE}: {shown(value)} is not a share from 0 to 1")
    return float(value)


def target_days(world: World, material: str) -> np.ndarray | None:
    """Days of cover asked for at the end of each period; shape (periods,). None without a target."""
    asked = RESERVE_DAYS.asked(world)
    path = asked.of(material) if asked and is_used(world, material) else None
    return None if path is None else path(world.calendar.ends)


def _together(one: Move, other: Move) -> Move:
    """Two moves of rows and entries at once."""
    return Move(
        rows=np.concatenate([one.rows, other.rows]),
        row_moves=np.concatenate([one.row_moves, other.row_moves]),
        entry_rows=np.concatenate([one.entry_rows, other.entry_rows]),
        entry_columns=np.concatenate([one.entry_columns, other.entry_columns]),
        entry_moves=np.concatenate([one.entry_moves, other.entry_moves]),
    )


class ReserveDays(Policy[DaysPath]):
    """``stock ≥ days · (demand + feed) / d`` at each plan node; in an emergency the reserve may be used."""

    name = "reserve_days"
    keys = Annotated[DaysPath | None, BeforeValidator(_days)]
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
        """One more day of cover in all periods of a year, and of its ceiling where that is the target."""
        world, program = built.world, built.program
        ceilings = {block.material: block for block in program.blocks("reserve_ceiling")}
        for block in program.blocks("reserve_days"):
            target = target_days(world, block.material)
            assert target is not None
            ceiling = ceilings.get(block.material)
            if ceiling is not None and world.policies.reserve_ceiling.of(block.material) != "target":
                ceiling = None
            for year, mine in by_year_of_use(built, block):
                move = move_of_days(built, block, target, mine)
                if ceiling is not None:
                    move = _together(move, move_of_days(built, ceiling, target, mine))
                days, rows = float(target[block.keys[mine][-1]]), block.numbers[mine]
                steps = ceiling is not None
                yield Limit("reserve_days", "", block.material, year, days, "days", move, rows, steps=steps)

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
