"""Verification by a process of its own, which keeps another core busy while a run's page is drawn."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bichiku.verification import Verdict, verify_run


@contextmanager
def verified_beside(folder: Path) -> Iterator[Callable[[], Verdict]]:
    """Begins to verify a folder, and yields what waits for the verdict; a process that fails is made up for here.

    A command of its own is begun rather than a worker, as scripts that write a run need no guard against starting anew.
    """
    command = [sys.executable, "-m", "bichiku.verification.beside", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def verdict() -> Verdict:
        said, _ = process.communicate()
        if process.returncode:
            return verify_run(folder)
        found: Verdict = pickle.loads(said)
        return found

    try:
        yield verdict
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(verify_run(Path(sys.argv[1]))))
