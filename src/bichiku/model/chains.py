"""Chains: materials tied by projects, each with a plan and branches of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np

from bichiku.model.settings import Effect, Onset, PolicySettings
from bichiku.model.state import State, hits, materials_hit, world_state
from bichiku.model.tree import Tree, grow_tree, starts, tree_size
from bichiku.model.world import World

T = TypeVar("T")

NOTHING_ASKED = PolicySettings()


@dataclass(frozen=True)
class Chain:
    """A chain with its tree and state.

    Attributes:
        name: its first material in alphabetical order.
        world: its materials with all that is offered and used of them, and the crises that touch it.
        tree: its tree.
        state: the state at each node of it.
        danger: material to starts a year of crises that put it in an emergency; None where those of its tree are all.
    """

    name: str
    world: World
    tree: Tree
    state: State
    danger: Mapping[str, float] | None = None

    @property
    def years(self) -> np.ndarray:
        """Calendar year of each node; shape (nodes,)."""
        found: np.ndarray = self.world.calendar.years[self.tree.period - 1]
        return found


def chain_materials(world: World) -> list[tuple[str, ...]]:
    """The materials of each chain, in the order of their first."""
    chain = {material: {material} for material in world.materials}
    for row in world.projects.values():
        if row.input_material is not None and chain[row.material] is not chain[row.input_material]:
            joined = chain[row.material] | chain[row.input_material]
            chain.update(dict.fromkeys(joined, joined))
    return sorted({tuple(sorted(materials)) for materials in chain.values()})


class LastWorld(Generic[T]):
    """What follows from a world whatever is asked for in it, kept until another world comes.

    Strategies of a model mostly differ in their policies alone, and one is looked at more than once: to see whether its
    crises fit, to be solved, and to be warned about.

    Args:
        work: makes it of a world that asks for nothing.
        asked: whether it hangs on what is asked for too; it is then kept for the very world alone, as worlds that are
            equal may stand in different models.
    """

    def __init__(self, work: Callable[[World], T], asked: bool = False) -> None:
        self._work, self._asked = work, asked
        self._last: tuple[World, T] | None = None

    def of(self, world: World) -> T:
        """What follows from a world; the work is done if the world before was another."""
        last = self._last
        seen = world if self._asked else world.without_policies(NOTHING_ASKED)
        if last is None or (last[0] is not seen if self._asked else last[0] != seen):
            last = self._last = seen, self._work(seen)  # at once, as threads may ask side by side
        return last[1]


def grow_chains(world: World) -> tuple[Chain, ...]:
    """The chains of a world.

    Raises:
        TreeError: see `grow_tree`.
    """
    grown = _GROWN.of(world)
    return tuple(replace(chain, world=part) for chain, part in zip(grown, parts(world), strict=True))


def parts(world: World) -> Iterator[World]:
    """The part of a world that each chain is: its materials, and the crises that touch it."""
    for materials, crises in _PARTS.of(world):
        yield world.part(materials, crises)


def grow_chain(part: World) -> Chain:
    """The chain of a part.

    Raises:
        TreeError: see `grow_tree`.
    """
    name = min(part.materials)
    tree = grow_tree(part.settings.crises, part.calendar, name)
    return Chain(name, part, tree, world_state(part, tree))


def touching(world: World, materials: tuple[str, ...]) -> list[str]:
    """Crises that change something of these materials at any node against what events alone leave."""
    return [name for name in sorted(world.settings.crises) if _touches(world.part(materials, [name]), name)]


def _touches(part: World, name: str) -> bool:
    if not any(_selects(effect, part) for effect in part.settings.crises[name].effects):
        return False
    # one start at a time: the tree of all may be larger than any memory, and the first mostly settles it
    begun = starts(name, part.settings.crises[name], part.calendar)
    return any(_touches_from(part, name, start.onset) for start in begun)


def _selects(effect: Effect, part: World) -> bool:
    """Whether an effect selects anything at all."""
    return bool(materials_hit(effect, part)) or any(hits(effect, source, part) for source in part.sources)


def _touches_from(part: World, name: str, onset: int) -> bool:
    alone = {"annual_probability": None, "onset_every": None, "onsets": [Onset(period=onset, probability=0.0)]}
    tree = grow_tree({name: part.settings.crises[name].model_copy(update=alone)}, part.calendar)
    state = world_state(part, tree)
    return any(
        (by_node[tree.off_plan] != by_node[tree.on_plan[tree.off_plan]]).any()
        for by_name in (state.export, state.route, state.demand, state.price_factor)
        for by_node in by_name.values()
    )


_PARTS = LastWorld(lambda world: [(materials, touching(world, materials)) for materials in chain_materials(world)])
_GROWN = LastWorld(lambda world: tuple(grow_chain(part) for part in parts(world)))
_SIZES = LastWorld(
    lambda world: tuple((tree_size(part.settings.crises, world.calendar), part.decisions) for part in parts(world))
)
_FAULTS = LastWorld(lambda world: tuple(fault for chain in grow_chains(world) for fault in branch_faults(chain)))


def nodes_of(world: World) -> tuple[tuple[int, int], ...]:
    """For each chain the number of nodes of its tree, and of suppliers, projects, materials and tranches at each."""
    return _SIZES.of(world)


def faults_of_branches(world: World) -> tuple[str, ...]:
    """See `branch_faults`, of all chains of a world.

    Raises:
        TreeError: see `grow_tree`.
    """
    return _FAULTS.of(world)


def branch_faults(chain: Chain) -> Iterator[str]:
    """Why the branches of a chain cannot end where they do; each with its remedy."""
    world, periods = chain.world, chain.world.calendar.periods
    leads = [*(row.lead_periods for row in world.spot.values()), *(row.lead_periods for row in world.projects.values())]
    lead = max(leads, default=0)
    for name, crisis in world.settings.crises.items():
        if crisis.recovery == "to-end":
            continue
        recovery = int(crisis.recovery)
        inside = {
            future.length
            for future in chain.tree.futures
            if future.crisis == name and future.onset + future.length + recovery - 1 < periods
        }
        if not inside:
            continue
        if recovery < lead:
            yield (
                f"{name}: a recovery of {_periods(recovery)} is shorter than the longest lead time of the chain of "
                f"{chain.name}, {lead}, so that the plan would ship goods that the branch never sees; "
                f"give a recovery of {lead} or more, or to-end"
            )
        for effect in crisis.effects:
            felt = [_outlasts(effect, length) for length in inside if effect.start < length]
            wanted = max(felt) + _lag(effect, world) if felt else 0
            if wanted > recovery:
                yield (
                    f"{name}: an effect is still felt {_periods(wanted)} after the crisis (fading, and the lag of "
                    f"feed, included), and a recovery of {recovery} ends before; give a recovery of {wanted} or more"
                )


def _periods(count: int) -> str:
    return "1 period" if count == 1 else f"{count} periods"


def _outlasts(effect: Effect, length: int) -> int:
    """Periods after a crisis of some length until an effect that has begun in it has faded; negative before its end."""
    ended = min(effect.start + (effect.duration or length), length)
    return ended + effect.return_over - length


def _lag(effect: Effect, world: World) -> int:
    """Periods after which an effect is felt last, where it hits the feed of what it does not hit itself."""
    hit = {source: hits(effect, source, world) for source in world.sources}
    of_feed = {source: countries for source, countries in hit.items() if isinstance(countries, frozenset)}
    lags = (world.lags.get(source, {}).get(country, 0) for source in of_feed for country in of_feed[source])
    return max(lags, default=0)
