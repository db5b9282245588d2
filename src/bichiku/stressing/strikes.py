"""Crises that really happen, and what somebody in the midst of one can know of how long it will last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bichiku.model.settings import Crisis
from bichiku.model.tree import exit_end

Lengths = Mapping[int, float]


@dataclass(frozen=True)
class Strike:
    """A crisis that begins in some period and lasts for some time.

    Attributes:
        name: name of it, unlike that of any other that it meets.
        crisis: its effects, its recovery, and the lengths that people believe in (`duration`).
        onset: period in which it begins.
        length: periods that it really lasts.
    """

    name: str
    crisis: Crisis
    onset: int
    length: int

    def goes_on(self, period: int) -> bool:
        """Whether it has begun and has not ended in a period."""
        return self.onset <= period < self.onset + self.length

    def end(self, periods: int) -> int:
        """Last period of its recovery, cut at the horizon."""
        return exit_end(self.crisis, self.onset, self.length, periods)

    def known(self, period: int) -> Lengths:
        """The lengths that are possible for all that is seen in a period, with their probabilities.

        While it goes on, they are those of its `duration` that are longer than what has passed. A crisis that has
        outlasted them all is believed to begin anew: nothing is known of such lengths, so what is left is as long as
        a whole one.
        """
        if not self.goes_on(period):
            return {self.length: 1.0}
        passed = period - self.onset
        longer = {length: share for length, share in self.crisis.duration.items() if length > passed and share > 0.0}
        if not longer:
            return {passed + length: share for length, share in self.crisis.duration.items() if share > 0.0}
        total = sum(longer.values())
        return {length: share / total for length, share in longer.items()}

    def surprise(self, period: int) -> int | None:
        """First period after this one in which something is seen that the lengths `known` in it rule out, if any."""
        known = self.known(period)
        if self.length in known:
            return None
        return self.onset + min(self.length, max(known))
