"""Calls that are killed, interrupted, run out of room or meet another: a few of what `trials/` does by the hundred."""

from __future__ import annotations

import functools
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trials.calls import COMMANDS, TUTORIAL, call, calling, complaints, output_folder
from trials.full_disk import CAN_FORBID, CAN_MOUNT, fill_one, forbid_one
from trials.full_disk import in_peace as in_peace_once
from trials.interpreters import SAME, installed, other_interpreters, repeated
from trials.interrupts import interrupt_one
from trials.kills import kill_one
from trials.together import both

pytestmark = pytest.mark.slow


in_peace = functools.cache(in_peace_once)


@pytest.mark.parametrize(("name", "share"), [("run", 0.9), ("compare", 0.5), ("sweep", 0.7)])
def test_a_kill_leaves_what_was_complete_and_the_next_call_works(name: str, share: float) -> None:
    took, _ = in_peace(COMMANDS[name])
    with output_folder() as output:
        assert kill_one(COMMANDS[name], output, share * took) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_says_what_is_kept_and_leaves_no_process(name: str) -> None:
    with output_folder() as output:
        seconds, wrong = interrupt_one(COMMANDS[name], output, 1.0)
        assert seconds is not None
        assert wrong == []


def test_ctrl_c_is_heard_while_the_program_is_still_loading() -> None:
    with output_folder() as output, calling(COMMANDS["run"], output) as one:
        deadline = time.monotonic() + 60
        while not _is_python_at_work(one.process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        one.send(signal.SIGINT)
        assert one.end() == 130
        assert "interrupted" in one.said
        assert "Traceback" not in one.said


def _is_python_at_work(process: int) -> bool:
    """Whether a process has come as far as loading numpy, the first of the large packages."""
    maps = Path(f"/proc/{process}/maps")
    return not maps.is_file() or "numpy" in maps.read_text()


@pytest.mark.parametrize("pair", [("run", "run"), ("sweep", "sweep"), ("compare", "sweep")])
def test_two_calls_at_once_do_not_hurt_each_other(pair: tuple[str, str]) -> None:
    with output_folder() as output:
        assert both(COMMANDS[pair[0]], COMMANDS[pair[1]], output, apart=0.1) == []


@pytest.mark.skipif(not CAN_MOUNT, reason="only root may mount a small file system")
@pytest.mark.parametrize("name", ["compare", "sweep"])
def test_a_full_disk_is_told_and_leaves_nothing_half_done(name: str) -> None:
    assert fill_one(COMMANDS[name], in_peace(COMMANDS[name])[1] // 2) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_may_not_grow_is_told_and_leaves_nothing_half_done(name: str) -> None:
    # the same as a full disk for those who may not mount one: no file may pass 2 kB
    line = [sys.executable, "-m", "bichiku", *map(str, COMMANDS[name]), "-o"]
    with output_folder() as output:
        found = subprocess.run(
            [*line, str(output)],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048)),
        )
        assert (found.returncode, "Traceback" in found.stderr) == (1, False), found.stderr
        assert "cannot write" in found.stderr
        assert complaints(output) == []


@pytest.mark.skipif(not CAN_FORBID, reason="needs setpriv to take rights away from root")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_may_not_be_written_to_is_told(name: str) -> None:
    assert forbid_one(COMMANDS[name]) == []


def _sent_to(where: str | int, *words: str, output: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A call whose standard output goes to a file, a device or an open pipe."""
    with open(where, "w") as stream:
        return subprocess.run(
            [sys.executable, "-m", "bichiku", *words, str(TUTORIAL)],
            cwd=output,
            env={**os.environ, **variables},
            stdout=stream,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_cannot_be_written_is_told_in_a_line(tmp_path: Path, unbuffered: str) -> None:
    found = _sent_to("/dev/full", "check", output=tmp_path, PYTHONUNBUFFERED=unbuffered)
    why = "bichiku: cannot write the output: No space left on device; "
    assert (found.returncode, found.stderr) == (1, f"{why}nothing was complete, so nothing is kept\n")
    found = _sent_to("/dev/full", "run", "-s", "today", output=tmp_path, PYTHONUNBUFFERED=unbuffered)
    (kept,) = (tmp_path / "runs").iterdir()
    assert (found.returncode, found.stderr) == (1, f"{why}kept: runs/{kept.name}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_finished_sweep_is_what_is_kept_and_not_its_points(tmp_path: Path) -> None:
    words = ("sweep", "-s", "today", "--vary", "policies.reserve_days=0,60")
    found = _sent_to("/dev/full", *words, output=tmp_path)
    (kept,) = (tmp_path / "runs").iterdir()
    assert found.returncode == 1
    assert found.stderr.endswith(f"; kept: runs/{kept.name}\n")


def test_a_closed_pipe_ends_a_call_without_a_word(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    found = _sent_to(writing, "check", output=tmp_path)
    assert (found.returncode, found.stderr) == (1, "")


def test_a_sign_that_the_encoding_lacks_is_shown_as_an_escape(tmp_path: Path) -> None:
    words = ("run", "-s", "today", "--set", "currency=€")
    found = _sent_to(str(tmp_path / "out"), *words, output=tmp_path, PYTHONIOENCODING="ascii")
    assert (found.returncode, found.stderr) == (0, "")
    assert "\\u20ac 89.1 m" in (tmp_path / "out").read_text()


@pytest.mark.network
@pytest.mark.skipif(not other_interpreters(), reason="no other Python on this machine")
def test_another_interpreter_gives_the_same_results(tmp_path: Path) -> None:
    assert call(COMMANDS["run"][:4], tmp_path / "runs")[0] == 0
    (run,) = (tmp_path / "runs").iterdir()
    own = installed(other_interpreters()[-1], tmp_path / "venv", pinned=True)
    assert SAME in repeated(own, run, tmp_path / "again")
