"""Points of a sweep on all cores: one process each, none of which outlives the call."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from bichiku.api.sweep.points import PointSolver

Point = tuple[str, ...]

_solver: PointSolver  # of this worker process


class WorkerLost(RuntimeError):
    """A worker process ended before its time."""


def solved_points(solver: PointSolver, points: Sequence[Point]) -> Iterator[tuple[Point, dict[str, Any]]]:
    """Each point with what was found, as soon as it is solved.

    Raises:
        ModelFaults: a value does not fit.
        WorkerLost: a worker process was killed, for want of memory perhaps.
    """
    workers = min(os.cpu_count() or 1, len(points))
    if workers <= 1:
        yield from ((point, solver.solve(point)) for point in points)
        return
    # a fresh interpreter each: forking would copy the threads of the solver half-way
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(solver,)) as pool:
        with _deaf_to_interrupts():
            futures = {pool.submit(_solve_point, point): point for point in points}
        try:
            for done in as_completed(futures):
                yield futures[done], done.result()
        except BrokenProcessPool as error:
            raise WorkerLost(
                "a worker process was killed, for want of memory perhaps; "
                "the points solved so far are kept, and the same call goes on from there"
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            # a worker would first finish its point, which may take minutes
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise


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


def _begin(solver: PointSolver) -> None:
    """Readies a worker: Ctrl-C is the business of the process that began it, and it ends when that one does."""
    global _solver
    _solver = solver
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _solve_point(point: Point) -> dict[str, Any]:
    return _solver.solve(point)
