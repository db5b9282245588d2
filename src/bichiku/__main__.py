"""Where the command `bichiku` begins: Ctrl-C has an answer from the first moment, while all else is still loading."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys

INTERRUPTED = 130  # exit status of a command stopped by Ctrl-C: 128 and the number of the signal


def main() -> None:
    """Runs the command; maps every way to fail to its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a currency or a name that the terminal's encoding has no sign for is shown as an escape
            stream.reconfigure(errors="backslashreplace")
    try:
        from bichiku.executing.allocator import keep_freed_memory
        from bichiku.executing.cores import thread_settings

        keep_freed_memory()
        # parts and strategies are what runs side by side; the libraries' own threads would only wait for one another
        for name, value in thread_settings(1).items():
            os.environ.setdefault(name, value)
        from bichiku.cli import main as command

        command()
    except KeyboardInterrupt:
        print("bichiku: interrupted; nothing was begun", file=sys.stderr)  # noqa: T201
        _leave()
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            _leave()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done and said; only Python itself has yet to end
        raise


def _leave() -> None:
    """Ends at once: an ordinary exit would wait for solvers that are slow to hear that they are to stop."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # where nothing can be written, nothing can be told
            stream.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
