"""What a worker process does: one item after another, until it is told to end or its caller is gone."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

from bichiku.executing.cores import give_threads
from bichiku.executing.executor import WORKERS
from bichiku.executing.tasks import portable


def work(pipe: Connection, threads: int) -> None:
    """Answers each item that comes through the pipe.

    Args:
        pipe: the worker's end. In come pairs of a pickled task, or None for the one before, and an item; out go first
            True, as the worker has begun, and then pairs of whether the task raised, and its result or its error.
        threads: threads that the worker may keep busy.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the business of the process that began it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    give_threads(threads)
    os.environ[WORKERS] = "1"  # what a task has to share out it carries out itself
    try:
        signal.signal(signal.SIGTERM, _stop)
        pipe.send(True)
        task: Callable[[Any], Any] | None = None
        while True:
            content, item = pickle.loads(pipe.recv_bytes())
            if content is not None:
                task = pickle.loads(content)
            assert task is not None
            pipe.send_bytes(_answer(task, item))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return  # what it holds of the system is given back; where that takes long, its caller kills it


def _answer(task: Callable[[Any], Any], item: object) -> bytes:
    try:
        return pickle.dumps((False, task(item)))
    except Exception as error:
        return pickle.dumps((True, portable(error)))


def _stop(number: int, frame: FrameType | None) -> None:
    """Lets what is under way tidy up behind itself."""
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
