"""What the cheapest plan costs for one future that is known from the start, worked out chain by chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from bichiku.executing import Executor, TaskFailed, WorkersLost
from bichiku.model.chains import grow_chains
from bichiku.model.cost_lines import UNPAID
from bichiku.model.settings import Onset
from bichiku.model.world import World
from bichiku.policies import POLICIES
from bichiku.result.pipeline import Clock, grow, optimise
from bichiku.stressing.other_plans import without_crises, without_probabilities

WHOLE = ""  # stands for all chains together, where something couples them


class KnownFuture(NamedTuple):
    """A crisis that begins in a period and lasts so many."""

    crisis: str
    onset: int
    length: int


CALM = KnownFuture("", 0, 0)
Item = tuple[str, str, KnownFuture]  # strategy, name of the chain or `WHOLE`, and the future


def futures_by_chain(world: World) -> dict[str, dict[KnownFuture, float]]:
    """The futures of a world that touch each chain, and their probabilities."""
    return {
        chain.name: {
            KnownFuture(future.crisis, future.onset, future.length): future.probability
            for future in chain.tree.futures
            if future.probability > 0.0
        }
        for chain in grow_chains(world)
    }


class ForesightTask:
    """The cheapest plan for one future that is known from the start; goes to the workers."""

    def __init__(self, worlds: Mapping[str, World], danger: Mapping[str, Mapping[str, float]]) -> None:
        self._danger = danger
        self._worlds = {
            (strategy, name): part
            for strategy, world in worlds.items()
            for name, part in (
                (WHOLE, world),
                *((chain.name, chain.world) for chain in grow_chains(world)),
            )
        }

    def __call__(self, item: Item) -> float:
        """What is paid for it, by the chain or by all."""
        strategy, chain, future = item
        known = _knowing(self._worlds[strategy, chain], future)
        # what refilling a store costs hangs on what else may happen, which is the same for all
        chains = tuple(replace(grown, danger=self._danger[strategy]) for grown in grow(known))
        _, outcome, _ = optimise(known, Clock(), chains=chains)
        unpaid = [line.money.at(outcome.solution.x) for line in outcome.program.cost_lines if line.line in UNPAID]
        return outcome.solution.objective - sum(float(money.sum()) for money in unpaid)


def _knowing(world: World, future: KnownFuture) -> World:
    """The world in which one future is certain."""
    if future == CALM:
        return without_crises(world)
    crisis = world.settings.crises[future.crisis].model_copy(
        update={
            "annual_probability": None,
            "onset_every": None,
            "first_onset": None,
            "onsets": [Onset(period=future.onset, probability=1.0)],
            "duration": {future.length: 1.0},
        }
    )
    asked = {"crises": {future.crisis: crisis}, "policies": without_probabilities(world)}
    return replace(world, settings=world.settings.model_copy(update=asked))


def costs_foreseen(
    worlds: Mapping[str, World],
    futures: Mapping[str, Mapping[str, Mapping[KnownFuture, float]]],
    danger: Mapping[str, Mapping[str, float]],
    place: Executor,
    progress: Callable[[int, int], None],
) -> dict[str, dict[KnownFuture, float]]:
    """What the cheapest plan for each future costs, by strategy, `CALM` included.

    A chain that a future does not touch costs what it does in a calm, and is not planned for again.

    Args:
        worlds: by strategy.
        futures: of each strategy, see `futures_by_chain`.
        danger: starts a year of crises by material, of each strategy.
        place: where it is worked out.
        progress: called with the number of plans that are made, and of all.

    Raises:
        NoSolution: a future has no plan.
        WorkersLost: there are no workers any more.
    """
    items: list[Item] = []
    for strategy, world in worlds.items():
        by_chain = futures[strategy]
        if any(policy.couples(without_crises(world)) for policy in POLICIES):
            by_chain = {WHOLE: {future: share for of in by_chain.values() for future, share in of.items()}}
        items += [(strategy, chain, future) for chain, of in by_chain.items() for future in (CALM, *of)]
    found: dict[Item, float] = {}
    for number, cost in place.each(ForesightTask(worlds, danger), items):
        if isinstance(cost, TaskFailed):
            raise WorkersLost(f"{items[number]}: {cost.why}")
        found[items[number]] = cost
        progress(len(found), len(items))
    total: dict[str, dict[KnownFuture, float]] = {}
    for strategy in worlds:
        mine = [(chain, future) for of, chain, future in items if of == strategy]
        calm = {chain: found[strategy, chain, CALM] for chain, future in mine if future == CALM}
        total[strategy] = dict.fromkeys((future for _, future in mine), sum(calm.values()))
        for chain, future in mine:
            if future != CALM:
                total[strategy][future] += found[strategy, chain, future] - calm[chain]
    return total
