"""Makes the tables of the Japan model.

    python data/japan/make_tables.py            write models/japan/tables/*.csv
    python data/japan/make_tables.py --check    say what differs; exit 1 if anything does

Needs pyyaml and the standard library. Reads data/ only; the result does not depend on the
working directory, the date or the machine.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from maker import (  # noqa: E402  (the folder is put on the path first)
    countries,
    coverage,
    crises,
    demand,
    materials,
    origins,
    projects,
    shortage,
    substitution,
    suppliers,
)
from maker.writing import Record, to_csv  # noqa: E402

TABLES = ROOT / "models" / "japan" / "tables"
BATTERIES = "japan-batteries/demand.csv"
PROBABILITIES = HERE / "crisis_probabilities.csv"
REQUIRED_COVER = 1.15


def make() -> tuple[dict[str, str], str]:
    """Every table as text by file name, and the coverage table for people."""
    sellers = suppliers.records()
    feeds = origins.records(sellers)
    built = projects.records()
    lines = coverage.coverage(sellers, built)
    short = [line.material for line in lines if line.everyone < REQUIRED_COVER]
    if short:
        raise ValueError(f"capacity below {REQUIRED_COVER} of use: {short}")
    tables: dict[str, tuple[list[str], list[Record]]] = {
        "materials.csv": (materials.COLUMNS, materials.records()),
        "shortage.csv": (shortage.COLUMNS, shortage.records()),
        "demand.csv": (demand.COLUMNS, demand.records()),
        BATTERIES: (demand.COLUMNS, demand.battery_records()),
        "suppliers.csv": (suppliers.COLUMNS, sellers),
        "origins.csv": (origins.COLUMNS, feeds),
        "projects.csv": (projects.COLUMNS, built),
        "substitution.csv": (substitution.COLUMNS, substitution.records()),
    }
    used = {"JPN"} | {row["country"] for row in [*sellers, *feeds, *built]}
    tables["countries.csv"] = (countries.COLUMNS, countries.records(used))
    tables[PROBABILITIES.name] = (crises.COLUMNS, crises.records())
    texts = {name: to_csv(columns, records) for name, (columns, records) in tables.items()}
    return texts, coverage.as_text(lines)


def place(name: str, tables: Path, probabilities: Path) -> Path:
    """Where a table goes: the crises' probabilities stay beside their script, a variant's table in its own folder."""
    if name == BATTERIES:
        return tables.parents[1] / BATTERIES
    return probabilities if name == PROBABILITIES.name else tables / name


def differences(texts: dict[str, str], tables: Path, probabilities: Path) -> list[str]:
    """What the files on disk say otherwise, one line each."""
    out: list[str] = []
    for name, text in texts.items():
        path = place(name, tables, probabilities)
        if not path.exists():
            out.append(f"{name}: missing")
            continue
        old = path.read_bytes().decode("utf-8")
        if old == text:
            continue
        old_lines, new_lines = old.split("\n"), text.split("\n")
        pairs = zip(old_lines, new_lines, strict=False)
        where = next((i for i, (a, b) in enumerate(pairs, 1) if a != b), None)
        where = where or min(len(old_lines), len(new_lines)) + 1
        found = old_lines[where - 1] if where <= len(old_lines) else "(end of file)"
        wanted = new_lines[where - 1] if where <= len(new_lines) else "(end of file)"
        out.append(f"{name} line {where}:\n  is     {found}\n  should {wanted}")
    known = {*texts}
    out += [f"{path.name}: not a table that is made" for path in sorted(tables.glob("*.csv")) if path.name not in known]
    return out


def main(arguments: list[str] | None = None) -> int:
    """Write or check; 0 when fine, 1 when the tables differ."""
    parser = argparse.ArgumentParser(description="Make the tables of the Japan model.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 on a difference")
    parser.add_argument("--tables", type=Path, default=TABLES, help="folder of the model's tables")
    parser.add_argument("--probabilities", type=Path, default=PROBABILITIES, help="file of the crises' probabilities")
    parser.add_argument("--quiet", action="store_true", help="no coverage table")
    options = parser.parse_args(arguments)
    texts, cover = make()
    if options.check:
        found = differences(texts, options.tables, options.probabilities)
        sys.stdout.write(("\n".join(found) if found else "the tables are up to date") + "\n")
        return 1 if found else 0
    options.tables.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        where = place(name, options.tables, options.probabilities)
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(text.encode("utf-8"))
    if not options.quiet:
        sys.stdout.write(cover + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
