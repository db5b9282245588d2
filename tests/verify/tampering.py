"""Ways of changing a run folder after it was written."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TextIO

import yaml

from bichiku.verification import Finding, Verdict

Rows = list[list[str]]
BRANCHES = "flows-branches.csv.gz"


def read_rows(file: Path) -> Rows:
    """Header and rows of a table as texts."""
    with _opened(file, "rt") as stream:
        return list(csv.reader(stream))


def write_rows(file: Path, rows: Rows) -> None:
    with _opened(file, "wt") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def _opened(file: Path, mode: Literal["rt", "wt"]) -> TextIO:
    opened = gzip.open if file.suffix == ".gz" else open
    return opened(file, mode, encoding="utf-8", newline="")


def lines_where(file: Path, **wanted: str) -> list[int]:
    """Line numbers (from 1, with the header) of the rows with these cells."""
    header, *rows = read_rows(file)
    return [
        line
        for line, row in enumerate(rows, start=2)
        if all(row[header.index(column)] == value for column, value in wanted.items())
    ]


def cell(file: Path, line: int, column: str) -> str:
    rows = read_rows(file)
    return rows[line - 1][rows[0].index(column)]


def set_cell(file: Path, line: int, column: str, value: str | float) -> None:
    rows = read_rows(file)
    rows[line - 1][rows[0].index(column)] = value if isinstance(value, str) else repr(value)
    write_rows(file, rows)


def change(file: Path, line: int, column: str, factor: float = 1.001, more: float = 0.01) -> None:
    """Multiplies one number and adds to it."""
    set_cell(file, line, column, float(cell(file, line, column)) * factor + more)


def largest(file: Path, column: str, **wanted: str) -> int:
    """The line, among those with these cells, whose number is largest in size."""
    header, *_ = read_rows(file)
    assert column in header
    lines = [line for line in lines_where(file, **wanted) if cell(file, line, column) != ""]
    return max(lines, key=lambda line: abs(float(cell(file, line, column))))


def largest_flow(folder: Path, **wanted: str) -> tuple[Path, int]:
    """The file and the line of the most tonnes among flows with these cells."""
    found = [(file, largest(file, "tonnes", **wanted)) for file in flow_files(folder) if lines_where(file, **wanted)]
    return max(found, key=lambda at: abs(float(cell(*at, "tonnes"))))


def flow_files(folder: Path) -> list[Path]:
    """The flows of the plan, and those of branches."""
    return [folder / "flows.csv", folder / BRANCHES]


def delete_line(file: Path, line: int) -> None:
    rows = read_rows(file)
    del rows[line - 1]
    write_rows(file, rows)


def repeat_line(file: Path, line: int) -> None:
    rows = read_rows(file)
    write_rows(file, [*rows, rows[line - 1]])


def set_input(folder: Path, table: str, key: str, column: str, value: str | float) -> None:
    """Changes a table of the inputs in the row that begins with a key."""
    file = folder / "inputs" / f"{table}.csv"
    rows = read_rows(file)
    for line, row in enumerate(rows, start=1):
        if row[0] == key:
            set_cell(file, line, column, value)


def set_model(folder: Path, path: Iterable[Any], value: Any) -> None:
    """Changes one key of the model that the run holds."""
    file = folder / "inputs" / "model.yaml"
    model = yaml.safe_load(file.read_text(encoding="utf-8"))
    *above, last = path
    holder = model
    for key in above:
        holder = holder[key]
    holder[last] = value
    file.write_text(yaml.safe_dump(model, sort_keys=False), encoding="utf-8")


def set_manifest(folder: Path, path: Iterable[str], value: Any) -> None:
    """Changes one key of the manifest; None deletes it."""
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    *above, last = path
    holder = manifest
    for key in above:
        holder = holder[key]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    file.write_text(json.dumps(manifest), encoding="utf-8")


Tamper = Callable[[Path], None]


def says(verdict: Verdict, rule: str, file: str | None = None, line: int | None = None) -> list[Finding]:
    """What a verdict found against a rule, in a file and at a line where these are given."""
    return [
        finding
        for finding in verdict.findings
        if finding.rule == rule and file in (None, finding.file) and (line is None or line in finding.lines)
    ]
