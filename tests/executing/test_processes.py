"""Tasks in worker processes: what dies is tried again, what raises is raised here, and nobody lives on."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from bichiku.executing import TaskFailed, WorkersLost, cores, executor, threads
from bichiku.executing.cores import cgroup_quota
from bichiku.executing.processes import next_place
from bichiku.executing.worker import work


def _workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def _process(_: int) -> int:
    return os.getpid()


def _square(number: int) -> int:
    return number * number


def _die_once(folder: Path, number: int) -> int:
    """Kills its process the first time that it is given a three."""
    mark = folder / "died"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _die_at_two(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _refuse_two(number: int) -> int:
    if number == 2:
        raise ValueError("two is not wanted")
    return number


def _threads(_: int) -> tuple[int, str, str]:
    return threads(), os.environ["OPENBLAS_NUM_THREADS"], os.environ["BICHIKU_WORKERS"]


class _Counting:
    """Keeps how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, _: int) -> tuple[int, int]:
        self.calls += 1
        return os.getpid(), self.calls


@pytest.mark.parametrize("workers", ["1", "2"])
def test_each_item_comes_back_with_its_place(workers: str) -> None:
    with executor(workers) as place:
        assert dict(place.each(_square, [3, 4, 5])) == {0: 9, 1: 16, 2: 25}


def test_neighbours_go_to_one_worker_in_turn() -> None:
    # the first begins at the head and the second in the middle; a stretch that is left is halved again
    assert next_place([0, 1, 2, 3, 4, 5, 6, 7], None) == 0
    assert next_place([1, 2, 3, 4, 5, 6, 7], None) == 4
    assert next_place([1, 2, 3, 5, 6, 7], 0) == 1
    assert next_place([2, 3, 5, 6, 7], 4) == 5
    assert next_place([2, 3], 7) == 3
    with executor("2") as place:
        found = dict(place.each(_process, range(40), neighbours=True))
    changes = sum(found[i] != found[i + 1] for i in range(39))
    assert sorted(found) == list(range(40))
    assert changes < 20  # and not at nearly every one


def test_no_items_need_no_workers() -> None:
    with executor("2") as place:
        assert list(place.each(_square, [])) == []
        assert not _workers()


def test_a_task_whose_worker_is_killed_is_tried_again(tmp_path: Path) -> None:
    with executor("2") as place:
        assert dict(place.each(partial(_die_once, tmp_path), [1, 2, 3, 4])) == {0: 1, 1: 2, 2: 3, 3: 4}


def _die_first(folder: Path, pipe: Connection, threads: int) -> None:
    """A worker of which the first is killed before it can begin."""
    with contextlib.suppress(FileExistsError):
        (folder / "begun").touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)
    work(pipe, threads)


def test_a_worker_that_is_killed_before_it_begins_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bichiku.executing.processes.work", partial(_die_first, tmp_path))
    with executor("2") as place:
        assert dict(place.each(_square, [3, 4, 5])) == {0: 9, 1: 16, 2: 25}


def _wait_for(folder: Path, number: int) -> int:
    """Item 0 ends when the others have; each leaves a mark."""
    if number == 0:
        while len(list(folder.iterdir())) < 3:
            time.sleep(0.01)
    else:
        (folder / str(number)).touch()
    return number


def test_a_worker_that_begins_holds_up_no_other(tmp_path: Path) -> None:
    # else the first item would wait for ever for the others, which wait for it
    with executor("2") as place:
        assert [number for number, _ in place.each(partial(_wait_for, tmp_path), range(4))][-1] == 0


def test_a_task_that_kills_three_workers_is_given_up_and_the_rest_goes_on() -> None:
    with executor("2") as place:
        found = dict(place.each(_die_at_two, [1, 2, 3]))
    failed = found.pop(1)
    assert found == {0: 1, 2: 3}
    assert isinstance(failed, TaskFailed)
    assert "killed 3 workers" in failed.why
    assert "signal 9" in failed.why


def test_what_a_task_raises_is_raised_here_and_no_worker_lives_on() -> None:
    with executor("2") as place, pytest.raises(ValueError, match="two is not wanted"):
        list(place.each(_refuse_two, [1, 2, 3]))
    assert not _workers()


def test_a_task_stays_in_its_worker_with_what_it_keeps() -> None:
    task = _Counting()
    with executor("2") as place:
        found = dict(place.each(task, range(6)))
    calls = {process: max(count for at, count in found.values() if at == process) for process, _ in found.values()}
    assert sum(calls.values()) == 6  # each worker counted all of its own calls
    assert task.calls == 0


def test_cores_are_shared_out_and_a_worker_has_no_workers() -> None:
    with executor("2") as place:
        share = max(1, cores() // 2)
        assert dict(place.each(_threads, [0, 0])) == dict.fromkeys([0, 1], (share, str(share), "1"))


def test_the_environment_says_where_if_nothing_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BICHIKU_WORKERS", "3")
    with executor() as place:
        assert place.at_once == 3
    with executor("2") as place:
        assert place.at_once == 2


@pytest.mark.parametrize("workers", ["0", "-1", "many", "2.5"])
def test_what_is_no_number_of_processes_is_refused(workers: str) -> None:
    with pytest.raises(ValueError, match="is not a number of processes"), executor(workers):
        pass


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_cores_are_those_this_process_may_run_on() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(
    ("groups", "files", "quota"),
    [
        # version 2: half a core is one, and a group is bound by the one that it is in
        ("0::/a/b\n", {"sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "sys/fs/cgroup/a/cpu.max": "50000 100000\n"}, 1.0),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5),
        # version 1
        (
            "3:cpu,cpuacct:/job\n1:memory:/job\n",
            {
                "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "120000\n",
                "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
            },
            1.2,
        ),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "max 100000\n"}, float(os.cpu_count() or 1)),
    ],
)
def test_cores_are_no_more_than_the_control_groups_allow(
    tmp_path: Path, groups: str, files: dict[str, str], quota: float
) -> None:
    for name, text in {"proc/self/cgroup": groups, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert cgroup_quota(tmp_path) == min(quota, float(os.cpu_count() or 1))


def test_workers_that_cannot_begin_are_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bichiku.executing.processes.work", os._exit)
    with executor("2") as place, pytest.raises(WorkersLost, match="__name__"):
        list(place.each(_square, [1, 2]))
