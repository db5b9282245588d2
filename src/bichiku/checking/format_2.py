"""The warning about a model without ``format: 2``: which of its keys mean something else than in the first edition.

Only what the model really uses is told, and nothing where that is nothing. ``docs/format-2.md`` has each key before and
after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from bichiku.checking.facts import Facts, Found
from bichiku.model.settings import Effect, EventEffect
from bichiku.model.state import hits, materials_hit, moves_price, share_hit
from bichiku.model.tree import starts
from bichiku.model.world import World
from bichiku.policies.budget import BUDGET
from bichiku.policies.reserve_target import target_days
from bichiku.policies.risk import RISK

LEAST_CHANGE = 1e-9  # of an export share: less is rounding


def changed_keys(facts: Facts) -> list[str]:
    """Keys and columns that a model uses and that mean something else now; none for a model of format 2."""
    if facts.world.settings.format is not None:
        return []
    return [key for key, is_used in _USED.items() if is_used(facts)]


def told(keys: Iterable[str]) -> Found:
    """The warning about some keys."""
    return Found(
        "format",
        "model.yaml does not say format: 2 and is solved in the meaning of format 2, in which these of its keys mean "
        f"something else than before: {', '.join(keys)}; read docs/format-2.md, then write format: 2",
    )


def _of_the_first_edition(facts: Facts) -> Iterator[Found]:
    if keys := changed_keys(facts):
        yield told(keys)


def _effects(world: World) -> Iterator[EventEffect]:
    for event in world.settings.events.values():
        yield from event.effects
    for crisis in world.settings.crises.values():
        yield from crisis.effects


def _probability(facts: Facts) -> bool:
    """Several starts, of which one took away from the next."""
    crises, calendar = facts.world.settings.crises, facts.world.calendar
    begun = sum(len(starts(name, crisis, calendar)) for name, crisis in crises.items())
    return begun > 1 and any(crisis.annual_probability is not None for crisis in crises.values())


def _cut_windows(facts: Facts) -> bool:
    periods = facts.world.calendar.periods
    windows = [crisis.onset_every for crisis in facts.world.settings.crises.values() if crisis.onset_every]
    return any(periods % every for every in windows)


def _several_chains(facts: Facts) -> bool:
    return len(facts.chains) > 1 and any(tree.futures for tree in facts.trees)


def _hand_back(facts: Facts) -> bool:
    return any(tree.futures for tree in facts.trees)


def _kept_reserve(facts: Facts) -> bool:
    return bool(facts.physical_piece.program.blocks("reserve_kept"))


def _timing(facts: Facts) -> bool:
    """An effect that goes on, or begins, after the crisis."""

    def outlasts(effect: Effect, longest: int) -> bool:
        return effect.start >= longest or effect.start + (effect.duration or 0) > longest

    crises = facts.world.settings.crises.values()
    return any(outlasts(effect, max(crisis.duration)) for crisis in crises for effect in crisis.effects)


def _rationed(facts: Facts) -> bool:
    return bool(facts.physical_piece.program.blocks("ration"))


def _losses_of_feed(facts: Facts) -> bool:
    """Losses of different countries of one feed, which multiplied."""
    world = facts.world
    losing = [effect for effect in _effects(world) if effect.loss and not effect.routes]
    for source in world.sources:
        hit = {found for effect in losing if isinstance(found := hits(effect, source, world), frozenset)}
        if len(hit) > 1:
            return True
    return False


def _events_within_a_period(facts: Facts) -> bool:
    """Losses of events that were averaged over a period one by one and then multiplied."""
    world, calendar = facts.world, facts.world.calendar
    months = calendar.begins[:, np.newaxis] + np.arange(calendar.months_per_period)
    acts = [
        (effect, (months >= event.from_) & (months <= event.to))
        for event in world.settings.events.values()
        for effect in event.effects
        if effect.loss
    ]
    for source in world.sources:
        together, apart = np.ones(months.shape), np.ones(calendar.periods)
        for effect, when in acts:
            lost = (effect.loss or 0.0) * share_hit(effect, source, world)
            together = together * (1.0 - lost * when)
            apart = apart * (1.0 - lost * when.mean(axis=1))
        if (abs(together.mean(axis=1) - apart) > LEAST_CHANGE).any():
            return True
    return False


def _selected(effect: EventEffect, world: World) -> list[str]:
    """Materials that a factor acted on: of all suppliers and projects that the effect hits, by their feed too."""
    if not (effect.countries or effect.suppliers or effect.routes):
        return materials_hit(effect, world)
    return sorted({row.material for source, row in world.sources.items() if share_hit(effect, source, world) > 0.0})


def _price_factor(facts: Facts) -> bool:
    world = facts.world

    def moves_others(effect: EventEffect) -> bool:
        before = {name for name, row in world.spot.items() if row.material in _selected(effect, world)}
        return before != {name for name in world.spot if moves_price(effect, name, world)}

    return any(effect.price_factor not in (None, 1.0) and moves_others(effect) for effect in _effects(world))


def _demand_factor(facts: Facts) -> bool:
    world = facts.world
    return any(
        effect.demand_factor not in (None, 1.0) and _selected(effect, world) != materials_hit(effect, world)
        for effect in _effects(world)
    )


def _reserve_of_feed(facts: Facts) -> bool:
    world = facts.world
    targets = {name: target_days(world, name) for name in world.materials if world.consumers(name)}
    return any(days is not None and bool(days.any()) for days in targets.values())


def _reserve_budget(facts: Facts) -> bool:
    asked = BUDGET.asked(facts.world)
    several = facts.world.calendar.periods_per_year > 1  # else the end of a period is that of its year
    return asked is not None and asked.reserve_per_year is not None and several


def _risk(facts: Facts) -> bool:
    return RISK.asked(facts.world) is not None


def _delay(facts: Facts) -> bool:
    return any(
        row.delay_periods and facts.tree(material).futures for (material, _), row in facts.world.tranches.items()
    )


def _demand_of_two_years(facts: Facts) -> bool:
    years = facts.world.calendar.month_years
    return any(
        by_year[int(first)] != by_year[int(last)]
        for by_year in facts.world.demand.values()
        for first, last in zip(years[:, 0], years[:, -1], strict=True)
    )


_USED: dict[str, Callable[[Facts], bool]] = {
    "annual_probability": _probability,
    "onset_every (a window is cut at the horizon)": _cut_windows,
    "crises (each chain of materials has branches of its own)": _several_chains,
    "recovery (hand-back)": _hand_back,
    "crises (a reserve is kept in those that do not concern it)": _kept_reserve,
    "start and duration of effects": _timing,
    "loss (what is left is rationed)": _rationed,
    "loss (of different countries of one feed)": _losses_of_feed,
    "events (within one period)": _events_within_a_period,
    "price_factor": _price_factor,
    "demand_factor": _demand_factor,
    "reserve_days (of feed)": _reserve_of_feed,
    "budget.reserve_per_year": _reserve_budget,
    "risk": _risk,
    "delay_periods of substitution.csv": _delay,
    "demand.csv (a period in two years)": _demand_of_two_years,
}

RULES: dict[str, Callable[[Facts], Iterator[Found]]] = {"W110": _of_the_first_edition}
