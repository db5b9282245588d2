"""What bichiku takes, as ratios within one call.

    python -m benchmarks              # quick: the tutorial model, some minutes
    python -m benchmarks --full       # the Japan model
    python -m benchmarks --write      # and put the table into benchmarks/README.md

A family of rows is a file in ``benchmarks/rows/`` with a function ``rows(full)``, and a line in `FAMILIES`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib.metadata import version

from benchmarks.readme import into_readme
from benchmarks.rows import branches, contenders, everyday
from bichiku.executing.allocator import keep_freed_memory
from bichiku.executing.cores import thread_settings

FAMILIES = (everyday.rows, contenders.rows, branches.rows)
PACKAGES = ("highspy", "linopy", "pandas", "pyomo")


def main() -> None:
    """Measures all rows and prints one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="on the Japan model")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    given = parser.parse_args()
    # all processes have what the command gives itself, so that none is slower for its surroundings
    os.environ.update(thread_settings(1))
    keep_freed_memory()
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    model = "models/japan" if given.full else "models/tutorial"
    about = f"`{model}`; {os.cpu_count()} cores, Python {platform.python_version()}, {versions}."
    lines = ["| | measured | aim | from |", "|---|---:|---:|---|"]
    for family in FAMILIES:
        for row in family(given.full):
            lines.append(row.line())
            sys.stderr.write(f"{lines[-1]}\n")
    text = "\n".join([about, "", *lines])
    sys.stdout.write(f"{text}\n")
    if given.write:
        into_readme("ratios", text)


if __name__ == "__main__":
    main()
