"""Sound models for slips of the pen, what a slip is, and the rules by which one may mean what it meant."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from trials.fuzz_checks import columns, decimal
from trials.fuzz_inputs import MODEL, bases

Rows = list[list[str]]

MODEL_PAGE = Path(__file__).parents[1] / "docs" / "model-file.md"

WITH_STRATEGIES = """\
format: 2
model: Strategies in braces and below one another
buyer: JPN
start: 2026-01
periods: 2
resolution: year
report_until: 2026-12
discount_rate: 0.03
policies:
  reserve_days: {default: 30, cobalt: {2026-01: 20, 2027-12: 45}}
  budget: {investment: 12000, reserve_per_year: 4000}
  share_caps:
    - {group: [COD, friends], max: {2026: 0.9, 2027: 0.75}, soft: 500}
events:
  strike: {from: 2026-03, to: 2026-08, effects: [{countries: [COD], materials: [cobalt], loss: 0.25}]}
crises:
  halt:
    annual_probability: 0.125
    onset_every: 1
    duration: {1: 0.75, 2: 0.25}
    recovery: 1
    effects:
      - {suppliers: [cobalt-cod], loss: 1.0, price_factor: 1.5}
      - {countries: [AUS], demand_factor: 1.25, price_factor: 2, market: true}
strategies:
  today: {}
  longer-reserve: {policies: {reserve_days: {cobalt: {2027-12: 180}}, budget: {reserve_per_year: null}}}
  free:
    policies:
      share_caps: null
      budget: {investment: 6000}
  survivor:
    policies:
      survive: {crises: [halt], days: 120, from: 2027-01}
      risk: {level: 0.9, weight: 0.1}
    events: {strike: null}
  weaker:
    crises:
      halt:
        duration: {2: 0.5, 1: 0.5}
        effects:
          - {suppliers: [cobalt-cod], loss: 0.5}
"""
TABLES = {
    "materials.csv": "material,reference_price,shortage_cost,opening_stock_t\ncobalt,10,100,25\n",
    "demand.csv": "material,year,tonnes\ncobalt,2026,100\ncobalt,2027,110\n",
    "suppliers.csv": "supplier,material,country,capacity_t,price\ncobalt-cod,cobalt,COD,1000,10\n"
    "cobalt-aus,cobalt,AUS,250,12.5\n",
    "projects.csv": "project,material,country,kind,max_build_t,capex,fixed_cost\n"
    "urban-mine,cobalt,JPN,recycling,40,60,3\n",
    "countries.csv": "country,groups\nAUS,friends\nCAN,friends\n",
}
RULES = {
    "white space": "white space around keys, values and cells does not count",
    "comments": "comments and empty lines are skipped",
    "order": "keys, rows and columns may stand in any order",
    "notation": "a number may be written in any plain decimal notation",
    "quotes": "a text, and a cell, may stand in quotes",
    "YAML": "YAML knows several ways of writing the same document",
    "default": "a default may be written out or left out",
    "not read": "years outside the horizon are not read, nor the basis and source of demand and origins",
}


@dataclass(frozen=True)
class Slip:
    """A sound model with one slip.

    Attributes:
        kind: what slipped.
        base: name of the sound model.
        files: content of the files by name.
        sets: texts for ``--set``.
        rule: the name of the rule by which it means what it meant; empty where none is.
        where: what changed, for a message.
    """

    kind: str
    base: str
    files: dict[str, bytes]
    sets: tuple[str, ...] = ()
    rule: str = ""
    where: str = ""


@lru_cache
def sound_files() -> dict[str, dict[str, bytes]]:
    """The sound models by name, each the content of its files by name."""
    own = {MODEL: WITH_STRATEGIES.encode()} | {name: text.encode() for name, text in TABLES.items()}
    return {"strategies": own} | {name: base.files for name, base in bases().items() if name != "minimal"}


def excuse(slip: Slip) -> str:
    """The name of the rule by which a slip that changes nothing means the same; empty where none is."""
    for name, before in sound_files()[slip.base].items():
        if slip.files[name] != before:
            texts = before.decode(), slip.files[name].decode()
            return _excuse(*texts) if name == MODEL else _table_excuse(name, *map(rows_of, texts))
    return ""


def _excuse(before: str, after: str) -> str:
    try:
        if yaml.safe_load(before) == yaml.safe_load(after):
            return "YAML"
    except yaml.YAMLError:
        return ""
    old, new = ({line.partition("#")[0].strip() for line in text.splitlines()} for text in (before, after))
    return "default" if old - new <= _written_defaults() and new <= old else ""


@lru_cache
def _written_defaults() -> set[str]:
    """Each key of model-file.md that has a default, with it: ``currency: USD``."""
    found = re.findall(r"^\| `(\w+)` \|[^|]*\| `([^`|]*)` \|", MODEL_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {f"{key}: {default}" for key, default in found}


def difference(before: str, after: str) -> str:
    """The first lines that are not as they were, before and after."""
    old, new = before.splitlines(), after.splitlines()
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return f"line {at + 1}: {old[at : at + 2]} -> {new[at : at + 2]}"


def rows_of(text: str) -> Rows:
    """The rows of a table, header first."""
    return list(csv.reader(io.StringIO(text)))


def _table_excuse(table: str, before: Rows, after: Rows) -> str:
    if after[0] != before[0] or len(after) != len(before) or any(len(row) != len(after[0]) for row in after):
        return ""
    if before == after:
        return "quotes"
    if _cells(table, before) == _cells(table, after):
        return "default"
    return "not read" if _cells(table, before, read_only=True) == _cells(table, after, read_only=True) else ""


def _cells(table: str, rows: Rows, read_only: bool = False) -> list[dict[str, object]]:
    """The cells of each row by heading, numbers as such and defaults written out; only those that are read if asked."""
    found = []
    for row in rows[1:]:
        cells: dict[str, object] = {}
        for name, text in zip(rows[0], row, strict=True):
            default, _ = columns()[table, name]
            written = text or (default.strip("`") if default not in ("required", "empty") else "")
            cells[name] = decimal(written) if decimal(written) is not None else written
        if read_only and table in ("demand.csv", "origins.csv"):
            cells = {name: cell for name, cell in cells.items() if name not in ("basis", "source")}
        found.append(cells)
    return found
