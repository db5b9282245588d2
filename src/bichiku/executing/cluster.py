"""Workers on other machines, through the scheduler of a Dask cluster."""

from __future__ import annotations

import logging
import os
import pickle
import platform
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import distributed

from bichiku.executing.cores import cores, give_threads
from bichiku.executing.executor import WORKERS, Executor, Item, Result, TaskFailed, WorkersLost
from bichiku.executing.tasks import PackedTask
from bichiku.version import __version__

PATIENCE = 10.0  # seconds in which a scheduler must answer, and a first worker be there
COMPARED = ("highspy", "pandas")  # packages that results, or their way back, hang on

_held = threading.local()  # the task that a thread of a worker holds, with its digest


class Cluster(Executor):
    """A Dask cluster.

    Args:
        where: address of its scheduler, such as ``tcp://host:8786``, or the file that the scheduler writes.

    Raises:
        WorkersLost: nothing answers there, there are no workers, or they run other versions than this process.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        for name in ("distributed.client", "distributed.comm", "distributed.batched", "distributed.core"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what it has to say is told in `WorkersLost`
        of_file = where.endswith(".json")
        if of_file and not Path(where).is_file():
            raise WorkersLost(f"{where} does not exist, so no scheduler can be found by it")
        options = {"scheduler_file": where} if of_file else {"address": where}
        try:
            self._client = distributed.Client(**options, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, KeyError) as error:
            raise WorkersLost(f"no scheduler answers at {where} within {PATIENCE:.0f} s") from error
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
            _check_versions(self._client.run(versions))
        except WorkersLost:
            self.close()
            raise
        except TimeoutError as error:
            self.close()
            raise WorkersLost(f"the scheduler at {where} has no workers") from error
        except (ImportError, AttributeError) as error:
            self.close()
            raise WorkersLost(f"a worker of {where} cannot load bichiku {__version__}: {error}") from error

    @property
    def at_once(self) -> int:
        return sum(self._client.nthreads().values())

    def each(
        self, task: Callable[[Item], Result], items: Sequence[Item], neighbours: bool = False
    ) -> Iterator[tuple[int, Result | TaskFailed]]:
        packed, mine = PackedTask.of(task), versions()
        # a task of the cluster itself, so that it can be had again when the worker that holds it dies
        content = self._client.submit(_content, packed.content, key=f"bichiku-task-{packed.digest}")
        futures = {
            self._client.submit(carry_out, packed.digest, content, pickle.dumps(item), mine, pure=False): number
            for number, item in enumerate(items)
        }
        try:
            for future in distributed.as_completed(list(futures), loop=self._client.loop):
                yield futures[future], self._result(future)
        finally:
            if self._client.status == "running":
                self._client.cancel([*futures, content])

    def _result(self, future: distributed.Future) -> Any:
        try:
            return pickle.loads(future.result())
        except distributed.scheduler.KilledWorker as error:
            return TaskFailed(f"killed {error.allowed_failures + 1} workers one after the other")
        except (CancelledError, distributed.client.FutureCancelledError) as error:
            raise WorkersLost(f"the scheduler at {self._where} is gone") from error

    def close(self) -> None:
        self._client.close(timeout=1.0)


def versions() -> dict[str, str]:
    """What results hang on: versions of this process."""
    found = {"bichiku": __version__, "Python": ".".join(platform.python_version_tuple()[:2])}
    for package in COMPARED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found


def carry_out(digest: str, content: bytes, item: bytes, of_caller: Mapping[str, str]) -> bytes:
    """Applies a task to an item, in a thread of a worker.

    Args:
        digest: that of the task; a thread that holds it already unpickles it no more.
        content: the pickled task.
        item: the pickled item.
        of_caller: versions of the process that asks; a worker may have come after the first were compared.

    Returns:
        The pickled result.
    """
    worker = distributed.get_worker()
    _check_versions({worker.address: versions()}, of_caller)
    give_threads(max(1, cores() // worker.state.nthreads))
    os.environ[WORKERS] = "1"  # what a task has to share out it carries out itself
    if getattr(_held, "digest", None) != digest:
        _held.task, _held.digest = pickle.loads(content), digest
    return pickle.dumps(_held.task(pickle.loads(item)))


def _content(content: bytes) -> bytes:
    return content


def _check_versions(of_workers: Mapping[str, Mapping[str, str]], mine: Mapping[str, str] | None = None) -> None:
    """Refuses workers that would give other results.

    Raises:
        WorkersLost: names the first worker and all that differs there.
    """
    mine = versions() if mine is None else mine
    for address, theirs in of_workers.items():
        differing = [
            f"{name} {theirs.get(name)} and not {mine[name]}" for name in mine if theirs.get(name) != mine[name]
        ]
        if differing:
            raise WorkersLost(f"the worker at {address} runs {', '.join(differing)}; install the same on both")
