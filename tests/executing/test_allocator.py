"""Memory that was freed is kept by the command and what it begins, and the user's own word goes first."""

from __future__ import annotations

import ctypes
import os
import sys

import pytest

from bichiku.executing.allocator import KEPT, keep_freed_memory

(FIRST, *OTHERS) = KEPT
glibc = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="another C library"
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEPT:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@glibc
def test_processes_begun_later_keep_it_too() -> None:
    keep_freed_memory()
    assert {name: os.environ[name] for name in KEPT} == {name: str(value) for name, (_, value) in KEPT.items()}


@glibc
def test_what_the_user_has_set_is_left() -> None:
    os.environ[FIRST] = "65536"
    keep_freed_memory()
    assert os.environ[FIRST] == "65536"
    assert all(name in os.environ for name in OTHERS)


def test_another_system_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    keep_freed_memory()
    assert not KEPT.keys() & os.environ.keys()
