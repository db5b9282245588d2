"""How the C library keeps memory that was freed, and gives it back."""

from __future__ import annotations

import ctypes
import os
import sys

KEPT = {  # of glibc: names in the environment, and number in <malloc.h> and value in bytes of each
    "MALLOC_MMAP_THRESHOLD_": (-3, 32 << 20),  # the most that glibc takes
    "MALLOC_TRIM_THRESHOLD_": (-1, 512 << 20),
}


def keep_freed_memory() -> None:
    """Lets this process, and those that it begins, keep freed memory for the next use, where glibc gives it back.

    HiGHS takes and frees some hundred kilobytes in each of hundreds of short solves, and what was given back comes
    anew and is cleared by the system: a tenth of the processor time of pricing. What the user's environment says goes
    first, and other C libraries are left as they are.
    """
    allocator = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if allocator is None:
        return
    for name, (option, value) in KEPT.items():
        if name not in os.environ:
            os.environ[name] = str(value)
            allocator(option, value)


def give_back() -> None:
    """With glibc, returns to the system what is free.

    glibc keeps what each thread has freed for that thread alone, which over some tens of solvers came to several times
    what is in use.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # other libraries of C have none
        trim(0)
