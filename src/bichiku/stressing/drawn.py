"""Draws put together: for each future the episodes of each chain, and what all of them come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bichiku.executing import Executor
from bichiku.model.world import World
from bichiku.stressing.distribution import DISTRIBUTION, DRAWS, PAIRED, distribution_table, paired_table
from bichiku.stressing.draws import QUIET, Done, EpisodeOutcome, Key, episodes_of, operate_episodes
from bichiku.stressing.futures import Drawn, draw_future, onset_in_model
from bichiku.stressing.noise import Noise
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.promise import PROMISE, promise_table

TABLES = (DRAWS, DISTRIBUTION, PROMISE, PAIRED)


@dataclass(frozen=True)
class DrawnStress:
    """What becomes of some plans in drawn futures.

    Attributes:
        world: the first strategy's.
        strategies: whose plans are held.
        count: how many.
        noise: of demand and prices; its seed is that of the futures.
        episodes: how many were operated.
        tables: `TABLES` by name.
    """

    world: World
    strategies: Sequence[str]
    count: int
    noise: Noise
    episodes: int
    tables: Mapping[str, pd.DataFrame]


def draw_and_operate(
    operators: Mapping[str, BlindOperator],
    crises: Mapping[str, pd.DataFrame],
    count: int,
    noise: Noise,
    done: Done,
    keep: Callable[[Key, EpisodeOutcome], None],
    place: Executor,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> DrawnStress:
    """Draws futures and operates each plan in all of them.

    Args:
        operators: by strategy.
        crises: crises.csv of each run, by strategy.
        count: how many futures.
        noise: of demand and prices; its seed is that of the futures.
        done: what was operated before; what comes in is put there too.
        keep: called with each episode that comes in.
        place: where it is worked out.
        progress: called with the number of episodes that are operated, and of all.

    Raises:
        NoSolution: operation has no solution.
        WorkersLost: there are no workers any more.
    """
    futures = {strategy: _futures(operator, count, noise.seed) for strategy, operator in operators.items()}
    wanted = dict.fromkeys(
        key
        for strategy, operator in operators.items()
        for number, future in enumerate(futures[strategy])
        for key in _wanted(strategy, operator, future, number if noise else QUIET)
    )
    waiting = {key: None for key in wanted if key not in done}
    progress(len(wanted) - len(waiting), len(wanted))

    def came_in(key: Key, outcome: EpisodeOutcome) -> None:
        done[key] = outcome
        keep(key, outcome)
        del waiting[key]
        progress(len(wanted) - len(waiting), len(wanted))

    operate_episodes(operators, list(waiting), noise, place, came_in)
    rows, by_year = [], []
    for strategy, operator in operators.items():
        promised = crises[strategy].groupby(["crisis", "onset", "length"])["damage"].sum().to_dict()
        calm = sum(float(money.sum()) + once for money, once in map(operator.calm, _materials(operator)))
        for number, future in enumerate(futures[strategy]):
            put = _Put(strategy, operator, future, number if noise else QUIET, done)
            rows.append({"strategy": strategy, "draw": number, **put.row(calm, promised)})
            by_year += [{"strategy": strategy, "draw": number, **year} for year in put.years()]
    first = next(iter(operators.values()))
    draws, years = DRAWS.from_rows(rows), pd.DataFrame(by_year)
    tables = {
        DRAWS.name: draws,
        DISTRIBUTION.name: distribution_table(draws, years),
        PROMISE.name: promise_table(draws, years, crises, first.world.calendar.reported, noise.seed),
        PAIRED.name: paired_table(draws),
    }
    return DrawnStress(first.world, list(operators), count, noise, len(wanted), tables)


def _futures(operator: BlindOperator, count: int, seed: int) -> list[list[Drawn]]:
    world = operator.world
    return [draw_future(seed, number, world.settings.crises, world.calendar) for number in range(count)]


def _materials(operator: BlindOperator) -> list[tuple[str, ...]]:
    return [chain.materials for chain in operator.chains.values()]


def _wanted(strategy: str, operator: BlindOperator, future: Sequence[Drawn], noise: int) -> Iterator[Key]:
    """The episodes of a future in each chain, without its noise too, and each of its crises alone."""
    for chain in operator.chains:
        for happened in episodes_of(future, chain, operator):
            yield strategy, chain, happened, noise
            yield strategy, chain, happened, QUIET
            yield from ((strategy, chain, (drawn,), QUIET) for drawn in happened)


class _Put:
    """One future of one strategy, put together."""

    def __init__(self, strategy: str, operator: BlindOperator, future: Sequence[Drawn], noise: int, done: Done) -> None:
        self._world, self._future = operator.world, future
        self._episodes = [
            (strategy, chain, happened, noise)
            for chain in operator.chains
            for happened in episodes_of(future, chain, operator)
        ]
        self._done = done
        self._reported = [key for key in self._episodes if self._begins_inside(key[2][0].onset)]

    def _begins_inside(self, onset: int) -> bool:
        return onset <= self._world.calendar.reported

    def row(self, calm: float, promised: Mapping[tuple[str, int, int], float]) -> dict[str, object]:
        """A row of `DRAWS`, without strategy and number."""
        calendar, crises = self._world.calendar, self._world.settings.crises
        outcomes = [self._done[key] for key in self._reported]
        quiet = [self._done[strategy, chain, happened, QUIET] for strategy, chain, happened, _ in self._reported]
        # one that begins after the window counts only for meeting one that begins inside
        apart = [
            self._done[strategy, chain, (drawn,), QUIET].damage
            for strategy, chain, happened, _ in self._reported
            for drawn in happened
            if self._begins_inside(drawn.onset)
        ]
        in_model = [
            (drawn.crisis, onset_in_model(drawn, crises[drawn.crisis], calendar), drawn.length)
            for drawn in self._future
        ]
        at_model = [promised.get(future, 0.0) for future in in_model if self._begins_inside(future[1])]
        short: dict[str, float] = {}
        for outcome in outcomes:
            for material, days in outcome.short_days.items():
                short[material] = short.get(material, 0.0) + days
        worst = max(sorted(short), key=lambda material: short[material], default="")
        return {
            "crises": sum(self._begins_inside(drawn.onset) for drawn in self._future),
            "cost": calm + sum(self._done[key].cost for key in self._episodes),
            "cost_foreseen": calm + sum(self._done[key].cost_foreseen for key in self._episodes),
            "damage": sum(outcome.damage for outcome in outcomes),
            "damage_without_noise": sum(outcome.damage for outcome in quiet),
            "damage_apart": sum(apart),
            "damage_at_model_onsets": sum(at_model),
            "shortage": sum(outcome.shortage for outcome in outcomes),
            "short_days": short.get(worst, 0.0),
            "short_material": worst,
            "unit": self._world.settings.currency,
        }

    def years(self) -> Iterator[dict[str, object]]:
        """Damage and shortage of the episodes that begin in each year of the reported window."""
        calendar = self._world.calendar
        for year in np.unique(calendar.years[: calendar.reported]):
            outcomes = [self._done[key] for key in self._reported if calendar.years[key[2][0].onset - 1] == year]
            yield {
                "year": int(year),
                "damage": sum(outcome.damage for outcome in outcomes),
                "shortage": sum(outcome.shortage for outcome in outcomes),
            }
