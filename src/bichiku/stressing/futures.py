"""Futures drawn from a model's crises: when each begins and how long it lasts, over the whole horizon."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.settings import Crisis
from bichiku.model.tree import rate


class Drawn(NamedTuple):
    """A crisis that begins in a period and lasts so many."""

    crisis: str
    onset: int
    length: int


def draw_future(seed: int, number: int, crises: Mapping[str, Crisis], calendar: Calendar) -> list[Drawn]:
    """The crises of one future, in the order in which they begin.

    A crisis with an annual probability is a Poisson process of the rate ``-ln(1 - annual_probability)`` a year from the
    first window of its onsets on; while it goes on it does not begin again. Dated onsets happen with their probability
    each. Lengths are drawn from `duration`. Crises are independent of each other, as in the model, and each is drawn
    by numbers of its own: one crisis more or less changes none of the others, and strategies meet the same futures.

    Args:
        seed: of all futures.
        number: of this one.
        crises: by name.
        calendar: the time axis.
    """
    found: list[Drawn] = []
    for name, crisis in crises.items():
        generator = np.random.default_rng([seed, number, zlib.crc32(name.encode())])
        found += _dated(name, crisis, generator) if crisis.onsets else _random(name, crisis, calendar, generator)
    return sorted((one for one in found if one.onset <= calendar.periods), key=lambda one: (one.onset, one.crisis))


def _random(name: str, crisis: Crisis, calendar: Calendar, generator: np.random.Generator) -> list[Drawn]:
    starts = rate(crisis, calendar) / calendar.periods_per_year
    if starts == 0.0:
        return []
    found: list[Drawn] = []
    time = float(first_window(crisis))
    while True:
        time += generator.exponential(1.0 / starts)
        if time >= calendar.periods:
            return found
        length = _length(crisis, generator)
        found.append(Drawn(name, int(time) + 1, length))
        time = int(time) + float(length)


def _dated(name: str, crisis: Crisis, generator: np.random.Generator) -> list[Drawn]:
    found: list[Drawn] = []
    for onset in sorted(crisis.onsets or [], key=lambda one: one.period):
        happens, length = generator.random() < onset.probability, _length(crisis, generator)
        if happens and not (found and onset.period < found[-1].onset + found[-1].length):
            found.append(Drawn(name, onset.period, length))
    return found


def _length(crisis: Crisis, generator: np.random.Generator) -> int:
    lengths = list(crisis.duration)
    shares = np.cumsum(list(crisis.duration.values()))
    return lengths[min(int(np.searchsorted(shares, generator.random(), side="right")), len(lengths) - 1)]


def first_window(crisis: Crisis) -> int:
    """Periods before the first window in which a crisis with an annual probability may begin."""
    every = crisis.onset_every or 1
    first = crisis.first_onset or 1 + every // 2
    return (first - 1) // every * every


def onset_in_model(drawn: Drawn, crisis: Crisis, calendar: Calendar) -> int:
    """The onset that stands for the window in which a drawn crisis begins."""
    if crisis.onsets:
        return drawn.onset
    every = crisis.onset_every or 1
    first = crisis.first_onset or 1 + every // 2
    window = first_window(crisis) + (drawn.onset - 1 - first_window(crisis)) // every * every
    return min(window + (first - 1) % every + 1, calendar.periods)
