"""Folders in the making: filled aside under a lock, and given their name only when they are whole.

A process that is killed lets go of its lock; the next call that writes to the same place sees that and removes what
the other left half-way.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

MARK = ".bichiku-partial-"
PARTIAL = "-partial"
LOCK_WAIT = 10.0  # seconds; a lock of one's own is contended only while another process tidies up


class CannotWrite(OSError):
    """The output folder cannot be written to."""


@contextmanager
def staged(output: Path) -> Iterator[Path]:
    """An empty folder to be filled, and then named by `settle`; whatever goes wrong before that, nothing is left.

    Args:
        output: the folder below which it stands; made if need be.

    Raises:
        CannotWrite: it cannot be made or filled.
    """
    with as_cannot_write(output):
        output.mkdir(parents=True, exist_ok=True)
        remove_abandoned(output)
        folder = output / f"{MARK}{secrets.token_hex(6)}"
        lock = FileLock(f"{folder}.lock", timeout=LOCK_WAIT)
        try:
            with lock:
                try:
                    folder.mkdir()
                    yield folder
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
        finally:
            _forget(lock)


@contextmanager
def resumable(output: Path, name: str) -> Iterator[Path]:
    """A folder ``<name>-partial`` for work that goes on where it stopped; removed once the work is done.

    Args:
        output: the folder below which it stands; made if need be.
        name: name of the work; equal work has equal names.

    Raises:
        CannotWrite: it cannot be made or written to, or another process is at work in it.
    """
    folder = output / f"{name}{PARTIAL}"
    with as_cannot_write(output):
        lock = _acquired(folder)
        done = False
        try:
            yield folder
            done = True
        finally:
            # under the lock, as the next call may take the folder up as soon as it is free
            files = list(folder.iterdir()) if folder.is_dir() else []
            if done or not any(file.stat().st_size for file in files):
                _remove(files, lock)
            _forget(lock)
            _remove_if_empty(folder)
            lock.release()
            _remove_if_empty(folder)  # Windows removes the file of a lock only when it is released


def _acquired(folder: Path) -> FileLock:
    """The lock inside a folder, which is made if need be."""
    lock = FileLock(folder / ".lock", timeout=0)
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
            return lock
        except Timeout as error:
            raise CannotWrite(f"{folder}: another call is at work in it; wait for it, or stop it") from error
        except FileNotFoundError:
            if folder.exists():
                raise
            # a call that is done has removed it since


def _remove(files: Iterable[Path], lock: FileLock) -> None:
    for file in files:
        if file != Path(lock.lock_file):
            with contextlib.suppress(OSError):
                file.unlink()


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def settle(folder: Path, output: Path, name: str) -> Path:
    """Renames a whole folder to a name below `output`, with a number behind it if that is taken."""
    number = 1
    while True:
        target = output / (name if number == 1 else f"{name}-{number}")
        try:
            if not target.exists():
                os.rename(folder, target)  # fails on a folder that another process has filled meanwhile
                return target
        except OSError:
            if not target.exists():
                raise
        number += 1


def remove_abandoned(output: Path) -> None:
    """Removes folders in the making whose process is gone; all else in `output` is left as it is."""
    for file in output.glob(f"{MARK}*.lock"):
        lock = FileLock(file, timeout=0)
        try:
            with lock:
                shutil.rmtree(file.with_suffix(""), ignore_errors=True)
        except (Timeout, OSError):
            continue  # at work, or of another user
        _forget(lock)


def _forget(lock: FileLock) -> None:
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)


@contextmanager
def as_cannot_write(output: Path) -> Iterator[None]:
    """Tells what the system says of a folder that files are written to.

    Raises:
        CannotWrite: the system says no.
    """
    try:
        yield
    except CannotWrite:
        raise
    except OSError as error:
        raise CannotWrite(f"cannot write {output}: {error.strerror or error}") from error
