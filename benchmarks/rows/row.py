"""One row of the table, and the measuring of one process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class BenchmarkRow:
    """A number within one call, and what it was made from.

    Attributes:
        name: what stands over what.
        value: the ratio, or seconds where the name says so.
        aim: what it shall be.
        source: what was measured, with the load of the machine.
    """

    name: str
    value: float
    aim: str
    source: str

    def line(self) -> str:
        """Its line in Markdown."""
        return f"| {self.name} | {self.value:.2f} | {self.aim} | {self.source}; load {os.getloadavg()[0]:.1f} |"


@dataclass(frozen=True)
class Used:
    """Seconds of one process from start to end, and of processor time with all that it began."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s ({self.cpu:.1f} s CPU)"


def used_by(*arguments: str, module: str = "bichiku") -> Used:
    """Runs a Python module as a command.

    Raises:
        SystemExit: it fails.
    """
    return used_by_program(sys.executable, "-m", module, *arguments)


def used_by_program(*command: str, environment: Mapping[str, str] | None = None) -> Used:
    """Runs a program, with some variables beside those of this process.

    Raises:
        SystemExit: it fails.
    """
    start = time.perf_counter()
    variables = {**os.environ, **(environment or {})}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=variables)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Used(wall, used.ru_utime + used.ru_stime)
