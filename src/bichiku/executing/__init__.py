"""Where independent tasks are carried out: strategies, points of a sweep, draws."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bichiku.executing.cores import cores, threads
from bichiku.executing.executor import WORKERS, Executor, TaskFailed, WorkersLost
from bichiku.executing.processes import LocalProcesses, ThisProcess

__all__ = ["WORKERS", "Executor", "TaskFailed", "WorkersLost", "cores", "executor", "threads"]


@contextmanager
def executor(workers: str | None = None) -> Iterator[Executor]:
    """Yields what carries tasks out; none of its processes outlives the block.

    Args:
        workers: a number of processes of this machine, where "1" is this process itself. None is what BICHIKU_WORKERS
            says, and without that one process for each core that this one may use.

    Raises:
        ValueError: it is no such number; the message says what it may be.
    """
    found = executor_of(workers)
    try:
        yield found
    finally:
        found.close()


def executor_of(workers: str | None) -> Executor:
    """As `executor`, without an end."""
    text = (os.environ.get(WORKERS) if workers is None else workers) or str(cores())
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ValueError(f"{text!r} is not a number of processes, such as 4")
    return ThisProcess() if int(text) == 1 else LocalProcesses(int(text))
