"""Where the command `bichiku` begins: Ctrl-C has an answer from the first moment, while all else is still loading."""

from __future__ import annotations

import sys

INTERRUPTED = 130  # exit status of a command stopped by Ctrl-C: 128 and the number of the signal


def main() -> None:
    """Runs the command; maps every way to fail to its exit status."""
    try:
        from bichiku.cli import main as command

        command()
    except KeyboardInterrupt:
        print("bichiku: interrupted; nothing was begun", file=sys.stderr)  # noqa: T201
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
