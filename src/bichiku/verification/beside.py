"""Verification by a process of its own, which keeps another core busy while a run's page is drawn."""

from __future__ import annotations

import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from bichiku.verification import Verdict, verify_run

GO = b"verify\n"


class Verifier:
    """Verifies a folder in another process, which loads before there is anything to verify.

    A command of its own is begun rather than a worker, as scripts that write a run need no guard against starting anew.

    Args:
        folder: what is to be verified.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        command = [sys.executable, "-m", "bichiku.verification.beside", str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> Verifier:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def begin(self) -> None:
        """Begins, now that the folder is written."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(GO)
            self._process.stdin.flush()

    def verdict(self) -> Verdict:
        """Waits for what it found; where the other process failed, it is found here."""
        said, _ = self._process.communicate()
        if self._process.returncode:
            return verify_run(self._folder)
        found: Verdict = pickle.loads(said)
        return found


if __name__ == "__main__":
    if sys.stdin.buffer.read(len(GO)) == GO:  # else nothing was written that could be verified
        sys.stdout.buffer.write(pickle.dumps(verify_run(Path(sys.argv[1]))))
