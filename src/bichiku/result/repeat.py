"""A run made once more from its own inputs, and whether it came out the same."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bichiku.reading.files import json_value
from bichiku.result.columns import Column, ResultTable, Role
from bichiku.result.manifest import MANIFEST
from bichiku.result.run import Run
from bichiku.result.saved_run import read_run
from bichiku.result.tables import OF_BRANCHES, OPTIONAL, TABLES

EQUAL = 1e-6  # relative; what the certificate promises of a run's numbers
LEAST = 1e-9  # of the largest number of a column; what is all smaller in a kind is rounding


class Sameness(Enum):
    """How far a repeat agrees with the run that it repeats."""

    TO_THE_BYTE = "the results are the same, byte for byte"
    IN_NUMBERS = "the results are the same"
    IN_COST = "the cost is the same, by another plan"
    NOT = "the results are not the same"


@dataclass(frozen=True)
class Repetition:
    """Two runs of the same inputs.

    Attributes:
        sameness: how far they agree.
        objective: relative difference of their objectives.
        tables: file to the largest difference in it, relative to the largest number of the same kind (metric, cost
            line, item, material, ...) in its column; infinite where rows or texts differ, but a row of no tonnes is
            as good as none. Only files that are not equal byte for byte.
        versions: package to its version then and now, where they differ.
    """

    sameness: Sameness
    objective: float
    tables: dict[str, float]
    versions: dict[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        """Whether plan and cost are the same."""
        return self.sameness in (Sameness.TO_THE_BYTE, Sameness.IN_NUMBERS)


def run_to_repeat(folder: Path) -> Run:
    """A run that is to be made once more: its model, under its own name and with its one strategy, and how it was made.

    Raises:
        ModelFaults: it is no run, or a file of it has changed since it was written.
    """
    return read_run(folder, ())


def repetition(before: Path, after: Path) -> Repetition:
    """Compares a run with its repeat.

    Raises:
        ModelFaults: a table of one of them does not hold what it should.
    """
    tables = {
        table.file: _largest_difference(table.read(before), table.read(after), table)
        for table in TABLES.values()
        if not _not_asked_for(table, before, after) and not _equal(before / table.file, after / table.file)
    }
    old, new = (json_value((run / MANIFEST).read_bytes()) for run in (before, after))
    objective = _relative(*(float(manifest["solver"]["objective"]) for manifest in (old, new)))
    if not tables:
        sameness = Sameness.TO_THE_BYTE
    elif max(tables.values()) <= EQUAL and objective <= EQUAL:
        sameness = Sameness.IN_NUMBERS
    else:
        sameness = Sameness.IN_COST if objective <= EQUAL else Sameness.NOT
    return Repetition(sameness, objective, tables, dict(_versions(old, new)))


def _versions(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    for name in {**old["versions"], **new["versions"]}:
        then, now = old["versions"].get(name, "none"), new["versions"].get(name, "none")
        if then != now:
            yield name, (then, now)


def _not_asked_for(table: ResultTable, *runs: Path) -> bool:
    """Whether a table that a run may go without is in none of them, or was left out of one."""
    there = [(run / table.file).is_file() for run in runs]
    return not any(there) if table.name in OPTIONAL else table.name in OF_BRANCHES and not all(there)


def _equal(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def _largest_difference(old: pd.DataFrame, new: pd.DataFrame, table: ResultTable) -> float:
    """The largest difference of two tables' numbers, relative to the largest of their kind; see `Repetition`."""
    labels, groups, notes = (
        [column.name for column in table.columns if not column.is_number and column.role in roles]
        for roles in ((Role.LABEL, Role.GROUP), (Role.GROUP,), (Role.NOTE,))
    )
    labels += [name for name in table.key if name not in labels]
    one, other = (frame.set_index(pd.MultiIndex.from_frame(frame[labels].astype(str))) for frame in (old, new))
    if not (one.index.is_unique and other.index.is_unique):
        return np.inf
    both = one.index.union(other.index)
    one, other = one.reindex(both), other.reindex(both)
    if any(not one[name].equals(other[name]) for name in notes):
        return np.inf
    kinds = [both.get_level_values(group) for group in groups]
    numbers = [column for column in table.columns if column.is_number]
    return max(
        (_column_difference(one[number.name], other[number.name], number, kinds) for number in numbers), default=0.0
    )


def _column_difference(old: pd.Series, new: pd.Series, column: Column, kinds: list[pd.Index]) -> float:
    if column.zeros_left_out:
        old, new = old.fillna(0.0), new.fillna(0.0)  # a row that is left out stands for none
    if not np.array_equal(old.isna(), new.isna()):
        return np.inf
    largest = np.fmax(old.abs(), new.abs())
    of_kind = largest.groupby(kinds).transform("max") if kinds else largest.max()
    scale = np.fmax(of_kind, LEAST * largest.max())
    difference = (old - new).abs()
    return float((difference / scale).where(difference > 0, 0.0).max()) if len(difference) else 0.0


def _relative(one: float, other: float) -> float:
    scale = max(abs(one), abs(other))
    return abs(one - other) / scale if scale > 0 else 0.0
