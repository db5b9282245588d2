"""What is asked of a world, and what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bichiku.model.faults import ModelFaults, TooLikely
from bichiku.model.uncertainty import CANNOT_BE
from bichiku.reading.model import Model
from bichiku.solving import Status


@dataclass(frozen=True)
class Question:
    """A world to be looked into.

    Attributes:
        name: what it is called if it cannot be.
        assignments: what is set in it, as `--set` takes it.
        strategies: whose cost is asked for.
        is_drawn: whether the world was drawn, and may be one that cannot be.
    """

    name: str
    assignments: tuple[str, ...]
    strategies: tuple[str, ...]
    is_drawn: bool = False

    def model(self, base: Model) -> Model:
        """The world with the strategies asked for.

        Raises:
            ModelFaults: its numbers do not fit; each fault names the world.
        """
        with self.named():
            return base.assigned(self.assignments, self.strategies)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Faults that come up meanwhile name the world."""
        try:
            yield
        except ModelFaults as error:
            faults = [replace(fault, message=f"{fault.message}; in the world {self.name}") for fault in error.faults]
            raise type(error)(faults, error.all_found) from error

    def answered(self, answer: Callable[[], Answer]) -> Answer:
        """An answer; where crises that were drawn together are likelier than certain, that the world cannot be.

        Raises:
            ModelFaults: the world cannot be, and nobody drew it.
        """
        try:
            with self.named():
                return answer()
        except TooLikely:
            if not self.is_drawn:
                raise
            return {strategy: StrategyCost(CANNOT_BE) for strategy in self.strategies}


@dataclass(frozen=True)
class StrategyCost:
    """What a strategy costs in a world.

    Attributes:
        status: how its solve ended.
        cost: expected discounted cost over the horizon; not a number where there is no solution.
        gave_way: what of its plan could not be kept, by what it is; the largest difference, in its own unit.
    """

    status: str
    cost: float = float("nan")
    gave_way: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_solved(self) -> bool:
        return self.status == Status.OPTIMAL.value


Answer = dict[str, StrategyCost]
"""What is found of each strategy asked for."""
