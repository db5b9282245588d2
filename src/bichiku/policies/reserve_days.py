"""Reserve days: on the plan, a stock of at least so many days of use, which is demand and feed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from bichiku.model.faults import shown
from bichiku.model.names import check_name
from bichiku.model.time_path import TimePath, monthly_path
from bichiku.model.values import Strict
from bichiku.model.world import World
from bichiku.policies.policy import Bounds, Built, Family, Inputs, Limit, PhraseWords, Policy, RowWriter, RuleWords
from bichiku.program import Move

MOST_DAYS = 100_000


class DaysPath(Strict):
    """Reserve targets in days of cover: one for all materials, or by material."""

    default: TimePath | None
    materials: dict[str, TimePath]

    def of(self, material: str) -> TimePath | None:
        """The target of a material; None where it has none."""
        return self.materials.get(material, self.default)


def days_by_material(value: Any) -> dict[Any, Any]:
    """The materials (and ``default``) that reserve days are given for; empty if they are given for all alike."""
    return value if isinstance(value, dict) and not any(_looks_dated(key) for key in value) else {}


def _looks_dated(key: Any) -> bool:
    return re.fullmatch(r"[0-9]{4}(-[0-9]*)*", str(key)) is not None


def _days(value: Any) -> DaysPath:
    if isinstance(value, DaysPath):
        return value
    path = partial(monthly_path, upper=MOST_DAYS)
    given = dict(days_by_material(value))
    if not given:
        if isinstance(value, dict):
            _refuse_names_among_months(value)
        return DaysPath(default=path(value), materials={})
    default = path(given.pop("default")) if "default" in given else None
    return DaysPath(default=default, materials={check_name(key): path(days) for key, days in given.items()})


def _refuse_names_among_months(value: dict[Any, Any]) -> None:
    names = [key for key in value if not _looks_dated(key)]
    if not names:
        return
    name = next((key for key in names if key != "default"), None)
    if name is None:
        raise ValueError("'default' is not a month such as 2026-01; write the months below it, as {default: {...}}")
    meant = f"write {{default: {{...}}, {name}: ...}} if it is a material, with the months below default"
    raise ValueError(f"{shown(name)} is not a month such as 2026-01; {meant}")


def is_used(world: World, material: str) -> bool:
    """Whether a material has demand, or is the feed of a project."""
    return material in world.demand or bool(world.consumers(material))


def target_days(world: World, material: str) -> np.ndarray | None:
    """Days of cover asked for at the end of each period; shape (periods,). None without a target."""
    asked = RESERVE_DAYS.asked(world)
    path = asked.of(material) if asked and is_used(world, material) else None
    return None if path is None else path(world.calendar.ends)


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

    def named(self, value: Any) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
        yield (), "material", [str(key) for key in days_by_material(value) if key != "default"]

    def limits(self, built: Built) -> Iterator[Limit]:
        """One more day of cover in all periods of a year."""
        world, program, d = built.world, built.program, built.world.calendar.days
        for block in program.blocks("reserve_days"):
            target = target_days(world, block.material)
            assert target is not None
            none = np.zeros(len(block.keys))
            per_day = built.demand[block.material][block.keys] / d if block.material in world.demand else none
            fed = [
                (program.columns_of("run", name).start, world.projects[name])
                for name in world.consumers(block.material)
            ]
            years = world.calendar.years[block.keys]
            for year in np.unique(years):
                mine = (years == year) & ((per_day > 0) | bool(fed))
                if not mine.any():
                    continue
                rows, nodes = block.numbers[mine], block.keys[mine]
                columns = [start + nodes for start, _ in fed]
                moves = [np.full(len(rows), -(row.input_per_output or 0.0) / d) for _, row in fed]
                move = Move(
                    rows=rows,
                    row_moves=per_day[mine],
                    entry_rows=np.tile(rows, len(fed)),
                    entry_columns=np.concatenate(columns) if fed else np.empty(0, dtype=int),
                    entry_moves=np.concatenate(moves) if fed else np.empty(0),
                )
                days = float(target[nodes[-1]])
                yield Limit("reserve_days", "", block.material, int(year), days, "days", move, rows)

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
