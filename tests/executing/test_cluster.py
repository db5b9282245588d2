"""A cluster on this machine: a scheduler and its workers in processes of their own, which may die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("distributed", reason="bichiku[cluster] is not installed")

from bichiku.api.stress.draws import stress_draws
from bichiku.api.sweep.axes import parse_axes
from bichiku.api.sweep.run import POINTS, run_sweep
from bichiku.executing import WorkersLost, executor
from bichiku.reading.model import read_model
from bichiku.result.pipeline import run_strategy

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "models" / "tutorial"
AXES = parse_axes(["policies.reserve_days=0,60,120"])


@contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The file of a scheduler with so many workers, and the scheduler's process."""
    file = folder / "scheduler.json"
    head = [sys.executable, "-m"]
    # the workers lie elsewhere, and know the tasks of this file by the path alone
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "env": environment}
    scheduler = subprocess.Popen(
        [*head, "distributed.cli.dask_scheduler", "--port", "0", "--scheduler-file", str(file), "--no-dashboard"],
        **quiet,  # type: ignore[call-overload]
    )
    options = ["--scheduler-file", str(file), "--nthreads", "1", "--no-dashboard", "--nworkers", str(workers)]
    worker = subprocess.Popen([*head, "distributed.cli.dask_worker", *options], **quiet)  # type: ignore[call-overload]
    try:
        end = time.monotonic() + 60.0
        while not file.is_file() and time.monotonic() < end:
            time.sleep(0.1)
        yield str(file), scheduler
    finally:
        for process in (worker, scheduler):
            process.terminate()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _cluster(tmp_path_factory.mktemp("cluster"), 2) as (file, _):
        yield file


def _die_once(folder: Path, number: int) -> int:
    mark = folder / "died"
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _frontier(workers: str) -> pd.DataFrame:
    world = read_model(TUTORIAL, ["today"])["today"]
    with executor(workers) as place:
        return run_sweep(world, AXES, place=place).frontier


def test_a_sweep_on_a_cluster_is_the_sweep_of_this_process(cluster: str) -> None:
    there, here = _frontier(cluster), _frontier("1")
    pd.testing.assert_frame_equal(there, here, rtol=1e-9)


def test_draws_on_a_cluster_are_those_of_this_process(cluster: str) -> None:
    run = run_strategy(read_model(TUTORIAL, ["today"])["today"], prices=False)

    def drawn(workers: str) -> pd.DataFrame:
        with executor(workers) as place:
            return stress_draws([run], place, 100, seed=1).tables["draws"]

    pd.testing.assert_frame_equal(drawn(cluster), drawn("1"), rtol=1e-9)


def test_a_task_whose_worker_is_killed_is_tried_again(cluster: str, tmp_path: Path) -> None:
    with executor(cluster) as place:
        assert dict(place.each(partial(_die_once, tmp_path), [1, 2, 3])) == {0: 1, 1: 2, 2: 3}


def test_workers_of_another_version_are_refused_with_both(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from bichiku.executing import cluster as module

    monkeypatch.setattr(module, "version", lambda package: "1.0.0")
    both = r"runs highspy [\d.]+ and not 1\.0\.0, pandas [\d.]+ and not 1\.0\.0; install the same on both"
    with pytest.raises(WorkersLost, match=both), executor(cluster):
        pass


def test_a_sweep_goes_on_elsewhere_when_its_scheduler_is_killed(tmp_path: Path) -> None:
    world = read_model(TUTORIAL, ["today"])["today"]
    with _cluster(tmp_path, 1) as (file, scheduler), executor(file) as place:

        def kill(done: int, total: int) -> None:
            if done == 1:
                scheduler.kill()
                scheduler.wait()

        with pytest.raises(WorkersLost, match="is gone"):
            run_sweep(world, AXES, tmp_path, kill, place)
    kept = (tmp_path / POINTS).read_text(encoding="utf-8").splitlines()
    assert 1 <= len(kept) < 3
    found = run_sweep(world, AXES, tmp_path).frontier
    pd.testing.assert_frame_equal(found, _frontier("1"), rtol=1e-9)


def test_a_scheduler_that_is_not_there_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bichiku.executing.cluster.PATIENCE", 0.5)
    with (
        pytest.raises(WorkersLost, match=r"no scheduler answers at tcp://127\.0\.0\.1:1 "),
        executor("tcp://127.0.0.1:1"),
    ):
        pass
    with pytest.raises(WorkersLost, match=r"nowhere.json does not exist"), executor("nowhere.json"):
        pass
