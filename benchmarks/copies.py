"""A model with many more branches: every crisis several times, in memory, as no model file may be so long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bichiku.model.settings import Crisis, Effect, Onset
from bichiku.model.tree import starts
from bichiku.model.world import World
from bichiku.reading.model import read_model


def world_of(model: Path, strategy: str, times: int = 1, equal: bool = False, **policies: object) -> World:
    """A strategy of a model in which each crisis stands `times` times.

    Each copy has an even part of the probability. The first is the crisis itself; the others differ in length by up to
    two periods, in loss by up to a sixth, in price by up to 6 % and in onset by up to half a year.

    Args:
        model: its folder.
        strategy: its name.
        times: how often each crisis stands in it.
        equal: whether the copies are all the same.
        policies: further ones, by name.
    """
    world = read_model(model, [strategy]).worlds[strategy]
    if policies:
        world = world.changed({f"policies.{name}": keys for name, keys in policies.items()})
    crises = {
        f"{name}-{number:02d}": _copy(name, crisis, number, times, equal, world)
        for name, crisis in world.settings.crises.items()
        for number in range(times)
    }
    return replace(world, settings=world.settings.model_copy(update={"crises": crises}))


def _copy(name: str, crisis: Crisis, number: int, times: int, equal: bool, world: World) -> Crisis:
    shift, durations, effects = 0, crisis.duration, list(crisis.effects)
    if number and not equal:
        shift = number * 5 % 12 - 5
        if len(durations) == 1:
            durations = {max(1, length + number % 5 - 2): share for length, share in durations.items()}
        effects = [_other(effect, number, times) for effect in effects]
    onsets: dict[int, float] = {}
    for start in starts(name, crisis, world.calendar):
        period = min(max(start.onset + shift, 1), world.calendar.periods)
        onsets[period] = onsets.get(period, 0.0) + start.probability / times
    listed = [Onset(period=period, probability=probability) for period, probability in sorted(onsets.items())]
    begins = {"annual_probability": None, "onset_every": None, "first_onset": None, "onsets": listed}
    return crisis.model_copy(update={"duration": durations, "effects": effects, **begins})


def _other(effect: Effect, number: int, times: int) -> Effect:
    moved: dict[str, float] = {}
    if effect.loss is not None:
        moved["loss"] = effect.loss * (1.0 - 0.15 * number / times / (1 + number % 3))
    if effect.price_factor is not None:
        moved["price_factor"] = 1.0 + (effect.price_factor - 1.0) * (1.0 - 0.01 * (number % 7))
    return effect.model_copy(update=moved)
