"""The reserve's target: days of cover that are asked for, as strategies give them and as they rise over time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from pydantic import ValidationInfo

from bichiku.model.faults import Wrong, shown
from bichiku.model.names import check_name
from bichiku.model.time_path import TimePath, monthly_path
from bichiku.model.tree import Tree
from bichiku.model.values import Strict
from bichiku.model.world import World
from bichiku.policies.days import MOST_DAYS, given_by_material, is_used

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

    def raised(self, more: Mapping[str, float]) -> DaysPath:
        """Targets of so many days more, by material; those that have none get none."""
        higher = {name: path.raised(days) for name, days in more.items() if (path := self.of(name)) is not None}
        return self.model_copy(update={"materials": {**self.materials, **higher}})


def reserve_target(value: Any, info: ValidationInfo) -> DaysPath:
    """The target that a strategy gives, whatever its form."""
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
    asked: DaysPath | None = world.policies.reserve_days
    path = asked.of(material) if asked and is_used(world, material) else None
    return None if path is None else path(world.calendar.ends)


def days_before_onset(days: np.ndarray, tree: Tree, nodes: np.ndarray) -> np.ndarray:
    """Days in the period before the onset of each node's branch; of an onset in period 1 those of that period."""
    found: np.ndarray = days[np.maximum(tree.onset[nodes] - 2, 0)]
    return found


def growth(days: np.ndarray, tree: Tree, nodes: np.ndarray) -> np.ndarray:
    """Days by which a target has risen since the period before the onset of each node's branch; shape of `nodes`."""
    return np.maximum(days[tree.period[nodes] - 1] - days_before_onset(days, tree, nodes), 0.0)
