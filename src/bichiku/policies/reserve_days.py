"""Reserve days: on the plan, a stock of at least so many days of use, which is demand and feed."""

from __future__ import annotations

import re
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
from bichiku.policies.policy import Family, Inputs, Limit, Policy
from bichiku.policies.views import Bounds, Built, PhraseWords, RowWriter, RuleWords
from bichiku.program import Move, RowBlock

MOST_DAYS = 100_000
STATE_SHARE = "state_share"
MATERIALS = "materials"  # what validation is told beside the value: the names of the model's materials


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


def days_by_material(value: Any, materials: Set[str] = frozenset()) -> dict[Any, Any]:
    """The materials (and ``default``) that reserve days are given for; empty if they are given for all alike.

    A key that is written like a date is one unless there is a material of that name.
    """
    if not isinstance(value, dict) or any(_looks_dated(key) and str(key) not in materials for key in value):
        return {}
    return value


def _looks_dated(key: Any) -> bool:
    return re.fullmatch(r"[0-9]{4}(-[0-9]*)*", str(key)) is not None


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


def given_by_material(value: Any, info: ValidationInfo) -> dict[Any, Any]:
    """A copy of what is given by material; empty where it is given for all alike.

    Raises:
        Wrong: some keys are dates and others are materials.
    """
    materials: Set[str] = (info.context or {}).get(MATERIALS, frozenset())
    given = dict(days_by_material(value, materials))
    if not given and isinstance(value, dict):
        _refuse_a_mixture(value, materials)
    return given


def _refuse_a_mixture(value: Mapping[Any, Any], materials: Set[str]) -> None:
    named = [str(key) for key in value if str(key) in materials or not _looks_dated(key)]
    dated = [str(key) for key in value if str(key) not in materials and _looks_dated(key)]
    if not named or not dated:
        return
    name = next((key for key in named if key != "default"), "default")
    if name == "default":
        what = f"'default' names materials and {dated[0]!r} a date"
        raise Wrong(what, "write the months below it, as {default: {...}}")
    if name in materials:
        raise Wrong(f"{name!r} is a material and {dated[0]!r} a date", "give materials, and dates below each")
    hint = f"write {{default: {{...}}, {name}: ...}} if it is a material"
    raise Wrong(f"{name!r} is not a month such as 2026-01", hint)


def is_used(world: World, material: str) -> bool:
    """Whether a material has demand, or is the feed of a project."""
    return material in world.demand or bool(world.consumers(material))


def target_days(world: World, material: str) -> np.ndarray | None:
    """Days of cover asked for at the end of each period; shape (periods,). None without a target."""
    asked = RESERVE_DAYS.asked(world)
    path = asked.of(material) if asked and is_used(world, material) else None
    return None if path is None else path(world.calendar.ends)


def by_year_of_use(built: Built, block: RowBlock) -> Iterator[tuple[int, np.ndarray]]:
    """Calendar years with the rows of a floor or ceiling on stock in which something is used; shape (rows,) each."""
    is_fed = bool(built.world.consumers(block.material))
    used = is_fed | (built.demand[block.material][block.keys] > 0) if block.material in built.demand else is_fed
    years = built.world.calendar.years[block.keys]
    for year in np.unique(years):
        mine = (years == year) & used
        if mine.any():
            yield int(year), mine


def move_of_days(built: Built, block: RowBlock, days: np.ndarray, mine: np.ndarray) -> Move:
    """What one more day in some rows of a floor or ceiling on stock does.

    A ceiling stays where it is as long as what cannot leave the store is more than it.

    Args:
        built: the strategy.
        block: the rows of a material at the plan's nodes.
        days: days asked for at the end of each period; shape (periods,).
        mine: which of the rows move; shape (rows,).
    """
    world, program, d = built.world, built.program, built.world.calendar.days
    per_day = np.zeros(len(block.keys))
    if block.material in world.demand:
        per_day = built.demand[block.material][block.keys] / d
    fed = [
        (program.columns_of("run", name).start, world.projects[name].input_per_output or 0.0)
        for name in world.consumers(block.material)
    ]
    rows, nodes = block.numbers[mine], block.keys[mine]
    of_demand = days[nodes] * per_day[mine]
    stays = np.maximum(program.limits_as_set(rows) - of_demand, 0.0) if block.family != "reserve_days" else 0.0
    return Move(
        rows=rows,
        row_moves=np.maximum(per_day[mine] - stays, 0.0),
        entry_rows=np.tile(rows, len(fed)),
        entry_columns=np.concatenate([start + nodes for start, _ in fed]) if fed else np.empty(0, dtype=int),
        entry_moves=np.concatenate([np.full(len(rows), -rate / d) for _, rate in fed]) if fed else np.empty(0),
    )


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
