"""Rationing: what is left of a partly stopped source is not the buyer's alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from bichiku.build.stencil import Stencil
from bichiku.model.state import State
from bichiku.model.tree import Tree
from bichiku.model.world import World


def add_rationing(stencil: Stencil, world: World, state: State) -> None:
    """``ship ≤ capacity of its unhit feed + what is left of each hit part · the plan's mean shipments``.

    The mean is over the year before the onset, in which a period before the first counts as capacity. A loss on a route
    hits the whole of a source, and is counted once, on arrival.
    """
    tree, calendar = stencil.tree, world.calendar
    whole: dict[str, np.ndarray] = {}
    left: dict[str, np.ndarray] = {}
    for name in world.spot:
        if world.is_import(name):
            unhit, hit = shares_left(name, tree, world, state)
            if (hit > 0.0).any():
                whole[name], left[name] = unhit, hit
    if not left:
        return
    steps = range(1, calendar.periods_per_year + 1)
    capacity = {name: world.spot[name].capacity_t * calendar.year_share for name in left}
    for step in steps:
        at = np.where(tree.onset - step >= 1, tree.onset - step - 1, -1)
        stencil.elsewhere(
            f"ship_before_onset_{step}", of=stencil.model.ship, at=dict.fromkeys(left, at), outside=capacity
        )
    stencil.parameters("unhit", whole)
    stencil.parameters("left_of_hit", left)

    def ration(m: Any, source: str) -> Any:
        mean = sum(m.component(f"ship_before_onset_{step}")[source] for step in steps) / len(steps)
        return m.ship[source] <= capacity[source] * m.unhit[source] + m.left_of_hit[source] * mean

    stencil.add_rows("ration", left, ration, nodes=lambda source: np.flatnonzero(left[source] > 0.0), unit="t")


def rationed_per_tonne(source: str, tree: Tree, world: World, state: State) -> np.ndarray:
    """Tonnes by which the rows' limit at each node rises with each tonne a year of capacity; shape (nodes,)."""
    unhit, hit = shares_left(source, tree, world, state)
    year = world.calendar.periods_per_year
    before_start = np.clip(year + 1 - tree.onset, 0, year) / year  # of the year before the onset
    found: np.ndarray = world.calendar.year_share * (unhit + hit * before_start)
    return found


def shares_left(source: str, tree: Tree, world: World, state: State) -> tuple[np.ndarray, np.ndarray]:
    """Share of a source's capacity that no part of a crisis hits, and what is left of the hit parts, at each node.

    The second is zero where nothing is hit, and where nothing is left of what is.
    """
    size, at = tree.size, tree.period - 1
    supply, on_route = state.supply.get(source), state.on_route.get(source)
    all_hit = np.zeros(size, dtype=bool) if on_route is None else on_route.is_cut
    if supply is None:
        return np.where(all_hit, 0.0, 1.0), np.where(all_hit, 1.0, 0.0)
    all_hit = all_hit | (supply.own.crisis < 1.0)
    own = supply.own
    rest = 1.0 - sum(supply.shares.values())
    unhit = np.where(all_hit, 0.0, rest * own.events.mean(axis=1)[at])
    hit = np.where(all_hit, rest, 0.0)
    for country, part in supply.feed.items():
        share = supply.shares[country]
        cut = all_hit | (part.crisis < 1.0)
        unhit = unhit + np.where(cut, 0.0, share * (own.events * part.events).mean(axis=1)[at])
        hit = hit + np.where(cut, share * part.crisis, 0.0)
    return unhit, own.crisis * hit
