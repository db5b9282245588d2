"""Folders in the making: nothing half-done is left, nothing of another process is touched."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from filelock import FileLock

from bichiku.result.staging import MARK, CannotWrite, remove_abandoned, resumable, settle, staged

SPAWN = multiprocessing.get_context("spawn")


def _stage_and_wait(output: Path, ready: Event) -> None:
    with staged(output) as folder:
        (folder / "costs.csv").write_text("half a table")
        ready.set()
        signal.pause()


def _resume_and_wait(output: Path, ready: Event) -> None:
    with resumable(output, "sweep") as folder:
        (folder / "points").write_text("a point\n")
        ready.set()
        signal.pause()


@contextmanager
def _another(at_work: object, output: Path) -> Iterator[int]:
    """Another process at work in a folder; its number."""
    ready = SPAWN.Event()
    process = SPAWN.Process(target=at_work, args=(output, ready))  # type: ignore[arg-type]
    process.start()
    assert ready.wait(60)
    assert process.pid is not None
    try:
        yield process.pid
    finally:
        process.kill()
        process.join()


def _names(output: Path) -> list[str]:
    return sorted(file.name for file in output.iterdir())


def test_a_whole_folder_gets_its_name_and_nothing_else_stays(tmp_path: Path) -> None:
    with staged(tmp_path) as folder:
        (folder / "costs.csv").write_text("a table")
        assert settle(folder, tmp_path, "run") == tmp_path / "run"
    assert _names(tmp_path) == ["run"]
    assert (tmp_path / "run" / "costs.csv").read_text() == "a table"


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), staged(tmp_path) as folder:
        (folder / "costs.csv").write_text("half a table")
        raise ZeroDivisionError
    assert _names(tmp_path) == []


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    with _another(_stage_and_wait, tmp_path) as process:
        os.kill(process, signal.SIGKILL)
    assert len(_names(tmp_path)) == 2  # the folder and its lock
    with staged(tmp_path):
        assert len(_names(tmp_path)) == 2  # its own
    assert _names(tmp_path) == []


def test_what_another_process_is_at_work_on_is_left_alone(tmp_path: Path) -> None:
    with _another(_stage_and_wait, tmp_path):
        before = _names(tmp_path)
        remove_abandoned(tmp_path)
        assert _names(tmp_path) == before


def test_only_folders_of_its_own_making_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    (tmp_path / f"{MARK}by-hand").mkdir()  # without a lock it was not made here
    (tmp_path / "other.lock").touch()
    before = _names(tmp_path)
    remove_abandoned(tmp_path)
    assert _names(tmp_path) == before


def test_work_that_stopped_half_way_is_taken_up(tmp_path: Path) -> None:
    with suppress(KeyboardInterrupt), resumable(tmp_path, "sweep") as folder:
        (folder / "points").write_text("a point\n")
        raise KeyboardInterrupt
    assert _names(tmp_path) == ["sweep-partial"]
    with resumable(tmp_path, "sweep") as folder:
        assert (folder / "points").read_text() == "a point\n"
    assert _names(tmp_path) == []


def test_work_that_stopped_before_anything_was_found_leaves_nothing(tmp_path: Path) -> None:
    with suppress(KeyboardInterrupt), resumable(tmp_path, "sweep") as folder:
        (folder / "points").touch()
        raise KeyboardInterrupt
    assert _names(tmp_path) == []


def test_the_same_work_is_not_done_twice_at_once(tmp_path: Path) -> None:
    with _another(_resume_and_wait, tmp_path) as process:
        with pytest.raises(CannotWrite, match="another call is at work"), resumable(tmp_path, "sweep"):
            raise AssertionError("two at work in one folder")
        os.kill(process, signal.SIGKILL)
    with resumable(tmp_path, "sweep") as folder:
        assert (folder / "points").read_text() == "a point\n"


def _resume_and_end(output: Path, calls: int) -> None:
    """Takes up the same work again and again, finishing it each time; the folder must be its own all along."""
    for _ in range(calls):
        with suppress(CannotWrite), resumable(output, "sweep") as folder:
            assert not (folder / "points").exists()
            (folder / "points").write_text("a point\n")
            assert (folder / "points").read_text() == "a point\n"


def test_what_one_call_removes_when_it_is_done_is_never_anothers(tmp_path: Path) -> None:
    processes = [SPAWN.Process(target=_resume_and_end, args=(tmp_path, 150)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert _names(tmp_path) == []


def test_the_lock_is_held_until_the_folder_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[list[str]] = []
    release = FileLock.release

    def released(lock: FileLock) -> None:
        left.append(_names(tmp_path))
        release(lock)

    monkeypatch.setattr(FileLock, "release", released)
    with resumable(tmp_path, "sweep") as folder:
        (folder / "points").write_text("a point\n")
    assert left == [[]]


def test_a_file_in_place_of_the_output_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(CannotWrite, match=r"cannot write .*taken"), staged(tmp_path / "taken"):
        raise AssertionError("a folder below a file")
