"""Reserve ceiling: on the plan, a stock of at most so many days of use, or of exactly what the reserve asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, ValidationInfo

from bichiku.model.names import check_name
from bichiku.model.time_path import TimePath, monthly_path
from bichiku.model.values import Strict
from bichiku.model.world import NOTHING_MORE, World
from bichiku.policies.days import (
    MOST_DAYS,
    by_year_of_use,
    days_by_material,
    demand_on_plan,
    given_by_material,
    is_used,
    move_of_days,
)
from bichiku.policies.policy import Family, Inputs, KeyPath, Limit, Policy
from bichiku.policies.reserve_target import target_days
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords, StateNumbers

TARGET: Literal["target"] = "target"
Ceiling = TimePath | Literal["target"]
BELOW = 1e-9  # days by which a ceiling may be under the reserve's own before it is a fault


class CeilingPath(Strict):
    """Ceilings in days of cover, or ``target`` for the days of the reserve: one for all materials, or by material."""

    default: Ceiling | None
    materials: dict[str, Ceiling]

    def of(self, material: str) -> Ceiling | None:
        """The ceiling of a material; None where it has none."""
        return self.materials.get(material, self.default)


def _ceiling(value: Any) -> Ceiling:
    return TARGET if value == TARGET else monthly_path(value, upper=MOST_DAYS)


def _ceilings(value: Any, info: ValidationInfo) -> CeilingPath:
    if isinstance(value, CeilingPath):
        return value
    given = given_by_material(value, info)
    if not given:
        return CeilingPath(default=_ceiling(value), materials={})
    default = _ceiling(given.pop("default")) if "default" in given else None
    return CeilingPath(default=default, materials={check_name(key): _ceiling(days) for key, days in given.items()})


def is_target(world: World, material: str) -> bool:
    """Whether a material's ceiling is the days of its reserve."""
    asked = RESERVE_CEILING.asked(world)
    return asked is not None and asked.of(material) == TARGET


def ceiling_days(world: World, material: str) -> np.ndarray | None:
    """Days of cover allowed at the end of each period; shape (periods,). None without a ceiling."""
    asked = RESERVE_CEILING.asked(world)
    path = asked.of(material) if asked else None
    if path is None:
        return None
    if path != TARGET:
        return path(world.calendar.ends)
    target = target_days(world, material)
    return np.zeros(world.calendar.periods) if target is None else target


def what_cannot_leave(
    numbers: StateNumbers,
    world: World,
    material: str,
    target: np.ndarray | None,
    more: Mapping[str, float] = NOTHING_MORE,
) -> np.ndarray:
    """Tonnes that are in stock at the end of each period of the plan if nothing is bought; shape (periods,).

    The opening stock, goods under way, what contracts are committed to deliver beyond the feed of existing projects at
    full running, and what the reserve asked for a period before, less demand, of which a release rate may keep some in
    store.

    Args:
        numbers: the state.
        world: the chain's part of the world.
        material: the material.
        target: its reserve's days at the end of each period; None where it has none.
        more: existing capacity of projects beyond that of the world, t/year.
    """
    periods, share = world.calendar.periods, world.calendar.year_share
    row = world.materials[material]
    demand = demand_on_plan(numbers, world, material)
    comes, committed = np.zeros(periods), np.zeros(periods)
    for name in world.sellers(material):
        supplier, route = world.suppliers[name], numbers.number("route", name)[:periods]
        if name in world.contracts:
            committed += supplier.minimum_t * share * numbers.number("export", name)[:periods] * route
        else:
            comes[: supplier.lead_periods] += supplier.under_way * route[: supplier.lead_periods]
    for name in world.consumers(material):
        project = world.projects[name]
        fed = (project.existing_t + more.get(name, 0.0)) * (project.input_per_output or 0.0)
        committed -= fed * share * numbers.number("export", name)[:periods]
    comes += np.maximum(committed, 0.0)
    floor = np.zeros(periods) if target is None else target * demand / world.calendar.days
    slowest = np.inf if row.release_rate_t_per_day is None else row.release_rate_t_per_day * world.calendar.days
    kept, before, found = world.kept(material), row.opening_stock_t, np.zeros(periods)
    for t in range(periods):
        found[t] = max(kept * before - min(demand[t] - comes[t], slowest), 0.0)
        before = max(found[t], floor[t])
    return found


def ceiling_tonnes(
    numbers: StateNumbers,
    world: World,
    material: str,
    most: np.ndarray,
    target: np.ndarray | None,
    more: Mapping[str, float] = NOTHING_MORE,
) -> np.ndarray:
    """The ceiling of each period of the plan but for its days of feed; shape (periods,). See `what_cannot_leave`.

    Args:
        most: days that the stock may last at the end of each period.
    """
    of_demand = most * demand_on_plan(numbers, world, material) / world.calendar.days
    return np.maximum(of_demand, what_cannot_leave(numbers, world, material, target, more))


class ReserveCeiling(Policy[CeilingPath]):
    """``stock ≤ max(days · demand / d, what cannot leave) + days · feed / d`` at each plan node."""

    name = "reserve_ceiling"
    keys = Annotated[CeilingPath | None, BeforeValidator(_ceilings)]
    families = (
        Family(
            "reserve_ceiling",
            "One more day that the stock of {material} may last in {year}",
            "the ceiling on the stock of {material}",
            "stock ceiling",
        ),
    )
    inputs = {"reserve_ceiling": Inputs("policies.reserve_ceiling of {material}")}
    shape = "path, days; `target`; or by material"
    text = (
        "most stock at the end of each period of the plan, in days of that period's use, beside what cannot leave the "
        "store; `target` is the days of `reserve_days`, none where it asks for none"
    )

    def add_rows(self, rows: RowWriter, world: World) -> None:
        days = {name: most for name in world.materials if (most := ceiling_days(world, name)) is not None}
        if not days:
            return
        tree, length = rows.tree, world.calendar.days
        at, plan = tree.period - 1, tree.plan
        tonnes = {
            name: ceiling_tonnes(rows, world, name, most, target_days(world, name))[at] for name, most in days.items()
        }
        rows.parameters("ceiling_days", {name: most[at] for name, most in days.items()})
        rows.parameters("ceiling_tonnes", tonnes)

        def rule(m: Any, material: str) -> Any:
            fed = m.ceiling_days[material] / length * m.feed[material]
            return m.stock[material] - fed <= m.ceiling_tonnes[material]

        rows.add_rows("reserve_ceiling", days, rule, nodes=plan, unit="t", policy=True)

    def named(self, value: Any, materials: Set[str]) -> Iterator[tuple[KeyPath, str, Any]]:
        yield (), "material", [str(key) for key in days_by_material(value, materials) if key != "default"]

    def limits(self, built: Built) -> Iterator[Limit]:
        """One more day in all periods of a year; where the ceiling is the target, that is the reserve's own number."""
        for block in built.program.blocks("reserve_ceiling"):
            if is_target(built.world, block.material) and target_days(built.world, block.material) is not None:
                continue
            days = ceiling_days(built.world, block.material)
            assert days is not None
            for year, mine in by_year_of_use(built, block):
                move = move_of_days(built, block, days, mine)
                at, rows = block.keys[mine], block.numbers[mine]
                value = float(days[at[-1]])
                yield Limit("reserve_ceiling", "", block.material, year, value, "days", move, rows, steps=True)

    def describe(self, rule: Limit, world: World, words: RuleWords) -> str:
        return f"stock of {rule.material}: at most {words.number(rule.value)} days in {rule.year}"

    def rules(self, built: Built) -> Iterator[Limit]:
        """The ceilings of each year, those of the target too."""
        for block in built.program.blocks("reserve_ceiling"):
            days = ceiling_days(built.world, block.material)
            assert days is not None
            years = built.world.calendar.years[block.keys]
            for year in np.unique(years):
                mine = years == year
                value = float(days[block.keys[mine][-1]])
                move, rows = move_of_days(built, block, days, mine), block.numbers[mine]
                yield Limit("reserve_ceiling", "", block.material, int(year), value, "days", move, rows)

    def phrases(self, asked: CeilingPath, words: PhraseWords) -> Iterator[str]:
        def told(ceiling: Ceiling) -> str:
            if ceiling == TARGET:
                return "no more than the reserve asks for"
            return f"at most {words.path(ceiling, words.days, words.month)} days"

        if asked.default is not None:
            others = " of every other material" if asked.materials else ""
            yield f"stock{others} of {told(asked.default)}"
        for material, ceiling in asked.materials.items():
            yield f"stock of {material} of {told(ceiling)}"

    def never_binds(self, bounds: Bounds) -> Mapping[str, str]:
        return {}

    def idle_names(self, bounds: Bounds) -> Iterator[tuple[str, str]]:
        asked = self.asked(bounds.world)
        for material in asked.materials if asked else {}:
            if not is_used(bounds.world, material):
                yield f"reserve_ceiling.{material}", f"{material} has neither demand nor use as feed to hold days of"

    def faults(self, world: World) -> Iterator[tuple[KeyPath, str, str]]:
        asked = self.asked(world)
        for material in world.materials if asked else ():
            target, most = target_days(world, material), ceiling_days(world, material)
            if target is None or most is None or not (target > most + BELOW).any():
                continue
            t = int(np.flatnonzero(target > most + BELOW)[0])
            where = (material,) if asked is not None and material in asked.materials else ()
            reserve = f"the {target[t]:g} days that the reserve of {material} asks for"
            message = f"{most[t]:g} days in {world.calendar.label(t + 1)} are below {reserve}"
            yield where, message, "write target for the days of the reserve"

    def path(self, rule: Limit, world: World) -> TimePath | None:
        asked = self.asked(world)
        path = asked.of(rule.material) if asked else None
        return None if path == TARGET else path

    def with_path(self, rule: Limit, world: World, path: TimePath) -> CeilingPath:
        asked = self.asked(world)
        assert asked is not None
        return asked.model_copy(update={"materials": {**asked.materials, rule.material: path}})


RESERVE_CEILING = ReserveCeiling()
