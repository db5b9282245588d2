"""Draws: what becomes of each plan in futures in which crises begin, meet and end as chance has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bichiku.executing import Executor, TaskFailed, WorkersLost
from bichiku.model.world import World
from bichiku.stressing.futures import Drawn
from bichiku.stressing.noise import Noise
from bichiku.stressing.operation import BlindOperator
from bichiku.stressing.strikes import Strike

AT_ONCE = 200  # episodes of a chain that a worker operates side by side: stating a program takes time of its own

Happened = tuple[Drawn, ...]  # crises that meet, in the order in which they begin
QUIET = -1  # in place of the number of a future: at the model's own demand and prices
Key = tuple[str, str, Happened, int]  # strategy, chain, what happened in it, and the future whose noise there was


@dataclass(frozen=True)
class EpisodeOutcome:
    """What an episode does to a chain.

    Attributes:
        damage: discounted money.
        shortage: of that, lost output.
        cost: discounted money beyond what the plan pays in the same periods.
        cost_foreseen: the same if all onsets and lengths were known when the first begins.
        short_days: days short, by material that is.
    """

    damage: float
    shortage: float
    cost: float
    cost_foreseen: float
    short_days: dict[str, float]


Done = dict[Key, EpisodeOutcome]


class EpisodeTask:
    """Operates episodes of one chain; goes to the workers."""

    def __init__(self, operators: Mapping[str, BlindOperator], noise: Noise) -> None:
        self._operators, self._noise = operators, noise

    def __call__(self, item: tuple[str, tuple[str, ...], Sequence[tuple[Happened, int]]]) -> list[EpisodeOutcome]:
        """What each episode does."""
        strategy, materials, episodes = item
        operator = self._operators[strategy]
        calm, _ = operator.calm(materials)
        struck = [strikes_of(happened, operator.world) for happened, _ in episodes]
        numbers = [number for _, number in episodes]
        noises = [self._noise.of(number, materials, operator.world.calendar) for number in numbers if number != QUIET]
        courses = operator.operate_all(materials, struck, noises=noises or None)
        # one crisis that can last in one way only is known from its onset on, so that nobody can do better
        unsure = [number for number, strikes in enumerate(struck) if noises or not _is_sure(strikes)]
        again = operator.operate_all(
            materials, [struck[number] for number in unsure], foresight=True, noises=noises or None
        )
        foreseen = {number: course.cost for number, course in zip(unsure, again, strict=True)}
        found = []
        for number, course in enumerate(courses):
            harm = {material: course.harm(material) for material in materials}
            periods = course.part.tree.period[course.path]
            planned = float(calm[periods - 1].sum())
            found.append(
                EpisodeOutcome(
                    damage=sum(one["damage"] for one in harm.values()),
                    shortage=sum(one["shortage"] for one in harm.values()),
                    cost=course.cost - planned,
                    cost_foreseen=foreseen.get(number, course.cost) - planned,
                    short_days={name: one["short_days"] for name, one in harm.items() if one["short_t"] > 0.0},
                )
            )
        return found


def _is_sure(strikes: Sequence[Strike]) -> bool:
    """Whether all is known when the first begins."""
    return len(strikes) == 1 and strikes[0].known(strikes[0].onset) == {strikes[0].length: 1.0}


def strikes_of(happened: Happened, world: World) -> list[Strike]:
    """Crises that happened, each under a name of its own: the second of one crisis is not the first."""
    strikes: list[Strike] = []
    for drawn in happened:
        before = sum(one.crisis == drawn.crisis for one in happened[: len(strikes)])
        name = drawn.crisis if not before else f"{drawn.crisis}-{before + 1}"
        strikes.append(Strike(name, world.settings.crises[drawn.crisis], drawn.onset, drawn.length))
    return strikes


def episodes_of(future: Iterable[Drawn], chain: str, operator: BlindOperator) -> list[Happened]:
    """The crises of a future that touch a chain, those together that meet: one begins before another is over."""
    world = operator.world
    periods = world.calendar.periods
    number, end = 0, 0
    placed: list[tuple[int, Drawn]] = []
    for drawn in future:
        if drawn.crisis not in operator.chains[chain].crises:
            continue
        if drawn.onset > end:
            number += 1
        strike = Strike(drawn.crisis, world.settings.crises[drawn.crisis], drawn.onset, drawn.length)
        end = max(end, strike.end(periods))
        placed.append((number, drawn))
    return [tuple(drawn for _, drawn in group) for _, group in groupby(placed, key=lambda one: one[0])]


def operate_episodes(
    operators: Mapping[str, BlindOperator],
    wanted: Iterable[Key],
    noise: Noise,
    place: Executor,
    done: Callable[[Key, EpisodeOutcome], None],
) -> None:
    """Operates episodes, each once, on all workers.

    Args:
        operators: by strategy.
        wanted: the episodes.
        noise: that of the futures that they are of.
        place: where.
        done: called with each as it comes in.

    Raises:
        NoSolution: operation has no solution.
        WorkersLost: there are no workers any more.
    """
    by_chain: dict[tuple[str, str, bool], list[tuple[Happened, int]]] = {}
    for strategy, chain, happened, number in dict.fromkeys(wanted):
        by_chain.setdefault((strategy, chain, number != QUIET), []).append((happened, number))
    items = [
        (strategy, chain, episodes[first : first + AT_ONCE])
        for (strategy, chain, _), episodes in sorted(by_chain.items())
        for first in range(0, len(episodes), AT_ONCE)
    ]
    tasks = [(strategy, operators[strategy].chains[chain].materials, some) for strategy, chain, some in items]
    for number, found in place.each(EpisodeTask(operators, noise), tasks):
        strategy, chain, some = items[number]
        if isinstance(found, TaskFailed):
            raise WorkersLost(f"{strategy}, chain of {chain}: {found.why}")
        for (happened, of), outcome in zip(some, found, strict=True):
            done((strategy, chain, happened, of), outcome)
