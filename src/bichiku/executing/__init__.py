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
def executor(workers: str | int | None = None) -> Iterator[Executor]:
    """Yields what carries tasks out; none of its processes outlives the block.

    Args:
        workers: a number of processes of this machine, where "1" is this process itself; or the scheduler of a Dask
            cluster, by its address (``tcp://host:8786``) or its file (``scheduler.json``). None is what
            BICHIKU_WORKERS says, and without that one process for each core that this one may use.

    Raises:
        ValueError: it is none of these, or Dask is not installed; the message says what to do.
        WorkersLost: the cluster does not answer, has no workers, or runs other versions.
    """
    found = executor_of(workers)
    try:
        yield found
    finally:
        found.close()


def executor_of(workers: str | int | None) -> Executor:
    """As `executor`, without an end."""
    asked = os.environ.get(WORKERS) if workers is None else str(workers)
    text = asked or str(cores())
    if "://" in text or text.endswith(".json"):
        try:
            from bichiku.executing.cluster import Cluster  # Dask takes half a second to load, and may not be installed
        except ModuleNotFoundError as error:
            raise ValueError("needs Dask; pip install 'bichiku[cluster]'") from error
        return Cluster(text)
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ValueError(f"{text!r} is not a number of processes, such as 4, nor a scheduler, such as tcp://host:8786")
    return ThisProcess() if int(text) == 1 else LocalProcesses(int(text))
