"""Changes one number at a time in the tables of good runs, by a thousandth, and verifies.

    python -m trials.tampering --count 1000 --write

Each change must be found by recomputing, not only by the digest of its file. Two kinds of numbers are excused, for
they follow from the solver's basis, which a run does not hold: prices with how far they hold, and duals.
"""

from __future__ import annotations

import csv
import random
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from bichiku.verification import verify_run
from bichiku.verification.files import COLUMNS, Cell
from trials.calls import TUTORIAL, call
from trials.results import SeedOption, WriteOption, record

NUMBERS = (Cell.NUMBER, Cell.NUMBER_OR_EMPTY)
DIGEST = "manifest.outputs"
EXCUSED = {
    ("duals.csv", "dual"),
    ("prices.csv", "price"),
    ("prices.csv", "holds_from"),
    ("prices.csv", "holds_to"),
}


def numbers_of(folder: Path) -> list[tuple[str, int, str]]:
    """File, row and column of every number that is not zero."""
    found = []
    for file, cells in COLUMNS.items():
        with (folder / file).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        wanted = [name for name, kind in cells.items() if kind in NUMBERS]
        found += [(file, i, name) for i, row in enumerate(rows) for name in wanted if row[name] and float(row[name])]
    return found


def rules_broken(folder: Path, file: str, row: int, column: str) -> set[str]:
    """Rules that a number a thousandth larger breaks; the file is as before afterwards."""
    before = (folder / file).read_bytes()
    with (folder / file).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[row][column] = repr(float(rows[row][column]) * 1.001)
    with (folder / file).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    verdict = verify_run(folder)
    (folder / file).write_bytes(before)
    return set(verdict.broken)


def main(
    count: Annotated[int, typer.Option(help="Number of changes.")] = 1000,
    seed: SeedOption = 1,
    write: WriteOption = False,
) -> None:
    """Changes numbers of a run and looks whether verification finds them."""
    recomputed, by_digest, missed = 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="bichiku-trial-") as place:
        status, said, _ = call(("run", TUTORIAL), Path(place))
        if status:
            raise RuntimeError(said)
        places = [(run, *number) for run in sorted(Path(place).iterdir()) for number in numbers_of(run)]
        chosen = random.Random(seed).sample(places, min(count, len(places)))
        for run, file, row, column in track(chosen, "tampering"):
            broken = rules_broken(run, file, row, column)
            if broken - {DIGEST}:
                recomputed += 1
            elif broken and (file, column) in EXCUSED:
                by_digest += 1
            else:
                missed += 1
                typer.echo(f"{'by its digest only' if broken else 'not found'}: {run.name}/{file} row {row} {column}")
    typer.echo(f"{len(chosen)} changes: {recomputed} found by recomputing, {by_digest} by digest, {missed} missed")
    if write:
        figures = {
            "numbers changed": len(chosen),
            "found by recomputing": recomputed,
            "found by digest only": by_digest,
            "missed": missed,
        }
        record("tampering", f"python -m trials.tampering --count {count}", figures)
    raise typer.Exit(missed > 0)


if __name__ == "__main__":
    typer.run(main)
