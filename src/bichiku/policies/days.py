"""Days of cover, as the floor and the ceiling on stock share them: how they are written and what one more day does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

import numpy as np
from pydantic import ValidationInfo

from bichiku.model.faults import Wrong
from bichiku.model.world import World
from bichiku.policies.views import Built, StateNumbers
from bichiku.program import Move, RowBlock

MOST_DAYS = 100_000
MATERIALS = "materials"  # what validation is told beside the value: the names of the model's materials


def days_by_material(value: Any, materials: Set[str] = frozenset()) -> dict[Any, Any]:
    """The materials (and ``default``) that reserve days are given for; empty if they are given for all alike.

    A key that is written like a date is one unless there is a material of that name.
    """
    if not isinstance(value, dict) or any(_looks_dated(key) and str(key) not in materials for key in value):
        return {}
    return value


def _looks_dated(key: Any) -> bool:
    return re.fullmatch(r"[0-9]{4}(-[0-9]*)*", str(key)) is not None


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


def demand_on_plan(numbers: StateNumbers, world: World, material: str) -> np.ndarray:
    """Tonnes of demand in each period of the plan; shape (periods,)."""
    periods = world.calendar.periods
    return numbers.number("demand", material)[:periods] if material in world.demand else np.zeros(periods)


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
