"""Gives memory that solvers no longer use back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> None:
    """Frees solvers that nothing refers to, and with glibc returns what they held.

    A HiGHS refers to itself by its callbacks, so it waits for the collector; and glibc keeps what each thread has freed
    for that thread alone, which over some tens of solvers came to several times what is in use.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # other libraries of C have none
        trim(0)
