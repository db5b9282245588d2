"""Verification by a process of its own, which keeps another core busy while a run's page is drawn."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bichiku.verification import Verdict, verify_run

GO = b"verify\n"


@contextmanager
def verifier(folder: Path) -> Iterator[Callable[[], Callable[[], Verdict]]]:
    """Loads a verifier in another process, and yields what begins to verify a folder and returns what waits for the
    verdict; a process that fails is made up for here.

    A command of its own is begun rather than a worker, as scripts that write a run need no guard against starting anew.
    """
    command = [sys.executable, "-m", "bichiku.verification.beside", str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def begin() -> Callable[[], Verdict]:
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(GO)
            process.stdin.flush()
        return verdict

    def verdict() -> Verdict:
        said, _ = process.communicate()
        if process.returncode:
            return verify_run(folder)
        found: Verdict = pickle.loads(said)
        return found

    try:
        yield begin
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    if sys.stdin.buffer.read(len(GO)) == GO:  # else nothing was written that could be verified
        sys.stdout.buffer.write(pickle.dumps(verify_run(Path(sys.argv[1]))))
