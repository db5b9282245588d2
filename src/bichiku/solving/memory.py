"""Gives memory that solvers no longer use back to the system."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """With glibc, returns to the system what is free.

    glibc keeps what each thread has freed for that thread alone, which over some tens of solvers came to several times
    what is in use.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # other libraries of C have none
        trim(0)
