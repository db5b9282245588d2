"""Crises that meet, and how far they have been operated."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bichiku.stressing.noise import FutureNoise
from bichiku.stressing.operating_tree import Outlook
from bichiku.stressing.strikes import Strike


@dataclass
class Episode:
    """Crises of which none begins after those before it are over, as they are operated.

    Attributes:
        strikes: in the order in which they begin.
        number: of the episode.
        now: period in which operation is planned anew.
        noise: of demand and prices; None where they are the model's.
        decided: what was decided in each period before, by variable and index.
        reviews: how often it was planned.
    """

    strikes: list[Strike]
    number: int
    now: int
    noise: FutureNoise | None = None
    decided: dict[tuple[str, tuple[str, ...]], np.ndarray] = field(default_factory=dict)
    reviews: int = 0

    @property
    def onset(self) -> int:
        """Period in which the first begins."""
        return self.strikes[0].onset

    def outlook(self, foresight: bool) -> Outlook:
        """What may come for all that is seen now."""
        if foresight:
            return Outlook(self.strikes, [{strike.length: 1.0} for strike in self.strikes])
        begun = [strike for strike in self.strikes if strike.onset <= self.now]
        return Outlook(begun, [strike.known(self.now) for strike in begun])

    def following(self, foresight: bool, periods: int) -> int | None:
        """First period after now in which something happens that the outlook rules out; None where nothing does."""
        if foresight:
            return None
        news = [strike.onset for strike in self.strikes if strike.onset > self.now]
        begun = [strike for strike in self.strikes if strike.onset <= self.now]
        news += [at for strike in begun if (at := strike.surprise(self.now)) is not None]
        if self.noise is not None:
            end = max(strike.end(periods) for strike in begun)
            news += [at for at in self.noise.news if self.now < at <= end]
        return min((at for at in news if at <= periods), default=None)

    def branch(self, outlook: Outlook) -> tuple[object, ...]:
        """What tells its branch from that of another episode: those in which nothing is decided yet share one.

        Noise is an episode's own.
        """
        return (
            self.number if self.decided or self.noise is not None else None,
            *((strike.name, strike.onset) for strike in outlook.strikes),
            *(tuple(sorted(of.items())) for of in outlook.known),
        )
