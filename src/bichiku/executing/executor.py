"""What every place where tasks are carried out has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = "BICHIKU_WORKERS"  # the environment variable that says where, if no option does
MOST_DEATHS = 3  # workers that a task may kill before it is given up


@dataclass(frozen=True)
class TaskFailed:
    """A task that killed its worker each time it was tried.

    Attributes:
        why: in a few words.
    """

    why: str


class WorkersLost(RuntimeError):
    """There are no workers any more, or none that can begin."""


class Executor(ABC):
    """Carries tasks out, each on its own."""

    @abstractmethod
    def each(
        self, task: Callable[[Item], Result], items: Sequence[Item], neighbours: bool = False
    ) -> Iterator[tuple[int, Result | TaskFailed]]:
        """Applies a task to each item.

        Args:
            task: a function of a module, or anything else that can be pickled and called. It travels once to each
                worker and stays there, so what it keeps in itself from one item serves the next.
            items: what it is called with: contents, as a worker may see no file of the caller's.
            neighbours: whether an item is the easier for a worker that had the one before it, so that each gets a
                stretch of them, where the place can choose.

        Yields:
            The place of an item and its result, as they come in.

        Raises:
            WorkersLost: no worker can be had.
            Exception: what a task raises. Tasks under way are ended then, as they are when the caller stops listening.
        """

    @property
    @abstractmethod
    def at_once(self) -> int:
        """Number of tasks that may be carried out at the same time."""

    @abstractmethod
    def close(self) -> None:
        """Ends all workers at once, whatever they are at."""
