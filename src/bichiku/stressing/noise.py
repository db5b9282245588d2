"""Noise: how far demand and prices of a drawn future lie from the model's, by calendar year and material."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from bichiku.model.calendar import Calendar
from bichiku.model.state import State
from bichiku.model.world import World

DEMAND, PRICE = "demand", "price"


class Factors(NamedTuple):
    """What demand for a material and its spot prices are multiplied by; of each period, or at each node."""

    demand: np.ndarray
    price: np.ndarray


@dataclass(frozen=True)
class FutureNoise:
    """The noise of one future.

    Attributes:
        factors: by material, of each period; shape (periods,).
        years: calendar year in which each period begins; shape (periods,).
    """

    factors: Mapping[str, Factors]
    years: np.ndarray

    @property
    def news(self) -> list[int]:
        """Periods in which the factors of a calendar year are seen: the first of each but the first year."""
        return [int(before) + 2 for before in np.flatnonzero(np.diff(self.years))]

    def seen(self, material: str, period: np.ndarray, now: int | None) -> Factors:
        """What somebody reckons with in some periods: what is seen in the year of a period, and else the mean.

        Args:
            material: the material.
            period: the periods.
            now: the period in which it is seen; None for somebody who knows all of it.
        """
        at = period - 1
        known = np.ones(len(at), dtype=bool) if now is None else self.years[at] <= self.years[now - 1]
        demand, price = self.factors[material]
        return Factors(np.where(known, demand[at], 1.0), np.where(known, price[at], 1.0))


@dataclass(frozen=True)
class Noise:
    """How far demand and prices may lie from the model's.

    A factor is lognormal with mean one, drawn anew for each future, material and calendar year, of demand and of
    prices apart; none hangs on another.

    Attributes:
        demand: standard deviation of the factor of a material's demand.
        price: that of the factor of a material's spot prices.
        seed: of the factors; those of a future hang on it, its number and the material alone.
    """

    demand: float = 0.0
    price: float = 0.0
    seed: int = 0

    def __bool__(self) -> bool:
        return self.demand > 0.0 or self.price > 0.0

    def of(self, number: int, materials: Iterable[str], calendar: Calendar) -> FutureNoise:
        """The noise of some materials in one future, by its number."""
        years = calendar.years
        at = years - years.min()
        factors = {
            name: Factors(
                *(
                    self._drawn(spread, f"{what} {name}", number, int(at.max()) + 1)[at]
                    for what, spread in ((DEMAND, self.demand), (PRICE, self.price))
                )
            )
            for name in materials
        }
        return FutureNoise(factors, years)

    def _drawn(self, spread: float, what: str, number: int, years: int) -> np.ndarray:
        # names of crises hold no blank, so that none has the numbers of a noise
        generator = np.random.default_rng([self.seed, number, zlib.crc32(what.encode())])
        sigma = math.sqrt(math.log1p(spread**2))
        found: np.ndarray = np.exp(sigma * generator.standard_normal(years) - sigma**2 / 2.0)
        return found


def noisy(state: State, world: World, factors: Mapping[str, Factors]) -> State:
    """A state with demand and prices moved by factors at each node, by material.

    Demand above the model's counts as raised, as that of a crisis does: the reserve may be used.
    """
    demand = {name: tonnes * factors[name].demand for name, tonnes in state.demand.items()}
    raised = {
        name: state.demand_raised.get(name, np.zeros(len(tonnes), dtype=bool))
        | ((factors[name].demand > 1.0) & (tonnes > 0.0))
        for name, tonnes in state.demand.items()
    }
    prices = {}
    for name, followed in state.price_factor.items():
        row = world.suppliers[name]
        follows = 1.0 if row.kind == "spot" else row.index
        # a contract's price follows the spot price by its index, and the rest of it stays
        prices[name] = (followed - 1.0 + follows) * factors[row.material].price + 1.0 - follows
    return replace(
        state,
        demand=demand,
        price_factor=prices,
        demand_raised={name: flags for name, flags in raised.items() if flags.any()},
    )
