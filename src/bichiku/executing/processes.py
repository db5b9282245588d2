"""Processes of this machine, none of which outlives its executor."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from bichiku.executing.cores import cores, thread_settings
from bichiku.executing.executor import MOST_DEATHS, Executor, Item, Result, TaskFailed, WorkersLost
from bichiku.executing.tasks import PackedTask
from bichiku.executing.worker import work

PATIENCE = 1.0  # seconds in which a worker that is told to end may tidy up
NEVER_BEGAN = (
    "a worker process ended before it could begin; in a script, what calls bichiku belongs below "
    "`if __name__ == '__main__':`, as each worker starts Python anew"
)


class ThisProcess(Executor):
    """No other process: a task that dies takes the caller with it."""

    @property
    def at_once(self) -> int:
        return 1

    def each(
        self, task: Callable[[Item], Result], items: Sequence[Item], neighbours: bool = False
    ) -> Iterator[tuple[int, Result | TaskFailed]]:
        for number, item in enumerate(items):
            yield number, task(item)

    def close(self) -> None:
        """Nothing is left to end."""


class LocalProcesses(Executor):
    """Worker processes, begun when first needed and kept for the next tasks."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._workers: list[Worker] = []

    @property
    def at_once(self) -> int:
        return self._count

    def each(
        self, task: Callable[[Item], Result], items: Sequence[Item], neighbours: bool = False
    ) -> Iterator[tuple[int, Result | TaskFailed]]:
        packed = PackedTask.of(task)
        waiting = list(range(len(items)))
        deaths: Counter[int] = Counter()
        self._begin(min(self._count, len(items)))
        for worker in self._workers:
            worker.last = None  # of other items
        try:
            while waiting or any(worker.item is not None for worker in self._workers):
                for worker in self._workers:
                    if waiting and worker.item is None:
                        following = next_place(waiting, worker.last) if neighbours else waiting[0]
                        waiting.remove(following)
                        worker.take(packed, following, items[following])
                for worker in _answering(self._workers):
                    number = worker.item
                    assert number is not None
                    try:
                        if not worker.has_answer():
                            continue
                        result = worker.answer()
                    except EOFError as error:
                        deaths[number] += 1
                        ended = self._replace(worker)
                        if worker.never_began:
                            raise WorkersLost(NEVER_BEGAN) from error
                        if deaths[number] < MOST_DEATHS:
                            waiting = sorted([number, *waiting])
                            continue
                        yield number, TaskFailed(f"killed {MOST_DEATHS} workers one after the other ({ended})")
                    else:
                        yield number, result
        finally:
            self._end([worker for worker in self._workers if worker.item is not None])

    def close(self) -> None:
        self._end(list(self._workers))

    def _begin(self, count: int) -> None:
        share = max(1, cores() // max(count, 1))
        with _deaf_to_interrupts(), _environment(thread_settings(share)):
            while len(self._workers) < count:
                self._workers.append(Worker(share))

    def _replace(self, lost: Worker) -> str:
        """Begins another worker in the place of one that has ended, and says how that one did."""
        lost.process.join(PATIENCE)  # its pipe is closed, but it may not have told yet how it ended
        self._end([lost])
        self._begin(len(self._workers) + 1)
        return lost.how_it_ended()

    def _end(self, workers: list[Worker]) -> None:
        for worker in workers:
            worker.process.terminate()
        latest = time.monotonic() + PATIENCE
        for worker in workers:
            worker.process.join(max(0.0, latest - time.monotonic()))
            worker.process.kill()
            worker.process.join()
            worker.pipe.close()
            self._workers.remove(worker)


class Worker:
    """One process and the pipe to it.

    Attributes:
        process: the process.
        pipe: this end of the pipe.
        item: the place of the item that it is at; None where it waits for one.
        last: the place of the item that it was at last.
    """

    def __init__(self, threads: int) -> None:
        # a fresh interpreter: forking would copy the threads of a solver half-way
        context = multiprocessing.get_context("spawn")
        self.pipe, other_end = context.Pipe()
        self.process: BaseProcess = context.Process(target=work, args=(other_end, threads), daemon=True)
        self.process.start()
        other_end.close()
        self.item: int | None = None
        self.last: int | None = None
        self._task: str | None = None
        self._has_begun = False

    def take(self, task: PackedTask, number: int, item: object) -> None:
        """Hands over an item, with the task if it is another one than before."""
        content = None if self._task == task.digest else task.content
        self._task, self.item, self.last = task.digest, number, number
        message = pickle.dumps((content, item))
        with contextlib.suppress(OSError):  # a worker that is gone is told by its answer
            self.pipe.send_bytes(message)

    def has_answer(self) -> bool:
        """Whether what it has to say is an answer, and not only that it has begun.

        Raises:
            EOFError: it has ended instead.
        """
        if self._has_begun:
            return True
        self._has_begun = self._heard()
        return False

    def answer(self) -> Any:
        """What came of the item.

        Raises:
            EOFError: the worker has ended instead.
            Exception: what the task raised.
        """
        raised, found = self._heard()
        self.item = None
        if raised:
            raise found
        return found

    def _heard(self) -> Any:
        try:
            return self.pipe.recv()
        except OSError as error:
            raise EOFError from error

    @property
    def never_began(self) -> bool:
        """Whether it ended by itself before it could begin; one that was killed may begin the next time."""
        code = self.process.exitcode
        return not self._has_begun and code is not None and code >= 0

    def how_it_ended(self) -> str:
        """The signal or the exit status, with what is most often behind it."""
        code = self.process.exitcode
        if code == -signal.SIGKILL:
            return "signal 9, for want of memory perhaps"
        return f"exit status {code}" if code is None or code >= 0 else f"signal {-code}"


def next_place(waiting: Sequence[int], last: int | None) -> int:
    """Where a worker goes on among neighbours: after its last one, or in the middle of the longest stretch.

    The head of a stretch is left for the worker that comes to it; that of all items is for the first.

    Args:
        waiting: places, in order.
        last: the place of the item that the worker was at last; None where it has had none.
    """
    if last is None and waiting[0] == 0:
        return 0
    if last is not None and last + 1 in waiting:
        return last + 1
    stretches: list[list[int]] = []
    for place in waiting:
        if stretches and stretches[-1][-1] == place - 1:
            stretches[-1].append(place)
        else:
            stretches.append([place])
    longest = max(stretches, key=len)
    return longest[len(longest) // 2]


def _answering(workers: Sequence[Worker]) -> list[Worker]:
    """Waits for the first workers that have an answer, or have ended."""
    pipes: dict[Connection, Worker] = {worker.pipe: worker for worker in workers if worker.item is not None}
    return [pipes[pipe] for pipe in wait(list(pipes)) if isinstance(pipe, Connection)] if pipes else []


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Holds Ctrl-C back for a moment: processes begun meanwhile never hear it, this one does afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables for the processes begun meanwhile, whose libraries read them while loading."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
